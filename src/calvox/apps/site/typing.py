"""The codes of a site's calls while they are typed: kept after every line, and heard once two typings are alike.

Rules: what was typed survives whatever breaks off; a refused line changes nothing; a code that was typed once may be read
back instead of being typed again.
"""

from dataclasses import dataclass
from enum import StrEnum

from calvox.apps.site.calls import call_of, slot_of, still_open
from calvox.common.errors import BadInput, Conflict
from calvox.common.files import user_name
from calvox.common.i18n import t
from calvox.journal.interface import Reader, Transaction
from calvox.site.book import CodeHeard
from calvox.site.folder import SiteFolder
from calvox.windows.calls.dossier import read_dossier
from calvox.windows.calls.typing import Typing
from calvox.windows.codes import Slot
from calvox.windows.record import Call

TWICE, READ_BACK = "twice", "read-back"


def typing_of(site: SiteFolder, number: int) -> Typing:
    """Give what was typed so far."""
    call = call_of(site, number)
    with site.journal.read() as reader:
        return _typing(reader, call)


def _typing(reader: Reader, call: Call) -> Typing:
    row = reader.get("typing", (call.call, str(slot_of(call))))
    return Typing(slot_of(call), first=row["first"], text=row["text"]) if row else Typing(slot_of(call))


class Stage(StrEnum):
    """How far a call is."""

    OPENED = "opened"
    TYPING = "typing"
    """Something was typed."""
    HEARD = "heard"
    """A code was heard, and is to be entered."""
    ENTERED = "entered"
    """It was entered, and is to be read back."""
    READ_BACK = "read-back"
    """Facts show that Windows took it; the call may be ended."""
    DONE = "done"
    GIVEN_UP = "given-up"


def stage_of(call: Call, typing: Typing) -> Stage:
    """Tell how far a call is."""
    if call.outcome:
        return Stage(call.outcome)
    if typing.first or typing.text:
        return Stage.TYPING
    if not call.codes:
        return Stage.OPENED
    code = call.codes[-1]
    if not code.entered:
        return Stage.HEARD
    return Stage.READ_BACK if code.read_back else Stage.ENTERED


@dataclass(frozen=True, slots=True)
class Typed:
    """What a line that was typed came to."""

    typing: Typing
    """What stands now."""
    code: str = ""
    """The code, if it is heard now."""
    known: tuple[int, ...] = ()
    """Other calls in which this very code was heard."""


def type_code(site: SiteFolder, number: int, line: str) -> Typed:
    """Type a line, the first time or the second, and keep it; a code typed twice alike is entered as heard.

    Raises:
        Conflict: the call is ended.
        WrongKind: it is a Calvox code.
        BadInput: it cannot be what is wanted; nothing that was typed is lost.
    """
    call = still_open(site, number)

    def work(tx: Transaction) -> Typed:
        typing = _typing(tx, call).enter(line)
        _refuse_own(call, typing)
        if typing.complete:
            return _hear(tx, call, typing, TWICE)
        _keep(tx, call, typing)
        return Typed(typing)

    return site.journal.run(work).value


def keep_typing(site: SiteFolder, number: int, typing: Typing) -> Typed:
    """Keep what was typed, as it stands: a group taken back or corrected, or nothing."""
    call = still_open(site, number)
    site.journal.run(lambda tx: _keep(tx, call, typing))
    return Typed(typing)


def read_back_code(site: SiteFolder, number: int) -> Typed:
    """Enter the code as heard: it was typed once, and read back to the clearing house.

    Raises:
        Conflict: it is not whole, or the call is ended.
    """
    call = still_open(site, number)

    def work(tx: Transaction) -> Typed:
        typing = _typing(tx, call)
        if not typing.second:
            raise Conflict(t("The {label} has not been typed yet", label=typing.slot.label))
        return _hear(tx, call, typing, READ_BACK)

    return site.journal.run(work).value


def _keep(tx: Transaction, call: Call, typing: Typing) -> None:
    key = {"call": call.call, "slot": str(typing.slot)}
    if typing.first or typing.text:
        tx.put("typing", {**key, "text": typing.text, "first": typing.first, "time": tx.now})
    else:
        tx.drop("typing", (call.call, str(typing.slot)))


def _hear(tx: Transaction, call: Call, typing: Typing, check: str) -> Typed:
    slot, code = str(typing.slot), typing.first
    known = tuple(row["call"] for row in tx.select("code") if row["code"] == code and row["call"] != call.call)
    tx.append(CodeHeard(call=call.call, slot=slot, code=code, check=check, by=user_name()))
    tx.drop("typing", (call.call, slot))
    return Typed(typing, code, known)


def _refuse_own(call: Call, typing: Typing) -> None:
    """Refuse the licence server ID that is said in this call as the licence key pack ID that is given."""
    own = read_dossier(call.sheet).server_id
    if typing.slot is Slot.PACK_ID and typing.first == own:
        hint = t("Type what was given for it; “!” begins again.")
        raise BadInput(t("This is the licence server ID of {server}, which you say", server=call.server), hint=hint)
