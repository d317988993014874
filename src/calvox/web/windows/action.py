"""One action: what it changes, how it is undone, and the form that makes its script."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from calvox.common.errors import CalvoxError
from calvox.common.i18n import Text, t
from calvox.doctor.facts import Site
from calvox.web.common.pages import Page
from calvox.windows.actions.action import Action, Parameter, Where


@dataclass(frozen=True)
class Wanted:
    """A parameter, and what stands in its field."""

    parameter: Parameter
    value: str


@dataclass(frozen=True)
class ActionPage(Page):
    """Asks what a script is to do."""

    template: ClassVar[str] = "windows/action.html"
    title: ClassVar[Text] = t("Action")
    words: ClassVar[Mapping[str, Text]] = {
        "afterwards": t("Afterwards"),
        "undo": t("Way back"),
        "uses": t("It uses"),
        "mind": t("Mind"),
        "machine": t("Machine, its name with domain"),
        "optional": t("may stay empty"),
        "go": t("Make the script"),
        "then": t(
            "Read the script first: it has not been run on any Windows yet. Then, on the machine, as an administrator:"
        ),
        "back": t("Bring its result back, and import it."),
        "network": t("Over the network, in a terminal of this machine:"),
        "every": t("Every action"),
    }

    action: Action
    machine: str
    machines: tuple[str, ...]
    """Those that are known and may be meant."""
    wanted: tuple[Wanted, ...]
    trouble: CalvoxError | None = None
    """Why no script was made."""
    commands: tuple[str, ...] = (
        r"powershell.exe -ExecutionPolicy RemoteSigned -File .\SCRIPT.ps1 -WhatIf",
        r"powershell.exe -ExecutionPolicy RemoteSigned -File .\SCRIPT.ps1",
    )

    @property
    def command(self) -> str:
        """How it is done over WinRM; empty: it cannot be."""
        return f"calvox windows act {self.action.name} --machine NAME --winrm" if self.action.remote else ""

    @property
    def uses(self) -> str:
        """What it calls."""
        return ", ".join(self.action.uses)


def action_page(
    action: Action,
    site: Site,
    machine: str,
    given: Mapping[str, str],
    servers: Sequence[str],
    trouble: CalvoxError | None = None,
) -> ActionPage:
    """Make the page.

    Args:
        action: the action.
        site: what is known of the site: its machines are offered.
        machine: the machine that stands in the form.
        given: what else stands in it, by parameter.
        servers: the licence servers that site.toml wants.
        trouble: why the last attempt failed.
    """
    offered = {"servers": ", ".join(servers)} | {name: value for name, value in given.items() if value}
    wanted = tuple(Wanted(one, offered.get(one.name, "")) for one in action.parameters)
    return ActionPage(action, machine, _machines(action, site), wanted, trouble)


def _machines(action: Action, site: Site) -> tuple[str, ...]:
    if action.where is Where.LICENCE_SERVER:
        return tuple(one.machine.name for one in site.licence_servers)
    return tuple(one.machine.name for one in site.session_hosts)
