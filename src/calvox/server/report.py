"""Read the ledger's tables into reports, with the names that lie beside the chain."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from calvox.core.book import Row
from calvox.core.products import CalType, version_name
from calvox.core.reports import CalReport, PackReport, PoolReport, RefusalReport, mixed_modes, pack_report, pools
from calvox.journal.interface import Reader
from calvox.server.call import open_call
from calvox.server.revoke import Share, revocable, share_of
from calvox.server.store import LicenceServer, server_row


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
    names = _Names(reader)
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
    names = _Names(reader)
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


def _refusals(reader: Reader) -> Iterator[tuple[Row, int, int]]:
    """Give entered refusals, then those that still wait for their hour to end."""
    for row in reader.select("refusal"):
        yield row, row["count"], row["time"]
    for row in reader.select("repeated_refusal"):
        if row["more"]:
            yield row, row["more"], row["hour"] * 3600


def status(server: LicenceServer, reader: Reader) -> Status:
    """Say how the server stands."""
    row, head = server_row(reader), reader.head
    return Status(
        server_id=row["server_id"],
        activated=bool(row["activated"]),
        centre=row["centre_name"],
        epoch=row["epoch"],
        generation=server.keys.identity.generation,
        hosts=reader.count("host"),
        cals=reader.count("cal"),
        pools=packs_report(reader, server.world.now()).pools,
        entries=head.position,
        head=head.hash,
        call_open=open_call(reader) is not None,
    )


class _Names:
    """Looks names up, each once."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._known: dict[tuple[str, bytes], str] = {}

    def holder(self, reference: bytes) -> str:
        """Name a holder; nothing once the name was erased."""
        return self._name("holder", reference)

    def host(self, host: bytes) -> str:
        """Name a host."""
        return self._name("host", host)

    def _name(self, table: str, key: bytes) -> str:
        if (table, key) not in self._known:
            row = self._reader.get(table, (key,))
            self._known[table, key] = row["name"] if row else ""
        return self._known[table, key]
