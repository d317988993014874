"""May this caller have this confirmation? The centre's rules, over one view of the register.

In order: the caller may call for the agreement; the licence server is neither retired nor blacklisted; the very same
confirmation was registered before, and then nothing more is asked; it is activated, or is being activated; the agreement
runs; and each request that was not signed before names this agreement and programme, has not expired, bears a sequence
above all that were signed, and finds CALs of its type and version left in lines that run as long as it does.

Whether the caller is who they say is left to `callers`. Lines that end soonest are used up first.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec

from calvox.centre.agreements import lines_of
from calvox.centre.continuing import continues
from calvox.centre.refusals import Reason, Refusal
from calvox.centre.register import ACTIVE, BLACKLISTED, RETIRED
from calvox.centre.replacing import (
    ALLOWED_SECONDS,
    Lines,
    allowance_of,
    credit_of,
    moved,
    reissues_before,
    taken_by,
    within_limits,
)
from calvox.common.clock import DAY, day_of
from calvox.core.book import Row
from calvox.core.products import Programme
from calvox.journal.interface import Reader
from calvox.wire.phone.message import Kind
from calvox.wire.phone.request import FIRST_YEAR, Request, expiry_date, unpack_request

_NEVER = 1 << 62
_HALF_DAY = DAY // 2


class Call(msgspec.Struct, frozen=True):
    """What is asked for, once the caller has proven who they are."""

    caller: str
    """The name by which the caller is found."""
    server_id: bytes
    """18 bytes."""
    agreement: int
    kind: int
    requests: tuple[bytes, ...]
    """18 bytes each, in ascending sequence."""
    replaces: bytes = b""
    """Of a reissue: the licence server that is replaced, 18 bytes; empty: the same one."""
    proof: bytes = b""
    """Its retirement proof, 14 bytes, checked; empty: none was given."""
    why: str = ""
    """Of a reissue without proof: what happened."""


@dataclass(frozen=True, slots=True)
class Approved:
    """The confirmation may be signed."""

    known: Row | None = None
    """The confirmation that was registered for just this before."""
    taken: tuple[tuple[int, int, int], ...] = ()
    """Sequence, line and quantity of what must be taken."""
    moved: Lines = field(default_factory=dict)
    """Of these, what comes out of what the replaced server had, by line."""
    allowed_by: str = ""
    """The supervisor whose leave a reissue beyond the limits uses up."""
    continues: bool = False
    """Whether the server ID is the next one of the same licence server, which keeps its packs."""


@dataclass(frozen=True, slots=True)
class _Taking:
    """What a call takes from an agreement's lines, request by request."""

    lines: list[dict[str, int]]
    now: int
    taken: list[tuple[int, int, int]] = field(default_factory=list)

    def take(self, request: Request) -> Refusal | None:
        """Take what a request asks for, or tell why not."""
        named: dict[str, int | str] = {"cal_type": int(request.cal_type), "version": request.version}
        bought = [li for li in self.lines if (li["cal_type"], li["version"]) == (request.cal_type, request.version)]
        running = [line for line in bought if not line["ends"] or line["ends"] > self.now]
        lasting = [line for line in running if _lasts(line["ends"], request.expiry)]
        left = sum(line["quantity"] - line["taken"] for line in lasting)
        if not bought:
            return Refusal(Reason.NOT_BOUGHT, named)
        if not running:
            return Refusal(Reason.LINE_ENDED, named)
        if not lasting:
            return Refusal(Reason.OUTLASTS_LINE, named)
        if request.quantity > left:
            return Refusal(Reason.MORE_THAN_LEFT, {**named, "asked": request.quantity, "left": left})
        self._take(request, lasting)
        return None

    def _take(self, request: Request, lines: Iterable[dict[str, int]]) -> None:
        wanted = request.quantity
        for line in sorted(lines, key=lambda line: (line["ends"] or _NEVER, line["line"])):
            part = min(wanted, line["quantity"] - line["taken"])
            if part:
                line["taken"] += part
                wanted -= part
                self.taken.append((request.sequence, line["line"], part))


