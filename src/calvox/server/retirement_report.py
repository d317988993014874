"""How far the way to a retirement has come, and what it would mean for CALs in the field."""

import msgspec

from calvox.journal.interface import Reader
from calvox.server.call import PackWish, open_call
from calvox.server.freeze import Freeze, freeze_of
from calvox.server.moving import packs_to_move
from calvox.server.policy_report import shown
from calvox.server.retire import name_of
from calvox.server.store import LicenceServer, server_row


class RetirementShown(msgspec.Struct, frozen=True):
    """How far the way to a retirement has come."""

    name: str
    """What must be typed."""
    freeze: Freeze
    call_open: bool
    cals: int
    """CALs that are out."""
    hosts: int
    latest: int
    """The last second for which a CAL that is out is good, UTC; 0: none is out."""
    packs: tuple[PackWish, ...]
    servers: tuple[str, ...]
    """Where the policy sends session hosts."""
    activated: bool


def retirement_shown(server: LicenceServer, reader: Reader) -> RetirementShown:
    """Look how it stands."""
    latest = next(iter(reader.select("cal", order="-valid_until", limit=1)), None)
    return RetirementShown(
        name_of(server),
        freeze_of(reader),
        open_call(reader) is not None,
        reader.count("cal"),
        reader.count("host"),
        latest["valid_until"] if latest else 0,
        packs_to_move(reader, server.world.now()),
        shown(reader).servers,
        bool(server_row(reader)["activated"]),
    )
