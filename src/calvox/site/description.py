"""What an administrator writes about a site, in `site.toml`: whose it is, what was bought, how hosts are to be licensed."""

import tomllib
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from calvox.common.errors import BadInput
from calvox.common.i18n import t
from calvox.core.contacts import Caller, Telephone
from calvox.core.purchases import Purchase

FILE = "site.toml"


class Struct(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of the description."""


class Licensing(Struct, frozen=True):
    """How the session hosts are to be licensed; the artefacts and actions are made from it."""

    mode: Literal["device", "user", ""] = ""
    servers: tuple[str, ...] = ()
    """Licence servers in the order in which hosts shall ask them, names with domain."""
    hosts: tuple[str, ...] = ()
    """Session hosts, names with domain."""
    host_addresses: tuple[str, ...] = ()
    """IP addresses or networks of the session hosts, for the firewall."""
    broker: str = ""
    """The connection broker, if there is a deployment."""
    domain: str = ""
    """DNS name of the domain; empty in a workgroup."""
    unit: str = ""
    """Distinguished name of the organisational unit that holds the session hosts' accounts."""
    gpo: str = "Calvox RD licensing"
    """Name of the group policy object."""
    workgroup_user: str = "rdlicensing"
    """In a workgroup: the account on the licence server as which hosts sign in to it."""


class BackupPlan(Struct, frozen=True):
    """Where and when a licence server's database is backed up."""

    folder: str = "D:\\CalvoxBackup"
    """On the licence server; system state goes to a volume of its own, as Windows demands."""
    system_state_volume: str = "E:"
    second: str = ""
    """A second place, a share on another machine say; empty: none."""
    at: str = "02:30"
    """Time of day there."""
    keep: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 14
    """Backups that are kept."""


class Description(Struct, frozen=True):
    """The whole file."""

    name: str
    contact: Caller = Caller()
    purchases: tuple[Purchase, ...] = ()
    telephones: tuple[Telephone, ...] = ()
    licensing: Licensing = Licensing()
    backup: BackupPlan = BackupPlan()


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
telephone = ""

[licensing]                   # what artefacts and actions are made from
mode = ""                     # device or user
servers = []                  # ["LICSRV01.domain.local"]
hosts = []                    # ["RDSH01.domain.local"]
host_addresses = []           # ["10.0.4.0/24"]: for the firewall
broker = ""                   # if there is a deployment
domain = ""                   # empty in a workgroup
unit = ""                     # "OU=Session hosts,DC=domain,DC=local"

# [backup]
# folder = 'D:\\CalvoxBackup'
# system_state_volume = "E:"
# second = ""
# at = "02:30"
# keep = 14

# The clearing house's numbers that you know; the wizard on the licence server shows the current one:
# [[telephones]]
# country = "FR"
# number = ""

# One section for each purchase that is to be installed:
# [[purchases]]
# programme = "open"          # retail, open, select, enterprise, campus, school, spla, csp, subscription, other
# cal_type = "user"           # device or user
# version = "2022"
# quantity = 50
# sku = ""
# licence_code = ""           # retail, csp: 25 letters and digits
# licence_number = ""         # open: 8 digits
# authorisation_number = ""   # open: 15 letters and digits
# agreement_number = ""       # select, enterprise, campus, school, spla: 7 digits; subscription, other: as it is
# contract = ""               # number of the contract, if it is another
# proof = ""                  # the proof of purchase, an invoice's number say
# papers = true               # the proof of purchase lies at hand
"""
