"""What artefacts are made from: how session hosts are licensed, and the rest of the site's description.

Rules:
- Nothing here reads a file: the app fills these structures from `site.toml`.
- A field may be empty; each artefact checks the fields that it needs (`calvox.windows.artefacts.checks`).
"""

from dataclasses import dataclass, field
from typing import Literal

from calvox.common.clock import SYSTEM, World

Mode = Literal["device", "user", ""]
NUMBERS = {"device": 2, "user": 4}
"""What Windows calls the modes, in policy and registry alike."""


@dataclass(frozen=True, slots=True)
class HostLicensing:
    """How session hosts are to be licensed."""

    mode: Mode = ""
    """Per device or per user."""
    servers: tuple[str, ...] = ()
    """Licence servers in the order in which hosts shall ask them, names with domain or addresses."""
    gpo: str = ""
    """Name of the group policy object."""
    domain: str = ""
    """DNS name of the domain; empty in a workgroup."""
    unit: str = ""
    """Distinguished name of the organisational unit that holds the session hosts' accounts; empty: nothing is linked."""
    broker: str = ""
    """The connection broker; empty without a deployment."""


@dataclass(frozen=True, slots=True)
class BackupGiven:
    """Where and when a licence server's database is backed up."""

    folder: str = ""
    """On the licence server."""
    system_state_volume: str = ""
    """The volume of its own that system state goes to."""
    second: str = ""
    """A second place; empty: none."""
    at: str = ""
    """Time of day there, HH:MM."""
    keep: int = 0
    """Backups that are kept."""


@dataclass(frozen=True, slots=True)
class KitInput:
    """All that any artefact may need."""

    licensing: HostLicensing = HostLicensing()
    """How hosts are licensed."""
    hosts: tuple[str, ...] = ()
    """Session hosts, names with domain."""
    host_addresses: tuple[str, ...] = ()
    """IP addresses or networks of the session hosts."""
    workgroup_user: str = ""
    """In a workgroup: the account on the licence server as which hosts sign in to it."""
    backup: BackupGiven = BackupGiven()
    """The backup plan."""
    world: World = field(default=SYSTEM)
    """Clock and randomness: a group policy object has a number and a time."""
