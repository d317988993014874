"""Commands that texts name are commands that there are, and a face's pages for them are pages that it has."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

import calvox
from calvox.apps.manager.app import ENDPOINTS
from calvox.apps.site_manager.app import ENDPOINTS as SITE_ENDPOINTS
from calvox.core.peopling import CENTRE_ROLES, SERVER_ROLES
from calvox.web.common.pages import Link
from calvox.web.manager.menu import COMMANDS
from calvox.web.windows.commands import COMMANDS as SITE_COMMANDS
from tests.docs.test_commands import demand_exists

SOURCES = Path(calvox.__file__).parent


def named() -> Iterator[str]:
    """Name every command that stands in a text, as far as its words are written out."""
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)):
                continue
            if isinstance(node.func, ast.Name) and node.func.id == "Command":
                yield str(node.args[0].value)
            if isinstance(node.func, ast.Attribute) and node.func.attr == "command" and "roles" in ast.dump(node.func):
                yield f"people {node.args[0].value!s}"


def test_each_command_in_a_text_exists() -> None:
    """By its noun and verb."""
    found = set(named())
    assert {"server activate", "windows call open", "people password"} <= found
    for name in sorted(found):
        demand_exists(f"calvox {name}", whole=False)


@pytest.mark.parametrize(
    ("commands", "endpoints"), [(COMMANDS, ENDPOINTS), (SITE_COMMANDS, SITE_ENDPOINTS)], ids=["manager", "site manager"]
)
def test_each_page_that_stands_for_a_command_is_there(commands: Mapping[str, Link], endpoints: object) -> None:
    """And so is the command; a text without one is not mapped for nothing."""
    pages = {one.path for one in endpoints if one.method == "GET"}  # type: ignore[attr-defined]
    for name, link in commands.items():
        demand_exists(f"calvox {name}", whole=False)
        assert {link.path, f"{link.path.rpartition('/')[0]}/{{action}}"} & pages, name


def test_a_command_about_people_says_which() -> None:
    """Those of the centre are not found among the licence server's."""
    assert str(CENTRE_ROLES.command("password", "NAME")) == "calvox people password NAME --of centre"
    assert str(SERVER_ROLES.command("list")) == "calvox people list"
