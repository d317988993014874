"""Pages that name commands without playing them: each command exists, with these options and as many arguments."""

import json
import re
import shlex
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
import typer

from calvox.centre.refusals import Reason
from calvox.cli.main import NOUNS
from calvox.cli.usage import usage_error
from calvox.common.settings import Settings, load

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ["guide-own.en.md", "guide-own.fr.md", "operator.md", "auditor.md"]
SETTING_UP = ["deployment.md", "running.md"]
"""Pages where commands of the system stand between ours."""
SITE_PAGES = ("artefacts.md", "backup-windows.md", "guide-windows.en.md", "guide-windows.fr.md", "migration.md")
"""Pages that show `site.toml`, which has sections of the same names."""
FILES = ("centre-card.json", "packs.json", "report.calvox", "request.txt", "backups/ledger.calvox-backup", "answer.txt")
"""Files that the pages name, and that some options want to find."""


def commands_of(page: str) -> list[str]:
    """List the commands of a page: in blocks of kind `sh`, and in code in a line."""
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```", page, re.MULTILINE | re.DOTALL)
    lines = [line.strip() for block in blocks for line in re.sub(r"\\\n +", "", block).splitlines() if line.strip()]
    prose = re.sub(r"^ *```.*?^ *```", "", page, flags=re.MULTILINE | re.DOTALL)
    return lines + re.findall(r"`(calvox [^`]+)`", prose)


def demand_exists(command: str, *, whole: bool) -> None:
    """Parse a command as its program would, without running it.

    Raises:
        AssertionError: there is no such command or option, or (where it is shown whole) something is missing.
    """
    program, noun, *words = shlex.split(command)
    assert program == "calvox"
    assert noun in NOUNS, command
    found = typer.main.get_command(import_module(f"calvox.cli.{noun}").app)
    while words and words[0] in getattr(found, "commands", {}):
        found = found.commands[words.pop(0)]  # type: ignore[attr-defined]
    if hasattr(found, "commands") and not getattr(found, "invoke_without_command", False):
        assert not words, f"{command}: there is no such command"
        return
    try:
        left = found.make_context(noun, words, resilient_parsing=not whole).args
    except Exception as error:
        raise AssertionError(f"{command}: {usage_error(error) or error}") from error
    assert not left or hasattr(found, "commands"), f"{command}: takes no {left}"
    unknown = set(re.findall(r"(?<!\S)--[\w-]+", command)) - {one for param in found.params for one in _names(param)}
    assert not unknown, f"{command}: no option {unknown}"


def _names(param: object) -> list[str]:
    return [*getattr(param, "opts", ()), *getattr(param, "secondary_opts", ()), "--json", "--help"]


def named_in(page: str) -> list[str]:
    """List every command that a page names anywhere, alternatives one by one, without what explains it."""
    fenced = [
        re.sub(r"\\\n +", "", text) for text in re.findall(r"^ *```.*?\n(.*?)^ *```", page, re.MULTILINE | re.DOTALL)
    ]
    lines = [line.strip().removeprefix("$ ") for text in fenced for line in text.splitlines()]
    prose = re.sub(r"^ *```.*?^ *```", "", page, flags=re.MULTILINE | re.DOTALL)
    found = [line for line in lines if line.startswith("calvox ")]
    found += [" ".join(one.split()) for one in re.findall(r"`(calvox\s[^`]+)`", prose)]
    plain = [
        re.sub(r"  +\S.*$|\[.*$", "", one).replace("calvox --settings /etc/calvox/calvox.toml", "calvox")
        for one in found
    ]
    return [each for one in plain for part in one.split("; ") for each in _alternatives(part.strip())]


def _alternatives(text: str) -> list[str]:
    first, *others = re.split(r" \| |, (?=[a-z])", text) if re.fullmatch(r"[a-z -]+([|,][a-z |,-]+)+", text) else [text]
    return [first, *(f"{first.rpartition(' ')[0]} {other}" for other in others)]


@pytest.mark.parametrize("name", PAGES)
def test_each_command_of_a_page_exists(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole ones in blocks, and in a line at least by name and options."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "backups").mkdir()
    for file in FILES:
        (tmp_path / file).write_text("")
    page = (DOCS / name).read_text("utf-8")
    commands = commands_of(page)
    assert len(commands) > 10
    for command in commands:
        in_line = f"`{command}`" in page
        demand_exists(command, whole=not in_line)
    assert len(page.splitlines()) <= 200


def test_every_command_that_is_named_anywhere_exists() -> None:
    """In every page, in the READMEs, and in what users notice: by name and options."""
    root, wrong, count = DOCS.parent, [], 0
    for page in (*DOCS.rglob("*.md"), *root.glob("*.md"), *root.glob("examples/*/*.md")):
        for command in named_in(page.read_text("utf-8")):
            count += 1
            try:
                demand_exists(command, whole=False)
            except (AssertionError, ValueError) as error:
                wrong.append(f"{page.relative_to(root)}: {error}")
    assert wrong == []
    assert count > 500


def test_alternatives_are_named_one_by_one() -> None:
    """As the READMEs write them."""
    page = "```\ncalvox site init | show; calvox manager serve    pages\ncalvox cal, pack    both\n```\n`calvox doctor [SITE]`\n"
    assert named_in(page) == [
        "calvox site init",
        "calvox site show",
        "calvox manager serve",
        "calvox cal",
        "calvox pack",
        "calvox doctor",
    ]


@pytest.mark.parametrize("name", SETTING_UP)
def test_each_command_of_ours_between_the_systems_exists(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where `runuser` runs it, and with the settings named."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "centre-card.json").write_text("")
    page = (DOCS / name).read_text("utf-8")
    ours = [line for line in commands_of(page) if re.search(r"(^|-- )calvox ", line)]
    assert len(ours) > 4
    for line in ours:
        command = re.sub(r"^calvox --settings \S+", "calvox", line.rpartition("-- ")[2] if "runuser" in line else line)
        demand_exists(command, whole=f"`{line}`" not in page)


def test_the_units_of_the_pages_exist() -> None:
    """Whatever is enabled, copied or edited by name."""
    units = DOCS.parent / "deploy" / "systemd"
    for name in SETTING_UP:
        found = re.findall(r"calvox-[\w@]+\.(?:service|timer)", (DOCS / name).read_text("utf-8"))
        assert len(found) > 3
        assert [one for one in found if not (units / re.sub(r"@\w+\.", "@.", one)).exists()] == []


def test_the_settings_and_ports_of_the_deployment_are_the_programs(tmp_path: Path) -> None:
    """Each settings file can be read, and each port is one that is listened on unless told otherwise."""
    page = (DOCS / "deployment.md").read_text("utf-8")
    files = re.findall(r"^( *)```toml[^\n]*\n(.*?)^ *```", page, re.MULTILINE | re.DOTALL)
    assert len(files) == 2
    for number, (indent, text) in enumerate(files):
        file = tmp_path / f"{number}.toml"
        file.write_text(re.sub(rf"^{indent}", "", text, flags=re.MULTILINE), "utf-8")
        loaded = load(file, {})
        assert str(file) in loaded.sources.values()
    plain = Settings()
    at = [plain.centre.listen, plain.centre.operations, plain.centre.people_listen, plain.server.listen]
    at += [plain.server.operations, plain.server.people_listen, plain.manager.site_listen]
    assert set(re.findall(r"\b74\d\d\b", page)) == {one.rpartition(":")[2] for one in at}


def examples(kind: str) -> list[tuple[str, str]]:
    """List the fenced blocks of a kind that leave nothing out, with the page that each stands on."""
    found = []
    for page in sorted(DOCS.rglob("*.md")):
        for indent, text in re.findall(
            rf"^( *)```{kind}\b[^\n]*\n(.*?)^ *```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL
        ):
            if "…" not in text:
                found.append((page.name, re.sub(rf"^{indent}", "", text, flags=re.MULTILINE)))
    return found


def test_settings_that_are_shown_can_be_set(tmp_path: Path) -> None:
    """Each example with a section of ours is read as the programs read it."""
    sections = set(Settings.__struct_fields__)
    shown = [text for page, text in examples("toml") if page not in SITE_PAGES and set(tomllib.loads(text)) <= sections]
    assert len(shown) >= 5
    for number, text in enumerate(shown):
        file = tmp_path / f"{number}.toml"
        file.write_text(text, "utf-8")
        load(file, {})


def test_examples_of_code_are_code() -> None:
    """Python is parsed, and so is JSON, a value a line where there are several."""
    for page, text in examples("python"):
        compile(text, page, "exec")
    shown = examples("json")
    assert shown
    for page, text in shown:
        try:
            json.loads(text)
        except json.JSONDecodeError:
            assert [json.loads(line) for line in text.splitlines() if line.strip()], page


def test_the_guides_name_the_same_commands() -> None:
    """English and French, in the same order."""
    english, french = ((DOCS / f"guide-own.{language}.md").read_text("utf-8") for language in ("en", "fr"))
    assert commands_of(english) == commands_of(french)


@pytest.mark.parametrize("reason", Reason)
def test_the_operators_page_has_what_the_desk_says(reason: Reason) -> None:
    """Each refusal with its sentence in English and French, in one row."""
    rows = [line for line in (DOCS / "operator.md").read_text("utf-8").splitlines() if line.startswith("|")]
    told = [row for row in rows if f"| {reason.say.into('en')} | {reason.say.into('fr')} |" in row]
    assert len(told) == 1
    assert reason.value.replace("-", " ") in told[0]


@pytest.mark.parametrize(
    "command",
    ["calvox server fly", "calvox server init --fly", "calvox centre retire", "calvox server enrolment-code DESK-01"],
)
def test_what_does_not_exist_is_found(command: str) -> None:
    """A wrong command, a wrong option, and an argument that is missing."""
    with pytest.raises(AssertionError):
        demand_exists(command, whole=True)
