"""Type in the confirmation that the centre reads out, and carry it out.

Each group is kept as soon as it is typed, good or not, so that a broken line or a power cut loses nothing. When the whole
code is there it is judged, and one of four different answers is given; only *accepted* changes anything: the confirmation,
the activation and the packs are entered together, in one commit.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from calvox.common.clock import DAY, day_of
from calvox.common.errors import BadCode, BadInput, Conflict
from calvox.common.i18n import Language, t
from calvox.core.alarms import Alarm
from calvox.core.entries import ConfirmationAccepted, PackInstalled, ServerActivated
from calvox.core.freezing import FREEZE, ServerThawed
from calvox.core.reenrolling import pack_number
from calvox.journal.interface import Reader, Transaction, Work
from calvox.server.alarms import clear_alarm
from calvox.server.call import OPEN_CALL, OpenCall, id_of, keep_call, the_open_call
from calvox.server.keys import Identity
from calvox.server.reenrol import identity_after, reenrolled, take_over
from calvox.server.store import LicenceServer, server_row
from calvox.wire.phone.codec import CodeType, decode, encode
from calvox.wire.phone.confirmation import Accepted, MisHeard, OtherData, OtherKind, judge
from calvox.wire.phone.dictation import Dictation, GroupMisheard, begin, resume
from calvox.wire.phone.filetext import read_file_text
from calvox.wire.phone.forms import Form, write_group
from calvox.wire.phone.message import Kind
from calvox.wire.phone.oracles import confirmation_fits
from calvox.wire.phone.repair import Unclear, Whole
from calvox.wire.phone.request import expiry_date, unpack_request


class Misheard(msgspec.Struct, frozen=True, tag="misheard", tag_field="status"):
    """A group does not hold."""

    group: int
    """Which, from 1."""
    why: str
    suggestions: tuple[str, ...]
    """What may have been said, the likeliest first."""


class Progress(msgspec.Struct, frozen=True, tag="typing", tag_field="status"):
    """How far the code has been typed."""

    form: str
    texts: tuple[str, ...]
    """What stands in each group."""
    misheard: tuple[int, ...]
    """Groups that do not hold, from 1."""
    missing: tuple[int, ...]
    """Groups not typed yet, from 1."""


class WhollyMisheard(msgspec.Struct, frozen=True, tag="misheard-whole", tag_field="status"):
    """Something was mis-heard, and no repair fits."""

    groups: tuple[int, ...]
    """Groups to be read again, from 1; none when each holds by itself."""


class SignsOtherData(msgspec.Struct, frozen=True, tag="other-data", tag_field="status"):
    """Heard right, but it signs other data."""


class IsOtherKind(msgspec.Struct, frozen=True, tag="other-kind", tag_field="status"):
    """A code of another kind."""

    kind: str
    awaited: str


class Done(msgspec.Struct, frozen=True, tag="accepted", tag_field="status"):
    """Accepted and carried out."""

    activated: bool
    """Whether this call activated the server."""
    packs: tuple[int, ...]
    """Sequences of the packs that went in."""
    issue_day: str
    """The day on which the centre signed, YYYY-MM-DD."""
    clock_offset_days: int
    """Days by which this machine's clock is ahead of that day."""
    repaired: tuple[int, ...]
    """Groups that were mis-heard and repaired, from 1."""


Answer = WhollyMisheard | SignsOtherData | IsOtherKind | Done


def typing(reader: Reader) -> Progress:
    """Show what has been typed so far."""
    call = the_open_call(reader)
    return _progress(dictation_of(call, None, "en"))


def enter_group(server: LicenceServer, form: Form, number: int, text: str, language: Language) -> Misheard | Progress:
    """Type one group, and keep it; `number` counts from 1, 0 is the next one that is missing or does not hold.

    Raises:
        NotFound: no call is open.
        BadInput: there is no such group.
    """

    def work(tx: Transaction) -> Misheard | Progress:
        call = the_open_call(tx)
        dictation = dictation_of(call, form, language)
        wanted = number - 1 if number else _next(dictation)
        dictation, heard = dictation.enter(wanted, text)
        keep_call(tx, with_dictation(call, dictation))
        if isinstance(heard, GroupMisheard):
            return Misheard(heard.index + 1, heard.reason.into(language), heard.suggestions)
        return _progress(dictation)

    return server.journal.run(work).value


