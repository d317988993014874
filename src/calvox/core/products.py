"""Versions, CAL types and programmes, by the numbers that Windows gives them.

Rules: a CAL serves hosts of its own version and older, never newer; the fittest is the oldest that serves.
"""

from enum import IntEnum

from calvox.common.errors import BadInput
from calvox.common.i18n import Text, t


class CalType(IntEnum):
    """What a CAL is counted by."""

    DEVICE = 0
    USER = 1
    SESSION = 2
    """Floating; Windows has none."""

    @property
    def label(self) -> str:
        """The word that commands and settings use."""
        return self.name.lower()

    @property
    def text(self) -> Text:
        """The words that a person reads."""
        return {
            CalType.DEVICE: t("per device"),
            CalType.USER: t("per user"),
            CalType.SESSION: t("per session"),
        }[self]


class Programme(IntEnum):
    """How the customer buys."""

    SELECT = 0
    ENTERPRISE = 1
    CAMPUS = 2
    SCHOOL = 3
    SPLA = 4
    OTHER = 5
    OPEN = 6
    RETAIL = 7

    @property
    def label(self) -> str:
        """The word that commands and settings use."""
        return self.name.lower()

    @property
    def text(self) -> Text:
        """What a page calls it."""
        return _PROGRAMMES[self]


_PROGRAMMES = {
    Programme.SELECT: t("Select, Select Plus"),
    Programme.ENTERPRISE: t("Enterprise Agreement"),
    Programme.CAMPUS: t("Campus Agreement"),
    Programme.SCHOOL: t("School Agreement"),
    Programme.SPLA: t("Services Provider (SPLA)"),
    Programme.OTHER: t("Other agreement"),
    Programme.OPEN: t("Open, Open Value"),
    Programme.RETAIL: t("Retail pack"),
}
VERSIONS: dict[int, str] = {4: "2012 R2", 5: "2016", 6: "2019", 7: "2022", 8: "2025"}
"""Number to name. 8 is inferred: Microsoft documents up to 7."""


OLDER: dict[int, str] = {2: "2008", 3: "2008 R2"}
"""Versions that old Windows servers still have, and that nobody can buy CALs for."""


def lasting(cal_type: int, temporary: bool) -> Text:
    """Say how long a CAL of this sort is meant to last."""
    if cal_type == CalType.SESSION:
        return t("leased")
    return t("temporary") if temporary else t("permanent")


def version_name(version: int) -> str:
    """Name a version; an unknown one by its number."""
    return VERSIONS.get(version) or OLDER.get(version, f"#{version}")


def version_named(text: str) -> int:
    """Find a version by name, with or without spaces ("2012r2").

    Raises:
        BadInput: there is no such version.
    """
    wanted = "".join(text.lower().split())
    for number, name in VERSIONS.items():
        if wanted in (name.lower().replace(" ", ""), str(number)):
            return number
    raise BadInput(t("“{text}” is no version; there are {known}", text=text, known=", ".join(VERSIONS.values())))


_TYPES = {word: kind for kind in CalType for word in (kind.label, f"per-{kind.label}")}


def cal_type_named(text: str) -> CalType:
    """Find a CAL type by its word.

    Raises:
        BadInput: there is no such type.
    """
    kind = _TYPES.get(text.lower())
    if kind is not None:
        return kind
    known = ", ".join(kind.label for kind in CalType)
    raise BadInput(t("“{text}” is no CAL type; there are {known}", text=text, known=known))


def programme_named(text: str) -> Programme:
    """Find a programme by its word.

    Raises:
        BadInput: there is no such programme.
    """
    for programme in Programme:
        if text.lower() == programme.label:
            return programme
    known = ", ".join(programme.label for programme in Programme)
    raise BadInput(t("“{text}” is no programme; there are {known}", text=text, known=known))


def serves(cal_version: int, host_version: int) -> bool:
    """Tell whether a CAL of one version serves a host of another."""
    return cal_version >= host_version
