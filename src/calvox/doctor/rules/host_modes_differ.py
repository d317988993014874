"""Session hosts: hosts of one licence server are in different modes.

What it checks: the modes of all session hosts that name the same licence server.

Why it matters: a person who works on both hosts needs a CAL of each type, and counts become hard to defend in an audit. It
is allowed where it is meant.

Example: two hosts are in Per User mode; the third was set to Per Device in a hurry.

Remedy: give the hosts of one perimeter one mode, best by one policy, or note why not.

Reference: Microsoft Learn, “License your RDS deployment with client access licenses”.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.facts import Mode, SessionHost, short_name
from calvox.doctor.licensing import PRODUCTS, listed
from calvox.doctor.rule import Found, Rule, View, cannot_tell, warning


def check(view: View) -> Iterator[Found]:
    """Compare the hosts of each licence server."""
    hosts = _hosts(view)
    unknown = [host for host in hosts if None in (host.mode.value, host.servers.value, host.application_mode.value)]
    if unknown:
        names = listed(host.machine.name for host in unknown)
        yield cannot_tell(t("Mode or licence server was not collected of {hosts}", hosts=names))
    for name, of_server in _by_server(hosts).items():
        by_mode = {mode: [h.machine.name for h in of_server if h.mode.value is mode] for mode in PRODUCTS}
        if all(by_mode.values()):
            yield warning(
                t(
                    "Hosts of {server} differ in mode: per device {devices}; per user {users}",
                    server=name,
                    devices=listed(by_mode[Mode.DEVICE]),
                    users=listed(by_mode[Mode.USER]),
                )
            )


def _hosts(view: View) -> list[SessionHost]:
    return [host for host in view.site.session_hosts if host.application_mode.value is not False]


def _by_server(hosts: list[SessionHost]) -> dict[str, list[SessionHost]]:
    found: dict[str, list[SessionHost]] = {}
    for host in hosts:
        for name in sorted({short_name(name) for name in host.servers.value or ()}):
            found.setdefault(name, []).append(host)
    return found


RULE = Rule(
    name="host-modes-differ",
    about="site",
    needs=(),
    title=t("Hosts of one licence server are in different modes"),
    remedy=t(
        "Give the hosts one mode, best by one policy (“Set the Remote Desktop licensing mode”) on all of them. If both modes are meant, see that packs of both types are installed, and note the reason."
    ),
    check=check,
    applies=lambda view: len(_hosts(view)) > 1,
    reference="Microsoft Learn, “License your RDS deployment with client access licenses”",
)
