"""Use over time, shown: a line of blocks for a terminal, a chart for a page, rows for a spreadsheet.

Rules:
- Names come from other people's machines. In the chart they are escaped; in CSV a text that a spreadsheet would compute gets
  an apostrophe; what a screen must not be given is taken out everywhere.
- The chart is one SVG element without script, style sheet or address, told apart by dashes as well as by colours, with a title
  and a description for those who cannot see it.
- Its scale begins at 0, so that heights can be compared. The line of blocks shows a shape alone: lowest to highest.
"""

import html
from collections.abc import Callable, Iterator, Sequence

from calvox.common.clock import utc
from calvox.common.i18n import Text, t
from calvox.common.spreadsheets import csv_lines
from calvox.core.products import cal_type_named
from calvox.windows.bundle import shown
from calvox.windows.usage_model import Series, Usage

BLOCKS = "▁▂▃▄▅▆▇█"
COLOURS = ("#0b5394", "#b45f06", "#38761d", "#741b47", "#134f5c", "#4c1130")
DASHES = ("", "6 3", "2 3", "8 3 2 3", "12 4", "1 4")
WIDTH, PLOT, LINE = 640, 200, 18
LEFT, TOP, RIGHT = 56, 28, 16
HEADER = ("time", "server", "what", "type", "version", "total", "issued", "free", "over_use", "source")
MOST = 500
"""Characters of a name that are shown."""
Cell = str | int | None


def sparkline(values: Sequence[int | None], most: int = 40) -> str:
    """Draw the shape of a series, the newest last; a value that is not known is a blank."""
    values = values[-most:]
    known = [value for value in values if value is not None]
    if not known:
        return " " * len(values)
    low, span = min(known), max(known) - min(known)
    return "".join(" " if v is None else BLOCKS[(v - low) * (len(BLOCKS) - 1) // span if span else 0] for v in values)


# CSV


def rows(report: Usage) -> Iterator[tuple[Cell, ...]]:
    """List every reading as plain cells in the order of `HEADER`."""
    for read in report.packs:
        beginning, source = (utc(read.time), _plain(read.server)), _plain(read.source)
        for pool in read.pools:
            numbers = (pool.total, pool.issued, pool.free, pool.over_use)
            yield (*beginning, "pool", pool.cal_type, _plain(pool.version), *numbers, source)
        for one in read.apart:
            yield (*beginning, one.kind, None, _plain(one.version), None, one.issued, None, None, source)
    for held in report.holders:
        what = "user report" if held.cal_type == "user" else "device rows"
        named = (utc(held.time), _plain(held.server), what, held.cal_type, None)
        yield (*named, None, held.rows, None, None, _plain(held.source))


def _plain(name: str) -> str:
    return shown(name, MOST)


def to_csv(report: Usage) -> str:
    """Write the rows as CSV (RFC 4180)."""
    return b"".join(csv_lines(HEADER, rows(report))).decode()


# The chart


def line_chart(
    title: Text | str, series: Sequence[Series], *, name: str = "chart", day: Callable[[int], str] | None = None
) -> str:
    """Draw series over time as one SVG element.

    Args:
        title: what it shows.
        series: the lines; those without points are left out.
        name: begins the element's ids; another for each chart of a page.
        day: writes a moment under the axis; the date in UTC if not given.
    """
    day = day or (lambda moment: utc(moment)[:10])
    drawn = [one for one in series if one.points]
    times = [time for one in drawn for time, _ in one.points]
    first, last = min(times, default=0), max(times, default=0)
    top = _round_up(max((value for one in drawn for value in one.values), default=0))
    height = TOP + PLOT + LINE * (2 + len(drawn))
    said = "; ".join(f"{label(one)}: {one.values[0]} → {one.values[-1]}" for one in drawn) or str(
        t("Nothing is known.")
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" '
        f'height="{height}" font-family="sans-serif" font-size="12" fill="#222" '
        f'aria-labelledby="{_safe(name)}-title {_safe(name)}-desc">',
        f'<title id="{_safe(name)}-title">{_safe(title)}</title>',
        f'<desc id="{_safe(name)}-desc">{_safe(said)}</desc>',
        f'<text x="{LEFT}" y="16" font-weight="bold">{_safe(title)}</text>',
        *_scale(top),
    ]
    if drawn:
        parts += [_text(LEFT, TOP + PLOT + LINE, day(first)), _text(WIDTH - RIGHT, TOP + PLOT + LINE, day(last), "end")]
    for number, one in enumerate(drawn):
        parts += _line(number, one, lambda time, value: (_x(time, first, last), _y(value, top)))
    return "".join((*parts, "</svg>"))


def label(one: Series) -> Text:
    """Name a line in words that a person reads."""
    values = {"server": one.server, "kind": cal_type_named(one.cal_type).text, "version": one.version}
    return {
        "total": t("{server}, CALs {kind} of {version}, bought", **values),
        "issued": t("{server}, CALs {kind} of {version}, issued", **values),
        "over-use": t("{server}, CALs {kind} of {version}, over-use", **values),
        "holders": t("{server}, holders {kind}", **values),
    }[one.measure]


def _scale(top: int) -> Iterator[str]:
    for value in (0, top // 2, top):
        y = _y(value, top)
        yield f'<line x1="{LEFT}" y1="{y}" x2="{WIDTH - RIGHT}" y2="{y}" stroke="#ccc"/>'
        yield _text(LEFT - 6, y + 4, str(value), "end")


def _line(number: int, one: Series, place: Callable[[int, int], tuple[float, float]]) -> Iterator[str]:
    colour, dashes = COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)]
    look = f'stroke="{colour}" stroke-width="2" fill="none"' + (f' stroke-dasharray="{dashes}"' if dashes else "")
    points = [place(time, value) for time, value in one.points]
    yield f'<polyline points="{" ".join(f"{x},{y}" for x, y in points)}" {look}/>'
    yield from (f'<circle cx="{x}" cy="{y}" r="2.5" fill="{colour}"/>' for x, y in points)
    y = TOP + PLOT + LINE * (2 + number)
    yield f'<line x1="{LEFT}" y1="{y}" x2="{LEFT + 32}" y2="{y}" {look}/>'
    yield _text(LEFT + 40, y + 4, f"{label(one)}: {one.values[-1]}")


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}">{_safe(text)}</text>'


def _safe(text: Text | str) -> str:
    return html.escape(shown(str(text), MOST))


def _x(time: int, first: int, last: int) -> float:
    width = WIDTH - LEFT - RIGHT
    return round(LEFT + (width * (time - first) / (last - first) if last > first else width / 2), 1)


def _y(value: int, top: int) -> float:
    return round(TOP + PLOT - PLOT * max(0, value) / top, 1)


def _round_up(value: int) -> int:
    """Give an even round number not below the value: 2, 4, 10, 20, 40, 100 and so on."""
    top = 2
    while top < value:
        top = top * 5 // 2 if str(top)[0] == "4" else top * 2
    return top
