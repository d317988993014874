"""Use over time: packs, holders and over-use, from what was known of a site at several times.

Rules:
- Over-use is issued minus total of one type and version on one licence server, where positive; it is never netted against
  another. Rows that Windows does not count (built-in, temporary, total -1) and packs that have ended stand apart.
- A reading counts once, at the time at which it was read, however often the site was looked at since.
- What is not known is listed with its reason, and is a gap in a series, never a zero.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any

from calvox.core.products import CalType
from calvox.doctor.facts import Fact, IssuedCal, LicenceServer, Pack, Site
from calvox.doctor.licensing import packs_of, windows_name
from calvox.doctor.rules.server_over_use import OVER_USED, pools
from calvox.doctor.rules.server_pack_ending import ended
from calvox.windows.facts_from import same_machine
from calvox.windows.usage_model import Apart, Change, HoldersRead, PacksRead, Pool, Series, Unknown, Usage

FALSE_ZERO = "zeros are believed from an administrator alone"
BUILT_IN = 3
TEMPORARY = 4


def usage(sites: Sequence[Site]) -> Usage:
    """Report on a site from what was known of it at several times, in whatever order."""
    packs: list[PacksRead] = []
    holders: list[HoldersRead] = []
    changes: list[Change] = []
    overall: list[Change] = []
    unknown: list[Unknown] = []
    ordered = sorted(sites, key=lambda site: site.collected)
    for name, states in _servers(ordered):
        read = [_packs_read(name, state) for state in _once(states, "packs") if packs_of(state) is not None]
        packs += read
        changes += (c for old, new in pairwise(read) for c in _changes(old, new) if _moves(c))
        overall += _changes(read[0], read[-1]) if read else ()
        for fact, cal_type in (("issued", CalType.DEVICE), ("user_report", CalType.USER)):
            holders += (_holders_read(name, getattr(state, fact), cal_type) for state in _once(states, fact))
        unknown += _unknown(name, states[-1])
    site = ordered[-1].name if ordered else ""
    series = (*_pool_series(packs), *_holder_series(holders))
    return Usage(
        site=site,
        packs=tuple(packs),
        holders=tuple(holders),
        changes=tuple(changes),
        overall=tuple(overall),
        series=series,
        unknown=tuple(unknown),
    )


def _servers(sites: Iterable[Site]) -> list[tuple[str, list[LicenceServer]]]:
    """Gather what was known of each licence server, oldest first; it has the name that it had last."""
    found: list[list[LicenceServer]] = []
    for server in (server for site in sites for server in site.licence_servers):
        own = next((states for states in found if same_machine(states[-1].machine.name, server.machine.name)), None)
        if own is None:
            found.append([server])
        else:
            own.append(server)
    return [(states[-1].machine.name, states) for states in found]


def _once(states: Iterable[LicenceServer], fact: str) -> list[LicenceServer]:
    """Give one state for each time at which the fact was read, oldest first."""
    by_time = {getattr(state, fact).time: state for state in states if getattr(state, fact).known}
    return [by_time[time] for time in sorted(by_time)]


def _packs_read(name: str, server: LicenceServer) -> PacksRead:
    fact = server.packs
    packs = packs_of(server) or ()
    return PacksRead(
        server=name,
        time=fact.time,
        source=fact.source,
        pools=tuple(_pool(key, sums) for key, sums in sorted(pools(packs, fact.time).items())),
        apart=tuple(_apart(packs, fact.time)),
    )


def _pool(key: tuple[int, int], sums: tuple[int, int]) -> Pool:
    (product, version), (total, issued) = key, sums
    return Pool(
        cal_type=CalType(product).label,
        version=windows_name(version),
        total=total,
        issued=issued,
        free=total - issued,
        over_use=max(0, issued - total),
    )


def _apart(packs: Iterable[Pack], now: int) -> Iterator[Apart]:
    """Add up, by kind and version, the rows that stand in no pool."""
    sums: dict[tuple[str, int], int] = {}
    for pack in packs:
        kind = _kind_apart(pack, now)
        if kind:
            sums[kind, pack.version] = sums.get((kind, pack.version), 0) + pack.issued
    for (kind, version), issued in sorted(sums.items()):
        yield Apart(kind=kind, version=windows_name(version), issued=issued)


def _kind_apart(pack: Pack, now: int) -> str:
    if pack.counts:
        return "ended" if ended(pack, now) else ""
    if pack.product == BUILT_IN:
        return "built-in"
    if pack.kind == TEMPORARY:
        return "temporary"
    is_over_use = pack.kind == OVER_USED and pack.product == CalType.USER and pack.total == 0
    return "" if is_over_use else "not-counted"


def _holders_read(name: str, fact: Fact[tuple[IssuedCal, ...]], cal_type: CalType) -> HoldersRead:
    rows = fact.value or ()
    return HoldersRead(
        server=name,
        time=fact.time,
        source=fact.source,
        cal_type=cal_type.label,
        rows=len(rows),
        temporary=sum(row.temporary for row in rows),
        ended=sum(0 < row.expires <= fact.time for row in rows),
    )


def _changes(old: PacksRead, new: PacksRead) -> list[Change]:
    before, after = ({(p.cal_type, p.version): p for p in read.pools} for read in (old, new))
    return [_change(old, new, key, before.get(key), after.get(key)) for key in dict.fromkeys([*before, *after])]


def _change(old: PacksRead, new: PacksRead, key: tuple[str, str], was: Pool | None, is_now: Pool | None) -> Change:
    def grown(field: str) -> int:
        return getattr(is_now, field, 0) - getattr(was, field, 0)

    return Change(
        server=new.server,
        cal_type=key[0],
        version=key[1],
        since=old.time,
        until=new.time,
        total=grown("total"),
        issued=grown("issued"),
        over_use=grown("over_use"),
    )


def _moves(change: Change) -> bool:
    return bool(change.total or change.issued or change.over_use)


def _unknown(name: str, server: LicenceServer) -> Iterator[Unknown]:
    for fact in ("packs", "issued", "user_report"):
        read: Fact[Any] = getattr(server, fact)
        if not read.known:
            yield Unknown(server=name, fact=fact, why=read.why or "not collected")
    if server.packs.known and packs_of(server) is None:
        yield Unknown(server=name, fact="packs", why=FALSE_ZERO)


# Series


def _pool_series(packs: Iterable[PacksRead]) -> Iterator[Series]:
    by_server: dict[str, list[PacksRead]] = {}
    for read in packs:
        by_server.setdefault(read.server, []).append(read)
    for server, reads in by_server.items():
        keys = dict.fromkeys((pool.cal_type, pool.version) for read in reads for pool in read.pools)
        for cal_type, version in keys:
            for measure in ("total", "issued", "over-use"):
                points = tuple((read.time, _value(read, cal_type, version, measure)) for read in reads)
                yield Series(server=server, measure=measure, cal_type=cal_type, version=version, points=points)


def _value(read: PacksRead, cal_type: str, version: str, measure: str) -> int:
    pool = next((p for p in read.pools if (p.cal_type, p.version) == (cal_type, version)), None)
    return getattr(pool, measure.replace("-", "_"), 0)


def _holder_series(holders: Iterable[HoldersRead]) -> Iterator[Series]:
    points: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for read in holders:
        points.setdefault((read.server, read.cal_type), []).append((read.time, read.rows))
    for (server, cal_type), values in points.items():
        yield Series(server=server, measure="holders", cal_type=cal_type, version="", points=tuple(values))