def judge(reader: Reader, call: Call, now: int) -> Refusal | Approved:
    """Apply every rule.

    Raises:
        BadCode: a request is not this licence server's.
    """
    refusal = may_call(reader, call.caller, call.agreement) or server_refusal(reader, call.server_id)
    if refusal is not None:
        return refusal
    known = find_confirmation(reader, call)
    if known is not None and not (call.kind == Kind.REISSUE and _is_another_reissue(reader, call, known, now)):
        return Approved(known)
    server = reader.get("server", (call.server_id,))
    if call.kind in (Kind.PACKS, Kind.THAW) and not (server and server["activated"]):
        return Refusal(Reason.SERVER_NOT_ACTIVATED)
    agreement = reader.get("agreement", (call.agreement,))
    if agreement is not None and agreement["ends"] and agreement["ends"] <= now:
        return Refusal(Reason.AGREEMENT_ENDED, {"agreement": call.agreement})
    if call.kind == Kind.THAW:
        return _thaw(reader, call)
    if call.kind == Kind.REISSUE:
        return _reissue(reader, call, agreement or {}, now)
    return _packs(reader, call, agreement or {}, now)


def _is_another_reissue(reader: Reader, call: Call, known: Row, now: int) -> bool:
    """Tell whether a reissue that looks like one before is a new one: a licence server takes each code only once."""
    return known["time"] <= now - ALLOWED_SECONDS or allowance_of(reader, call.agreement, now) is not None


def _thaw(reader: Reader, call: Call) -> Refusal | Approved:
    """A thaw takes nothing, but its sequence is used up for ever."""
    request = unpack_request(call.server_id, call.requests[0])
    used = reader.get("request", (call.server_id, request.sequence))
    return Refusal(Reason.SEQUENCE_USED, {"sequence": request.sequence}) if used else Approved()


def _reissue(reader: Reader, call: Call, agreement: Row, now: int) -> Refusal | Approved:
    """Judge a migration or a reissue; what the replaced server had may be had at once by the one that takes its place."""
    refusal, allowed_by = may_replace(reader, call, now)
    if refusal is not None:
        return refusal
    if call.replaces and not call.proof and continues(reader, call.server_id, call.replaces):
        if call.requests:
            return Refusal(Reason.KEEPS_ITS_PACKS)
        return Approved(allowed_by=allowed_by, continues=True)
    credit = credit_of(reader, call.agreement, call.replaces, now) if call.replaces else {}
    judged = _packs(reader, call, agreement, now, credit)
    if isinstance(judged, Refusal):
        return judged
    return Approved(None, judged.taken, moved(credit, judged.taken), allowed_by)


def may_replace(reader: Reader, call: Call, now: int) -> tuple[Refusal | None, str]:
    """Check that one server may take another one's place, and whose leave that uses up."""
    old = call.replaces or call.server_id
    row = reader.get("server", (old,))
    if old == call.server_id:
        if row is None or not row["activated"]:
            return Refusal(Reason.NOTHING_TO_REISSUE), ""
    else:
        if row is None or call.agreement not in taken_by(reader, old):
            return Refusal(Reason.OLD_SERVER_UNKNOWN), ""
        if row["state"] == BLACKLISTED or next(
            reader.select("reissue", {"server_id": old, "agreement": call.agreement}, limit=1), None
        ):
            return Refusal(Reason.OLD_SERVER_REPLACED), ""
        if call.proof or row["state"] == RETIRED:
            return None, ""
    if within_limits(reissues_before(reader, call.agreement), now):
        return None, ""
    allowance = allowance_of(reader, call.agreement, now)
    if allowance is None:
        return Refusal(Reason.REISSUE_TOO_OFTEN, {"agreement": call.agreement}), ""
    return None, allowance["by"]


