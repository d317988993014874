"""Begin a rule of the doctor: its module, its test and its page, none of which passes before a person has written it.

    python -m tools.new_rule host-something-wrong

The beginning of the name says what the rule is about: host-, server-, own- (a server of ours), or anything else for the site;
`--about` overrides that. The rule answers *unknown*, its test is red, and `tools/make_rules.py --check` and `tools/make_texts.py --check` name it.
"""

import argparse
import re
import sys
from pathlib import Path

from tools.make_rules import HEADINGS, UNWRITTEN

ROOT = Path(__file__).resolve().parent.parent
ABOUT = {"host": "Session host", "server": "Licence server", "site": "Site", "own": "Our own server"}

MODULE = '''"""{subject}: {unwritten}.

{sections}
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.rule import Found, Rule, View, cannot_tell


def check(view: View) -> Iterator[Found]:
    """{unwritten}: find what is wrong."""
    yield cannot_tell(t("{unwritten}: {{subject}} was not looked at", subject=view.subject))


RULE = Rule(
    name="{name}",
    about="{about}",
    needs=(),
    title=t("{unwritten}: what is wrong, in a few words"),
    remedy=t("{unwritten}: a command, or steps that a person can follow."),
    check=check,
    reference="{unwritten}",
)
'''

TEST = '''"""{name}: what it finds, and what it lets be."""

import pytest

from calvox.doctor.rule import Outcome
from calvox.doctor.rules import {module}
from tests.doctor.sites import findings, healthy, outcomes, workgroup
from tools.make_rules import UNWRITTEN, sections

RULE = {module}.RULE


def test_it_is_written() -> None:
    """No place of the skeleton is left, and the docstring has its headings."""
    assert UNWRITTEN not in f"{{sections({module}.__doc__ or '')}} {{RULE.title}} {{RULE.remedy}} {{RULE.reference}}"


def test_healthy_sites_have_nothing_of_it() -> None:
    """Neither in a domain nor in a workgroup."""
    for site in (healthy(), workgroup()):
        assert findings(site, "{name}") == {{}}
        assert outcomes(site, "{name}") <= {{Outcome.OK, Outcome.NOT_APPLICABLE}}


def test_it_finds_what_is_wrong() -> None:
    """{unwritten}: break a healthy site, and say what is found."""
    pytest.fail("{unwritten}")


def test_it_is_unknown_without_its_facts() -> None:
    """{unwritten}: take away each needed fact, and see that the answer is unknown, never ok."""
    pytest.fail("{unwritten}")
'''


def files(name: str, about: str) -> dict[str, str]:
    """Write the files of a new rule, by their path in the project."""
    module = name.replace("-", "_")
    parts = "\n\n".join(f"{heading}: {UNWRITTEN}." for heading in HEADINGS)
    values = {"name": name, "module": module, "about": about, "subject": ABOUT[about], "unwritten": UNWRITTEN}
    page = f"# {name}\n\n{UNWRITTEN}: fill in the rule, then run `python tools/make_rules.py`.\n"
    return {
        f"src/calvox/doctor/rules/{module}.py": MODULE.format(**values, sections=parts),
        f"tests/doctor/test_rule_{module}.py": TEST.format(**values),
        f"docs/rules/{name}.md": page,
    }


def begin(name: str, about: str | None = None, root: Path = ROOT) -> list[Path]:
    """Write the files of a new rule, and give their paths.

    Raises:
        ValueError: the name is not in kebab-case, or one of the files exists.
    """
    if not re.fullmatch(r"[a-z]+(-[a-z0-9]+)+", name):
        raise ValueError(f"{name!r} is no name for a rule: write it as host-grace-over")
    first = name.split("-")[0]
    wanted = {root / path: text for path, text in files(name, about or (first if first in ABOUT else "site")).items()}
    for path in wanted:
        if path.exists():
            raise ValueError(f"{path.relative_to(root)} exists already")
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return list(wanted)


def main() -> int:
    """Begin the rule that was named, and say what to write."""
    parser = argparse.ArgumentParser(description="Begin a rule of the doctor.")
    parser.add_argument("name", help="as host-grace-over")
    parser.add_argument("--about", choices=sorted(ABOUT), help="what it is about, if its name does not say so")
    told = parser.parse_args()
    try:
        paths = begin(told.name, told.about)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    print("Write these, until no test is red:")
    for path in paths:
        print(f"  {path.relative_to(ROOT)}")
    print("Then: python tools/make_rules.py, make texts, and a line in mkdocs.yml.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
