"""What Windows answered, in plain words, and what to do next.

Rules:
- A code has the meaning that Microsoft documents for it; beside it stands what it means for this action, where that is known.
- What was read back decides: a call without an error that changed nothing is told as such.
- Whatever is unknown is called unknown, with its number.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from calvox.common.commands import Command
from calvox.common.i18n import Text, t
from calvox.windows.actions.action import Action
from calvox.windows.actions.outcome import Verdict
from calvox.windows.actions.values import State, Values
from calvox.windows.moments import moment

Words = tuple[Text, Text]
"""What it means, and what to do next."""

_SURVEY = t("Read the machine again: survey or collector.")
_RIGHTS = t(
    "Do it as a member of the group that this action needs; see the warnings of “{list}”.",
    list=Command("windows act list"),
)
_ROLE = t("Is this the right machine, and is the role installed there? install-role installs it.")
_LOGS = t("Look at the event log of the licensing service on the machine, and try again once.")
_TYPED = t("Compare the code with the recording of the call, group by group, and have doubtful groups read again.")

WBEM: dict[int, Words] = {
    0x80041001: (t("Windows says only that it failed (WBEM_E_FAILED)."), _LOGS),
    0x80041002: (t("What was named does not exist there (WBEM_E_NOT_FOUND)."), _SURVEY),
    0x80041003: (t("Access denied (WBEM_E_ACCESS_DENIED)."), _RIGHTS),
    0x80041004: (t("The licensing provider failed (WBEM_E_PROVIDER_FAILURE)."), t("Is the service TermServLicensing running? start-service starts it.")),
    0x80041005: (t("A value is of the wrong type (WBEM_E_TYPE_MISMATCH)."), _SURVEY),
    0x80041006: (t("The machine has too little memory (WBEM_E_OUT_OF_MEMORY)."), t("Free memory there, and try again.")),
    0x80041008: (t("A value is not right (WBEM_E_INVALID_PARAMETER)."), _SURVEY),
    0x80041009: (t("Something that it needs does not answer (WBEM_E_NOT_AVAILABLE)."), t("Check the domain controller and the other licence server from there.")),
    0x8004100C: (t("This version of Windows cannot do it (WBEM_E_NOT_SUPPORTED)."), t("Do it in RD Licensing Manager.")),
    0x8004100E: (t("The namespace does not exist there (WBEM_E_INVALID_NAMESPACE)."), _ROLE),
    0x8004100F: (t("The object is not valid (WBEM_E_INVALID_OBJECT)."), _SURVEY),
    0x80041010: (t("The class does not exist there (WBEM_E_INVALID_CLASS)."), _ROLE),
    0x80041014: (t("The licensing provider could not start (WBEM_E_INITIALIZATION_FAILURE)."), _LOGS),
    0x80041016: (t("Not possible in this state, or group policy sets it (WBEM_E_INVALID_OPERATION)."), _SURVEY),
    0x80041019: (t("It is there already (WBEM_E_ALREADY_EXISTS)."), _SURVEY),
    0x80041023: (t("The value cannot be changed (WBEM_E_READ_ONLY)."), _SURVEY),
    0x80041024: (t("The provider cannot do it (WBEM_E_PROVIDER_NOT_CAPABLE)."), t("Do it in RD Licensing Manager.")),
    0x80041028: (t("A value is missing (WBEM_E_ILLEGAL_NULL)."), _SURVEY),
    0x8004102B: (t("A value is out of range (WBEM_E_VALUE_OUT_OF_RANGE)."), _SURVEY),
    0x8004102E: (t("This version of Windows has no such method (WBEM_E_INVALID_METHOD)."), t("Do it in RD Licensing Manager.")),
    0x8004102F: (t("The method was given something that it does not take (WBEM_E_INVALID_METHOD_PARAMETERS)."), _SURVEY),
    0x8004103A: (t("What was named is no object there (WBEM_E_INVALID_OBJECT_PATH)."), _SURVEY),
    0x5: (t("Access denied."), _RIGHTS),
    0x80070005: (t("Access denied."), _RIGHTS),
    0x800706BA: (t("Another machine that it needs does not answer (RPC server unavailable)."), t("Check name, firewall and service of the other machine.")),
    0x80338029: (t("Windows did not finish in time."), _SURVEY),
}  # fmt: skip
"""Codes of WMI, and of those Win32 errors that it hands on."""
LICENSING: dict[int, Words] = {
    5001: (t("The licensing service had an internal error."), _LOGS),
    5005: (t("The licensing service lost the conversation (bad handle)."), t("Try again.")),
    5006: (t("The licensing service was asked in the wrong order."), t("Try again.")),
    5007: (t("The licensing service is busy."), t("Try again in a few minutes.")),
    5008: (t("The licensing service has too little memory."), t("Free memory there, and try again.")),
    5009: (t("The licensing service cannot read its data."), t("Check the database: is there an event 9, 4100 or ESENT 623?")),
}  # fmt: skip
"""Codes of Microsoft's licensing library."""
SERVICE: dict[int, Words] = {
    2: (t("The account may not start or change the service."), _RIGHTS),
    3: (t("Other services that depend on it run."), _LOGS),
    5: (t("The service does not accept this now."), t("Try again in a minute.")),
    6: (t("The service has not been started."), _LOGS),
    7: (t("The service did not answer in time."), t("Look in a minute whether it runs.")),
    8: (t("The service failed while it was starting."), _LOGS),
    10: (t("The service runs already."), _SURVEY),
    11: (t("The service's database is locked."), t("Try again in a minute.")),
    13: (t("A service that it needs was not found."), t("Install the role again: install-role.")),
    14: (t("The service is disabled."), t("Set it to start automatically: start-service does both.")),
    15: (t("The service's account cannot sign in."), t("Give it back its own account, NETWORK SERVICE.")),
    21: (t("A value is not right."), _SURVEY),
    22: (t("The service's account is not valid."), t("Give it back its own account, NETWORK SERVICE.")),
}  # fmt: skip
"""Codes of Win32_Service."""
_CODE_REFUSED: Words = (t("Windows does not take the code."), _TYPED)
_OWN: dict[tuple[str, int], Words] = {
    **{
        (name, code): _CODE_REFUSED
        for name in ("activate-server", "reactivate-server", "deactivate-server", "install-pack", "reinstall-pack", "import-pack")
        for code in (0x80041008, 0x8004102B, 0x8004102F)
    },
    **{
        (name, 0x80041019): (t("This pack is installed already."), t("Compare the packs with what was bought before you call again."))
        for name in ("install-pack", "reinstall-pack", "import-pack")
    },
    **{
        (name, 0x80041016): (t("Not possible in this state of the licence server."), t("Is the licence server activated? CALs can be installed only then."))
        for name in ("install-pack", "reinstall-pack", "import-pack")
    },
    ("set-licensing", 0x80041016): (t("Group policy sets mode or licence servers of this host, and wins."), t("Change them in the policy; “{gpo}” writes it.", gpo=Command("windows artefact gpo"))),
    ("join-license-servers-group", 0x80041003): (t("Access denied."), t("Do it as a domain administrator, or add the computer account to the group by hand.")),
    ("publish", 0x80041003): (t("Access denied."), t("Do it as an enterprise administrator.")),
}  # fmt: skip
"""What a code means for one action."""


