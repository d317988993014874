"""What there is to be done: documented methods alone, and a page that says the same as the program."""

from pathlib import Path

import pytest

from calvox.common.errors import NotFound
from calvox.windows.actions.action import Where
from calvox.windows.actions.catalogue import ACTIONS, action_named
from calvox.windows.calls.kinds import ABOUT
from tests.windows.powershell_tables import INTERNET, METHODS

PAGE = (Path(__file__).parents[3] / "docs" / "actions.md").read_text("utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("| `")]
BY_NAME = {row[0].strip("`"): row for row in ROWS if row[0].strip("`") in ACTIONS}


def test_the_page_names_every_action() -> None:
    """In the program's order."""
    assert list(BY_NAME) == list(ACTIONS)


@pytest.mark.parametrize("name", ACTIONS)
def test_the_page_says_what_the_program_does(name: str) -> None:
    """Where, by what, with what, whether there is a way back by a file, and whether over WinRM."""
    action, (_, where, uses, given, back, winrm) = ACTIONS[name], BY_NAME[name]
    assert where == str(action.where.label)
    assert uses == ", ".join(f"`{use}`" for use in action.uses)
    parameters = [one.name if one.needed else f"[{one.name}]" for one in action.parameters]
    assert given == (", ".join(parameters) or "–")
    assert (back == "file") == action.rollback
    assert winrm == ("yes" if action.remote else "–")


@pytest.mark.parametrize("name", ACTIONS)
def test_only_documented_methods(name: str) -> None:
    """Each is one of the class's, and none goes to the Internet."""
    for use in ACTIONS[name].uses:
        owner, dot, method = use.rpartition(".")
        assert use not in INTERNET
        assert method not in INTERNET
        if dot and owner != "Win32_Service":
            assert method in METHODS[owner]


def test_a_calls_code_has_its_action() -> None:
    """The action that a call names takes the code that the call gives; a code has its slot, and nothing else has one."""
    for about in ABOUT.values():
        assert ACTIONS[about.action].slot == about.slot
    for action in ACTIONS.values():
        assert bool(action.slot) == (action.code is not None)
        assert action.code is None or action.code.secret


def test_every_action_says_what_it_is() -> None:
    """Title, change and way back are sentences; a name that is none is refused with where to look."""
    for action in ACTIONS.values():
        assert str(action.title)
        assert str(action.changes).endswith(".")
        assert str(action.undo).endswith((".", "…"))
        assert action.where in Where
    with pytest.raises(NotFound) as caught:
        action_named("reset-grace-period")
    assert "act list" in str(caught.value.hint)
