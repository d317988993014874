"""Acquire, release, heartbeat: one at a time, or a morning's logons in one request.

A bulk request is one piece of work in the ledger: its asks are decided in order, each seeing those before it, and each is
answered by itself.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from calvox.apps.host_api.call import Call
from calvox.common.errors import BadInput, NotFound
from calvox.common.i18n import language_of, t
from calvox.core.book import Row
from calvox.core.converting import signed_pack
from calvox.core.deciding import Reason, Refused
from calvox.core.products import CalType, cal_type_named
from calvox.journal.interface import Committed, Transaction
from calvox.server.alarms import hear_clock, hear_token
from calvox.server.heartbeat import heartbeat
from calvox.server.holders import Holders, known_holder
from calvox.server.hosts import may_have_cals
from calvox.server.issue import Granted, HolderAsk, acquire, granted_again, token_of
from calvox.server.reentry import door, known_up_to
from calvox.server.release import release
from calvox.server.standing import check_standing
from calvox.server.statements import policy_number
from calvox.wire import hostapi

HOLDER_SIZE, CAL_ID_SIZE, LONGEST_NAME = 32, 16, 255


class Outcome(msgspec.Struct, frozen=True):
    """What is remembered of an answer: the CAL, or the reason."""

    cal_id: bytes = b""
    refused: str = ""


Given = Granted | Refused


async def acquire_one(call: Call[hostapi.AcquireAsk]) -> hostapi.AcquireAnswer:
    """Issue, renew or refuse."""
    (answer,) = await _acquire(call, (call.asked,))
    return answer


async def acquire_many(call: Call[hostapi.AcquireMany]) -> hostapi.AcquiredMany:
    """Issue, renew or refuse, each by itself."""
    return hostapi.AcquiredMany(await _acquire(call, call.asked.asks))


async def release_one(call: Call[hostapi.ReleaseAsk]) -> hostapi.Released:
    """Take a session's CAL back."""
    cal_id = _cal_id(call.asked.cal_id)

    def work(tx: Transaction, host: Row) -> None:
        if call.recall(tx, bytes) is None:
            release(cal_id, host["host"])(tx)
            call.remember(tx, cal_id)

    await call.run(work)
    return hostapi.Released(cal_id)


async def release_many(call: Call[hostapi.ReleaseMany]) -> hostapi.ReleasedMany:
    """Take several sessions' CALs back; what is not this host's any more is left out."""
    cal_ids = [_cal_id(cal_id) for cal_id in call.asked.cal_ids]

    def work(tx: Transaction, host: Row) -> tuple[bytes, ...]:
        known = call.recall(tx, tuple[bytes, ...])
        if known is not None:
            return known
        gone = tuple(cal_id for cal_id in dict.fromkeys(cal_ids) if _released(tx, cal_id, host["host"]))
        call.remember(tx, gone)
        return gone

    return hostapi.ReleasedMany((await call.run(work)).value)


async def beat(call: Call[hostapi.Heartbeat]) -> hostapi.Heartbeaten:
    """Let sessions' leases begin anew, and hear how the host stands."""
    said = check_standing(call.asked.standing) if call.asked.standing else None
    cal_ids = [_cal_id(cal_id) for cal_id in call.asked.cal_ids]
    seconds = call.server.settings.server.lease_seconds

    def work(tx: Transaction, host: Row) -> hostapi.Heartbeaten:
        if call.asked.now:
            hear_clock(tx, call.server, call.desk.witnesses, call.host, call.asked.now)
        if call.asked.newest:
            hear_token(tx, call.server, call.asked.newest)
        if said is not None and (said.state or host["host"] not in call.desk.standing):
            call.desk.standing[host["host"]] = tx.now, said
        lost = tuple(cal_id for cal_id in cal_ids if not heartbeat(tx, cal_id, host["host"], seconds))
        generation, end = _forgotten(tx, call)
        number = policy_number(tx)
        return hostapi.Heartbeaten(tx.now, lost, seconds, number, generation, end)

    return (await call.run(work)).value


