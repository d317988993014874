"""The directory's adapter without a directory: settings, names, namesakes, servers that say nothing. Samba is in `tests/real`."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calvox.common import settings
from calvox.common.errors import BadSettings, Denied, Unreachable
from calvox.core.peopling import CENTRE_ROLES, SERVER_ROLES, DirectoryPerson, Role
from calvox.directory.connection import Servers, host_and_port, tls_context
from calvox.directory.ldap import LdapDirectory, directory_of

PASSWORD = "a password that nobody may see"
ADA, BOB, ADMINS, AUDITORS = b"\x01ada", b"\x01bob", b"\x01admins", b"\x01auditors"
USUAL: dict[str, Any] = {
    "servers": ("dc1.corp.test",),
    "base": "dc=corp,dc=test",
    "suffix": "corp.test",
    "administrators": ("Admins",),
    "auditors": ("cn=Auditors (all),dc=corp,dc=test", "Others"),
}


def entry(name: str, sid: bytes) -> dict[str, Any]:
    """Write an entry as the library gives it."""
    return {"type": "searchResEntry", "raw_attributes": {"sAMAccountName": [name.encode()], "objectSid": [sid]}}


@dataclass
class Connection:
    """A connection that is bound already."""

    token: tuple[bytes, ...]
    users: list[dict[str, Any]]
    groups: dict[str, list[dict[str, Any]]]
    """Base or filter, and what is found."""
    searched: list[str] = field(default_factory=list)
    response: list[dict[str, Any]] = field(default_factory=list)

    def search(self, base: str, what: str, scope: str, **more: Any) -> None:
        """Find what there is."""
        self.searched.append(what)
        if not base:
            self.response = [{"type": "searchResEntry", "raw_attributes": {"tokenGroups": list(self.token)}}]
        elif "objectClass=user" in what:
            self.response = self.users
        else:
            found = [one for key, entries in self.groups.items() if key in (base, what) for one in entries]
            self.response = [{"type": "searchResRef", "uri": ["ldap://elsewhere"]}, *found]


@dataclass
class FakeServers:
    """Servers that let everybody in."""

    connection: Connection
    bound: list[tuple[str, str]] = field(default_factory=list)

    def as_user(self, user: str, password: str, work: Callable[[Any], Any]) -> Any:
        """Bind."""
        self.bound.append((user, password))
        return work(self.connection)


def directory(token: tuple[bytes, ...], users: list[dict[str, Any]]) -> tuple[LdapDirectory, FakeServers]:
    """Make a directory with two groups."""
    groups = {
        "(&(objectClass=group)(sAMAccountName=Admins))": [entry("Admins", ADMINS)],
        "cn=Auditors,dc=corp,dc=test": [entry("Auditors", AUDITORS)],
    }
    servers = FakeServers(Connection(token, users, groups))
    named = [
        ("No such", Role.ADMINISTRATOR),
        ("Admins", Role.ADMINISTRATOR),
        ("cn=Auditors,dc=corp,dc=test", Role.AUDITOR),
    ]
    return LdapDirectory(cast(Servers, servers), "dc=corp,dc=test", "Corp.test", named), servers


# Who somebody is


def test_the_strongest_role_counts() -> None:
    """Of several groups."""
    known, servers = directory((ADA, AUDITORS, ADMINS), [entry("Ada", ADA)])
    assert known.find("ada", PASSWORD) == DirectoryPerson("ada@corp.test", Role.ADMINISTRATOR)
    assert servers.bound == [("ada@Corp.test", PASSWORD)]
    known, _ = directory((ADA, AUDITORS), [entry("Ada", ADA)])
    assert known.find("ada", PASSWORD) == DirectoryPerson("ada@corp.test", Role.AUDITOR)


def test_nobody_gets_the_place_of_a_namesake() -> None:
    """Whoever the directory took the password of comes in, not the other one whom the typed name fits as well."""
    known, _ = directory((BOB, AUDITORS), [entry("ada", ADA), entry("bob", BOB)])
    assert known.find("ada", PASSWORD) == DirectoryPerson("bob@corp.test", Role.AUDITOR)
    known, _ = directory((BOB, ADMINS), [entry("ada", ADA)])
    with pytest.raises(Unreachable, match="their own entry"):
        known.find("ada", PASSWORD)


def test_without_a_group_or_a_token_nobody_comes_in() -> None:
    """The one is told as such, the other as a directory that is of no use."""
    known, _ = directory((ADA,), [entry("ada", ADA)])
    with pytest.raises(Denied, match=r"ada@corp\.test is in none"):
        known.find("ada", PASSWORD)
    known, _ = directory((), [entry("ada", ADA)])
    with pytest.raises(Unreachable, match="in which groups"):
        known.find("ada", PASSWORD)


@pytest.mark.parametrize(
    ("name", "full"),
    [
        ("ada", "ada@corp.test"),
        ("ADA", "ada@corp.test"),
        ("Ada@CORP.test", "ada@corp.test"),
        ("élise dupont", "élise dupont@corp.test"),
        ("ada@else.test", "ada@else.test"),
        ("CORP\\ada", "corp\\ada"),
    ],
)
def test_attempts_are_counted_by_one_name(name: str, full: str) -> None:
    """However it is written."""
    assert directory((), [])[0].full_name(name) == full


@given(st.text(max_size=80) | st.text("ada()*\\|&=,@.\x00 é", max_size=12))
def test_no_name_means_anything_in_a_filter(name: str) -> None:
    """Nor in the name to bind as: it is asked about as it stands, or not at all."""
    known, servers = directory((ADA, ADMINS), [entry("ada", ADA)])
    found = known.find(name, PASSWORD)
    if found is None:
        assert servers.bound == []
        return
    own = name.partition("@")[0]
    assert servers.bound == [(f"{own}@Corp.test", PASSWORD)]
    (about,) = (what for what in servers.connection.searched if "user" in what)
    assert about == f"(&(objectClass=user)(|(userPrincipalName={own}@Corp.test)(sAMAccountName={own})))"
    assert (about.count("("), about.count(")"), "*" in about, "\\" in about) == (5, 5, False, False)


def test_no_password_is_no_bind() -> None:
    """It would succeed, as nobody."""
    known, servers = directory((ADA, ADMINS), [entry("ada", ADA)])
    assert known.find("ada", "") is None
    assert servers.bound == []
    assert Servers(("127.0.0.1:1",), tls_context(""), starttls=False, seconds=1).as_user("a", "", lambda it: it) is None


# Settings


def test_a_store_without_groups_has_no_directory() -> None:
    """The settings may be for the other one alone."""
    assert directory_of(settings.Directory(**USUAL), CENTRE_ROLES) is None
    made = directory_of(settings.Directory(**USUAL), SERVER_ROLES)
    assert made is not None
    assert list(made.groups) == [
        ("Admins", Role.ADMINISTRATOR),
        ("cn=Auditors (all),dc=corp,dc=test", Role.AUDITOR),
        ("Others", Role.AUDITOR),
    ]


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"base": ""}, "directory.base"),
        ({"suffix": ""}, "directory.suffix"),
        ({"suffix": "corp)(cn=*"}, "directory.suffix"),
        ({"administrators": (), "auditors": ()}, "directory.administrators"),
        ({"administrators": ("Admins (all)",)}, "distinguished name"),
        ({"operators": ("a*",)}, "distinguished name"),
        ({"servers": ("dc1:x",)}, "directory.servers"),
        ({"servers": ("dc1", ":636")}, "directory.servers"),
        ({"servers": ("ldap://dc1",)}, "directory.servers"),
        ({"authority_file": "/nowhere.pem"}, "directory.authority_file"),
    ],
)
def test_what_is_wrong_with_the_settings_is_named(changed: dict[str, Any], told: str) -> None:
    """Before anybody is served."""
    with pytest.raises(BadSettings) as caught:
        directory_of(settings.Directory(**USUAL | changed), SERVER_ROLES)
    assert told in f"{caught.value} {caught.value.hint}"


def test_a_file_that_is_no_certificate_is_named(tmp_path: Path) -> None:
    """So that a directory is not trusted by mistake."""
    (tmp_path / "authority.pem").write_text("garbage")
    with pytest.raises(BadSettings, match=r"authority\.pem"):
        tls_context(str(tmp_path / "authority.pem"))


def test_a_server_has_its_usual_port() -> None:
    """Unless one is named."""
    assert host_and_port("dc1.corp.test", 636) == ("dc1.corp.test", 636)
    assert host_and_port("dc1.corp.test:3269", 636) == ("dc1.corp.test", 3269)


# Servers that are none


@contextmanager
def listening(answer: bytes | None) -> Iterator[tuple[int, bytearray]]:
    """Listen, and answer whatever comes with this; None: say nothing. Gives the port and what came."""
    came, over = bytearray(), threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)

        def serve() -> None:
            while not over.is_set():
                try:
                    peer = server.accept()[0]
                except TimeoutError:
                    continue
                with peer:
                    peer.settimeout(0.5)
                    try:
                        while data := peer.recv(4096):
                            came.extend(data)
                            if answer is not None:
                                peer.sendall(answer)
                    except OSError:
                        over.wait(0 if answer is not None else 5)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1], came
        finally:
            over.set()
            thread.join()


@pytest.mark.parametrize("starttls", [False, True])
@pytest.mark.parametrize(
    "answer", [None, b"220 mail.test\r\n", b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00"]
)
def test_no_password_goes_to_who_is_no_directory(answer: bytes | None, starttls: bool) -> None:
    """Nor is anybody kept waiting: one that is silent, one of another protocol, and one that agrees to StartTLS only to hear."""
    with listening(answer) as (port, came):
        servers = Servers((f"127.0.0.1:{port}",), tls_context(""), starttls=starttls, seconds=1)
        begun = time.monotonic()
        with pytest.raises(Unreachable):
            servers.as_user("ada@corp.test", PASSWORD, lambda connection: connection)
        assert time.monotonic() - begun < 4
    assert came
    assert PASSWORD.encode() not in came
    assert b"ada@corp.test" not in came


def test_each_server_is_tried_before_none_is_told() -> None:
    """In the order of the settings."""
    with listening(b"no") as (first, came), listening(b"no") as (second, too):
        named = (f"127.0.0.1:{first}", "127.0.0.1:1", f"127.0.0.1:{second}")
        with pytest.raises(Unreachable, match="No server of the directory"):
            Servers(named, tls_context(""), starttls=False, seconds=1).as_user("a", PASSWORD, lambda it: it)
    assert came
    assert too
