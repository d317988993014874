"""Texts that the catalogue tool would not see are refused: a `t("…")` inside an f-string is gathered by no Python before 3.12."""

import ast
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2] / "src" / "calvox"


def hidden_texts(code: str) -> list[int]:
    """List the lines on which a text is made within an f-string."""
    found = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.JoinedStr):
            calls = (part for part in ast.walk(node) if isinstance(part, ast.Call))
            found += [c.lineno for c in calls if isinstance(c.func, ast.Name) and c.func.id == "t"]
    return found


def test_no_text_hides_in_an_f_string() -> None:
    """It would never be translated."""
    hidden = {str(path.relative_to(SOURCE)): hidden_texts(path.read_text("utf-8")) for path in SOURCE.rglob("*.py")}
    assert {name: lines for name, lines in hidden.items() if lines} == {}


def test_the_checker_sees_one() -> None:
    """Else it would find nothing anywhere."""
    assert hidden_texts("x = f\"{t('Hours')}: 3\"") == [1]
    assert hidden_texts("x = t('Hours')") == []
