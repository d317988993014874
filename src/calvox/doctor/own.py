"""What the doctor is given of our own servers: how a licence server or an activation centre stands on its machine.

The same facts are behind `calvox doctor` and behind the alerts, so neither decides anything that the other decides otherwise.
What a rule here needs and what a server does not have (an activation centre has no alarms) is known to be none.
"""

from enum import StrEnum

from calvox.core.due import Due
from calvox.doctor.fact import Fact, Struct

CERTIFICATE_DAYS = 7
"""Days that a serving process's certificate must have left, for its rule and for it to count as ready; it is made anew long
before."""
GIB, MIB = 2**30, 2**20
LITTLE, HARDLY_ANY = GIB, 100 * MIB
"""Free bytes below which there is little room for a journal, and below which there is hardly any."""


class Kind(StrEnum):
    """Which of our servers it is."""

    SERVER = "server"
    CENTRE = "centre"


class OwnStore(Struct, frozen=True):
    """A licence server or an activation centre of ours."""

    name: str
    """What it is called: the machine's name, or the centre's."""
    kind: Kind
    folder: str = ""
    """Its data folder."""
    serving: Fact[bool] = Fact()
    """Whether a process serves it."""
    in_use: Fact[bool] = Fact()
    """Whether it has anything to lose: a licence server is activated; an activation centre always."""
    broken: Fact[str] = Fact()
    """What does not hold in its journal; empty: it holds, as far as `source` says it was verified."""
    alarms: Fact[tuple[str, ...]] = Fact()
    """Alarms that stand, as `core.alarms` names them."""
    due: Fact[Due] = Fact()
    """Recovery key, last backup, last drill, and what of it is late by the settings; its time is the store's own."""
    free: Fact[int] = Fact()
    """Free bytes where its journal lies."""
    size: Fact[int] = Fact()
    """Bytes of its journal."""
    certificate_ends: Fact[int] = Fact()
    """When the certificate that it shows ends, seconds UTC; 0: it has none yet."""
    unsigned: Fact[int] = Fact()
    """Calls of an activation centre that are registered and not signed."""
    locked: Fact[int] = Fact()
    """Callers of an activation centre that are locked after wrong call words."""
