"""The call sheet as plain data for its template: large groups with the spelling alphabet, boxes to write in."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Any

from calvox.common.i18n import Text, current_language, t
from calvox.windows.bundle import shown
from calvox.windows.calls.saying import SayLine
from calvox.windows.calls.sheet import CallSheet, NoteSlot
from calvox.windows.codes import spelled
from calvox.windows.papers.rows import TO_FILL

LONGEST = 300
"""Characters of one value that are shown."""
LONGEST_GROUP = 10
"""Signs of a group that is spelled."""
FREE_LINES = 2
"""Lines to write on where the length of a code is not published."""
Data = dict[str, Any]


def call_sheet_data(sheet: CallSheet) -> Data:
    """Give the call sheet to its template."""
    number = t("Call {number}", number=sheet.call) if sheet.call else t("not opened yet")
    return {
        "about": _short(sheet.server),
        "lead": str(number),
        "warnings_title": str(t("Before you call")),
        "warnings": _list(sheet.warnings),
        "unknown_title": str(t("Not known")),
        "unknown": _list(sheet.unknown),
        "prepare_title": str(t("Have at hand")),
        "prepare": _list(sheet.prepare),
        "telephones_title": str(t("Whom to call")),
        "telephones": [
            {"number": _short(one.number), "small": " · ".join(_list(filter(None, (one.country, one.hours, one.note))))}
            for one in sheet.telephones
        ],
        "telephone_hint": str(sheet.telephone_hint),
        "telephone_gap": str(t("Number shown by the wizard:")),
        "say_title": str(t("Say, as it is asked")),
        "say": _blocks(sheet.say),
        "note": [_slot(slot) for slot in sheet.note],
        "operator": [str(label) for label in (t("Called on, at"), t("Name of the agent"), t("Reference of the call"))],
        "wizard_title": str(t("By telephone")),
        "wizard": _list(sheet.wizard),
        "web_title": str(t("By a web browser on another PC")),
        "web": _list(sheet.web),
        "to_fill": str(TO_FILL),
    }


def _blocks(lines: Iterable[SayLine]) -> list[Data]:
    """Gather what is said into blocks, in its order: each coded line by itself, the others like the fields of a form."""
    return [
        {"wide": wide, "lines": [_line(line) for line in block]}
        for wide, block in groupby(lines, lambda line: bool(line.groups))
    ]


def _line(line: SayLine) -> Data:
    return {
        "label": str(line.label),
        "article": _short(line.article) if current_language() == "fr" else "",
        "value": _short(line.value),
        "groups": _groups(line.groups),
        "where": _short(line.where),
    }


def _slot(slot: NoteSlot) -> Data:
    return {
        "title": str(t("Note: {label}", label=slot.label)),
        "article": slot.article,
        "groups": slot.groups,
        "size": slot.size,
        "lines": 0 if slot.groups else FREE_LINES,
        "where": str(slot.where),
        "heard": _groups(slot.heard),
        "again": str(t("Read it back group by group, and tick each.")),
    }


def _groups(groups: Sequence[str]) -> list[Data]:
    """Write groups, with the names of their signs if it is a code that is spelled and no plain number."""
    signs = "".join(groups)
    code = signs.isascii() and signs.isalnum() and not signs.isdigit()
    if not code or max(map(len, groups)) > LONGEST_GROUP:
        return [{"text": _short(group), "names": []} for group in groups]
    return [{"text": group, "names": spelled(current_language(), group)} for group in groups]


def _list(texts: Iterable[Text | str]) -> list[str]:
    return [_short(text) for text in texts]


def _short(text: Text | str) -> str:
    return shown(str(text), LONGEST)
