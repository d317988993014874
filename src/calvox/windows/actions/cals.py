"""Issued CALs: revoke one of a device, and have Windows write its report.

Rule: the CAL to revoke is named by its device; if the device has several, by its number too. Which one is never guessed.
"""

from dataclasses import replace

from calvox.common.i18n import Text, t
from calvox.windows.actions.action import Action, Where
from calvox.windows.actions.changing import ISSUED as CLASS
from calvox.windows.actions.changing import REPORT, SERVER
from calvox.windows.actions.hand import Answer, Hand, Remote, answer_of
from calvox.windows.actions.parameters import DEVICE, ISSUED
from calvox.windows.actions.values import State, Values, names_of, number_in, rows_of, text_in
from calvox.windows.readings import number, text, typed
from calvox.windows.visit import CIMV2, Visit

KEYS = ("LicenseId", "KeyPackId", "sIssuedToComputer", "LicenseStatus", "ExpirationDate")
REVOKED = 4
MOST_CALS, MOST_REPORTS = 100, 1_000


def _read(visit: Visit, values: Values) -> State:
    visit.one(CIMV2, SERVER)
    rows = visit.rows(CIMV2, CLASS, f"sIssuedToComputer='{text_in(values, 'device')}'", MOST_CALS)
    return {"Cals": [typed(row, KEYS) for row in rows[:MOST_CALS]]}


def _standing(state: State, values: Values) -> list[State]:
    """List the CALs that are meant and not revoked."""
    issued = number_in(values, "issued")
    rows = rows_of(state, "Cals")
    return [row for row in rows if row.get("LicenseStatus") != REVOKED and issued in (0, row.get("LicenseId"))]


def _revoked(state: State, values: Values) -> bool:
    return bool(rows_of(state, "Cals")) and not _standing(state, values)


def _not_one(state: State, values: Values) -> Text | None:
    found, device = _standing(state, values), text_in(values, "device")
    if not found:
        return t("No device CAL is issued to {device}.", device=device)
    if len(found) > 1:
        numbers = ", ".join(str(row.get("LicenseId")) for row in found)
        return t("{device} has several CALs: {numbers}. Name one with “issued”.", device=device, numbers=numbers)
    return None


def _gone(before: State, after: State, values: Values) -> bool:
    keys = [(row.get("LicenseId"), row.get("KeyPackId")) for row in _standing(before, values)]
    left = [(row.get("LicenseId"), row.get("KeyPackId")) for row in _standing(after, values)]
    return len(keys) == 1 and keys[0] not in left


def _revoke(hand: Hand, values: Values, before: State) -> Answer:
    (row,) = _standing(before, values)
    keys = {"LicenseId": str(row["LicenseId"]), "KeyPackId": str(row["KeyPackId"])}
    answer = hand.change(CIMV2, CLASS, "Revoke", {}, keys)
    allowed = text(answer.get("NextRevokeAllowedOn")) or None
    return answer_of(answer, RevokableCals=number(answer.get("RevokableCals")), NextRevokeAllowedOn=allowed)


def _shows_cals(before: State, after: State) -> Text:
    old, new = _standing(before, {}), _standing(after, {})
    left = [row.get("LicenseId") for row in new]
    gone = [str(row.get("LicenseId")) for row in old if row.get("LicenseId") not in left]
    return t("revoked: {numbers}", numbers=", ".join(gone)) if gone else t("no CAL revoked")


def _reports(visit: Visit, values: Values) -> State:
    visit.one(CIMV2, SERVER)
    names = [text(row.get("FileName")) for row in visit.rows(CIMV2, REPORT)]
    return {"Reports": sorted(name for name in names if name)[:MOST_REPORTS]}


def _new_reports(before: State, after: State) -> list[str]:
    return sorted(set(names_of(after, "Reports")) - set(names_of(before, "Reports")))


def _report(hand: Hand, values: Values, before: State) -> Answer:
    row = hand.change(CIMV2, REPORT, "GenerateReportEx")
    return answer_of(row, FileName=text(row.get("FileName")) or None)


def _shows_reports(before: State, after: State) -> Text:
    new = _new_reports(before, after)
    return t("report {names}", names=", ".join(new)) if new else t("no new report")


REVOKE = Action(
    "revoke-cal",
    t("Revoke a device's CAL"),
    t("The CAL returns to its pack at once; the device asks for another when it next connects."),
    Where.LICENCE_SERVER,
    (f"{CLASS}.Revoke",),
    t("Cannot be undone; the device gets a CAL again when it connects and one is free."),
    _gone,
    _shows_cals,
    parameters=(DEVICE, replace(ISSUED, needed=False)),
    warnings=(
        t("At any time at most 20 % of the CALs of one version may stand revoked; Windows names the day of the next."),
        t("Only CALs per device can be revoked."),
    ),
    holds=_revoked,
    obstacle=_not_one,
    parts=("revoke-cal",),
    remote=Remote(_read, _revoke),
)
MAKE_REPORT = Action(
    "make-report",
    t("Have Windows write a report of CALs"),
    t("The licence server has one more report, which RD Licensing Manager shows, and which the next reading brings."),
    Where.LICENCE_SERVER,
    (f"{REPORT}.GenerateReportEx",),
    t("Delete the report in RD Licensing Manager."),
    lambda before, after, values: bool(_new_reports(before, after)),
    _shows_reports,
    warnings=(t("Per-user CALs are counted in a domain only; it may take minutes in a large one."),),
    parts=("make-report",),
    remote=Remote(_reports, _report),
)
