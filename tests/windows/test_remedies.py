"""What to do about what the precheck finds: every condition has a remedy, and every command in it is one that there is."""

import re
import shlex

import pytest
from typer.main import get_command

from calvox.cli.windows import app
from calvox.core.purchases import Purchase
from calvox.doctor.facts import Fact, Join, Mode, Site
from calvox.windows.actions.catalogue import ACTIONS
from calvox.windows.artefacts.kit import ARTEFACTS
from calvox.windows.precheck import Condition, precheck
from calvox.windows.remedies import remedy
from tests.doctor.sites import NOW, V2019, changed, healthy, with_host, with_server
from tests.windows.test_precheck import NEEDED, purchase

BOUGHT = purchase()
EMPTY = Purchase(programme="open", cal_type="device", version="2022", quantity=50)
NAMES = {"act": set(ACTIONS), "artefact": {one.name for one in ARTEFACTS}}
"""What may follow a command."""


def conditions(site: Site, *purchases: Purchase) -> dict[str, Condition]:
    """Give the conditions that do not hold, by name."""
    answer = precheck(site, site.licence_servers[0], purchases, NOW)
    return {one.name: one for one in answer.because}


def unread() -> Site:
    """Take away every fact that is needed."""
    site = healthy()
    for path in NEEDED:
        site = changed(site, path, Fact(why="access denied"))
    return site


def stopped(site: Site) -> Site:
    """Let a new, old and lonely licence server have a stopped service, and its host no mode."""
    site = with_server(site, 0, service_state="Stopped", service_start="Manual", backup=False)
    site = changed(site, "licence_servers.0.machine.version", Fact(value=V2019, source="x", time=NOW))
    site = changed(site, "licence_servers.0.machine.join", Fact(value=Join.WORKGROUP, source="x", time=NOW))
    site = changed(site, "licence_servers.0.machine.administrator", Fact(value=False, source="x", time=NOW))
    return with_host(site, 0, mode=Mode.NOT_SET)


STATES = {
    "unread": (unread(), (BOUGHT,)),
    "stopped": (stopped(healthy()), (BOUGHT,)),
    "nothing bought": (with_host(healthy(), 0, servers=()), ()),
    "no numbers": (healthy(), (EMPTY,)),
    "hosts that name another": (with_host(with_host(healthy(), 0, servers=()), 1, servers=()), (BOUGHT,)),
    "older CALs": (healthy(), (purchase(version="2016"),)),
}


def told(name: str) -> dict[str, str]:
    """Say the remedies of a state."""
    site, purchases = STATES[name]
    found = conditions(site, *purchases)
    return {key: str(remedy(one, site, purchases)) for key, one in found.items()}


@pytest.mark.parametrize("name", STATES)
def test_every_condition_has_a_remedy_with_commands_that_there_are(name: str) -> None:
    """Their options too; and no remedy is asked for what holds."""
    remedies = told(name)
    assert remedies
    for text in remedies.values():
        assert text != "None"
        for command in re.findall(r"“calvox windows ([^”]+)”", text):
            noun, *words = shlex.split(command)
            known = get_command(app).commands[noun]  # type: ignore[attr-defined]
            options = {option for one in known.params for option in one.opts}
            assert {word for word in words if word.startswith("--")} <= options, command
            assert noun not in NAMES or words[0] in NAMES[noun], command


def test_what_holds_needs_none() -> None:
    """Whatever it is."""
    answer = precheck(healthy(), healthy().licence_servers[0], (BOUGHT,), NOW)
    assert [remedy(one, healthy(), (BOUGHT,)) for one in answer.conditions] == [None] * len(answer.conditions)


def test_the_machines_and_the_mode_are_named() -> None:
    """The licence server, the hosts, and the mode of what was bought."""
    server = healthy().licence_servers[0].machine.name
    assert f"start-service --machine {server}”" in told("stopped")["service-running"]
    assert f"--server {server} --made" in told("stopped")["backup"]
    hosts = told("hosts that name another")["hosts"]
    assert all(host.machine.name in hosts for host in healthy().session_hosts)
    assert f"--mode user --servers {server}”" in hosts
    assert "--mode user”" in told("stopped")["cal-fits-mode"]
    assert "site.toml" in told("nothing bought")["purchases"]


def test_what_no_command_does_is_said() -> None:
    """Older CALs, an older licence server, per-user CALs in a workgroup, papers that are not there."""
    assert "exchanged" in told("older CALs")["cal-serves-host"]
    assert "calvox windows migrate" in told("stopped")["server-holds-cal"]
    assert "per device" in told("stopped")["per-user-in-domain"]
    assert "papers = true" in told("no numbers")["papers"]


def test_what_is_unknown_is_read_first() -> None:
    """By an administrator."""
    remedies = told("unread")
    for name in ("administrator", "fresh", "service-running", "server-holds-cal", "per-user-in-domain"):
        assert "calvox windows survey" in remedies[name], name
