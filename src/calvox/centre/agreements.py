"""Agreements: what a customer bought, and who may call for it.

Rules: a number is given or drawn at random, and never used twice; an agreement has at least one line and one caller; a name
that is known already is the same person, and so wants the same call word. What is taken of a line is counted by the desk.
"""

from collections.abc import Iterator

import msgspec

from calvox.centre.callers import CallerShown, caller_key, caller_shown, digest_of, hash_word, word_fits
from calvox.centre.context import Context
from calvox.centre.entries import AgreementAdded, CallerAdded, CallerAuthorised, LineEntitled
from calvox.centre.replacing import back_by, coming_after, freed_of
from calvox.common.clock import World
from calvox.common.errors import BadInput, Conflict, NotFound, StoreFailed
from calvox.common.i18n import t
from calvox.core.products import VERSIONS, CalType, Programme
from calvox.journal.interface import Reader, Transaction
from calvox.wire.phone.request import LAST_AGREEMENT, WIDTHS, show_agreement

LONGEST_TEXT = 200
MOST_LINES = MOST_CALLERS = 500
_DRAWS = 32
_FIRST_DRAWN = 10**11


class NewLine(msgspec.Struct, frozen=True):
    """CALs that were bought."""

    cal_type: int
    version: int
    quantity: int
    ends: int = 0
    """First second after the last day on which they may be used, UTC; 0 = never."""


class NewCaller(msgspec.Struct, frozen=True):
    """Somebody who may call."""

    name: str
    call_word: str
    phone: str = ""


class AddAgreement(msgspec.Struct, frozen=True):
    """Enter an agreement."""

    customer: str
    programme: int
    sku: str
    proof: str
    """Proof of purchase, or contract number."""
    lines: tuple[NewLine, ...]
    callers: tuple[NewCaller, ...]
    number: int | None = None
    """12 digits; None: one is drawn."""
    ends: int = 0
    """First second after its last day, UTC; 0 = never."""


class LineShown(msgspec.Struct, frozen=True):
    """A line as it stands."""

    line: int
    cal_type: int
    version: int
    quantity: int
    taken: int
    ends: int
    coming: int = 0
    """CALs of retired servers that come back later, of those that are taken."""


class AgreementShown(msgspec.Struct, frozen=True):
    """An agreement as it stands."""

    number: int
    customer: str
    programme: int
    sku: str
    proof: str
    ends: int
    added: int
    lines: list[LineShown]
    callers: list[CallerShown]


class ListAgreements(msgspec.Struct, frozen=True):
    """List them all."""


class ShowAgreement(msgspec.Struct, frozen=True):
    """Show one."""

    number: int


def add_agreement(context: Context, request: AddAgreement, operator: str) -> AgreementShown:
    """Enter an agreement with its lines and callers.

    Raises:
        BadInput: a field is out of its bounds; the message names it.
        Conflict: the number is used already, or a caller's name with another call word.
    """
    _check(request)
    hashes = [_hash_for(context, caller) for caller in request.callers]
    drawn = [request.number] if request.number is not None else list(_numbers(context.world))

    def work(tx: Transaction) -> AgreementShown:
        number = next((n for n in drawn if tx.get("agreement", (n,)) is None), None)
        if number is None:
            raise Conflict(t("There is an agreement {number} already", number=show_agreement(drawn[0])))
        bought = {name: getattr(request, name) for name in ("customer", "programme", "sku", "proof", "ends")}
        tx.append(AgreementAdded(agreement=number, by=operator, **bought))
        for place, line in enumerate(request.lines, 1):
            tx.append(LineEntitled(agreement=number, line=place, **msgspec.structs.asdict(line)))
        for caller, hashed in zip(request.callers, hashes, strict=True):
            _authorise(tx, number, caller, hashed, operator)
        return agreement_shown(tx, number, tx.now)

    return context.journal.run(work).value


def list_agreements(context: Context, _: ListAgreements, __: str) -> list[AgreementShown]:
    """List every agreement by its number."""
    with context.journal.read() as reader:
        now = context.world.now()
        return [agreement_shown(reader, row["agreement"], now) for row in list(reader.select("agreement"))]


