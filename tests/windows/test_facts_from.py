"""Facts of the bundles beside this file, and how bundles come together in a site."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from calvox.common.errors import BadInput
from calvox.doctor.facts import UNLIMITED, From, Join, Mode, NamedServers, Site
from calvox.windows.bundle import Bundle, Item, read_bundle
from calvox.windows.facts_from import NO_DOMAIN, Part, facts_from, merge, same_machine
from calvox.windows.items import CLASS_MISSING, NOT_ADMINISTRATOR
from calvox.windows.moments import expiry, moment

FOLDER = Path(__file__).parent / "bundles"
READ = 1_793_616_000
SERVER, SETTING = "win32_tslicenseserver", "win32_terminalservicesetting"


def part(name: str) -> Part:
    """Read one of the files."""
    return facts_from(read_bundle((FOLDER / f"{name}.json").read_bytes()))


def bundle(
    machine: str = "ls1.corp.example", time: int = READ, administrator: bool | None = True, **items: Any
) -> Bundle:
    """Build a bundle: `__` in a name is a dot, a text is an error."""
    made = {}
    for name, value in items.items():
        plain = name.replace("__", ".")
        failed = isinstance(value, str)
        made[plain] = Item(plain, "a test", time, None if failed else value, value if failed else "")
    return Bundle(machine, time, "me", administrator, "FullLanguage", "1", True, made)


def pack(**changes: Any) -> dict[str, Any]:
    """Build a row of a pack."""
    row = {"KeyPackId": 3, "KeyPackType": 2, "ProductType": 1, "ProductVersionID": 7, "TotalLicenses": 50}
    return row | {"IssuedLicenses": 3, "ExpirationDate": "20380101081108.000000-000"} | changes


# The files


def test_healthy_licence_server() -> None:
    """Every fact of the role is known; of the machine only the Internet is not."""
    found = part("healthy-licence-server-2022")
    server = found.licence_server
    assert server is not None
    assert found.session_host is None
    assert all(getattr(server, name).known for name in server.__struct_fields__ if name != "machine")
    assert server.machine.name == "lic01.corp.example"
    assert (server.machine.version.value, server.machine.join.value) == (7, Join.DOMAIN)
    assert "never tried" in server.machine.internet.why
    assert server.activated.value is True
    packs = server.packs.value or ()
    assert [(p.version, p.total, p.issued, p.expires) for p in packs[1:]] == [(7, 50, 3, 0), (7, 20, 1, 0)]
    assert packs[0].total == UNLIMITED
    assert [(cal.holder, cal.version) for cal in server.issued.value or ()] == [("PC01", 7)]
    assert len(server.user_report.value or ()) == 3
    backup = server.backup.value
    assert not isinstance(backup, bool)
    assert backup is not None
    assert backup.time == moment("2026-11-01T20:00:00Z")
    assert not backup.tested
    assert found.directory is not None
    assert found.directory.self_may_write.value is True


@pytest.mark.parametrize("name", ["healthy-session-host-2022", "french-session-host-2019", "constrained-language-host"])
def test_session_hosts(name: str) -> None:
    """Mode and servers are known with their place, in any language and language mode."""
    found = part(name)
    host = found.session_host
    assert host is not None
    assert found.licence_server is None
    assert (host.application_mode.value, host.mode.value, host.grace_days.value) == (True, Mode.USER, 87)
    assert [(one.mode, one.where) for one in host.mode_settings.value or ()] == [(Mode.USER, From.POLICY)]
    named = NamedServers(servers=("lic01.corp.example",), where=From.POLICY)
    assert host.server_settings.value == (named,)
    (reach,) = host.reach.value or ()
    assert (reach.server, reach.status.value) == ("lic01.corp.example", 11)
    assert len(host.certificates.value or ()) == 3
    assert not host.stored_credentials.known
    assert host.broker.value is False


def test_french_and_constrained() -> None:
    """Versions go by number, events by provider and number; what cannot be read is unknown."""
    french = part("french-session-host-2019").session_host
    constrained = part("constrained-language-host").session_host
    assert french is not None
    assert constrained is not None
    assert french.machine.version.value == 6
    (event,) = french.events.value or ()
    assert (event.id, event.source, event.count) == (1131, "TerminalServices-RemoteConnectionManager", 4)
    (reach,) = constrained.reach.value or ()
    assert (reach.name.value, reach.port_135.why) == (True, "not tried")
    assert "could not be read" in constrained.bad_certificates.why


def test_not_administrator() -> None:
    """Empty answers are no answers: nothing is “none”, nothing is “no”."""
    server = part("not-administrator").licence_server
    assert server is not None
    assert server.machine.administrator.value is False
    for name in ("activated", "role", "product_id", "packs", "issued", "user_report", "published", "in_group"):
        assert getattr(server, name).why == NOT_ADMINISTRATOR, name
    assert server.service_state.value == "Running"


def test_published_packs() -> None:
    """Rows of real servers: the version by its number, -1 is not counted, dates beyond 2037 are none."""
    server = part("published-checkmk-2008-german").licence_server
    assert server is not None
    packs = {pack.number: pack for pack in server.packs.value or ()}
    assert len(packs) == 8
    assert {pack.version for pack in packs.values()} == {0, 2}
    assert (packs[13].kind, packs[13].total, packs[13].issued) == (4, UNLIMITED, 100)
    assert packs[3].expires == moment("2023-02-09T12:15:49Z")
    assert packs[14].expires == 0
    assert not server.activated.known
    for name, version, issued in (("2012", 4, 0), ("2019", 6, 1)):
        one = part(f"published-checkmk-{name}").licence_server
        assert one is not None
        assert [(pack.version, pack.issued) for pack in one.packs.value or ()] == [(version, issued)]


def test_published_grace_over() -> None:
    """Grace is over, no server is named, no mode is set, and the events say so."""
    host = part("published-grace-over-no-server").session_host
    assert host is not None
    assert (host.grace_days.value, host.servers.value, host.mode.value) == (0, (), Mode.NOT_SET)
    assert (host.mode_settings.value, host.server_settings.value) == ((), ())
    assert sorted(event.id for event in host.events.value or ()) == [1128, 1130]


# Traps


@pytest.mark.parametrize(("status", "value"), [(0, True), (1, False), (2, None)])
def test_activation(status: int, value: bool | None) -> None:
    """0 is activated, 1 is not, 2 is unknown."""
    given: dict[str, Any] = {
        f"{SERVER}__getactivationstatus": {"ReturnValue": 0, "ActivationStatus": status},
        SERVER: {"ServerRole": 1},
    }
    server = facts_from(bundle(**given)).licence_server
    assert server is not None
    assert server.activated.value is value


def test_a_failed_method_is_unknown() -> None:
    """The code is told, whatever the value beside it."""
    given: dict[str, Any] = {
        f"{SERVER}__islspublished": {"ReturnValue": 0x80041001, "Published": False},
        SERVER: {"ServerRole": 1},
    }
    server = facts_from(bundle(**given)).licence_server
    assert server is not None
    assert server.published.why == "0x80041001"


@pytest.mark.parametrize(
    ("number", "mode"),
    [(2, "device"), (4, "user"), (5, "not-set"), (6, "entra-user"), (0, "admin"), (1, "admin"), (3, None)],
)
def test_modes(number: int, mode: str | None) -> None:
    """The numbers of ChangeMode hold, not those of the page on LicensingType."""
    given: dict[str, Any] = {SETTING: {"TerminalServerMode": 1, "LicensingType": number}}
    host = facts_from(bundle(**given)).session_host
    assert host is not None
    assert host.mode.value == mode


@pytest.mark.parametrize("total", [-1, 4294967295, "4294967295"])
def test_packs_that_are_not_counted(total: Any) -> None:
    """Both ways of writing it, also as text; the over-used row stays what it is."""
    rows = [pack(TotalLicenses=total), pack(KeyPackId=9, KeyPackType=7, TotalLicenses=0, IssuedLicenses=12)]
    server = facts_from(
        bundle(win32_tslicenseserver={"ServerRole": 1}, win32_tslicensekeypack={"rows": rows})
    ).licence_server
    assert server is not None
    first, over_used = server.packs.value or ()
    assert first.total == UNLIMITED
    assert (over_used.kind, over_used.total, over_used.issued) == (7, 0, 12)


def test_an_administrator_is_believed() -> None:
    """No packs are no packs, if an administrator asked."""
    given: dict[str, Any] = {"win32_tslicenseserver": {"ServerRole": 0}, "win32_tslicensekeypack": {"rows": []}}
    for administrator, value in ((True, ()), (False, None), (None, None)):
        server = facts_from(bundle(administrator=administrator, **given)).licence_server
        assert server is not None
        assert server.packs.value == value


def test_roles() -> None:
    """A missing class is a missing role; no role at all is kept as a host of which nothing is known."""
    nothing = facts_from(bundle(win32_tslicenseserver=CLASS_MISSING))
    assert nothing.licence_server is None
    assert nothing.session_host is not None
    assert not nothing.session_host.application_mode.known
    given: dict[str, Any] = {SETTING: {"TerminalServerMode": 1, "LicensingType": 2}, SERVER: {"ServerRole": 0}}
    both = facts_from(bundle(**given))
    assert both.licence_server is not None
    assert both.session_host is not None


def test_events_are_numbered_either_way() -> None:
    """50280 of RemoteConnectionManager is 1128; of another provider it stays."""
    manager = "Microsoft-Windows-TerminalServices-RemoteConnectionManager"
    row = {"Id": 50280, "ProviderName": manager, "TimeCreated": "2026-11-01T00:00:00Z", "Count": 1}
    rows = [row, row | {"ProviderName": "ESENT"}]
    host = facts_from(bundle(events_session_host={"Unread": [], "rows": rows})).session_host
    assert host is not None
    assert sorted(event.id for event in host.events.value or ()) == [1128, 50280]
    unread = facts_from(bundle(events_session_host={"Unread": ["System"], "rows": []})).session_host
    assert unread is not None
    assert not unread.events.known


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("20380101081108.000000-000", 2145946268),
        ("20261101120000.000000+060", 1793530800),
        ("2026-11-01T12:00:00Z", 1793534400),
        ("2026-11-01T12:00:00.1234567+01:00", 1793530800),
        ("20261341000000.000000+000", None),
        ("01/11/2026", None),
    ],
)
def test_moments(text: str, time: int | None) -> None:
    """CIM datetimes and ISO 8601 are read; others are not guessed."""
    assert moment(text) == time
    assert expiry("20380119031407.000000-000") == 0
    assert expiry("20351231230000.000000-000") == 2082754800


@pytest.mark.parametrize(
    ("item", "value"),
    [
        ("win32_operatingsystem", {"BuildNumber": "new"}),
        ("win32_operatingsystem", {"BuildNumber": 20348.5}),
        ("win32_computersystem", {"PartOfDomain": "perhaps"}),
        ("win32_service", {"rows": [5]}),
        ("registry_rcm_certificates", {"rows": [{"Name": "X509 Certificate", "NotAfter": "soon"}]}),
        ("clock", {"Offset": True}),
    ],
)
def test_what_windows_does_not_give(item: str, value: Any) -> None:
    """It is refused with the names of machine and item."""
    with pytest.raises(BadInput, match=rf"ls1\.corp\.example, {item}: "):
        facts_from(bundle(**{item: value}))


# Merging


def test_merge_makes_a_site() -> None:
    """A server and its hosts; the newest time is the site's."""
    names = ("healthy-licence-server-2022", "healthy-session-host-2022", "french-session-host-2019")
    site = merge(Site(name="corp"), [part(name) for name in names])
    assert [one.machine.name for one in site.licence_servers] == ["lic01.corp.example"]
    assert [one.machine.name for one in site.session_hosts] == ["rdsh01.corp.example", "rdsh02.corp.example"]
    assert site.collected == moment("2026-11-02T11:00:00Z")
    assert [(one.name, one.trusted) for one in site.directory.domains.value or ()] == [("corp.example", False)]
    assert merge(site, [part(name) for name in names]) == site