def words_of(action: Action, code: int) -> Words:
    """Say what a code means for an action, and what to do next."""
    if code == -1:
        return (
            t("There was no answer with a number."),
            t("Read the machine before you do it again; a script has shown its error on the screen."),
        )
    own = _OWN.get((action.name, code))
    if own:
        return own
    table: Mapping[int, Words] = SERVICE if action.name == "start-service" and code < 0x100 else {**WBEM, **LICENSING}
    unknown = t("Windows answered {code}, which is not documented for this.", code=f"0x{code:08X}")
    return table.get(code, (unknown, _LOGS))


def explain(
    action: Action, values: Values, outcome: Verdict, code: int, before: State, after: State | None, now: int
) -> Words:
    """Say what came of an action, and what to do next.

    Args:
        action: what was tried.
        values: what it was given; codes may be marks.
        outcome: what came of it.
        code: what Windows answered.
        before: the values before.
        after: the values after; None: they could not be read.
        now: when it was tried, seconds UTC.
    """
    shown = action.shows(before, after if after is not None else before)
    if outcome == "done":
        return t("Done: {shown}.", shown=shown), _next(action)
    if outcome == "unchanged":
        return t("It was so already: {shown}.", shown=shown), t("Nothing was changed.")
    if outcome == "rehearsed":
        return t("Rehearsed; nothing was changed. Now: {shown}.", shown=shown), t("Do it without rehearsing.")
    if outcome == "unknown":
        return (
            t("Whether it was done is not known: no answer came, and the machine could not be read afterwards."),
            t("Read the machine before you do anything again: survey or collector."),
        )
    if code == 0 and (obstacle := action.obstacle(before, values)) is not None:
        return obstacle, t("Windows was not asked, and nothing was changed.")
    return _failure(action, code, after, shown, now)


def _failure(action: Action, code: int, after: State | None, shown: Text, now: int) -> Words:
    if after is None:
        said, advice = words_of(action, code)
        return t("Failed, and the machine could not be read afterwards: {said}", said=said), advice
    if (day := _next_revocation(after, now)) is not None:
        said = t("At most 20 % of the CALs of one version may stand revoked, and that many do.")
        return said, t("The next one may be revoked on {day}.", day=day)
    if code == 0:
        return t("Windows reported no error, and yet: {shown}.", shown=shown), _LOGS
    return words_of(action, code)


def _next(action: Action) -> Text:
    if action.slot:
        return t("Make a backup, and read the machine again: survey or collector.")
    return _SURVEY


def _next_revocation(after: State, now: int) -> str | None:
    """Give the day of `NextRevokeAllowedOn`, which is valid only if the quota was the reason: then it lies ahead."""
    answer = after.get("Answer")
    written = answer.get("NextRevokeAllowedOn") if isinstance(answer, dict) else None
    time = moment(written) if isinstance(written, str) else None
    return datetime.fromtimestamp(time, UTC).strftime("%Y-%m-%d") if time is not None and time > now else None


def state_text(state: State | None) -> str:
    """Write a state for the journal; empty if there is none."""
    return "" if state is None else json.dumps(state, ensure_ascii=False, sort_keys=True)
