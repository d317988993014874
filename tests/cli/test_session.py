"""What the commands share: how a text becomes lines."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from calvox.cli.main import _present as present
from calvox.cli.session import console, grid
from calvox.common.errors import BadInput
from calvox.common.i18n import t


def lines(text: str, width: int) -> list[str]:
    """Give the lines of a text on a screen of this width."""
    file = io.StringIO()
    Console(file=file, width=width, highlight=False).print(text, markup=False)
    return file.getvalue().removesuffix("\n").split("\n")


def test_no_line_begins_with_a_french_sign() -> None:
    """At any width at which the words fit."""
    text = "Écrivez\xa0: «\xa0gpo\xa0» ou «\xa0registry\xa0»\xa0; rien d’autre\xa0?"
    for width in range(14, len(text) + 1):
        told = lines(text, width)
        assert " ".join(line.rstrip(" ") for line in told) == text
        assert all(line[0] not in ":;?»" and line.rstrip(" ")[-1] != "«" for line in told)


@given(st.text("ab \xa0", max_size=60), st.integers(5, 30))
def test_every_sign_is_shown(text: str, width: int) -> None:
    """Wherever the lines break."""
    assert "".join("".join(lines(text, width)).split()) == "".join(text.split())


@pytest.mark.parametrize("hostile", ["x[/red]y", "[bold]ls[/bold]", "a:key:b", "[link=http://x.test]y[/link]"])
def test_a_name_from_elsewhere_is_shown_as_it_is(hostile: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rich's markup in a name, of a machine or a user say, neither hides it nor ends the command."""
    monkeypatch.setenv("COLUMNS", "80")
    screen = console()
    table = grid(None, t("Machine"))
    table.add_row(hostile)
    with screen.capture() as captured:
        screen.print(table)
        screen.print(hostile)
    assert captured.get().count(hostile) == 2


def test_nothing_in_a_table_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is longer than its column goes on below; a cut date or name would mislead."""
    monkeypatch.setenv("COLUMNS", "30")
    screen, words = console(), ("licences.corp.example", "2027-01-15-2028-01-14")
    table = grid(None, t("Machine"), t("Time"))
    table.add_row(*words)
    with screen.capture() as captured:
        screen.print(table)
    rows = [line.split("│")[1:3] for line in captured.get().splitlines() if "│" in line]
    assert tuple("".join(row[at].strip() for row in rows) for at in (0, 1)) == words


def test_an_error_stays_within_the_screen(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Its title is a part of the first line."""
    monkeypatch.setenv("COLUMNS", "80")
    present(BadInput(t("{words}", words="many words " * 20)), json=False)
    told = capsys.readouterr().err.splitlines()
    assert len(told) > 1
    assert max(map(len, told)) <= 80
