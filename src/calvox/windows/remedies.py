"""What to do about each condition of the precheck that does not hold, with the command that does it.

Rules: a remedy names commands that there are, and the machines that are meant; where nothing is known of a machine, reading it
comes first. What must be bought or decided is said, for no command does that.
"""

from collections.abc import Sequence

from calvox.common.commands import Command
from calvox.common.i18n import Text, t
from calvox.core.purchases import Purchase, types_bought
from calvox.doctor.facts import Site
from calvox.doctor.licensing import listed
from calvox.windows.precheck import Condition, State

OF_PURCHASES = ("purchases", "numbers")
SERVICE = ("service-running", "service-automatic")


def remedy(condition: Condition, site: Site, purchases: Sequence[Purchase]) -> Text | None:
    """Say what to do about a condition; None if it holds."""
    if condition.state is State.HOLDS:
        return None
    if condition.name in OF_PURCHASES:
        return t("Fill in or correct [[purchases]] in site.toml.")
    if condition.name == "papers":
        return t("Lay it ready, then write “papers = true” under [[purchases]] in site.toml.")
    if condition.name == "backup":
        return _backup(condition.subject)
    if condition.name == "hosts":
        return _hosts(condition.subject, site, purchases)
    if condition.state is State.UNKNOWN or condition.name in ("administrator", "fresh"):
        return t(
            "Read {name} as an administrator: “{survey}”, or the collector.",
            name=condition.subject,
            survey=Command("windows survey", condition.subject),
        )
    if condition.name in SERVICE:
        return t("Start it: “{act}”.", act=Command("windows act start-service", f"--machine {condition.subject}"))
    return _unfit(condition, purchases)


def _backup(server: str) -> Text:
    return t(
        "Make one and test it; “{backup}” writes the script. Then: “{backup_tested}”.",
        backup=Command("windows artefact backup"),
        backup_tested=Command("windows backup-tested", f"--server {server} --made YYYY-MM-DD"),
    )


def _hosts(server: str, site: Site, purchases: Sequence[Purchase]) -> Text:
    """Tell the hosts that were collected, and how they are told their licence server."""
    hosts = sorted(host.machine.name for host in site.session_hosts if host.application_mode.value is not False)
    if not hosts:
        return t("Read the session hosts: “{survey}”, or the collector.", survey=Command("windows survey", "HOST…"))
    return t(
        "Tell each host its licence server: “{act}”. Hosts: {hosts}. Or by policy: “{gpo}”.",
        hosts=listed(hosts),
        act=Command("windows act set-licensing", f"--machine {hosts[0]} --mode {_mode(purchases)} --servers {server}"),
        gpo=Command("windows artefact gpo"),
    )


def _unfit(condition: Condition, purchases: Sequence[Purchase]) -> Text:
    match condition.name:
        case "cal-fits-mode":
            return t(
                "Set the mode of the CALs that were bought: “{act}”; or correct [[purchases]] in site.toml.",
                act=Command("windows act set-licensing", f"--machine {condition.subject} --mode {_mode(purchases)}"),
            )
        case "cal-serves-host":
            return t("These CALs would not serve it: have them exchanged, or correct [[purchases]] in site.toml.")
        case "server-holds-cal":
            return t("Set up a newer licence server; “{migrate}” plans it.", migrate=Command("windows migrate"))
    return t("Buy CALs per device, or join the licence server to a domain.")


def _mode(purchases: Sequence[Purchase]) -> str:
    """Name the mode of what was bought, or both."""
    types = types_bought(purchases)
    return types.pop().label if len(types) == 1 else "device|user"
