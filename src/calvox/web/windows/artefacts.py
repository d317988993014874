"""Files for Windows, made from site.toml: registry, group policy, firewall, backup; each as an archive or file by file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from calvox.common.i18n import Text, t
from calvox.web.common.pages import Page


@dataclass(frozen=True)
class ArtefactCard:
    """One artefact, or why there is none for this site."""

    name: str
    title: Text
    where: Text
    steps: tuple[Text, ...]
    files: tuple[str, ...] = ()
    notes: tuple[Text, ...] = ()
    refused: Text | None = None
    hint: Text | None = None


@dataclass(frozen=True)
class ArtefactsPage(Page):
    """Lists artefacts."""

    template: ClassVar[str] = "windows/artefacts.html"
    title: ClassVar[Text] = t("Artefacts")
    words: ClassVar[Mapping[str, Text]] = {
        "what": t(
            "They follow site.toml, and each comes with a README and sums. None has been run on any Windows yet: read them, "
            "and try them on one machine."
        ),
        "all": t("Download all that fit this site"),
        "archive": t("Download the archive"),
        "files": t("Its files, one by one"),
        "steps": t("What to do with it"),
        "mind": t("Mind"),
        "not_made": t("does not fit this site"),
    }

    artefacts: tuple[ArtefactCard, ...]


def artefacts(cards: Sequence[ArtefactCard]) -> ArtefactsPage:
    """Make the page: what can be made first."""
    return ArtefactsPage(tuple(sorted(cards, key=lambda card: card.refused is not None)))
