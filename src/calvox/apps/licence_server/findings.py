"""What is wrong with a licence server just now, as its operators want to be told: each thing under a key that stays.

Alarms, pools that are used up or beyond their packs, a certificate that ends. What was found once is kept until it is
clearly over, so that a pool at its brim is not told of again and again.
"""

from collections.abc import Container, Iterator

import msgspec

from calvox.apps.journal_metrics import CERTIFICATE_DAYS
from calvox.common.clock import DAY
from calvox.common.i18n import t
from calvox.core.alarms import Alarm
from calvox.core.products import cal_type_named
from calvox.core.reports import PoolReport
from calvox.server.report import certificate_ends, packs_report
from calvox.server.store import LicenceServer

BRIM = 20
"""A pool that was used up is told to be so no longer when one in this many of its CALs is free."""
TAMPERED = "ledger"
"""The key under which a ledger that does not verify is told of."""


class Finding(msgspec.Struct, frozen=True):
    """Something that is wrong, in the language of whoever looked."""

    text: str
    hint: str = ""


def findings(server: LicenceServer, known: Container[str] = ()) -> dict[str, Finding]:
    """Look for everything that is wrong; `known` are the keys that were found before."""
    with server.journal.read() as reader:
        alarms = [Alarm(row["alarm"]) for row in reader.select("alarm")]
        report = packs_report(reader, server.world.now())
    found = {f"alarm:{alarm}": Finding(str(alarm.text), str(alarm.hint)) for alarm in alarms}
    for pool in report.pools:
        found.update(_pool(pool, known))
    if report.without_pack:
        text = t("{count} CALs per user are out from no pack at all", count=report.without_pack)
        found["over-use:none"] = Finding(str(text), _BUY)
    found.update(_certificate(server))
    return found


_BUY = "calvox server install"


def _pool(pool: PoolReport, known: Container[str]) -> Iterator[tuple[str, Finding]]:
    name = {"kind": cal_type_named(pool.cal_type).text, "version": pool.version}
    place = f"{pool.cal_type}:{pool.version}"
    numbers = {"issued": pool.issued, "total": pool.total}
    used_up, brim = f"used-up:{place}", pool.total // BRIM
    if pool.issued and pool.free <= (brim if used_up in known else 0):
        yield used_up, Finding(str(t("Used up: {kind} {version}, {issued} of {total}", **name, **numbers)), _BUY)
    if pool.over_use:
        yield (
            f"over-use:{place}",
            Finding(str(t("Over-use: {kind} {version}, {issued} of {total}", **name, **numbers)), _BUY),
        )


def _certificate(server: LicenceServer) -> Iterator[tuple[str, Finding]]:
    left = certificate_ends(server) - server.world.now()
    if left <= CERTIFICATE_DAYS * DAY:
        text = t("The server's certificate ends in {days} days and was not made anew", days=left // DAY)
        yield "certificate", Finding(str(text), "calvox server status")