def _forgotten(tx: Transaction, call: Call[Any]) -> tuple[int, int]:
    """Tell which tokens this ledger may have forgotten by a restore: the generation now, and the last entry before."""
    if door(tx, tx.now) is None:
        return 0, 0
    return call.server.keys.identity.generation, known_up_to(tx, 0) or 0


def _released(tx: Transaction, cal_id: bytes, host: bytes) -> bool:
    try:
        release(cal_id, host)(tx)
    except NotFound:
        return False
    return True


async def _acquire(call: Call[Any], asked: Sequence[hostapi.AcquireAsk]) -> tuple[hostapi.AcquireAnswer, ...]:
    for ask in asked:
        _check(ask)

    def work(tx: Transaction, host: Row) -> list[Given]:
        known = call.recall(tx, list[Outcome])
        if known is not None:
            return [_again(tx, host, outcome) for outcome in known]
        asks = [_holder_ask(ask, host) for ask in asked]
        found = _found(call, tx, asks)
        allowed = may_have_cals(call.server, host)
        given = [acquire(call.server, ask, allowed=allowed, found=found)(tx) for ask in asks]
        call.remember(tx, [_outcome(one) for one in given])
        return given

    done = await call.run(work)
    with language_of(call.language):
        return tuple(_answer(call, Committed(one, done.batch)) for one in done.value)


def _check(asked: hostapi.AcquireAsk) -> None:
    if len(asked.holder) != HOLDER_SIZE:
        raise BadInput(t("The field “{field}” has {size} bytes", field="holder", size=HOLDER_SIZE))
    if not asked.name or len(asked.name) > LONGEST_NAME or not asked.name.isprintable():
        raise BadInput(t("The field “{field}” has 1 to 255 printable characters", field="name"))


def _cal_id(cal_id: bytes) -> bytes:
    if len(cal_id) != CAL_ID_SIZE:
        raise BadInput(t("The field “{field}” has {size} bytes", field="cal_id", size=CAL_ID_SIZE))
    return cal_id


def _holder_ask(asked: hostapi.AcquireAsk, host: Row) -> HolderAsk:
    kind = cal_type_named(asked.cal_type)
    return HolderAsk(kind, asked.holder, asked.name, host["host"], host["version"], asked.authenticated)


def _found(call: Call[Any], tx: Transaction, asks: Sequence[HolderAsk]) -> Holders:
    """Look holders up, and count those who were never seen, so that no host drains a pool by inventing them."""
    found = {ask.holder: known_holder(tx, ask.holder) for ask in asks}
    call.desk.limits.new_holders(call.host, sum(row is None for row in found.values()), call.desk.clock())
    return found


def _outcome(given: Given) -> Outcome:
    return Outcome(refused=str(given.reason)) if isinstance(given, Refused) else Outcome(given.cal["cal_id"])


def _again(tx: Transaction, host: Row, outcome: Outcome) -> Given:
    if outcome.refused:
        return Refused(Reason(outcome.refused))
    return granted_again(tx, outcome.cal_id, host["host"])


def _answer(call: Call[Any], done: Committed[Given]) -> hostapi.AcquireAnswer:
    if isinstance(done.value, Refused):
        call.desk.refused(str(done.value.reason))
        return hostapi.AcquireAnswer(refused=str(done.value.reason), why=str(done.value.reason.text))
    cal: dict[str, Any] = done.value.cal
    kind = CalType(cal["cal_type"])
    held = hostapi.CalHeld(
        cal_id=cal["cal_id"],
        cal_type=kind.label,  # type: ignore[arg-type]
        version=cal["version"],
        temporary=bool(cal["temporary"]),
        valid_until=cal["valid_until"],
        pack=signed_pack(cal["pack"]),
    )
    lease = call.server.settings.server.lease_seconds if kind is CalType.SESSION else 0
    return hostapi.AcquireAnswer(held, token_of(done), lease, warning=_warning(done.value))


def _warning(granted: Granted) -> str:
    return str(t("More per-user CALs are issued than the packs hold")) if granted.beyond else ""
