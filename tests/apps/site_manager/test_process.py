"""`calvox manager serve` as a process: TLS on this machine, a link that is printed, commands beside it, a clean end."""

import http.client
import os
import pty
import signal
import ssl
import subprocess
import sys
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo

import pytest

from calvox.apps.site_manager.process import serve_site
from calvox.apps.site_manager.tls import BEARS, CERTIFICATE, KEY, certificate
from calvox.common.clock import DAY, SYSTEM, World
from calvox.common.errors import BadInput, BadSettings, NotFound, StoreFailed
from calvox.common.files import write_whole
from calvox.common.i18n import t
from calvox.trust.certificates import issue_server_certificate, make_authority, new_key
from tests.apps.site_manager.conftest import Served
from tests.apps.site_manager.serving import SiteProcess

NAMES = ("127.0.0.1",)


@pytest.mark.process
def test_it_serves_until_it_is_told_to_end(served: Served) -> None:
    """The printed link lets in over TLS; a command works meanwhile; Ctrl-C ends it, and nothing is left open."""
    with SiteProcess(served.folder) as running:
        trusted = ssl.create_default_context(cadata=(served.folder / CERTIFICATE).read_text("ascii"))
        path = running.link.removeprefix(running.origin)
        assert _asked(trusted, running.origin, "GET", path).status == 200
        code = f"code={path.partition('=')[2]}"
        told = _asked(trusted, running.origin, "POST", "/come-in", code, Origin=running.origin)
        assert told.status == 303
        cookie = (told.getheader("set-cookie") or "").partition(";")[0]
        assert _asked(trusted, running.origin, "GET", "/", Cookie=cookie).status == 200
        beside = [sys.executable, "-m", "calvox", "site", "show", "--site", str(served.folder)]
        assert subprocess.run(beside, capture_output=True, check=False).returncode == 0
    served.again().close()


@pytest.mark.process
def test_enter_prints_another_link(served: Served) -> None:
    """Where somebody sits at the terminal; the one before is good no longer."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "calvox", "manager", "serve", str(served.folder), "--listen", "127.0.0.1:0"]
    with subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            first = _link(process.stdout)
            os.write(ours, b"\n")
            second = _link(process.stdout)
            assert first.partition("?")[0] == second.partition("?")[0]
            assert first != second
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 0
        finally:
            process.kill()
            os.close(ours)
            os.close(theirs)


def _link(told: IO[str]) -> str:
    return next(line.strip() for line in told if line.startswith("https://"))


def _asked(
    trusted: ssl.SSLContext, origin: str, method: str, path: str, body: str = "", **headers: str
) -> http.client.HTTPResponse:
    connection = http.client.HTTPSConnection(origin.removeprefix("https://"), context=trusted, timeout=30)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        answer.read()
        return answer
    finally:
        connection.close()


@pytest.mark.parametrize("listen", ["0.0.0.0:7407", "[::]:7407", ":7407", "127.0.0.1:x", "127.0.0.1:99999"])
def test_an_address_that_cannot_be_is_refused(served: Served, listen: str) -> None:
    """In words; to every address of the machine it is never served."""
    with pytest.raises(BadInput):
        serve_site(served.folder, listen, ZoneInfo("UTC"), lambda *_: None, lambda _: None)


def test_what_is_no_site_folder_is_not_served(tmp_path: Path) -> None:
    """And nothing is written into it."""
    with pytest.raises(NotFound):
        serve_site(tmp_path, "127.0.0.1:0", ZoneInfo("UTC"), lambda *_: None, lambda _: None)
    assert not list(tmp_path.iterdir())


# The certificate


def test_a_certificate_is_made_once_and_anew_when_it_nears_its_end(tmp_path: Path) -> None:
    """Its key is for its owner alone; another name has another one made."""
    first = certificate(tmp_path, NAMES, SYSTEM)
    assert first.own
    assert (tmp_path / KEY).stat().st_mode & 0o077 == 0
    assert certificate(tmp_path, NAMES, SYSTEM).fingerprint == first.fingerprint
    later = World(now=lambda: SYSTEM.now() + 800 * DAY, random=SYSTEM.random)
    second = certificate(tmp_path, NAMES, later)
    third = certificate(tmp_path, ("site.example",), later)
    assert len({first.fingerprint, second.fingerprint, third.fingerprint}) == 3


@pytest.mark.parametrize("step", range(4))
def test_a_certificate_whose_making_was_cut_off_is_made_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """At each of its files, the first time and for another name: certificate and key fit each other, and are ours."""

    def cut_off(path: Path, data: bytes) -> None:
        if len(written) == step:
            raise StoreFailed(t("the power is off"))
        written.append(path.name)
        write_whole(path, data)

    for names in (NAMES, ("site.example",)):
        written: list[str] = []
        with monkeypatch.context() as patch:
            patch.setattr("calvox.apps.site_manager.tls.write_whole", cut_off)
            with pytest.raises(StoreFailed):
                certificate(tmp_path, names, SYSTEM)
        assert certificate(tmp_path, names, SYSTEM).own
        assert (tmp_path / BEARS).read_text() == names[0]


def test_the_sites_own_certificate_is_served_and_never_written_over(tmp_path: Path) -> None:
    """Whatever it bears, and however old it is; one whose key does not fit is named."""
    authority_key, key = new_key(), new_key()
    authority = make_authority(authority_key, "Somebody", SYSTEM.now())
    own = issue_server_certificate(authority_key, authority, key, ["other.example"], SYSTEM.now() - 824 * DAY)
    (tmp_path / CERTIFICATE).write_bytes(own + authority)
    (tmp_path / KEY).write_bytes(key)
    assert not certificate(tmp_path, NAMES, SYSTEM).own
    assert (tmp_path / CERTIFICATE).read_bytes() == own + authority
    assert not (tmp_path / BEARS).exists()
    (tmp_path / KEY).write_bytes(new_key())
    with pytest.raises(BadSettings, match=r"manager\.pem"):
        certificate(tmp_path, NAMES, SYSTEM)