def test_machines_stand_in_the_order_of_their_names() -> None:
    """Whichever answered first."""
    hosts = {"TerminalServerMode": 1}
    parts = [
        facts_from(bundle(f"h{n}", READ + at, win32_terminalservicesetting=hosts)) for at, n in enumerate((3, 1, 2))
    ]
    site = merge(Site(name="x"), parts)
    assert [one.machine.name for one in site.session_hosts] == ["h1", "h2", "h3"]


def test_the_newest_known_fact_wins() -> None:
    """Order does not matter, and a newer unknown blots nothing out."""

    def days(time: int, left: int | None) -> Part:
        method = {"ReturnValue": 0, "DaysLeft": left} if left is not None else "access denied"
        given: dict[str, Any] = {f"{SETTING}__getgraceperioddays": method, SETTING: {"TerminalServerMode": 1}}
        return facts_from(bundle("rdsh1", time, **given))

    parts = [days(READ, 90), days(READ + 5, 85), days(READ + 9, None)]
    for order in (parts, parts[::-1], [parts[2], parts[0], parts[1]]):
        site = Site(name="x")
        for one in order:
            site = merge(site, [one])
        (host,) = site.session_hosts
        assert (host.grace_days.value, host.grace_days.time) == (85, READ + 5)
        assert site.collected == READ + 9


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("LIC01", "lic01.corp.example", True),
        ("lic01.corp.example", "LIC01.CORP.EXAMPLE.", True),
        ("lic01.corp.example", "lic01.other.example", False),
        ("lic01", "lic02", False),
        ("10.0.0.1", "10.0.0.2", False),
    ],
)
def test_names(one: str, other: str, same: bool) -> None:
    """A bare name fits one with a domain; two domains are two machines."""
    assert same_machine(one, other) is same