def may_call(reader: Reader, caller: str, agreement: int) -> Refusal | None:
    """Check that a caller may call for an agreement."""
    row = reader.get("caller", (caller,))
    if row is None:
        return Refusal(Reason.UNKNOWN_CALLER)
    if row["locked"]:
        return Refusal(Reason.CALLER_LOCKED)
    if reader.get("agreement", (agreement,)) is None:
        return Refusal(Reason.UNKNOWN_AGREEMENT, {"agreement": agreement})
    if reader.get("authorisation", (agreement, caller)) is None:
        return Refusal(Reason.CALLER_NOT_AUTHORISED, {"agreement": agreement})
    return None


def server_refusal(reader: Reader, server_id: bytes) -> Refusal | None:
    """Check that a licence server may get anything at all."""
    row = reader.get("server", (server_id,))
    if row is None or row["state"] == ACTIVE:
        return None
    return Refusal(Reason.SERVER_RETIRED if row["state"] == RETIRED else Reason.SERVER_BLACKLISTED)


def find_confirmation(reader: Reader, call: Call) -> Row | None:
    """Find the confirmation that was registered for the same kind, server ID and requests."""
    where = {"server_id": call.server_id, "kind": call.kind, "requests": b"".join(call.requests)}
    return next(reader.select("confirmation", where, order="-entry", limit=1), None)


def is_new(reader: Reader, server_id: bytes, sequence: int) -> bool:
    """Tell whether no confirmation carries this sequence of this licence server yet."""
    return reader.get("request", (server_id, sequence)) is None


def _packs(reader: Reader, call: Call, agreement: Row, now: int, credit: Lines | None = None) -> Refusal | Approved:
    server = reader.get("server", (call.server_id,))
    lines = lines_of(reader, call.agreement, now)
    for line in lines:
        line["taken"] -= (credit or {}).get(line["line"], 0)
    taking = _Taking(lines, now)
    for data in call.requests:
        request = unpack_request(call.server_id, data)
        before = reader.get("request", (call.server_id, request.sequence))
        if before is not None and before["request"] == data:
            continue
        refusal = (
            _sequence(request, before, server["highest"] if server else -1)
            or _fits(request, call.agreement, agreement["programme"], now)
            or taking.take(request)
        )
        if refusal is not None:
            return refusal
    return Approved(None, tuple(taking.taken))


def _sequence(request: Request, before: Row | None, highest: int) -> Refusal | None:
    if before is not None:
        return Refusal(Reason.SEQUENCE_USED, {"sequence": request.sequence})
    if request.sequence <= highest:
        return Refusal(Reason.SEQUENCE_NOT_ASCENDING, {"sequence": request.sequence, "highest": highest})
    return None


def _fits(request: Request, agreement: int, programme: int, now: int) -> Refusal | None:
    named: dict[str, int | str] = {"sequence": request.sequence}
    if request.agreement != agreement:
        both = {"other_agreement": request.agreement, "agreement": agreement}
        return Refusal(Reason.OTHER_AGREEMENT, {**named, **both})
    if request.programme != programme:
        labels = {"found": Programme(request.programme).label, "wanted": Programme(programme).label}
        return Refusal(Reason.OTHER_PROGRAMME, {**named, **labels})
    last = expiry_date(request.expiry)
    if last is not None and day_of(now) > day_of(
        int(datetime(last.year, last.month, last.day, tzinfo=UTC).timestamp())
    ):
        return Refusal(Reason.REQUEST_EXPIRED, named)
    return None


def _lasts(ends: int, expiry: int) -> bool:
    """Tell whether a line lasts into the month in which a request ends.

    Half a day before its end it is the line's last day in every time zone from -12 to +12 hours.
    """
    if not ends:
        return True
    last = datetime.fromtimestamp(ends - 1 - _HALF_DAY, UTC)
    return 0 < expiry <= (last.year - FIRST_YEAR) * 12 + last.month - 1