def _next(dictation: Dictation) -> int:
    wanting = (*dictation.missing, *dictation.misheard)
    if not wanting:
        raise BadInput(t("Every group has been typed; name the one to type again"))
    return wanting[0]


def enter_file(server: LicenceServer, text: str) -> Progress:
    """Take the whole code from a file or a QR code."""
    code = read_file_text(text)

    def work(tx: Transaction) -> Progress:
        call = the_open_call(tx)
        dictation = begin(Form.CHARACTERS, CodeType.CONFIRMATION)
        groups = encode(Form.CHARACTERS.encoding, CodeType.CONFIRMATION, code)
        for index, symbols in enumerate(groups):
            dictation, _ = dictation.enter(index, write_group(Form.CHARACTERS, symbols))
        keep_call(tx, with_dictation(call, dictation))
        return _progress(dictation)

    return server.journal.run(work).value


def finish(server: LicenceServer, by: str) -> Answer:
    """Judge the whole code, and carry it out if it is accepted.

    Raises:
        NotFound: no call is open.
        Conflict: another call was opened meanwhile.
        WrongKind: what was typed is a code of another type.
        BadCode: groups are still missing.
    """
    with server.journal.read() as reader:
        call = the_open_call(reader)
    dictation = dictation_of(call, None, "en")
    if dictation.missing:
        first = dictation.missing[0] + 1
        raise BadCode(t("Group {group} has not been typed yet", group=first))
    found = dictation.complete(confirmation_fits(Kind(call.kind)))
    if isinstance(found, Unclear):
        found = dictation.complete(confirmation_fits(None))
    if not isinstance(found, Whole):
        return WhollyMisheard(tuple(group + 1 for group in dictation.misheard))
    code = decode(dictation.form.encoding, CodeType.CONFIRMATION, found.groups)
    repaired = tuple(group + 1 for group in found.changed)
    return _judged(server, call, code, repaired, by)


def _judged(server: LicenceServer, call: OpenCall, code: int, repaired: tuple[int, ...], by: str) -> Answer:
    own, kind, today = id_of(server, call), Kind(call.kind), day_of(server.time.shown)
    match judge(server.card.key, kind, own, call.requests, today, code):
        case MisHeard():
            return WhollyMisheard(())
        case OtherData():
            return SignsOtherData()
        case OtherKind(found):
            return IsOtherKind(str(found.label) if found is not None else "?", str(kind.label))
        case Accepted(day, signature, offset):
            packs = _done(server, call, day, signature, by)
            issued = (date(1970, 1, 1) + timedelta(days=day)).isoformat()
            return Done(kind in _ACTIVATING, packs, issued, offset, repaired)


def _done(server: LicenceServer, call: OpenCall, day: int, signature: bytes, by: str) -> tuple[int, ...]:
    """Carry a call out, at the time that its code proves: a reissue sets a mark that went too far back to its signed day."""
    identity = identity_after(server, call)
    work = _carry_out(call, identity, day, signature, server.zone, by)
    if call.kind != Kind.REISSUE:
        packs = server.journal.run(work).value
        server.time.believe(day * DAY)
        return packs
    with server.journal.read() as reader:
        rows = list(reader.select("confirmation"))
    if any(row["signature"] == signature for row in rows):
        raise Conflict(
            t("This code was accepted before"), hint=t("Ask the centre for a new one: each reissue has its own.")
        )
    ended = (*_REISSUED, Alarm.FINGERPRINT) if call.record else _REISSUED
    with server.time.set_back(max([day, *(row["issue_day"] for row in rows)]) * DAY):
        packs = server.journal.run(lambda tx: _settled(tx, server, work(tx), ended, by)).value
    if call.record:
        take_over(server, identity)
    return packs


