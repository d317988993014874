"""What the licence server signed for a host, and what the host used of its outage voucher."""

from calvox.apps.host_api.call import Call
from calvox.core.book import Row
from calvox.journal.interface import Transaction
from calvox.server.statements import settle, statements_for
from calvox.wire import hostapi


async def fetch(call: Call[None]) -> hostapi.Statements:
    """Give policy, revocation list and voucher."""

    def work(tx: Transaction, host: Row) -> hostapi.Statements:
        return statements_for(tx, call.server, host)

    return (await call.run(work)).value


async def settle_voucher(call: Call[hostapi.Settle]) -> hostapi.Settled:
    """Close a voucher."""

    def work(tx: Transaction, host: Row) -> hostapi.Settled:
        return settle(tx, call.server, host, call.asked)

    return (await call.run(work)).value
