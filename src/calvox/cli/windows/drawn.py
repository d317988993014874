"""Acceptance, checklist and use of a Windows site, as tables for a person and as plain values for a script.

Rules:
- Texts and names may come from other people's machines: they are shown without control characters and never as markup.
- In French the checklist keeps the procedure's own words.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text as Styled

from calvox.cli.doctor import harmless
from calvox.cli.session import grid, settings
from calvox.common.clock import show_time, utc
from calvox.common.i18n import Text, current_language, t
from calvox.core.products import cal_type_named
from calvox.windows.checklist import Checklist, Item, State
from calvox.windows.checklist_facts import Seen
from calvox.windows.evidence import Acceptance, Evidence, Verdict, by_reading
from calvox.windows.usage_model import Change, PacksRead, Pool, Series, Usage
from calvox.windows.usage_shown import sparkline

BAR = 20
"""Characters of a bar at full use."""
MOST = 5
"""Proven facts of one item that are shown one by one."""
VERDICTS = {
    Verdict.PROVEN: (t("proven"), "green"),
    Verdict.FAILED: (t("failed"), "bold red"),
    Verdict.NOT_COLLECTED: (t("not collected"), "yellow"),
}
STATES = {
    State.PROVEN: (t("proven"), "green"),
    State.OPEN: (t("open"), "bold red"),
    State.NOT_COLLECTED: (t("not collected"), "yellow"),
}
MARKS = {True: "✓", False: "✗", None: "?"}
KINDS = {
    "built-in": t("built-in"),
    "temporary": t("temporary"),
    "ended": t("ended"),
    "not-counted": t("not counted by Windows"),
}


# Acceptance


def draw_acceptance(screen: Console, acceptance: Acceptance) -> None:
    """Draw every condition, then the answer."""
    title = t("Acceptance of {server}", server=harmless(acceptance.server))
    table = _lines(title, t("State"), t("About"), t("Condition, and the facts that tell"))
    for condition in acceptance.conditions:
        told = _told(condition.text, condition.evidence)
        table.add_row(_word(VERDICTS[condition.verdict]), Styled(harmless(condition.subject)), told)
    screen.print(table)
    answers = {
        Verdict.PROVEN: t("Accepted: everything is proven."),
        Verdict.FAILED: t("Not accepted: something failed."),
        Verdict.NOT_COLLECTED: t("Not accepted yet: not everything was collected."),
    }
    verdict = Verdict.PROVEN if acceptance.accepted else acceptance.verdict
    screen.print(str(answers[verdict]), style=VERDICTS[verdict][1], markup=False)


def plain_acceptance(acceptance: Acceptance) -> dict[str, Any]:
    """Give the acceptance to a script."""
    conditions = [
        {
            "name": condition.name,
            "subject": condition.subject,
            "verdict": condition.verdict.value,
            "text": str(condition.text),
            "evidence": [_plain(one) for one in condition.evidence],
        }
        for condition in acceptance.conditions
    ]
    return {
        "server": acceptance.server,
        "mode": acceptance.mode.value,
        "accepted": acceptance.accepted,
        "verdict": acceptance.verdict.value,
        "conditions": conditions,
    }


# Checklist


def draw_checklist(screen: Console, checklist: Checklist) -> None:
    """Draw both lists, then how far they are."""
    parts = ((t("Checklist for {server}", server=harmless(checklist.server)), checklist.items),)
    for title, items in (*parts, (t("Checks after the activation"), checklist.checks)):
        table = _lines(title, t("State"), t("No."), t("Item, and the facts that tell"))
        for number, item in enumerate(items, start=1):
            told = Styled(item.article if current_language() == "fr" else str(item.title), style="bold")
            for seen in _few(item.seen):
                told.append(f"\n{MARKS[seen.good]} ").append_text(_told(seen.text, seen.evidence))
            if more := len(item.seen) - len(_few(item.seen)):
                told.append(f"\n{MARKS[True]} ").append(str(t("Proven too, and not shown: {count}", count=more)))
            table.add_row(_word(STATES[item.state]), str(number), told)
        screen.print(table)
    every = (*checklist.items, *checklist.checks)
    proven = sum(item.state is State.PROVEN for item in every)
    text = t("{proven} of {count} items are proven.", proven=proven, count=len(every))
    screen.print(f"{_bar(proven, len(every))} {text}", style="green" if checklist.complete else "yellow", markup=False)


def _few(seen: Sequence[Seen]) -> list[Seen]:
    """Choose what a person is shown: everything that is not proven, and some of the rest."""
    proven = [one for one in seen if one.good][:MOST]
    return [one for one in seen if not one.good or any(one is other for other in proven)]


def plain_checklist(checklist: Checklist) -> dict[str, Any]:
    """Give the checklist to a script."""
    return {
        "server": checklist.server,
        "complete": checklist.complete,
        "items": [_plain_item(item) for item in checklist.items],
        "checks": [_plain_item(item) for item in checklist.checks],
    }


def _plain_item(item: Item) -> dict[str, Any]:
    seen = [
        {"good": one.good, "text": str(one.text), "evidence": [_plain(fact) for fact in one.evidence]}
        for one in item.seen
    ]
    title = str(item.title)
    return {"name": item.name, "state": item.state.value, "title": title, "article": item.article, "seen": seen}


# Use


def draw_usage(screen: Console, report: Usage) -> None:
    """Draw the newest packs with what changed since the first reading, holders, and what is not known."""
    for read in report.latest:
        screen.print(_pools(report, read))
        for one in read.apart:
            values = {"kind": KINDS.get(one.kind, one.kind), "version": one.version, "issued": one.issued}
            _say(screen, t("Apart, {kind} ({version}): {issued} issued", **values), "dim")
    if report.holders:
        screen.print(_holders(report))
    for gap in report.unknown:
        values = {"server": gap.server, "fact": gap.fact, "why": gap.why}
        _say(screen, t("Not known of {server}: {fact} ({why})", **values), "yellow")
    if not report.packs and not report.unknown:
        _say(screen, t("No licence server was collected."), "yellow")
    if report.over_use:
        _say(screen, t("CALs issued beyond what was bought: {count}", count=report.over_use), "bold red")


def plain_usage(report: Usage) -> dict[str, Any]:
    """Give the report to a script."""
    told: dict[str, Any] = msgspec.to_builtins(report)
    return told | {"over_use": report.over_use}


def _pools(report: Usage, read: PacksRead) -> Table:
    when = show_time(read.time, settings().zone)
    title = Styled(harmless(str(t("Packs of {server}, {when}", server=read.server, when=when))))
    columns = (
        t("Type"),
        t("Version"),
        t("Total"),
        t("Issued"),
        t("Free"),
        t("Over-use"),
        t("Use"),
        t("Growth"),
        t("Shape"),
    )
    table = grid(None, *columns)
    table.title = title
    for pool in read.pools:
        key = (read.server, pool.cal_type, pool.version)
        change = next((c for c in report.overall if (c.server, c.cal_type, c.version) == key), None)
        line = next(
            (s for s in report.series if (s.server, s.cal_type, s.version, s.measure) == (*key, "issued")), None
        )
        table.add_row(*_cells(pool, change, line), style="red" if pool.over_use else None)
    return table


def _cells(pool: Pool, change: Change | None, line: Series | None) -> list[str]:
    numbers = (pool.total, pool.issued, pool.free, pool.over_use)
    since = f"{change.issued:+d}" if change and change.until > change.since else "–"
    kind = str(cal_type_named(pool.cal_type).text)
    return [kind, pool.version, *map(str, numbers), _bar(pool.issued, pool.total), since, _shape(line)]


def _holders(report: Usage) -> Table:
    columns = (t("Licence server"), t("List"), t("Read"), t("Rows"), t("Temporary"), t("Ended"), t("Shape"))
    table = grid(t("Who holds CALs"), *columns)
    for read in {(one.server, one.cal_type): one for one in report.holders}.values():
        kind = t("per-user report") if read.cal_type == "user" else t("device CALs")
        key = (read.server, read.cal_type, "holders")
        line = next((s for s in report.series if (s.server, s.cal_type, s.measure) == key), None)
        numbers = map(str, (read.rows, read.temporary, read.ended))
        when = show_time(read.time, settings().zone)
        table.add_row(Styled(harmless(read.server)), str(kind), when, *numbers, _shape(line))
    return table


def _shape(line: Series | None) -> str:
    return sparkline(line.values, 16) if line and len(line.points) > 1 else ""


# Common


def _lines(title: Text, *columns: Text) -> Table:
    table = grid(None, *columns)
    table.title = Styled(str(title))
    table.show_lines = True
    for column in table.columns:
        column.overflow = "fold"
    return table


def _word(named: tuple[Text, str]) -> Styled:
    return Styled(str(named[0]), style=named[1])


def _told(text: Text, evidence: tuple[Evidence, ...]) -> Styled:
    """Write what was found, and under it the facts that tell: one line for each machine and time."""
    told = Styled(harmless(str(text)))
    for (subject, time), facts in by_reading(evidence).items():
        when = show_time(time, settings().zone) if time else str(t("never read"))
        told.append(harmless(f"\n  · {subject}, {when}: {', '.join(facts)}"), style="dim")
    return told


def _plain(one: Evidence) -> dict[str, Any]:
    time = utc(one.time) if one.time else None
    return {"subject": one.subject, "fact": one.fact, "source": one.source, "time": time}


def _bar(issued: int, total: int) -> str:
    filled = BAR if issued >= total > 0 else BAR * issued // total if total > 0 else BAR if issued else 0
    return "█" * filled + "░" * (BAR - filled) + ("▶" if issued > total else "")


def _say(screen: Console, text: Text, style: str) -> None:
    screen.print(harmless(str(text)), style=style, markup=False)
