"""Settle the outage voucher of a session host that is gone for good, with the count that is known on paper.

Rules:
- The host itself settles, as long as it can: by hand only what has ended, or what a host has that was shut out. Else the host
  could be given the next voucher while it still gives CALs out of this one.
- Who said so, and why, stands in the ledger. A host that comes back all the same is told that the voucher was settled.
"""

from calvox.common.clock import show_date, show_time
from calvox.common.commands import Command
from calvox.common.errors import BadInput, Conflict, NotFound
from calvox.common.i18n import t
from calvox.core.book import Row
from calvox.core.outages import VoucherSettledByHand
from calvox.core.remarks import remark
from calvox.journal.interface import Reader, Transaction
from calvox.server.policy_report import VoucherShown, may_be_settled_by_hand, voucher_shown
from calvox.server.store import LicenceServer

FEWEST_DIGITS = 4


def settle_by_hand(server: LicenceServer, voucher: str, used: int, why: str, by: str) -> VoucherShown:
    """Settle a voucher for a host that does not.

    Args:
        server: The licence server.
        voucher: The first digits of its identifier, in hexadecimal.
        used: How many CALs were given out of it.
        why: The reason; it stays in the ledger.
        by: Who says so.

    Raises:
        NotFound: there is no such voucher.
        Conflict: it was settled, or its host may still use it.
        BadInput: more were used than it has, or the reason is not well formed.
    """
    said = remark(why)

    def work(tx: Transaction) -> VoucherShown:
        row = _voucher(tx, voucher)
        host = tx.get("host", (row["host"],))
        _check(server, row, host, used, tx.now)
        tx.append(VoucherSettledByHand(voucher=row["voucher"], used=used, why=said, by=by))
        return voucher_shown(_voucher(tx, row["voucher"].hex()), host, tx.now)

    return server.journal.run(work).value


def _voucher(reader: Reader, text: str) -> Row:
    plain = text.strip().lower()
    found = [row for row in reader.select("voucher") if row["voucher"].hex().startswith(plain)]
    if len(plain) < FEWEST_DIGITS or not found:
        raise NotFound(
            t("There is no outage voucher {voucher}", voucher=text[:40]),
            hint=t("“{list}” shows them with their first digits.", list=Command("server vouchers")),
        )
    if len(found) > 1:
        raise BadInput(t("Several outage vouchers begin with {digits}; write more digits", digits=plain[:40]))
    return found[0]


def _check(server: LicenceServer, row: Row, host: Row | None, used: int, now: int) -> None:
    if row["settled"]:
        when = show_time(row["settled"], server.zone)
        raise Conflict(t("This outage voucher was settled on {time} with {used} CALs", time=when, used=row["used"]))
    if not may_be_settled_by_hand(row, host, now):
        raise Conflict(
            t("The session host {name} may still use this outage voucher", name=host["name"] if host else ""),
            hint=t(
                "It settles by itself when it next comes. If it is gone for good, shut it out first, or wait until {day}.",
                day=show_date(row["until"], server.zone),
            ),
        )
    if not 0 <= used <= row["count"]:
        raise BadInput(t("The outage voucher has {count} CALs, and {used} were used", count=row["count"], used=used))
