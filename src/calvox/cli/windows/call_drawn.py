"""The sheet of a call to the clearing house on a terminal, and as plain values for a script.

Rules: what came from machines or from site.toml is shown without control characters and never as markup; what is spelled
stands in groups, each sign apart, its name beside it; what is noted has a box for each sign.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text as Styled

from calvox.apps.site.typing import Stage
from calvox.cli.doctor import harmless
from calvox.common.errors import BadInput
from calvox.common.i18n import Language, Text, current_language, t
from calvox.windows.calls.saying import SayLine
from calvox.windows.calls.sheet import CallSheet, NoteSlot
from calvox.windows.codes import spelled

A_ROW = 3
"""Groups of boxes beside one another: these fit 80 columns."""
BLANKS = (12, 12)
"""Rows of boxes for a code whose length is not published."""
EDGES = (("┌", "───", "┬", "┐"), ("│", "   ", "│", "│"), ("└", "───", "┴", "┘"))
"""The three lines of a row of boxes."""


# For a person


def draw_call(screen: Console, sheet: CallSheet) -> None:
    """Draw the whole sheet."""
    number = t("Call {number}: {title}", number=sheet.call, title=sheet.title) if sheet.call else sheet.title
    screen.rule(Styled(harmless(f"{number} · {sheet.server}"), style="bold"), align="left")
    _list(screen, t("Before you call"), sheet.warnings, "!", "bold red")
    _list(screen, t("Not known"), sheet.unknown, "?", "yellow")
    _list(screen, t("Have at hand"), sheet.prepare, "·")
    screen.print(_telephones(sheet))
    for panel in _say(sheet):
        screen.print(panel)
    for slot in sheet.note:
        screen.print(_note(slot))
    _list(screen, t("By telephone"), sheet.wizard, "")
    _list(screen, t("By a web browser on another PC"), sheet.web, "")


def _list(screen: Console, title: Text, lines: Sequence[Text], mark: str, style: str = "") -> None:
    """Draw a list under its title; without a mark its lines are numbered."""
    if not lines:
        return
    table = Table.grid(padding=(0, 1))
    table.add_column(justify="right", min_width=3)
    table.add_column()
    for number, line in enumerate(lines, start=1):
        table.add_row(mark or f"{number}.", Styled(harmless(str(line)), style=style))
    screen.print(Styled(str(title), style="bold"))
    screen.print(table)


def _telephones(sheet: CallSheet) -> Panel:
    lines = [Styled(harmless(" · ".join(filter(None, msgspec.structs.astuple(one))))) for one in sheet.telephones]
    none = Styled(str(t("No number is noted under [[telephones]] in site.toml.")), style="yellow")
    return _panel(t("Whom to call"), Group(*(lines or [none]), Styled(str(sheet.telephone_hint), style="dim")))


def _say(sheet: CallSheet) -> Iterator[Panel]:
    """Draw what is spelled line by line, and the rest as one table."""
    plain = [line for line in sheet.say if not line.groups]
    for line in sheet.say:
        if line.groups:
            yield _panel(_named(t("Say: {label}", label=line.label), line.article), _spelled(line))
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", max_width=30)
    table.add_column(ratio=2)
    table.add_column(style="dim", ratio=3)
    for line in plain:
        value = Styled(harmless(line.value)) if line.value else _blank(line)
        table.add_row(Styled(harmless(str(_named(line.label, line.article)))), value, Styled(harmless(str(line.where))))
    if plain:
        yield _panel(t("Say, as it is asked"), table)


def _blank(line: SayLine) -> Styled:
    return Styled("________", style="yellow" if line.missing else "dim")


def _named(label: Text, article: str) -> Text:
    """Put the French procedure's name beside Microsoft's."""
    return t("{label}, “{article}” in the French procedure", label=label, article=article) if article else label


def _spelled(line: SayLine) -> RenderableType:
    return Group(spelled_groups(line.groups), Styled(harmless(str(line.where)), style="dim"))


def spelled_groups(groups: Sequence[str]) -> Table:
    """Draw groups, a line each: its number, its signs apart, and their names."""
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", style="dim")
    table.add_column(style="bold")
    table.add_column()
    for number, group in enumerate(groups, start=1):
        table.add_row(str(number), harmless("  ".join(group)), names_of(current_language(), group))
    return table


def names_of(language: Language, group: str) -> str:
    """Name the signs of a group; one that has no name stays as it is."""
    return " ".join(name for sign in group for name in _names(language, sign))


def _names(language: Language, sign: str) -> list[str]:
    try:
        return spelled(language, sign)
    except BadInput:
        return [harmless(sign)]


def _note(slot: NoteSlot) -> Panel:
    title = _named(t("Note: {label}", label=slot.label), slot.article)
    where = Styled(str(t("It is typed in: {where}", where=slot.where)), style="dim")
    if slot.heard:
        return _panel(title, Group(Styled(str(t("Heard already:"))), spelled_groups(slot.heard), where))
    if not slot.groups:
        free = Styled(str(t("Its length is not published: note every sign.")))
        return _panel(title, Group(free, *(row for size in BLANKS for row in _boxes([("", size)])), where))
    numbered = [(str(number), slot.size) for number in range(1, slot.groups + 1)]
    rows = [row for at in range(0, slot.groups, A_ROW) for row in _boxes(numbered[at : at + A_ROW])]
    return _panel(title, Group(*rows, where))


def _boxes(groups: list[tuple[str, int]]) -> list[Styled]:
    """Draw a row of groups of boxes, each after its number."""
    return [
        Styled("  ".join(_edge(number if at == 1 else "", size, *edge) for number, size in groups))
        for at, edge in enumerate(EDGES)
    ]


def _edge(number: str, size: int, left: str, fill: str, between: str, right: str) -> str:
    return f"{number:>1} {left}{between.join([fill] * size)}{right}"


def _panel(title: Text, inside: RenderableType) -> Panel:
    return Panel(inside, title=Styled(harmless(str(title)), style="bold"), title_align="left")


def step_after(number: int, stage: Stage) -> Text:
    """Say what comes next."""
    match stage:
        case Stage.OPENED | Stage.TYPING:
            return t("Next: “calvox windows call type {number}”.", number=number)
        case Stage.HEARD:
            return t("Next: “calvox windows call enter {number}”.", number=number)
        case Stage.ENTERED:
            return t("Collect again, then “calvox windows call enter {number} --assistant”.", number=number)
        case Stage.READ_BACK:
            return t("Windows took it. Next: “calvox windows call end {number}”.", number=number)
    return t("This call is ended.")


# For a script


def plain_sheet(sheet: CallSheet) -> dict[str, Any]:
    """Give the sheet to a script."""
    return {
        "call": sheet.call,
        "kind": sheet.kind,
        "title": str(sheet.title),
        "server": sheet.server,
        "say": [_plain(line) for line in sheet.say],
        "note": [_plain(slot) for slot in sheet.note],
        "prepare": [str(line) for line in sheet.prepare],
        "telephones": [msgspec.to_builtins(one) for one in sheet.telephones],
        "telephone_hint": str(sheet.telephone_hint),
        "wizard": [str(line) for line in sheet.wizard],
        "web": [str(line) for line in sheet.web],
        "warnings": [str(line) for line in sheet.warnings],
        "unknown": [str(line) for line in sheet.unknown],
    }


def _plain(line: SayLine | NoteSlot) -> dict[str, Any]:
    """Give a line's fields, its texts as words."""
    fields = {name: getattr(line, name) for name in line.__slots__}
    return {name: str(value) if isinstance(value, Text) else value for name, value in fields.items()}
