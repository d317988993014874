"""Whether the newest facts show that Windows took a code, and what they show.

Facts alone decide: the licence server's state for its own codes, the packs that came or grew since the call was opened for
those of packs. What the facts do not show is not read back yet, and nothing is assumed.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from calvox.common.i18n import Text, t
from calvox.core.products import cal_type_named, version_name, version_named
from calvox.core.purchases import Purchase
from calvox.doctor.facts import LicenceServer, Pack
from calvox.windows.calls.dossier import Dossier
from calvox.windows.calls.kinds import CallKind


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What was read."""

    shown: bool
    """Whether the facts show that Windows took the code."""
    text: Text
    """What they show, or why they do not."""
    quantity: int = 0
    """CALs that came, as read; else those of the purchase."""
    pack_id: int = 0
    """Windows' number of the pack; 0 = none, or not known."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read of a licence server before a call and since."""

    before: LicenceServer | None
    """As it was known when the call was opened."""
    now: LicenceServer | None
    """As it is known now."""
    since: int
    """When the code was heard, seconds UTC."""
    others: Collection[int] = ()
    """Numbers of packs that were entered in other calls since."""


def read_back(dossier: Dossier, code: str, seen: Seen) -> ReadBack:
    """Look for what a code must have changed."""
    if seen.now is None:
        return ReadBack(False, t("{server} was never read", server=dossier.server), _bought(dossier))
    match dossier.kind:
        case CallKind.ACTIVATE | CallKind.REACTIVATE:
            return _activated(seen.now, code)
        case CallKind.DEACTIVATE:
            return _deactivated(seen.now)
        case _:
            return _installed(dossier, seen, seen.now)


def _bought(dossier: Dossier) -> int:
    return dossier.purchase.quantity if dossier.purchase is not None else 0


def _activated(now: LicenceServer, code: str) -> ReadBack:
    server = now.machine.name
    own = (now.server_id.value or "").upper().replace("-", "")
    if not now.activated.value:
        return ReadBack(False, t("the newest facts do not show {server} as activated", server=server))
    if not own:
        return ReadBack(False, t("{server} is activated, but its licence server ID was not read", server=server))
    if own != code:
        return ReadBack(False, t("{server} is activated with another licence server ID than this", server=server))
    return ReadBack(True, t("{server} is activated with this licence server ID", server=server))


def _deactivated(now: LicenceServer) -> ReadBack:
    server = now.machine.name
    if now.activated.value is not False:
        return ReadBack(False, t("the newest facts do not show {server} as deactivated", server=server))
    return ReadBack(True, t("{server} is not activated any more", server=server))


# Packs


def _installed(dossier: Dossier, seen: Seen, now: LicenceServer) -> ReadBack:
    bought = _bought(dossier)
    packs = now.packs.value
    if packs is None:
        return ReadBack(False, t("the packs of {server} were not read", server=dossier.server), bought)
    fitting = [p for p in packs if p.counts and p.number not in seen.others and _fits(p, dossier.purchase)]
    gains = _gains(dossier, seen, fitting, now.packs.time)
    if not gains:
        return ReadBack(False, t("the newest facts show no new pack of what was bought"), bought)
    gain, number = min(gains, key=lambda one: (abs(one[0] - bought), one[1]))
    pack = next(one for one in fitting if one.number == number)
    return ReadBack(True, _told(pack, gain, bought), gain, number)


def _gains(dossier: Dossier, seen: Seen, packs: Sequence[Pack], read: int) -> list[tuple[int, int]]:
    """List packs that came or grew since the call was opened: by how much, and their numbers.

    After a database was rebuilt its packs are numbered anew, so a reinstalled pack may have the number of the lost one. Then,
    as where nothing was read before, a pack counts that was read since and has just the quantity that was bought.
    """
    if dossier.kind is CallKind.REINSTALL or seen.before is None or seen.before.packs.value is None:
        bought = _bought(dossier)
        return [(p.total, p.number) for p in packs if read >= seen.since and p.total == (bought or p.total)]
    old = {pack.number: pack.total for pack in seen.before.packs.value}
    grown = ((pack.total - old.get(pack.number, 0), pack.number) for pack in packs)
    return [(gain, number) for gain, number in grown if gain > 0]


def _fits(pack: Pack, purchase: Purchase | None) -> bool:
    if purchase is None:
        return True
    return (pack.product, pack.version) == (cal_type_named(purchase.cal_type), version_named(purchase.version))


def _told(pack: Pack, gain: int, bought: int) -> Text:
    values = {"number": pack.number, "gain": gain, "version": version_name(pack.version), "bought": bought}
    if bought and gain != bought:
        return t("pack {number}: {gain} CALs for {version}; {bought} were bought", **values)
    return t("pack {number}: {gain} CALs for {version}", **values)