def test_the_full_name_stays() -> None:
    """A machine met by its bare name and by its full one is one machine, under the full one."""
    given: dict[str, Any] = {SERVER: {"ServerRole": 1}}
    site = merge(Site(name="x"), [facts_from(bundle("LS1", **given)), facts_from(bundle("ls1.corp.example", **given))])
    assert [one.machine.name for one in site.licence_servers] == ["ls1.corp.example"]


def test_no_ghost_of_a_licence_server() -> None:
    """A licence server that first showed no role is not also a host."""
    nothing, server = (
        facts_from(bundle("ls1")),
        facts_from(bundle("ls1", READ + 1, win32_tslicenseserver={"ServerRole": 0})),
    )
    for order in ([nothing, server], [server, nothing]):
        site = merge(merge(Site(name="x"), order[:1]), order[1:])
        assert (len(site.licence_servers), len(site.session_hosts)) == (1, 0)


def test_trusted_domains() -> None:
    """Domains other than the licence servers' own are trusted ones; members of both stay."""
    system = {"Domain": "users.example", "PartOfDomain": True, "DomainRole": 5}
    group = {"Sid": "S-1-5-32-561", "rows": [{"Name": "CORP\\LIC01$"}]}
    other = facts_from(bundle("dc.users.example", win32_computersystem=system, group_license_servers=group))
    site = merge(Site(name="x"), [part("healthy-licence-server-2022"), other])
    domains = {one.name: one for one in site.directory.domains.value or ()}
    assert {name: one.trusted for name, one in domains.items()} == {"corp.example": False, "users.example": True}
    assert domains["users.example"].group_members.value == ("CORP\\LIC01$",)
    assert site.directory.self_may_write.value is True


def test_workgroup() -> None:
    """Where every machine is in a workgroup there are no domains; one machine in a domain changes that."""
    loner = {"Domain": "WORKGROUP", "PartOfDomain": False, "DomainRole": 2}
    site = merge(Site(name="x"), [facts_from(bundle("ls1", win32_computersystem=loner))])
    assert (site.directory.domains.value, site.directory.self_may_write.why) == ((), NO_DOMAIN)
    member = loner | {"Domain": "corp.example", "PartOfDomain": True}
    site = merge(site, [facts_from(bundle("ls2.corp.example", win32_computersystem=member))])
    assert not site.directory.domains.known


def test_a_site_is_plain_data() -> None:
    """What is merged can be written and read again."""
    site = merge(Site(name="corp"), [part(file.stem) for file in sorted(FOLDER.glob("*.json"))])
    assert msgspec.json.decode(msgspec.json.encode(site), type=Site) == site
