"""Raising and clearing the alarms of a licence server.

Rules: an alarm is raised once and stands until it is cleared. Those of the clock clear themselves when the clock is right
again; the others are cleared by a call, or by whoever answers for them.
"""

from collections.abc import Mapping

import msgspec

from calvox.common.clock import utc
from calvox.common.commands import Command
from calvox.common.errors import BadToken, Conflict
from calvox.common.i18n import t
from calvox.core.alarms import Alarm, AlarmCleared, AlarmRaised, ClockConfirmed
from calvox.core.timekeeping import ClockState
from calvox.journal.interface import Reader, Transaction
from calvox.server.fingerprint import likeness
from calvox.server.store import LicenceServer
from calvox.trust.tokens import Pinned, Token, check_seal

ITSELF = "calvox"
NEAR = 600
"""Seconds by which a host's clock may differ from ours to confirm it."""
WITNESSES = 2
"""Session hosts whose clocks confirm ours."""
ENOUGH = 60
"""Per cent of the enrolled weight by which a machine is taken for the same one."""
_CLOCK = ((ClockState.BEHIND, Alarm.CLOCK_BEHIND), (ClockState.AHEAD, Alarm.CLOCK_AHEAD))


class AlarmShown(msgspec.Struct, frozen=True):
    """An alarm that stands."""

    alarm: str
    text: str
    hint: str
    detail: str
    raised: int
    """Seconds UTC."""


def standing(reader: Reader) -> list[AlarmShown]:
    """List the alarms that stand, the oldest first."""
    rows = sorted(reader.select("alarm"), key=lambda row: row["raised"])
    return [_shown(Alarm(row["alarm"]), row["detail"], row["raised"]) for row in rows]


def standing_now(reader: Reader, server: LicenceServer) -> list[AlarmShown]:
    """List the alarms that stand, with those of the clock as it is now, though they are not entered yet."""
    now, state = server.time.now(), server.time.state
    clocks = {str(alarm): one for one, alarm in _CLOCK}
    told = [alarm for alarm in standing(reader) if clocks.get(alarm.alarm, state) is state]
    for one, alarm in _CLOCK:
        if state is one and str(alarm) not in {known.alarm for known in told}:
            told.append(_shown(alarm, _clocks(server, now), now))
    return told


def _shown(alarm: Alarm, detail: str, raised: int) -> AlarmShown:
    return AlarmShown(str(alarm), str(alarm.text), str(alarm.hint), detail, raised)


def _clocks(server: LicenceServer, now: int) -> str:
    return f"clock {utc(server.time.shown)}, licensing time {utc(now)}"


def raise_alarm(tx: Transaction, alarm: Alarm, detail: str) -> bool:
    """Raise an alarm that does not stand yet; tell whether it was raised now."""
    if tx.get("alarm", (str(alarm),)) is not None:
        return False
    tx.append(AlarmRaised(alarm=str(alarm), detail=detail))
    return True


def clear_alarm(tx: Transaction, alarm: Alarm, why: str, by: str) -> bool:
    """Clear an alarm; tell whether it stood."""
    if tx.get("alarm", (str(alarm),)) is None:
        return False
    tx.append(AlarmCleared(alarm=str(alarm), why=why, by=by))
    return True


def watch_clock(tx: Transaction, server: LicenceServer) -> None:
    """Raise and clear the alarms of the clock, and note licensing time."""
    state = server.time.state
    for one, alarm in _CLOCK:
        if state is one:
            raise_alarm(tx, alarm, _clocks(server, tx.now))
        else:
            clear_alarm(tx, alarm, "clock right", ITSELF)
    server.time.note(tx)


def confirm_clock(server: LicenceServer, by: str) -> int:
    """Let somebody answer for the clock; give licensing time as it is then.

    Raises:
        Conflict: the clock is not ahead, or it is behind, which no confirmation mends.
    """
    if server.time.state is not ClockState.AHEAD:
        raise Conflict(
            t("The clock is not in doubt"), hint=t("“{show}” tells how it stands.", show=Command("server clock show"))
        )
    moment = server.time.shown
    server.time.believe(moment)

    def work(tx: Transaction) -> int:
        tx.append(ClockConfirmed(moment=moment, by=by))
        clear_alarm(tx, Alarm.CLOCK_AHEAD, "confirmed", by)
        server.time.note(tx)
        return tx.now

    return server.journal.run(work).value


def hear_clock(tx: Transaction, server: LicenceServer, witnesses: dict[bytes, int], host: bytes, told: int) -> None:
    """Let a host's clock count for or against ours, while ours is in doubt; two that agree with it confirm it."""
    if server.time.state is not ClockState.AHEAD:
        witnesses.clear()
        return
    witnesses[host] = told - server.time.shown
    if sum(abs(difference) <= NEAR for difference in witnesses.values()) >= WITNESSES:
        moment = server.time.shown
        server.time.believe(moment)
        tx.append(ClockConfirmed(moment=moment, by=f"{len(witnesses)} session hosts"))
        clear_alarm(tx, Alarm.CLOCK_AHEAD, "confirmed by session hosts", ITSELF)
        witnesses.clear()


def watch_machine(server: LicenceServer, parts: Mapping[str, str]) -> None:
    """Compare the machine with the one on which the server was made; raise or clear the alarm."""
    own = server.keys
    alike, weight = likeness(own.root, own.identity.fingerprint_record, parts)

    def work(tx: Transaction) -> None:
        if weight and alike * 100 < weight * ENOUGH:
            raise_alarm(tx, Alarm.FINGERPRINT, f"{alike} of {weight} parts by weight")
        else:
            clear_alarm(tx, Alarm.FINGERPRINT, f"{alike} of {weight} parts by weight", ITSELF)

    server.journal.run(work)


def hear_token(tx: Transaction, server: LicenceServer, data: bytes) -> Alarm | None:
    """Compare a token that a host holds with the ledger: what was signed must be in it.

    A token of an older generation, another epoch or server says nothing here; one that we did not sign is worth nothing. One
    of a newer generation tells that this is a copy from before a restore.
    """
    try:
        seal = Token.from_bytes(data).seal
        check_seal(seal, Pinned(server.keys.identity.server_id, server.keys.identity.epoch, server.keys.signing.public))
    except BadToken:
        return None
    own = server.keys.identity.generation
    if seal.generation < own:
        return None
    if seal.generation > own:
        raise_alarm(tx, Alarm.ROLLBACK, f"signed in generation {seal.generation}, here {own}")
        return Alarm.ROLLBACK
    head = tx.head
    if seal.position > head.position:
        raise_alarm(tx, Alarm.ROLLBACK, f"signed up to {seal.position}, here {head.position}")
        return Alarm.ROLLBACK
    entry = next(iter(tx.entries(seal.position, seal.position)), None)
    if entry is None or entry.hash != seal.head:
        raise_alarm(tx, Alarm.FORK, f"at {seal.position}: signed {seal.head.hex()[:16]}")
        return Alarm.FORK
    return None
