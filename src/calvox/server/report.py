"""Read the ledger's tables into reports, with the names that lie beside the chain."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from calvox.common.clock import DAY
from calvox.common.files import read_whole
from calvox.core.alarms import Frozen, frozen
from calvox.core.book import Row
from calvox.core.deciding import Reason
from calvox.core.freezing import HELD
from calvox.core.hosting import HostState
from calvox.core.products import CalType, version_name
from calvox.core.reports import CalReport, PackReport, PoolReport, RefusalReport, mixed_modes, pack_report, pools
from calvox.core.timekeeping import ClockState
from calvox.journal.interface import Reader
from calvox.server.alarms import AlarmShown, standing
from calvox.server.call import open_call
from calvox.server.refusals import HOUR
from calvox.server.revoke import Share, revocable, share_of
from calvox.server.standing import GraceLeft, at_a_glance
from calvox.server.store import LicenceServer, server_row
from calvox.trust.certificates import expires_at


class PacksReport(msgspec.Struct, frozen=True):
    """All packs, and their sums."""

    packs: list[PackReport]
    pools: list[PoolReport]
    without_pack: int
    """Per-user CALs issued from no pack at all: built-in over-use."""
    mixed_modes: list[str] = []
    """“device” and “user”, if CALs of both are out: allowed, and to be known."""
    revoked: list[Share] = []
    """Versions of which device CALs stand revoked."""


class RecentRefusals(msgspec.Struct, frozen=True):
    """Refusals of the last 24 hours for one reason."""

    reason: str
    """The code of the reason."""
    text: str
    count: int


class HostsAtAGlance(msgspec.Struct, frozen=True):
    """Session hosts by state."""

    enrolled: int = 0
    shut_out: int = 0
    pending: list[str] = []
    """Names of those that wait for approval."""
    standings: dict[str, int] = {}
    """How the enrolled ones stand, as they said: grace, grace-over, licensed, outage; silent: not heard for a day; untold:
    heard, but it does not say; unheard: not heard of yet. Only what there is."""
    graces: list[GraceLeft] = []
    """Those in grace that run out first."""


class ClockAtAGlance(msgspec.Struct, frozen=True):
    """How the clock stands."""

    state: str = str(ClockState.GOOD)
    """good, clock-behind or clock-ahead."""
    shown: int = 0
    """What the machine's clock shows, seconds UTC."""
    licensing_time: int = 0
    """What counts, seconds UTC."""


class Status(msgspec.Struct, frozen=True):
    """A licence server at a glance."""

    server_id: bytes
    """18 bytes."""
    activated: bool
    centre: str
    epoch: int
    generation: int
    hosts: int
    cals: int
    pools: list[PoolReport]
    entries: int
    """Position of the ledger's head."""
    head: bytes
    """Hash of the last entry."""
    call_open: bool
    """Whether a call awaits its confirmation."""
    alarms: list[AlarmShown] = []
    """Those that stand, the oldest first."""
    frozen: str = str(Frozen.NO)
    """What is not given because of an alarm or a freeze: no (everything is given), new (no new CALs) or all (nothing is)."""
    clock: ClockAtAGlance = ClockAtAGlance()
    hosts_by_state: HostsAtAGlance = HostsAtAGlance()
    temporary: int = 0
    """Temporary CALs that are out, from no pack."""
    without_pack: int = 0
    """Per-user CALs from no pack at all: built-in over-use."""
    mixed_modes: list[str] = []
    """“device” and “user”, if CALs of both are out."""
    refusals: list[RecentRefusals] = []
    """Of the last 24 hours, the most frequent reason first."""
    vouchers_open: int = 0
    voucher_cals: int = 0
    """CALs of open outage vouchers: the most that may be out unseen."""
    certificate_ends: int = 0
    """When the server's certificate ends, seconds UTC; 0 = it has not served yet."""
    operations: str = ""
    """Address of health and metrics; empty: none."""
    held_since: int = 0
    """When somebody froze the server, seconds UTC; 0: nobody did."""


def packs_report(reader: Reader, now: int) -> PacksReport:
    """Report on packs."""
    packs = [pack_report(row, now) for row in reader.select("pack")]
    without = reader.count("cal", {"pack": 0, "temporary": 0})
    sums = pools(packs)
    return PacksReport(packs, sums, without, mixed_modes(sums, without), _shares(reader, now))


def _shares(reader: Reader, now: int) -> list[Share]:
    versions = {row["version"] for row in reader.select("revoked") if row["valid_until"] >= now}
    return [share_of(version, revocable(reader, version, now)) for version in sorted(versions)]


def cals_report(
    reader: Reader, *, limit: int = -1, offset: int = 0, where: Mapping[str, Any] | None = None
) -> list[CalReport]:
    """Report on the CALs that are out, newest last."""
    return cal_reports(reader, reader.select("cal", where or {}, order="entry", limit=limit, offset=offset))


def cal_reports(reader: Reader, rows: Iterable[Row]) -> list[CalReport]:
    """Report on these CALs."""
    names = Names(reader)
    return [
        CalReport(
            cal_id=row["cal_id"].hex(),
            cal_type=CalType(row["cal_type"]).label,
            version=version_name(row["version"]),
            holder=names.holder(row["holder"]),
            host=names.host(row["host"]),
            temporary=bool(row["temporary"]),
            pack=row["pack"],
            issued=row["issued"],
            valid_until=row["valid_until"],
        )
        for row in rows
    ]


