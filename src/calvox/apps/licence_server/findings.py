"""What is wrong with a licence server just now, as its operators want to be told: each thing under a key that stays.

Alarms, pools that are used up or beyond their packs, hosts whose grace ends, a certificate that ends, backups and drills that are due. What was found once is kept until it is
clearly over, so that a pool at its brim is not told of again and again.
"""

from collections.abc import Container, Iterator
from zoneinfo import ZoneInfo

import msgspec

from calvox.apps.continuity.cases import continuity
from calvox.apps.continuity.due import Due, due
from calvox.apps.journal_metrics import CERTIFICATE_DAYS
from calvox.common.clock import DAY, show_time
from calvox.common.i18n import t
from calvox.core.alarms import Alarm
from calvox.core.products import cal_type_named
from calvox.core.reports import PoolReport
from calvox.core.standing import GRACE_SOON, Stands, days_text, days_until
from calvox.server.report import certificate_ends, packs_report
from calvox.server.standing import StandingsAtAGlance, at_a_glance
from calvox.server.store import LicenceServer, server_row

BRIM = 20
"""A pool that was used up is told to be so no longer when one in this many of its CALs is free."""
EVERYONE = 100_000
"""More session hosts than there are."""
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
        hosts = at_a_glance(reader, server.world.now(), EVERYONE)
        activated, stands = server_row(reader)["activated"], continuity(reader, server.world.now())
    found = {f"alarm:{alarm}": Finding(str(alarm.text), str(alarm.hint)) for alarm in alarms}
    for pool in report.pools:
        found.update(_pool(pool, known))
    if report.without_pack:
        text = t("{count} CALs per user are out from no pack at all", count=report.without_pack)
        found["over-use:none"] = Finding(str(text), _BUY)
    found.update(_graces(hosts, known, server.world.now()))
    found.update(_certificate(server))
    if activated:
        found.update(_backups(due(stands, server.settings.backup), server.zone))
    return found


_BUY, _HOSTS = "calvox server install", "calvox server hosts list"


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


def _graces(told: StandingsAtAGlance, known: Container[str], now: int) -> Iterator[tuple[str, Finding]]:
    """Tell of hosts that refuse people, or will before long, as they said; one that fell silent since is no better for it."""
    over = told.counts.get(Stands.GRACE_OVER, 0)
    if over:
        text = t("Grace is over, and people are refused: {count} session hosts", count=over)
        yield "grace-over", Finding(str(text), _HOSTS)
    soon = [one for one in told.graces if one.grace_ends - now <= GRACE_SOON * DAY]
    first = next((one for one in soon if not one.silent or "grace-ends" in known), None)
    if first is not None:
        left = days_text(days_until(first.grace_ends, now))
        text = t("Grace ends on the session host {name}: {left}", name=first.name, left=left)
        yield "grace-ends", Finding(str(text), _HOSTS)


def _backups(soon: Due, zone: ZoneInfo) -> Iterator[tuple[str, Finding]]:
    """Tell what is missing for the day on which the server is lost; one that is not activated has nothing to lose yet."""
    if not soon.keyed:
        yield "backup-key", Finding(str(t("There is no recovery key, and so no backup")), "calvox backup key")
    elif not soon.last:
        yield "backup", Finding(str(t("There is no backup yet")), "calvox backup create")
    elif soon.backup_late:
        text = t("The last backup is of {time}", time=show_time(soon.last, zone))
        yield "backup", Finding(str(text), "calvox backup create")
    if soon.drill_late:
        text = t("A drill was due by {time}: does the paper open a backup?", time=show_time(soon.drill_by, zone))
        yield "backup-drill", Finding(str(text), "calvox backup drill")


def _certificate(server: LicenceServer) -> Iterator[tuple[str, Finding]]:
    left = certificate_ends(server) - server.world.now()
    if left <= CERTIFICATE_DAYS * DAY:
        text = t("The server's certificate ends in {days} days and was not made anew", days=left // DAY)
        yield "certificate", Finding(str(text), "calvox server status")
