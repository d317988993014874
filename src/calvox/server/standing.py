"""How session hosts stand, as far as this licence server heard: kept as working state, shown to people.

Rules:
- A host speaks for itself alone, and nothing is decided by what it says: it is bounded, kept with the time, and shown.
- What was not heard is not worked out. A host that was silent for a day stands as silent, whatever it said before; one that
  never came is not heard of yet.
"""

from collections import Counter

import msgspec

from calvox.common.clock import DAY
from calvox.common.errors import BadInput
from calvox.common.i18n import t
from calvox.core.book import Row
from calvox.core.hosting import HostState
from calvox.core.standing import GRACE_DAYS, SILENCE, Stands, State, days_until
from calvox.journal.interface import Reader, Transaction
from calvox.wire.hostapi import Standing


class HostStanding(msgspec.Struct, frozen=True):
    """How a session host stands."""

    stands: Stands = Stands.UNHEARD
    days_left: int = 0
    """Days of grace, a begun one as a whole; while it stands in grace alone."""
    said: State | None = None
    """What it said last, however long ago that is."""
    told: int = 0
    """When it said so, seconds UTC, as are the next three; 0: never."""
    grace_ends: int = 0
    """Last second of the grace that it told of; 0: none."""
    outage_since: int = 0
    """Beginning of the last outage that it told of; 0: none, or not known."""
    outage_until: int = 0
    """When it was heard again after that; 0: it told of none."""
    voucher_used: int = 0
    """CALs that it gave out of its outage voucher and has not told of yet."""
    software: str = ""
    """Version of Calvox that it runs; empty: it does not say."""


UNHEARD = HostStanding()
"""How a host stands that never gave a sign of life."""


class GraceLeft(msgspec.Struct, frozen=True):
    """A session host whose last word was that it is in grace."""

    host: bytes
    """16 bytes."""
    name: str
    days_left: int
    """While it was heard within a day; 0 otherwise."""
    grace_ends: int
    """As it said, seconds UTC."""
    seen: int
    """When it was last heard, seconds UTC."""
    silent: bool
    """Whether it was not heard for a day: what it said may not hold any more."""


class StandingsAtAGlance(msgspec.Struct, frozen=True):
    """How the enrolled session hosts stand."""

    counts: dict[str, int] = {}
    """Hosts by how they stand; only what there is."""
    graces: list[GraceLeft] = []
    """Those in grace that run out first."""

    @property
    def first(self) -> GraceLeft | None:
        """The host that was heard lately and runs out first."""
        return next((one for one in self.graces if not one.silent), None)


def check_standing(said: Standing) -> Standing:
    """Check what a host says of itself; its lengths were checked when it was read.

    Raises:
        BadInput: it holds what cannot be shown.
    """
    if not said.software.isprintable():
        text = t("The field “{field}” has up to {longest} printable characters", field="software", longest=32)
        raise BadInput(text)
    return said


def keep_standing(tx: Transaction, host: bytes, said: Standing, told: int) -> None:
    """Keep what a host said of itself; a program that knows no state leaves what the host's process said.

    Args:
        tx: Where to.
        host: Whose certificate it was said with, 16 bytes.
        said: What it said.
        told: When, seconds UTC.
    """
    before = tx.get("standing", (host,))
    state = said.state if said.state in list(State) else ""
    if not state and before is not None and before["state"] and told - before["told"] <= SILENCE:
        return
    tx.put("standing", {"host": host, "told": told, "state": state, **_figures(said, state, before, told)})


def _figures(said: Standing, state: str, before: Row | None, told: int) -> Row:
    """Bound what was said: nobody has more grace than there is, and no outage began in the future."""
    out = state == State.OUTAGE
    since, until = (before["outage_since"], before["outage_until"]) if before else (0, 0)
    return {
        "grace_ends": min(said.grace_ends, told + GRACE_DAYS * DAY) if state == State.GRACE else 0,
        "outage_since": min(said.outage_since, told) if out else since,
        "outage_until": told if out else until,
        "voucher_used": said.voucher_used,
        "software": said.software,
    }


def standing_of(row: Row | None, seen: int, now: int) -> HostStanding:
    """Tell how a host stands.

    Args:
        row: What it said last; None: nothing.
        seen: When it was last heard, 0: never.
        now: Seconds UTC.
    """
    heard = max(seen, row["told"] if row else 0)
    if row is None:
        return HostStanding(_without_word(heard, now))
    state = State(row["state"]) if row["state"] else None
    good = state is not None and now - row["told"] <= SILENCE
    stands = Stands(str(state)) if good else _without_word(heard, now)
    names = ("told", "grace_ends", "outage_since", "outage_until", "voucher_used", "software")
    left = days_until(row["grace_ends"], now) if stands is Stands.GRACE else 0
    return HostStanding(stands, left, state, **{name: row[name] for name in names})


def _without_word(heard: int, now: int) -> Stands:
    if not heard:
        return Stands.UNHEARD
    return Stands.SILENT if now - heard > SILENCE else Stands.UNTOLD


def host_standing(reader: Reader, host: bytes, now: int) -> tuple[int, HostStanding]:
    """Tell when a host was last heard, 0 if never, and how it stands."""
    seen = reader.get("seen", (host,))
    heard = int(seen["time"]) if seen else 0
    return heard, standing_of(reader.get("standing", (host,)), heard, now)


def all_standings(reader: Reader, now: int) -> dict[bytes, tuple[int, HostStanding]]:
    """Tell the same of every host that ever gave a sign of life."""
    said = {row["host"]: row for row in reader.select("standing")}
    seen = {row["host"]: int(row["time"]) for row in reader.select("seen")}
    return {
        host: (seen.get(host, 0), standing_of(said.get(host), seen.get(host, 0), now)) for host in said.keys() | seen
    }


def at_a_glance(reader: Reader, now: int, most: int = 5) -> StandingsAtAGlance:
    """Tell how the enrolled hosts stand, and which of those in grace run out first."""
    known = all_standings(reader, now)
    counts: Counter[str] = Counter()
    graces = []
    for row in reader.select("host", {"state": str(HostState.ENROLLED)}):
        seen, told = known.get(row["host"], (0, UNHEARD))
        counts[str(told.stands)] += 1
        if told.said is State.GRACE:
            silent = told.stands is not Stands.GRACE
            graces.append(GraceLeft(row["host"], row["name"], told.days_left, told.grace_ends, seen, silent))
    graces.sort(key=lambda one: (one.silent, one.grace_ends, one.name))
    return StandingsAtAGlance({str(one): counts[str(one)] for one in Stands if counts[str(one)]}, graces[:most])
