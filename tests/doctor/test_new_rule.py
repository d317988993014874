"""The tool that begins a rule, and the one that writes the rules' pages."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from calvox.doctor.engine import answer
from calvox.doctor.facts import Site
from calvox.doctor.rule import Outcome, View
from calvox.doctor.rules import every_rule
from tools.make_rules import HEADINGS, LEVELS, UNWRITTEN, index, levels, nav, page, pages, sections
from tools.new_rule import begin

ROOT = Path(__file__).parents[2]


def load(path: Path) -> ModuleType:
    """Load a module from its file."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("name", "about"), [("host-some-fault", "host"), ("server-some-fault", "server"), ("directory-some-fault", "site")]
)
def test_a_new_rule_answers_unknown_until_it_is_written(tmp_path: Path, name: str, about: str) -> None:
    """It loads, is about what its name says, has the headings, and never says ok."""
    module = load(begin(name, root=tmp_path)[0])
    rule = module.RULE
    assert (rule.name, rule.about) == (name, about)
    assert list(sections(module.__doc__ or ""))[1:] == list(HEADINGS)
    assert UNWRITTEN in sections(module.__doc__ or "")["Remedy"]
    assert [finding.outcome for finding in answer(rule, View(Site(name="s"), 0))] == [Outcome.UNKNOWN]


def test_the_files_of_a_new_rule_are_in_house_style(tmp_path: Path) -> None:
    """Neither the linter nor the formatter would change them."""
    paths = [str(path) for path in begin("host-some-fault", root=tmp_path) if path.suffix == ".py"]
    ruff = str(Path(sys.executable).with_name("ruff"))
    for words in (["check"], ["format", "--check"]):
        command = [ruff, *words, "--config", str(ROOT / "pyproject.toml"), *paths]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


def test_the_test_of_a_new_rule_is_red(tmp_path: Path) -> None:
    """Run as it stands, over the new rule, each of its tests fails."""
    rule, test, _ = begin("host-some-fault", root=tmp_path)
    source = test.read_text("utf-8").replace("from calvox.doctor.rules import host_some_fault\n", "")
    start = f"import sys\n\nsys.path.insert(0, {str(rule.parent)!r})\nimport host_some_fault\n"
    head, _, rest = source.partition("import pytest\n")
    test.write_text(f"{head}{start}import pytest\n{rest}", "utf-8")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-c",
        str(ROOT / "pyproject.toml"),
        "--rootdir",
        str(ROOT),
    ]
    done = subprocess.run([*command, str(test)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "test_it_is_written" in done.stdout
    assert "3 failed, 1 passed" in done.stdout, done.stdout


@pytest.mark.parametrize(
    "name", ["", "host", "Host-Fault", "host_fault", "../host-fault", "host-", "host--x", "-host-x"]
)
def test_names_are_in_kebab_case(tmp_path: Path, name: str) -> None:
    """Anything else is refused, and nothing is written."""
    with pytest.raises(ValueError, match="no name for a rule"):
        begin(name, root=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A rule that exists stays as it is."""
    begin("host-some-fault", root=tmp_path)[0].write_text("mine", "utf-8")
    with pytest.raises(ValueError, match="exists already"):
        begin("host-some-fault", root=tmp_path)
    with pytest.raises(ValueError, match="exists already"):
        begin("host-grace-over")


def test_every_rule_has_a_page_with_its_sections() -> None:
    """The index links each page, and each page has the five headings, what it needs and how bad it is."""
    names = {rule.name for rule in every_rule()}
    assert set(pages()) == {"index.md"} | {f"{name}.md" for name in names}
    table = index(every_rule())
    for rule in every_rule():
        assert f"[{rule.name}]({rule.name}.md)" in table
        text = page(rule)
        assert [line.removeprefix("## ") for line in text.splitlines() if line.startswith("## ")] == list(HEADINGS)
        assert all(f"`{need}`" in text for need in rule.needs)
    assert len(list(nav())) == len(names) + 2


def test_levels_are_those_that_a_rule_uses() -> None:
    """Read from its source; some rules can only say that something is unknown."""
    found = {rule.name: levels(rule) for rule in every_rule()}
    assert found["host-grace-over"] == ["error"]
    assert found["directory-site-object-unknown"] == ["warning", "notice"]
    assert found["site-no-host-collected"] == []
    assert all(level in LEVELS for of_one in found.values() for level in of_one)


@pytest.mark.parametrize(
    "docs",
    ["", "Title.\n\nWhat it checks: a.", "T.\n\n" + "\n\n".join(f"{heading}: x." for heading in reversed(HEADINGS))],
)
def test_headings_are_demanded(docs: str) -> None:
    """All five, in their order."""
    with pytest.raises(ValueError, match="headings"):
        sections(docs)
