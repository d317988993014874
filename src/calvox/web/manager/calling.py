"""What the pages of a call share: what the call is for, its steps, and the addresses that lead from one to the next.

Every address can be loaded again: what was chosen stands in it, what was prepared and typed is kept by the licence server.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlencode

from calvox.common.i18n import Text, t
from calvox.core.products import Programme
from calvox.web.manager.menu import CALL

TYPE, DONE = f"{CALL}/type", f"{CALL}/done"


class Purpose(StrEnum):
    """What a call is for."""

    ACTIVATE = "activate"
    INSTALL = "install"

    @property
    def path(self) -> str:
        """Where its first page is."""
        return f"/{self}"

    @property
    def name_text(self) -> Text:
        """Name it as the menu does."""
        return {Purpose.ACTIVATE: t("Activate the server"), Purpose.INSTALL: t("Install licences")}[self]


class By(StrEnum):
    """How the request goes to the centre and its answer comes back."""

    TELEPHONE = "telephone"
    FILE = "file"


@dataclass(frozen=True)
class Chosen:
    """What was chosen on the way."""

    purpose: Purpose
    by: By = By.TELEPHONE
    country: str = ""
    """As FR; empty: the centre's first telephone."""

    def to(self, path: str, **more: str) -> str:
        """Write the address of another step."""
        told = {"by": str(self.by), "country": self.country, **more}
        return f"{path}?{urlencode({name: value for name, value in told.items() if value})}"


@dataclass(frozen=True)
class Step:
    """One step of the wizard."""

    name: Text
    path: str
    """Where it is; empty: it cannot be gone to from here."""
    state: str
    """done, here or ahead."""


def steps(chosen: Chosen, here: int) -> tuple[Step, ...]:
    """List the steps; `here` counts from 0: method, country, preparation, call, code, result."""
    first = chosen.purpose.path
    names_paths = (
        (t("Method"), first),
        (t("Country"), chosen.to(f"{first}/country")),
        (t("Prepare"), chosen.to(f"{first}/prepare")),
        (t("Call") if chosen.by is By.TELEPHONE else t("Request"), chosen.to(CALL)),
        (t("Code"), chosen.to(TYPE)),
        (t("Result"), ""),
    )
    made = tuple(Step(name, _path(path, at, here), _state(at, here)) for at, (name, path) in enumerate(names_paths))
    return made if chosen.by is By.TELEPHONE else (*made[:1], *made[2:])


def _path(path: str, at: int, here: int) -> str:
    """Before the call is prepared one goes back by steps; in the call, between sheet and typing."""
    prepared = 3
    if here == prepared + 2 or at == here:
        return ""
    if here < prepared:
        return path if at < here else ""
    return path if at in (prepared, prepared + 1) else ""


def _state(at: int, here: int) -> str:
    return "done" if at < here else "here" if at == here else "ahead"


_USUAL = (Programme.OPEN, Programme.ENTERPRISE, Programme.SELECT, Programme.CAMPUS, Programme.SCHOOL)
PROGRAMMES: Mapping[str, Text] = {
    one.label: one.text for one in (*_USUAL, Programme.SPLA, Programme.RETAIL, Programme.OTHER)
}
"""Programmes by the word that is stored, the usual one first."""


def joined(groups: Sequence[str]) -> str:
    """Join groups as say.js takes them apart."""
    return "|".join(groups)