_REISSUED = (Alarm.ROLLBACK, Alarm.FORK, Alarm.CLOCK_BEHIND, Alarm.CLOCK_AHEAD)
"""The alarms that a reissue answers for; a re-enrolment answers for the machine too."""


def _settled(
    tx: Transaction, server: LicenceServer, packs: tuple[int, ...], ended: Sequence[Alarm], by: str
) -> tuple[int, ...]:
    """End the alarms that the centre answers for, and note the time as it is now."""
    for alarm in ended:
        clear_alarm(tx, alarm, "reissued by the centre", by)
    server.time.note(tx)
    return packs


_ACTIVATING = (Kind.ACTIVATE, Kind.ACTIVATE_AND_PACKS, Kind.REISSUE)


def _carry_out(
    call: OpenCall, identity: Identity, day: int, signature: bytes, zone: ZoneInfo, by: str
) -> Work[tuple[int, ...]]:
    own = identity.server_id

    def work(tx: Transaction) -> tuple[int, ...]:
        if not _same_call(the_open_call(tx), call):
            raise Conflict(t("Another call was opened while the code was judged"))
        if call.kind == Kind.THAW and server_row(tx)[FREEZE] != unpack_request(own, call.requests[0]).sequence:
            raise Conflict(t("This thaw is for another freeze"))
        if call.record:
            tx.append(reenrolled(identity, by))
        tx.append(
            ConfirmationAccepted(
                kind=call.kind, server_id=own, requests=call.requests, issue_day=day, signature=signature, by=by
            )
        )
        if call.kind in _ACTIVATING and not server_row(tx)["activated"]:
            tx.append(ServerActivated(issue_day=day))
        if call.kind == Kind.THAW:
            tx.append(ServerThawed(sequence=server_row(tx)[FREEZE], by=by))
        packs = _install(tx, identity, call.requests, zone) if call.kind != Kind.THAW else ()
        tx.drop("pending", OPEN_CALL)
        return packs

    return work


def _same_call(one: OpenCall, other: OpenCall) -> bool:
    return (one.kind, one.requests, one.server_id) == (other.kind, other.requests, other.server_id)


def _install(tx: Transaction, own: Identity, requests: Sequence[bytes], zone: ZoneInfo) -> tuple[int, ...]:
    """Enter each pack that is not there yet: a pack counts once per ID and sequence."""
    installed = []
    for request in (unpack_request(own.server_id, data) for data in requests):
        number = pack_number(own.epoch, request.sequence)
        if tx.get("pack", (number,)) is not None:
            continue
        tx.append(
            PackInstalled(
                sequence=number,
                programme=int(request.programme),
                cal_type=int(request.cal_type),
                version=request.version,
                quantity=request.quantity,
                agreement=request.agreement,
                ends=end_of(request.expiry, zone),
            )
        )
        installed.append(number)
    return tuple(installed)


def end_of(expiry: int, zone: ZoneInfo) -> int:
    """Find the first second after a pack's last day, in the site's zone; 0 is never."""
    last = expiry_date(expiry)
    if last is None:
        return 0
    following = last + timedelta(days=1)
    return int(datetime(following.year, following.month, following.day, tzinfo=zone).timestamp())


def dictation_of(call: OpenCall, form: Form | None, language: Language) -> Dictation:
    """Take the typing up again; each form has its own, so that trying another loses nothing."""
    wanted = str(form or call.form)
    if wanted in call.typed:
        return resume(call.typed[wanted])
    return begin(Form(wanted) if wanted else Form.WORDS_EN, CodeType.CONFIRMATION, language)


def with_dictation(call: OpenCall, dictation: Dictation) -> OpenCall:
    """Keep what has been typed, beside what was typed in other forms."""
    form = str(dictation.form)
    return msgspec.structs.replace(call, form=form, typed={**call.typed, form: dictation.save()})


def _progress(dictation: Dictation) -> Progress:
    return Progress(
        str(dictation.form),
        dictation.texts,
        tuple(group + 1 for group in dictation.misheard),
        tuple(group + 1 for group in dictation.missing),
    )
