"""What an administrator writes about a site, in `site.toml`: whose it is, and what was bought."""

import tomllib
from pathlib import Path

import msgspec

from calvox.common.errors import BadInput
from calvox.common.i18n import t
from calvox.core.purchases import Purchase

FILE = "site.toml"


class Struct(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of the description."""


class Contact(Struct, frozen=True):
    """Who makes the call, and for whom."""

    company: str = ""
    country: str = ""
    first_name: str = ""
    last_name: str = ""


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
