"""Per user or per device: which of the two needs fewer further CALs, with the figures of both, and the reasons.

Rules:
- What is counted is who holds a CAL now: a device stays counted for the 52 to 90 days of its CAL, a user for 60. Somebody
  who holds CALs of two versions is counted twice.
- Hosts tell users or devices, seldom both. So whoever asks may say how many there really are; a number that is said counts.
- CALs per device and per user can be converted into each other, so what is installed of both is there for either.
- Without a number for one side there is no advice: nothing is guessed.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

import msgspec

from calvox.common.commands import Command
from calvox.common.i18n import Text, t
from calvox.core.products import CalType
from calvox.core.reports import PoolReport


class Better(StrEnum):
    """What is advised."""

    DEVICE = "device"
    USER = "user"
    EITHER = "either"
    """Both need the same."""
    UNKNOWN = "unknown"
    """One side has no number."""


class Ground(StrEnum):
    """A reason, or what else is to be known."""

    NO_USERS = "no-users"
    """No user was seen, and no number was said."""
    NO_DEVICES = "no-devices"
    DEVICES_SHARED = "devices-shared"
    """Fewer devices than users."""
    SEVERAL_DEVICES = "several-devices"
    """Fewer users than devices."""
    SAME = "same"
    """As many of the one as of the other."""
    BOTH_COVERED = "both-covered"
    """What is installed is enough either way."""
    CONVERT = "convert"
    """Some of what is installed must be converted first."""
    MIXED = "mixed"
    """CALs of both types are out, so the same person may be counted on both sides."""


_BETTER: Mapping[Better, Text] = {
    Better.USER: t("Per user needs fewer CALs here."),
    Better.DEVICE: t("Per device needs fewer CALs here."),
    Better.EITHER: t("Both need as many CALs here."),
    Better.UNKNOWN: t("There is no advice yet: one side has no number."),
}
_GROUNDS: Mapping[Ground, Text] = {
    Ground.NO_USERS: t(
        "No user was seen. Session hosts tell users only where CALs are per user: say below how many there are."
    ),
    Ground.NO_DEVICES: t(
        "No device was seen. Session hosts tell devices only where CALs are per device: say below how many there are."
    ),
    Ground.DEVICES_SHARED: t("There are fewer devices than users: several users share a device, as in shifts."),
    Ground.SEVERAL_DEVICES: t("There are fewer users than devices: users work at several devices each."),
    Ground.SAME: t(
        "There are as many users as devices. Per user is then the simpler: over-use is counted and never refuses anybody."
    ),
    Ground.BOTH_COVERED: t("What is installed is enough either way: nothing must be bought."),
    Ground.CONVERT: t("Some installed CALs must be converted first: see “{convert}”.", convert=Command("cal convert")),
    Ground.MIXED: t(
        "Both types are in use: the same people may be counted on both sides. Say below how many there really are."
    ),
}


class Side(msgspec.Struct, frozen=True):
    """One way to count."""

    cal_type: str
    seen: int
    """Holders that have a CAL now."""
    said: int
    """How many there are, as whoever asked said; 0: nothing was said."""
    needed: int
    """CALs: what was said, else what was seen."""
    installed: int
    """CALs of this type, in packs that are in force."""
    to_buy: int
    """CALs that are missing once all that is installed was converted to this type."""


class Advice(msgspec.Struct, frozen=True):
    """What is advised, and why."""

    better: Better
    grounds: list[Ground]
    device: Side
    user: Side
    installed: int
    """CALs per device and per user together."""
    sessions: int
    """CALs per session that are out, which are counted in neither."""

    def words(self) -> tuple[Text, list[Text]]:
        """Say it to a person: what is advised, and why."""
        return _BETTER[self.better], [_GROUNDS[ground] for ground in self.grounds]


def advise(pools: Iterable[PoolReport], temporary: int, without_pack: int, devices: int = 0, users: int = 0) -> Advice:
    """Advise.

    Args:
        pools: All pools.
        temporary: Devices that have a temporary CAL.
        without_pack: Per-user CALs from no pack.
        devices: How many there are, if somebody said so.
        users: Likewise.
    """
    told = list(pools)
    installed = {kind: sum(pool.total for pool in told if pool.cal_type == kind.label) for kind in CalType}
    out = {kind: sum(pool.issued for pool in told if pool.cal_type == kind.label) for kind in CalType}
    together = installed[CalType.DEVICE] + installed[CalType.USER]
    device = _side(CalType.DEVICE, out[CalType.DEVICE] + temporary, devices, installed[CalType.DEVICE], together)
    user = _side(CalType.USER, out[CalType.USER] + without_pack, users, installed[CalType.USER], together)
    better = _better(device, user)
    grounds = _grounds(better, device, user)
    return Advice(better, grounds, device, user, together, out[CalType.SESSION])


def _side(kind: CalType, seen: int, said: int, installed: int, together: int) -> Side:
    needed = said or seen
    return Side(kind.label, seen, said, needed, installed, max(0, needed - together))


def _better(device: Side, user: Side) -> Better:
    if not device.needed or not user.needed:
        return Better.UNKNOWN
    if device.needed == user.needed:
        return Better.EITHER
    return Better.DEVICE if device.needed < user.needed else Better.USER


def _grounds(better: Better, device: Side, user: Side) -> list[Ground]:
    found: list[Ground] = []
    if better is Better.UNKNOWN:
        found += [Ground.NO_USERS] * (not user.needed) + [Ground.NO_DEVICES] * (not device.needed)
    else:
        by = {Better.DEVICE: Ground.DEVICES_SHARED, Better.USER: Ground.SEVERAL_DEVICES, Better.EITHER: Ground.SAME}
        found.append(by[better])
        chosen = [side for side in (device, user) if better in (side.cal_type, Better.EITHER)]
        if not device.to_buy and not user.to_buy:
            found.append(Ground.BOTH_COVERED)
        if (
            better is not Better.EITHER
            and min(chosen[0].needed, device.installed + user.installed) > chosen[0].installed
        ):
            found.append(Ground.CONVERT)
    if device.seen and user.seen:
        found.append(Ground.MIXED)
    return found
