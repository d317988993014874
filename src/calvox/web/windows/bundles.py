"""Bundles and results that are carried by hand: imported by drop or by choice, and what came of each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from calvox.common.i18n import Text, t
from calvox.web.common.pages import Page
from calvox.web.windows.lines import BAD, GOOD, OPEN, WAITS

SCRIPT = "calvox-collector.ps1"
COMMAND = rf"powershell.exe -ExecutionPolicy RemoteSigned -File .\{SCRIPT}"
OUTCOMES: Mapping[str, str] = {"done": GOOD, "unchanged": GOOD, "rehearsed": WAITS, "failed": BAD, "unknown": BAD}
"""The colour of each outcome of an action."""
HOW: Mapping[str, Text] = {"carried": t("carried by hand"), "survey": t("over the network")}


@dataclass(frozen=True)
class ImportedRow:
    """A file that was entered, or refused."""

    source: str
    """Its name, as the browser told it."""
    state: Text
    colour: str
    machine: str = ""
    told: Text | str = ""
    """What it holds, or why it was refused."""
    advice: str = ""
    call: int = 0
    """The call that it belongs to; 0: none."""


@dataclass(frozen=True)
class KeptRow:
    """A bundle that the site has."""

    machine: str
    time: int
    """When it was entered, seconds UTC, as is the next."""
    collected: int
    how: Text | str
    by: str


@dataclass(frozen=True)
class ImportPage(Page):
    """Takes files, and lists what the site has."""

    template: ClassVar[str] = "windows/bundles.html"
    title: ClassVar[Text] = t("Import")
    scripts: ClassVar[Sequence[str]] = ("drop.js",)
    words: ClassVar[Mapping[str, Text]] = {
        "drop": t("Drop bundles and results here"),
        "or": t("or choose them:"),
        "go": t("Import"),
        "busy": t("Reading the files…"),
        "limit": t("Up to 16 files at once, 64 MiB together. What is there already does no harm."),
        "outcome": t("What came of them"),
        "file": t("File"),
        "machine": t("Machine"),
        "state": t("State"),
        "told": t("What it says"),
        "go_on": t("Go on with the call"),
        "collector": t("The collector"),
        "collector_what": t(
            "A script that only reads. Run it as an administrator on each licence server and session host:"
        ),
        "download": t("Download the collector"),
        "digest": t("SHA-256"),
        "never_run": t("It has not been run on any Windows yet; read it first."),
        "kept": t("What was imported"),
        "collected": t("Collected"),
        "entered": t("Entered"),
        "how": t("How"),
        "by": t("By"),
        "none": t("Nothing was imported yet."),
    }

    digest: str
    """SHA-256 of the collector, hexadecimal."""
    kept: tuple[KeptRow, ...]
    imported: tuple[ImportedRow, ...] = ()
    command: str = COMMAND
    script: str = SCRIPT


def bundles(digest: str, kept: Sequence[KeptRow], imported: Sequence[ImportedRow] = ()) -> ImportPage:
    """Make the page, the newest bundle first."""
    return ImportPage(digest, tuple(reversed(kept)), tuple(imported))


def refused(source: str, why: str) -> ImportedRow:
    """Tell of a file that was refused."""
    return ImportedRow(source, t("refused"), BAD, told=why)


def bundle_row(source: str, machine: str, items: int, failed: int, *, new: bool) -> ImportedRow:
    """Tell of a bundle."""
    told = t("{items} items read, {failed} not", items=items, failed=failed)
    state, colour = (t("entered"), GOOD) if new else (t("there already"), WAITS)
    return ImportedRow(source, state, OPEN if new and failed else colour, machine, told)


def result_row(source: str, machine: str, action: str, outcome: str, said: str, advice: str, call: int) -> ImportedRow:
    """Tell of an action's result."""
    state = t("{action}: {outcome}", action=action, outcome=outcome)
    return ImportedRow(source, state, OUTCOMES.get(outcome, BAD), machine, said, advice, call)
