"""Session host: Windows recorded licensing events lately.

What it checks: events of the session host's own sources (RemoteConnectionManager, TermService) in the 14 days before they
were collected: 1004, 1011, 1028, 1043, 1061, 1068, 1069, 1128-1133. Each is explained. Those that say that licensing as a
whole does not work are a mere notice where by now it does.

Why it matters: these events are the host's own word for why users were refused, often before anyone complains.

Example: event 1131 every few minutes: the licence server cannot be contacted.

Remedy: mend what the other findings of the host name; the text of the event says where to look.

Reference: the provider's manifest; Microsoft Learn, “Guidelines for troubleshooting RDS licensing”.
"""

from collections.abc import Callable, Iterator

from calvox.common.i18n import Text, t
from calvox.doctor.facts import Event
from calvox.doctor.licensing import is_session_host, licensing_works
from calvox.doctor.rule import Found, Rule, View, error, notice, warning

RECENT = 14 * 86_400
SOURCES = ("remoteconnectionmanager", "termservice")
ERROR_BITS = 0xC000
"""Logs of 2019 and newer give event 1130 as 50282: the number of its message, whose top bits say that it is an error."""
AS_A_WHOLE = (1043, 1068, 1069, 1128, 1129, 1130, 1131)
"""Events that speak of the whole host, and are history once licensing works."""

EVENTS: dict[int, tuple[Callable[[Text], Found], Text]] = {
    1004: (
        warning,
        t("It could not issue a CAL to a client: see that CALs are free and that the client can store its own."),
    ),
    1011: (
        warning,
        t("A temporary CAL had expired and the client was refused: no permanent CAL of the right version was free."),
    ),
    1028: (
        warning,
        t("A client's CAL could not be renewed: see that the licence server is reached and CALs are free."),
    ),
    1043: (error, t("It is not in RDS Endpoint Servers on the licence server: add its computer account there.")),
    1061: (warning, t("It could not read a user's CAL in Active Directory: see that a domain controller answers.")),
    1068: (error, t("The licensing mode is not set.")),
    1069: (error, t("The grace period is over, and the licensing mode is not set.")),
    1128: (error, t("The grace period is over, and no licence server with CALs is there.")),
    1129: (warning, t("The grace period is about to end.")),
    1130: (error, t("No licence server is named.")),
    1131: (error, t("A licence server could not be contacted.")),
    1132: (error, t("The licence server does not support this version of Windows.")),
    1133: (error, t("A certificate that the licence server issued is not valid.")),
}
"""What each event means, and how bad it is."""


def check(view: View) -> Iterator[Found]:
    """Find the newest of each event, if it is recent."""
    newest = _newest(view)
    works = licensing_works(view) if newest else None
    for number, event in sorted(newest.items()):
        level, meaning = EVENTS[number]
        over = works is True and number in AS_A_WHOLE
        days = max(0, (_read(view) - event.time) // 86_400)
        text = t(
            "{host} recorded event {number}, last {days} days before it was read. {meaning}",
            host=view.subject,
            number=number,
            days=days,
            meaning=meaning,
        )
        yield notice(text) if over else level(text)


def _newest(view: View) -> dict[int, Event]:
    own = [event for event in view.the_host.events.value or () if _number(event) in EVENTS and _is_ours(event)]
    recent = [event for event in own if event.time > _read(view) - RECENT]
    return {_number(event): event for event in sorted(recent, key=lambda event: event.time)}


def _number(event: Event) -> int:
    return event.id - ERROR_BITS if event.id >= ERROR_BITS else event.id


def _is_ours(event: Event) -> bool:
    return any(source in event.source.lower() for source in SOURCES)


def _read(view: View) -> int:
    return view.the_host.events.time or view.site.collected or view.now


RULE = Rule(
    name="host-events",
    about="host",
    needs=("application_mode", "events"),
    title=t("Windows recorded licensing events lately"),
    remedy=t(
        "Mend what the other findings of this host name. To read the events: Get-WinEvent -LogName System -MaxEvents 5000, and look for the sources TermService and TerminalServices-RemoteConnectionManager."
    ),
    check=check,
    applies=is_session_host,
    reference="Microsoft Learn, “Guidelines for troubleshooting RDS licensing”",
)