def show_agreement_named(context: Context, request: ShowAgreement, _: str) -> AgreementShown:
    """Show one agreement.

    Raises:
        NotFound: there is none of that number.
    """
    with context.journal.read() as reader:
        return agreement_shown(reader, request.number, context.world.now())


def agreement_shown(reader: Reader, number: int, now: int) -> AgreementShown:
    """Read an agreement with its lines and callers.

    Raises:
        NotFound: there is none of that number.
    """
    row = reader.get("agreement", (number,))
    if row is None:
        raise NotFound(t("There is no agreement {number}", number=number))
    lines = [LineShown(**{n: line[n] for n in LineShown.__struct_fields__}) for line in lines_of(reader, number, now)]
    callers = [caller_shown(reader, a["caller"]) for a in reader.select("authorisation", {"agreement": number})]
    bought = {name: row[name] for name in ("customer", "programme", "sku", "proof", "ends", "added")}
    return AgreementShown(number=number, lines=lines, callers=callers, **bought)


def lines_of(reader: Reader, number: int, now: int) -> list[dict[str, int]]:
    """Read an agreement's lines in order, as they stand now: what retired servers had comes back with time."""
    freed = freed_of(reader, number)
    back, coming = back_by(freed, now), coming_after(freed, now)
    rows = list(reader.select("line", {"agreement": number}, order="line"))
    return [
        {**row, "taken": row["taken"] - back.get(row["line"], 0), "coming": coming.get(row["line"], 0)} for row in rows
    ]


def _authorise(tx: Transaction, number: int, caller: NewCaller, hashed: str | None, operator: str) -> None:
    key = caller_key(caller.name)
    if tx.get("caller", (key,)) is None:
        if hashed is None:
            raise StoreFailed(t("The caller {name} has just been removed", name=caller.name))
        tx.append(CallerAdded(caller=key, name=caller.name, call_word=digest_of(hashed), by=operator))
        tx.put("call_word", {"caller": key, "hash": hashed, "phone": caller.phone})
    elif hashed is not None:
        raise Conflict(t("A caller {name} has just been added", name=caller.name))
    tx.append(CallerAuthorised(agreement=number, caller=key, by=operator))


def _hash_for(context: Context, caller: NewCaller) -> str | None:
    """Hash a new caller's word; check that of a known one, for whom there is nothing to hash."""
    key = caller_key(caller.name)
    with context.journal.read() as reader:
        known = reader.get("call_word", (key,))
    if known is None:
        return hash_word(caller.call_word)
    if not word_fits(known["hash"], caller.call_word):
        raise Conflict(
            t("There is a caller {name} already, with another call word", name=caller.name),
            hint=t("If it is somebody else, give a name that tells them apart."),
        )
    return None


def _numbers(world: World) -> Iterator[int]:
    for _ in range(_DRAWS):
        yield _FIRST_DRAWN + int.from_bytes(world.random(8), "big") % (LAST_AGREEMENT + 1 - _FIRST_DRAWN)


def _check(request: AddAgreement) -> None:
    for name in ("customer", "sku", "proof"):
        text = getattr(request, name)
        if not (text.strip() and len(text) <= LONGEST_TEXT and text.isprintable()):
            raise BadInput(t("The field “{name}” is one line of 1 to {most} signs", name=name, most=LONGEST_TEXT))
    _within("number", request.number or 0, range(LAST_AGREEMENT + 1))
    _within("programme", request.programme, range(len(Programme)))
    _within("ends", request.ends, range(1 << 40))
    _within("lines", len(request.lines), range(1, MOST_LINES + 1))
    _within("callers", len(request.callers), range(1, MOST_CALLERS + 1))
    for line in request.lines:
        _within("cal_type", line.cal_type, range(len(CalType)))
        _within("version", line.version, range(min(VERSIONS), max(VERSIONS) + 1))
        _within("quantity", line.quantity, range(1, 1 << WIDTHS["quantity"]))
        _within("ends", line.ends, range(1 << 40))
    keys = [caller_key(caller.name) for caller in request.callers]
    if len(set(keys)) < len(keys):
        raise BadInput(t("A caller is named twice"))


def _within(name: str, value: int, allowed: range) -> None:
    if value not in allowed:
        raise BadInput(
            t(
                "The field “{name}” lies between {first} and {last}, not {value}",
                name=name,
                first=allowed[0],
                last=allowed[-1],
                value=value,
            )
        )
