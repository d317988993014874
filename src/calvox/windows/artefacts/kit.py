"""The list of artefacts: what each is called, what it is for, what to do with it, and who makes it.

Rules:
- A maker is pure: it is given the description and gives files as bytes, or raises with the field that is missing.
- Paths in the answer are relative and written with “/”; the app writes them into a folder named like the artefact.
- One line in `ARTEFACTS` adds one: nothing else needs to know of it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from calvox.common.errors import NotFound
from calvox.common.i18n import Text, t
from calvox.windows.artefacts.given import KitInput


def _no_notes(given: KitInput) -> Sequence[Text]:
    """Say nothing."""
    return ()


@dataclass(frozen=True, slots=True)
class Artefact:
    """One kind of artefact."""

    name: str
    """As the command line calls it, with hyphens; also its folder."""
    title: Text
    """What it is."""
    where: Text
    """On which machine it is used."""
    steps: Sequence[Text]
    """What to do with it there, one sentence or command each, for its README."""
    make: Callable[[KitInput], Mapping[str, bytes]]
    """Make the files: relative path → content."""
    notes: Callable[[KitInput], Sequence[Text]] = _no_notes
    """What to mind with this very description, for its README."""


ARTEFACTS: tuple[Artefact, ...] = ()


def artefact_named(name: str) -> Artefact:
    """Find an artefact.

    Raises:
        NotFound: there is none of that name.
    """
    for one in ARTEFACTS:
        if one.name == name:
            return one
    names = ", ".join(one.name for one in ARTEFACTS)
    raise NotFound(t("There is no artefact “{name}”", name=name), hint=t("There are: {names}.", names=names))
