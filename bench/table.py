"""The rows as a table, on the screen and in Markdown."""

from math import log10

from rich.table import Table

from bench.lines import Row

HEAD = ("what", "median", "least … most", "unit", "speed beside")


def number(value: float) -> str:
    """Write a number with three figures that count, fewer if it is small."""
    if value >= 1000:
        return f"{round(value, 2 - int(log10(value))):,.0f}"
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 0.1 else f"{value:.2g}"


def cells(row: Row) -> tuple[str, str, str, str, str]:
    """Write what a row holds under `HEAD`."""
    beside = "; ".join(f"{number(ratio)} × {name}" for name, ratio in row.ratios.items())
    return row.name, number(row.median), f"{number(row.least)} … {number(row.most)}", row.unit, beside


def screen(rows: list[Row]) -> Table:
    """Make the table for the screen."""
    made = Table("suite", *HEAD)
    before = ""
    for row in rows:
        made.add_row(row.suite if row.suite != before else "", *cells(row))
        before = row.suite
    return made


def markdown(rows: list[Row]) -> str:
    """Make a table for each suite."""
    parts = []
    for suite in dict.fromkeys(row.suite for row in rows):
        lines = ["| " + " | ".join(HEAD) + " |", "|---|--:|--:|---|---|"]
        lines += ["| " + " | ".join(cells(row)) + " |" for row in rows if row.suite == suite]
        parts.append(f"### {suite.capitalize()}\n\n" + "\n".join(lines) + "\n")
    return "\n".join(parts)
