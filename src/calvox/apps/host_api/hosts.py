"""Becoming a session host and staying one: the authority, enrolment, the next certificate, how the server stands."""

from starlette.concurrency import run_in_threadpool

from calvox.apps.host_api.call import Call
from calvox.core.book import Row
from calvox.journal.interface import Transaction
from calvox.server.hosts import enrol, renew_certificate
from calvox.server.store import server_row
from calvox.trust.enrolment import secret_hash
from calvox.wire import hostapi


async def authority(call: Call[None]) -> bytes:
    """Show the authority's certificate; who asks compares it with the enrolment code."""
    return call.server.keys.trusted


async def enrol_host(call: Call[hostapi.EnrolAsk]) -> hostapi.EnrolAnswer:
    """Enrol a host by its one-time code."""
    code = secret_hash(call.asked.secret)
    return await run_in_threadpool(enrol, call.server, code, call.asked.signing_request.encode())


async def renew(call: Call[hostapi.RenewCertificate]) -> hostapi.RenewedCertificate:
    """Give the host its next certificate."""
    request = call.asked.signing_request.encode()

    def work(tx: Transaction, host: Row) -> hostapi.RenewedCertificate:
        known = call.recall(tx, hostapi.RenewedCertificate)
        if known is None:
            known = renew_certificate(tx, call.server, host, request)
            call.remember(tx, known)
        return known

    return (await call.run(work)).value


async def status(call: Call[None]) -> hostapi.ServerStatus:
    """Say whether the server is activated, and what time it has."""

    def work(tx: Transaction, host: Row) -> bool:
        return bool(server_row(tx)["activated"])

    return hostapi.ServerStatus((await call.run(work)).value, call.server.world.now())