def refusals_report(reader: Reader) -> list[RefusalReport]:
    """Report on who was denied and why, equal refusals added up, the latest first."""
    names = Names(reader)
    sums: dict[tuple[bytes, bytes, int, str], list[int]] = {}
    for row, count, last in _refusals(reader):
        found = sums.setdefault((row["holder"], row["host"], row["cal_type"], row["reason"]), [0, 0])
        found[0] += count
        found[1] = max(found[1], last)
    reports = [
        RefusalReport(names.holder(holder), names.host(host), CalType(cal_type).label, reason, count, last)
        for (holder, host, cal_type, reason), (count, last) in sums.items()
    ]
    return sorted(reports, key=lambda report: -report.last)


def latest_refusals(reader: Reader, limit: int) -> list[RefusalReport]:
    """Report on the last entries about refusals, each by itself, the latest first."""
    names = Names(reader)
    return [
        RefusalReport(
            names.holder(row["holder"]),
            names.host(row["host"]),
            CalType(row["cal_type"]).label,
            row["reason"],
            row["count"],
            row["time"],
        )
        for row in reader.select("refusal", order="-entry", limit=limit)
    ]


def _refusals(reader: Reader) -> Iterator[tuple[Row, int, int]]:
    """Give entered refusals, then those that still wait for their hour to end."""
    for row in reader.select("refusal"):
        yield row, row["count"], row["time"]
    for row in reader.select("repeated_refusal"):
        if row["more"]:
            yield row, row["more"], row["hour"] * HOUR


def status(server: LicenceServer, reader: Reader) -> Status:
    """Say how the server stands."""
    row, head, now = server_row(reader), reader.head, server.world.now()
    packs = packs_report(reader, now)
    temporary = reader.count("cal", {"pack": 0, "temporary": 1})
    open_vouchers = [one["count"] for one in reader.select("voucher", {"settled": 0})]
    return Status(
        server_id=row["server_id"],
        activated=bool(row["activated"]),
        centre=row["centre_name"],
        epoch=row["epoch"],
        generation=server.keys.identity.generation,
        hosts=reader.count("host"),
        cals=temporary + packs.without_pack + sum(pack.issued for pack in packs.packs),
        pools=packs.pools,
        entries=head.position,
        head=head.hash,
        call_open=open_call(reader) is not None,
        alarms=standing(reader),
        frozen=str(frozen(row, now)),
        clock=ClockAtAGlance(str(server.time.state), server.time.shown, now),
        hosts_by_state=_hosts(reader, now),
        temporary=temporary,
        without_pack=packs.without_pack,
        mixed_modes=packs.mixed_modes,
        refusals=_recent(reader, now - DAY),
        vouchers_open=len(open_vouchers),
        voucher_cals=sum(open_vouchers),
        certificate_ends=certificate_ends(server),
        operations=server.settings.server.operations,
        held_since=row[HELD],
    )


def certificate_ends(server: LicenceServer) -> int:
    """Tell when the server's own certificate ends, seconds UTC; 0 = it has none, for it has not served yet."""
    certificate = server.keys.folder / "tls.pem"
    return expires_at(read_whole(certificate)) if certificate.exists() else 0


def _hosts(reader: Reader, now: int) -> HostsAtAGlance:
    pending = sorted(row["name"] for row in reader.select("host", {"state": str(HostState.PENDING)}))
    enrolled, shut_out = (
        reader.count("host", {"state": str(state)}) for state in (HostState.ENROLLED, HostState.REVOKED)
    )
    stand = at_a_glance(reader, now)
    return HostsAtAGlance(enrolled, shut_out, pending, stand.counts, stand.graces)


def _recent(reader: Reader, since: int) -> list[RecentRefusals]:
    """Add up what was refused since then; entered refusals are read from the latest back, as far as need be."""
    sums: Counter[str] = Counter()
    for row in reader.select("refusal", order="-entry"):
        if row["time"] < since:
            break
        sums[row["reason"]] += row["count"]
    for row in reader.select("repeated_refusal"):
        if row["hour"] * HOUR > since - HOUR:
            sums[row["reason"]] += row["more"]
    return [RecentRefusals(reason, str(Reason(reason).text), count) for reason, count in sums.most_common() if count]


class Names:
    """Looks names up, each once, as long as there is room for them."""

    def __init__(self, reader: Reader, most: int = 100_000) -> None:
        self._reader, self._most = reader, most
        self._known: dict[tuple[str, bytes], str] = {}

    def holder(self, reference: bytes) -> str:
        """Name a holder; nothing once the name was erased."""
        return self._name("holder", reference)

    def host(self, host: bytes) -> str:
        """Name a host."""
        return self._name("host", host)

    def _name(self, table: str, key: bytes) -> str:
        if (table, key) not in self._known:
            if len(self._known) >= self._most:
                self._known.clear()
            row = self._reader.get(table, (key,))
            self._known[table, key] = row["name"] if row else ""
        return self._known[table, key]
