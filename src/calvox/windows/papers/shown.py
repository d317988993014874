"""Papers as plain data for their templates: every word and value as text in the current language, times in the site's zone.

Rules: nothing here decides; the templates draw and hold no words. What is not known gets `to_fill` and room to write; lists
that could grow with the site are cut, and say so.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from calvox.common.clock import show_date, show_time
from calvox.common.i18n import current_language, t
from calvox.windows.bundle import shown
from calvox.windows.checklist import Checklist, Item, State
from calvox.windows.checklist_facts import Seen
from calvox.windows.codes import groups
from calvox.windows.evidence import by_reading
from calvox.windows.papers.call_table import CHECKS, HOW, CallTable, Step, label_of, title_of
from calvox.windows.papers.rows import TO_FILL, Row, Value, Worded, Words
from calvox.windows.papers.tracking import Tracking
from calvox.windows.record import Call, Code

LONGEST = 300
"""Characters of one value that are shown."""
MOST_SEEN = 6
"""What is shown of one item: everything that is not proven comes first."""
MOST_ROWS = 60
"""Values of one element, and calls, that are shown."""
STATES = {
    State.PROVEN: ("yes", t("proven")),
    State.OPEN: ("no", t("open")),
    State.NOT_COLLECTED: ("unknown", t("not collected")),
}
ANSWERS = {True: State.PROVEN, False: State.OPEN, None: State.NOT_COLLECTED}
SIGNED = (t("Checked by"), t("Date"), t("Signature"))
TRACKING = Worded("Fiche de suivi interne", t("Internal tracking sheet"))
CHECKLIST = Worded("Checklist complète pour une activation réussie", t("Checklist for a successful activation"))
CALL_TABLE = Worded("Tableau récapitulatif de l’appel téléphonique", t("The telephone call at a glance"))
Data = dict[str, Any]


# Tracking sheet


def tracking_data(sheet: Tracking, zone: ZoneInfo) -> Data:
    """Give the tracking sheet to its template."""
    return {
        "about": _short(sheet.server),
        "columns": [str(Worded("Élément", t("Element"))), str(Worded("Valeur", t("Value")))],
        "rows": [_row(row, zone) for row in sheet.rows],
        "calls_title": str(t("Calls to Microsoft’s clearing house, and codes")),
        "calls": [_call(call, zone) for call in sheet.calls[-MOST_ROWS:]],
        "no_calls": str(t("No call stands in the journal.")),
        **_common(),
    }


def _row(row: Row, zone: ZoneInfo) -> Data:
    values = _values(row.values[:MOST_ROWS], zone)
    more = len(row.values) - len(values)
    where = str(row.where) if row.where else ""
    return {
        "element": str(row.element),
        "values": values,
        "more": str(t("and {count} more", count=more)) if more else "",
        "where": where,
    }


def _values(values: Sequence[Value], zone: ZoneInfo) -> list[Data]:
    """Show values; of several in a row that were read alike, the last says so."""
    told = [_value(one, zone) for one in values]
    for one, following in pairwise(told):
        if one["small"] == following["small"] and not one["note"]:
            one["small"] = ""
    return told


def _value(one: Value, zone: ZoneInfo) -> Data:
    installed = ""
    if one.installed:
        installed = str(t("installed {day}", day=show_date(one.installed, zone)))
    when = show_time(one.time, zone) if one.time else ""
    return {
        "text": _short(one.text),
        "known": one.known,
        "fixed": one.fixed,
        "small": " · ".join(part for part in (_short(one.source), when) if part),
        "note": _short(one.note),
        "installed": installed,
        "undated": str(t("installed:")) if one.installed == 0 else "",
    }


def _call(call: Call, zone: ZoneInfo) -> Data:
    ended = {"done": t("done"), "given-up": t("given up")}.get(call.outcome, call.outcome)
    lines = [t("opened {when} by {by}", when=show_time(call.opened, zone), by=_short(call.by))]
    if call.outcome:
        lines.append(t("ended {when}: {outcome}", when=show_time(call.ended, zone), outcome=ended))
    else:
        lines.append(t("not ended yet"))
    return {
        "title": str(t("Call {number}: {what}", number=call.call, what=title_of(call))),
        "lines": [str(line) for line in lines],
        "note": _short(call.note),
        "codes": [_code(code, zone, ended=bool(call.outcome)) for code in call.codes[-MOST_ROWS:]],
    }


def _code(code: Code, zone: ZoneInfo, *, ended: bool) -> Data:
    heard = t(
        "heard {when} by {by}, {check}",
        when=show_time(code.heard, zone),
        by=_short(code.by),
        check=CHECKS.get(code.check, code.check),
    )
    entered = t("Windows did not take it, or was not given it") if ended else t("not entered into Windows yet")
    if code.entered:
        entered = t("entered {when}, {how}", when=show_time(code.entered, zone), how=HOW.get(code.how, code.how))
    return {
        "label": _short(label_of(code)),
        "groups": [_short(group) for group in groups(code.code)],
        "lines": [str(heard), str(entered)],
        "read_back": _short(code.read_back),
    }


# Checklist


def checklist_data(checklist: Checklist, zone: ZoneInfo) -> Data:
    """Give the checklist to its template."""
    every = (*checklist.items, *checklist.checks)
    proven = sum(item.state is State.PROVEN for item in every)
    parts = [
        {"title": "", "items": [_item(item, zone) for item in checklist.items]},
        {
            "title": str(Worded("Vérifications post-activation", t("Checks after the activation"))),
            "items": [_item(item, zone) for item in checklist.checks],
        },
    ]
    lead = t("{proven} of {count} items are proven.", proven=proven, count=len(every))
    legend = [{"mark": mark, "text": str(text)} for mark, text in STATES.values()]
    return {"about": _short(checklist.server), "lead": str(lead), "legend": legend, "parts": parts, **_common()}


def _item(item: Item, zone: ZoneInfo) -> Data:
    mark, word = STATES[item.state]
    chosen = _first(item.seen)
    more = len(item.seen) - len(chosen)
    return {
        "title": item.article if current_language() == "fr" else str(item.title),
        "mark": mark,
        "state": str(word),
        "seen": [_seen(one, zone) for one in chosen],
        "more": str(t("and {count} more, see “calvox windows checklist”", count=more)) if more else "",
    }


def _seen(one: Seen, zone: ZoneInfo) -> Data:
    mark, word = STATES[ANSWERS[one.good]]
    return {"mark": mark, "word": str(word), "text": _short(one.text), "small": _read(one, zone)}


def _first(seen: Sequence[Seen]) -> list[Seen]:
    """Choose what is shown, in its order: what is not proven before what is."""
    order = sorted(range(len(seen)), key=lambda at: (seen[at].good is True, at))
    return [seen[at] for at in sorted(order[:MOST_SEEN])]


def _read(seen: Seen, zone: ZoneInfo) -> list[str]:
    """Write the facts of what was seen, a line for each machine and time."""
    lines = []
    for (subject, time), facts in by_reading(seen.evidence).items():
        when = show_time(time, zone) if time else str(t("never read"))
        lines.append(_short(f"{subject}, {when}: {', '.join(facts)}"))
    return lines[:MOST_SEEN]


# Call table


def call_table_data(table: CallTable, zone: ZoneInfo) -> Data:
    """Give the call table to its template."""
    call = table.call
    lead = t("No call stands in the journal.")
    if call:
        lead = t("Call {number}: {what}", number=call.call, what=title_of(call))
    return {
        "about": _short(table.server),
        "lead": str(lead),
        "columns": [
            str(Worded("Étape", t("Step"))),
            str(Worded("Action", t("What is done"))),
            str(Worded("Résultat attendu", t("Expected result"))),
            str(t("As it stands")),
        ],
        "steps": [_step(step, zone) for step in table.steps],
        "parameters_title": str(Worded("Paramètres à fournir", t("What must be told"))),
        "parameter_columns": [
            str(Worded("Paramètre à fournir", t("What"))),
            str(Worded("Où le trouver", t("Where it is found"))),
            str(Worded("Valeur", t("Value"))),
        ],
        "parameters": [_row(row, zone) for row in table.parameters],
        **_common(),
    }


def _step(step: Step, zone: ZoneInfo) -> Data:
    mark, word = STATES[step.state]
    return {
        "step": str(step.step),
        "action": str(step.action),
        "expected": str(step.expected),
        "mark": mark,
        "state": str(word),
        "seen": _values(step.seen[:MOST_SEEN], zone),
    }


# Common


def _common() -> Data:
    return {"to_fill": str(TO_FILL), "signed": [str(label) for label in SIGNED]}


def _short(text: Words) -> str:
    return shown(str(text), LONGEST)
