"""What an administrator writes about a site, in `site.toml`: whose it is, and what was bought.

Numbers are checked for the length that their programme has, and for nothing else: no check digit is published, so the
verdict is Windows'.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from calvox.common.errors import BadInput
from calvox.common.i18n import Text, t
from calvox.core.products import cal_type_named, version_named

FILE = "site.toml"
PATTERNS: dict[str, dict[str, tuple[str, Text]]] = {
    "retail": {"licence_code": (r"[A-Z0-9]{25}", t("25 letters and digits"))},
    "open": {
        "licence_number": (r"[0-9]{8}", t("8 digits")),
        "authorisation_number": (r"[A-Z0-9]{15}", t("15 letters and digits")),
    },
    "select": {"agreement_number": (r"[0-9]{7}", t("7 digits"))},
    "enterprise": {"agreement_number": (r"[0-9]{7}", t("7 digits"))},
    "campus": {"agreement_number": (r"[0-9]{7}", t("7 digits"))},
    "school": {"agreement_number": (r"[0-9]{7}", t("7 digits"))},
    "spla": {"agreement_number": (r"[0-9]{7}", t("7 digits"))},
    "other": {"agreement_number": (r".{1,64}", t("the agreement's number"))},
}
"""What each programme's numbers look like, without spaces and hyphens."""


class Struct(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of the description."""


class Contact(Struct, frozen=True):
    """Who makes the call, and for whom."""

    company: str = ""
    country: str = ""
    first_name: str = ""
    last_name: str = ""


class Purchase(Struct, frozen=True):
    """CALs that were bought and are to be installed."""

    programme: str
    """retail, open, select, enterprise, campus, school, spla or other."""
    cal_type: str
    """device or user."""
    version: str
    """2012 R2 … 2025."""
    quantity: int
    sku: str = ""
    licence_code: str = ""
    """Retail."""
    licence_number: str = ""
    """Open."""
    authorisation_number: str = ""
    """Open."""
    agreement_number: str = ""
    """Select, Enterprise, Campus, School, SPLA: the enrolment's; other: the agreement's."""
    papers: bool = False
    """Whether the proof of purchase or the agreement lies at hand."""

    def faults(self) -> Iterator[Text]:
        """List what is not well formed, by field."""
        wanted = PATTERNS.get(self.programme)
        if wanted is None:
            known = ", ".join(PATTERNS)
            yield t("“{text}” is no programme; there are {known}", text=self.programme, known=known)
            return
        for field, (pattern, shape) in wanted.items():
            plain = re.sub(r"[\s-]", "", getattr(self, field)).upper()
            if not re.fullmatch(pattern, plain):
                yield t(
                    "The field “{field}” of programme {programme} has {shape}",
                    field=field,
                    programme=self.programme,
                    shape=shape,
                )
        if self.quantity < 1:
            yield t("The quantity is at least 1")
        for read, text in ((cal_type_named, self.cal_type), (version_named, self.version)):
            try:
                read(text)
            except BadInput as error:
                yield error.message


class Description(Struct, frozen=True):
    """The whole file."""

    name: str
    contact: Contact = Contact()
    purchases: tuple[Purchase, ...] = ()


def read_description(path: Path) -> Description:
    """Read `site.toml`.

    Raises:
        BadInput: it is missing or not well formed; the message names the field.
    """
    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8")), Description)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadInput(t("{path}: {why}", path=str(path), why=str(error))) from error


def new_description(name: str) -> str:
    """Write the file of a new site, with what may be filled in."""
    return f"""# Calvox site. Fill in what is known; “calvox windows precheck” says what is missing before a call.
name = {msgspec.json.encode(name).decode()}

[contact]
company = ""
country = ""
first_name = ""
last_name = ""

# One section for each purchase that is to be installed:
# [[purchases]]
# programme = "open"          # retail, open, select, enterprise, campus, school, spla, other
# cal_type = "user"           # device or user
# version = "2022"
# quantity = 50
# sku = ""
# licence_number = ""         # open: 8 digits
# authorisation_number = ""   # open: 15 letters and digits
# papers = true               # the proof of purchase lies at hand
"""
