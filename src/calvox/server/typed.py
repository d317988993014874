"""The confirmation as it stands while it is typed, and lines that are typed together.

Every line is kept in the same commit, good or bad, unfinished or whole, so that a closed browser or a power cut loses
nothing. A line that cannot be kept at all (a code of Microsoft's, a text that is too long) is refused after the others have
been kept. How a line is typed in a terminal, and what ends the typing, is `confirm`'s.
"""

from collections.abc import Iterable
from datetime import date, timedelta

import msgspec

from calvox.common.errors import BadInput, CalvoxError
from calvox.common.i18n import Language
from calvox.journal.interface import Reader, Transaction
from calvox.server.call import OpenCall, keep_call, the_open_call
from calvox.server.confirm import dictation_of, with_dictation
from calvox.server.store import LicenceServer, split_requests
from calvox.wire.phone.dictation import Dictation, resume
from calvox.wire.phone.forms import Form
from calvox.wire.phone.judged import JudgedCode, judged
from calvox.wire.phone.message import Kind
from calvox.wire.phone.sheet import RequestLine, request_line


class TypedLine(msgspec.Struct, frozen=True):
    """What stands in one line now."""

    number: int
    """From 1."""
    text: str


class LastAccepted(msgspec.Struct, frozen=True):
    """The confirmation that was accepted last."""

    kind: Kind
    issue_day: str
    """YYYY-MM-DD."""
    packs: list[RequestLine]
    """What it covers."""


def typed(reader: Reader, form: Form | None, language: Language) -> JudgedCode:
    """Show the lines in one form: the one that is asked for, else the one typed last, else words."""
    call = the_open_call(reader)
    return judged(dictation_of(call, form or (None if call.form else _words(language)), language))


def enter_lines(server: LicenceServer, form: Form, lines: Iterable[TypedLine], language: Language) -> JudgedCode:
    """Keep what was typed, where it differs from what stands there.

    Raises:
        NotFound: no call is open.
        BadInput: there is no such line, or its text is none; the others have been kept.
    """

    def work(tx: Transaction) -> tuple[Dictation, CalvoxError | None]:
        call = the_open_call(tx)
        dictation, refused = _entered(dictation_of(call, form, language), lines)
        if call.form != form or dictation.save() != call.typed.get(form):
            keep_call(tx, with_dictation(call, dictation))
        return dictation, refused

    dictation, refused = server.journal.run(work).value
    if refused is not None:
        raise refused
    return judged(dictation)


def has_begun(call: OpenCall) -> bool:
    """Tell whether anything has been typed."""
    return any(any(resume(state).texts) for state in call.typed.values())


def last_accepted(reader: Reader) -> LastAccepted | None:
    """Find the confirmation that was accepted last."""
    row = next(iter(reader.select("confirmation", order="-entry", limit=1)), None)
    if row is None:
        return None
    own = row["server_id"]
    day = date(1970, 1, 1) + timedelta(days=row["issue_day"])
    packs = [request_line(own, data) for data in split_requests(row["requests"])]
    return LastAccepted(Kind(row["kind"]), day.isoformat(), packs)


def _entered(dictation: Dictation, lines: Iterable[TypedLine]) -> tuple[Dictation, CalvoxError | None]:
    refused: CalvoxError | None = None
    for line in lines:
        text = line.text.strip()
        try:
            if not 1 <= line.number <= len(dictation.texts) or text != dictation.texts[line.number - 1]:
                dictation, _ = dictation.enter(line.number - 1, text)
        except BadInput as error:
            refused = refused or error
    return dictation, refused


def _words(language: Language) -> Form:
    return Form.WORDS_FR if language == "fr" else Form.WORDS_EN
