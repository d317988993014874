"""Licence server: its event log tells of faults.

What it checks: events of the last 14 days before the collection, from the licensing service and, for its database, from ESENT.
Event 44 with error -1316 is left out: Microsoft says that it can be ignored. Events about activation and certificates that an
activation (event 4) followed are left out too.

Why it matters: the service says there what no property shows: a damaged database, users whose attributes it cannot write,
hosts that it turns away.

Example: event 4105 for each user who logs on: the licence server cannot write to Active Directory.

Remedy: each finding says what to do about its event.

Reference: events of Microsoft-Windows-TerminalServices-Licensing; Microsoft Support, KB4078299 (44), KB3167312 (623),
KB2030310 (4105).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from calvox.common.commands import Command
from calvox.common.i18n import Text, t
from calvox.doctor.facts import Event
from calvox.doctor.rule import Found, Rule, View, error, notice, warning

RECENT = 14 * 86_400
"""Seconds before the collection in which an event still matters."""
ACTIVATED = 4
MENDED_BY_ACTIVATION = {17, 18, 19, 39}
IGNORABLE = "-1316"
"""In the text of event 44: JET_errInvalidObject, which Microsoft says to ignore."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an event means."""

    say: Callable[[Text], Found]
    """How bad it is."""
    what: Text
    """What happened, as a sentence."""
    todo: Text
    """What to do, as a sentence."""


_REACTIVATE = t(
    "Reactivate the licence server by telephone; “{open}” prepares it.", open=Command("windows call open", "reactivate")
)
_ACTIVATE = t(
    "Activate the licence server by telephone; “{open}” prepares it.", open=Command("windows call open", "activate")
)
_MORE = t(
    "Compare the packs with the hosts’ mode and version, and install more CALs by telephone: “{call}”.",
    call=Command("windows call"),
)
_PEERS = t("Publish each licence server, or name the others on each; check the ports between them.")
_DATABASE = t("Stop the service, copy the database folder, check the copy with “esentutl /mh” and restore a backup.")
_DIRECTORY = t("Check name resolution and “nltest /dsgetdc:DOMAIN” on the licence server.")
_ADD_HOST = t("Add the host’s computer account to the group RDS Endpoint Servers of the licence server.")
_REMOVE = t("Remove the migrated CALs on the old licence server by hand: they must not be issued twice.")

CERTIFICATE = Meaning(error, t("A certificate of the licence server is not valid."), _REACTIVATE)
NOT_ACTIVATED = Meaning(warning, t("The licence server was not activated."), _ACTIVATE)
TOO_FEW = Meaning(warning, t("There were too few permanent CALs of one kind, or none."), _MORE)
PEERS = Meaning(warning, t("The licence server could not notify another licence server, or not talk to it."), _PEERS)
NO_DIRECTORY = Meaning(warning, t("The licence server could not reach a domain controller."), _DIRECTORY)
NOT_LISTED = Meaning(warning, t("A host was turned away: it is not in the group RDS Endpoint Servers."), _ADD_HOST)
NOT_REMOVED = Meaning(warning, t("CALs were migrated while the old licence server was out of reach."), _REMOVE)

MEANINGS = {
    7: PEERS,
    8: PEERS,
    9: Meaning(error, t("The database file is not valid."), _DATABASE),
    12: Meaning(
        error,
        t("The policy module did not start: every request for a CAL is refused."),
        t("Restart the service; if the event comes back, repair the role Remote Desktop Licensing."),
    ),
    14: Meaning(
        warning,
        t("The licence server could not find its own CALs."),
        t("Check the rights of the service on the database folder, and restart the service."),
    ),
    15: PEERS,
    16: Meaning(
        notice,
        t("An expired CAL could not be returned to the pool."),
        t("Nothing need be done as long as it stays a single event."),
    ),
    17: CERTIFICATE,
    18: NOT_ACTIVATED,
    19: CERTIFICATE,
    20: TOO_FEW,
    21: TOO_FEW,
    22: TOO_FEW,
    26: Meaning(
        error,
        t("All CALs of one kind were removed, as after the replacement of Windows under the database."),
        t(
            "Install the packs again by telephone: “{open}”, with the agreement at hand.",
            open=Command("windows call open", "reinstall"),
        ),
    ),
    39: NOT_ACTIVATED,
    44: Meaning(error, t("The database reported an error."), _DATABASE),
    90: NOT_REMOVED,
    92: NOT_REMOVED,
    93: NOT_REMOVED,
    4100: Meaning(error, t("The database may be damaged."), _DATABASE),
    4105: Meaning(
        warning,
        t("The licensing attributes of a user could not be written."),
        t(
            "Let Terminal Server License Servers, and SELF for hosts of 2019 and newer, read and write the property set Terminal Server License Server of users."
        ),
    ),
    4107: NO_DIRECTORY,
    4108: NO_DIRECTORY,
    4140: NOT_LISTED,
    4141: NOT_LISTED,
}
VERSION_STORE = Meaning(
    error,
    t("The version store of a database is full, as may happen to the licensing service; it may not start."),
    t(
        "Set MaxVerPages, a DWORD from 256 to 2048, under HKLM\\SYSTEM\\CurrentControlSet\\Services\\TermServLicensing\\Parameters, and restart the service."
    ),
)


def meaning(event: Event) -> Meaning | None:
    """Tell what an event of a licence server means; None if it means nothing bad or is somebody else’s."""
    source, text = event.source.lower(), event.text.lower()
    if source == "esent":
        # The service runs within svchost; ESENT names the process first.
        return VERSION_STORE if event.id == 623 and (not text or "svchost" in text or "licens" in text) else None
    if "licensing" not in source or (event.id == 44 and IGNORABLE in text):
        return None
    return MEANINGS.get(event.id)


def check(view: View) -> Iterator[Found]:
    """Find recent events that mean something, each kind once."""
    fact = view.the_server.events
    since = (fact.time or view.site.collected or view.now) - RECENT
    recent = [event for event in fact.value or () if event.time >= since]
    activated = max((e.time for e in recent if e.id == ACTIVATED and "licensing" in e.source.lower()), default=since)
    kinds: dict[tuple[str, int], tuple[Meaning, int]] = {}
    for event in recent:
        means = meaning(event)
        if means is None or (event.id in MENDED_BY_ACTIVATION and event.time < activated):
            continue
        key = (event.source, event.id)
        kinds[key] = (means, event.count + kinds.get(key, (means, 0))[1])
    for (_, number), (means, count) in sorted(kinds.items(), key=lambda kind: kind[0]):
        yield means.say(
            t(
                "{server} logged event {number} within 14 days (count: {count}). {what} {todo}",
                server=view.subject,
                number=number,
                count=count,
                what=means.what,
                todo=means.todo,
            )
        )


RULE = Rule(
    name="server-events",
    about="server",
    needs=("events",),
    title=t("The event log of the licence server tells of faults"),
    remedy=t("Do what the finding says, and read the events themselves: Event Viewer, logs System and Application."),
    check=check,
    reference="Events of Microsoft-Windows-TerminalServices-Licensing",
)
