"""Every page of the call desk, with hostile names wherever a customer, a caller or an operator can bring one."""

from typing import Any

import msgspec

from calvox.centre.agreements import AgreementShown, LineShown
from calvox.centre.callers import CallerShown
from calvox.centre.calls import About, AskedLine, Prepared
from calvox.centre.finding import AgreementsFound, ServerFound, ServersFound
from calvox.centre.history import (
    ConfirmationShown,
    FreedShown,
    PackShown,
    RefusalShown,
    ServerHistory,
    SuccessionShown,
)
from calvox.centre.noted import Noted, OpenCallListed, OpenCallShown
from calvox.centre.refusals import Reason, Refusal
from calvox.centre.replaced import OldServer, ReissueLimits
from calvox.centre.servers import ServerShown
from calvox.centre.signing import Signed
from calvox.centre.statistics import CallStatistics, DayFigures, FormFigures, OperatorFigures, ReasonFigures
from calvox.common.errors import NotFound
from calvox.common.i18n import t
from calvox.core.products import CalType, Programme
from calvox.web.common.pages import Page
from calvox.web.common.typing import typing_of
from calvox.web.desk.agreement import agreement
from calvox.web.desk.agreements import agreements
from calvox.web.desk.call import Shape, call
from calvox.web.desk.confirmation import confirmation
from calvox.web.desk.new_agreement import new_agreement
from calvox.web.desk.reading import Choice, Reading, reading
from calvox.web.desk.server import server
from calvox.web.desk.servers import servers
from calvox.web.desk.start import start
from calvox.web.desk.statistics import statistics
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.dictation import begin
from calvox.wire.phone.forms import Form
from calvox.wire.phone.identity import server_id
from calvox.wire.phone.judged import judged
from calvox.wire.phone.message import Kind, control_words
from calvox.wire.phone.request import Request, RequestKind, pack_request
from tests.web.pages import HOSTILE, NOON

SERVER = server_id(0x1234_5678_9ABC, epoch=1)
AGREEMENT, NUMBER = 123_456_789_012, "0011223344556677"
CONFIRMATION = (0x123 << 300 | 7).to_bytes(49, "big").hex()
ERROR = NotFound(t("{name}", name=HOSTILE), hint=t("{name}", name=HOSTILE))
REFUSAL = Refusal(Reason.MORE_THAN_LEFT, {"cal_type": 0, "version": 7, "asked": 41, "left": 40})
LINES = [LineShown(1, 0, 7, 100, 60, NOON), LineShown(2, 1, 8, 10, 10, 0), LineShown(3, 0, 7, 5, 0, 0)]
CALLER = CallerShown(HOSTILE, HOSTILE, True)
BOUGHT = AgreementShown(AGREEMENT, HOSTILE, Programme.OPEN, HOSTILE, HOSTILE, NOON, NOON, LINES, [CALLER])
OTHER = msgspec.structs.replace(BOUGHT, number=AGREEMENT + 1)
KNOWN = ServerShown(SERVER.hex(), NOON, NOON, 5, "active", "")
BLACK = ServerShown(SERVER.hex(), NOON, 0, -1, "blacklisted", HOSTILE)
SPOKEN = pack_request(SERVER, Request(RequestKind.PACK, Programme.OPEN, 1, CalType.USER, 8, 7, 6, AGREEMENT, 100))
PREPARED = Prepared(
    NUMBER,
    Kind.PACKS,
    SERVER.hex(),
    AGREEMENT,
    HOSTILE,
    HOSTILE,
    {"fr": control_words(Kind.PACKS, SERVER, [SPOKEN], "fr"), "en": control_words(Kind.PACKS, SERVER, [SPOKEN], "en")},
    [],
    True,
    NOON,
)
SIGNED = Signed(NUMBER, Kind.PACKS, SERVER.hex(), AGREEMENT, [SPOKEN.hex()], NOON // 86_400, CONFIRMATION)
NOTED = Noted("fr", "", "", SERVER.hex(), AGREEMENT, (AskedLine(0, 7, 20, 7),), (SPOKEN.hex(),))
FOUND = ServerFound(KNOWN, [HOSTILE], [AGREEMENT])
PACK = PackShown(0, 7, 20, 6, 100)
GIVEN = [
    ConfirmationShown(NUMBER, NOON, Kind.PACKS, AGREEMENT, HOSTILE, HOSTILE, [PACK, PACK], True),
    ConfirmationShown(NUMBER, NOON, Kind.ACTIVATE, AGREEMENT, HOSTILE, HOSTILE, [], False),
]
REFUSED = [RefusalShown(NOON, Reason.SERVER_BLACKLISTED, HOSTILE, AGREEMENT, HOSTILE)]
NUMBERS = CallStatistics(
    days=7,
    calls=4,
    read_out=2,
    given_up=1,
    open=1,
    broken_off=0,
    median=245,
    longest=3601,
    forms=[FormFigures(form, place % 2, 7 * (place % 2), place, 245) for place, form in enumerate(Form)],
    by_day=[DayFigures(20_000, 2, 1), DayFigures(20_001, 0, 0), DayFigures(20_002, 0, 1)],
    reasons=[ReasonFigures(Reason.WRONG_CALL_WORD, 3), ReasonFigures(Reason.NOT_BOUGHT, 1)],
    operators=[OperatorFigures(HOSTILE, 4, 245)],
)
NO_NUMBERS = CallStatistics(1, 0, 0, 0, 0, 0, 0, 0, [], [DayFigures(20_000, 0, 0)], [], [])
HOSTILE_LINE, _ = begin(Form.WORDS_FR, CodeType.SERVER_ID).enter(0, HOSTILE)
TYPING = typing_of(judged(HOSTILE_LINE), f"/calls/{NUMBER}/code", f"/calls/{NUMBER}/type", what="server-id")
FORMS = tuple(Choice(form.label, f"/calls/{NUMBER}?as={form}", form is Form.WORDS_FR) for form in Form)


OLD_ID = server_id(0x1234_5678_9ABD, epoch=1).hex()
OLD = OldServer(msgspec.structs.replace(KNOWN, server_id=OLD_ID), [AskedLine(0, 7, 20, 3), AskedLine(1, 8, 5, 4, 100)])
MOVING = Noted("fr", server_id=SERVER.hex(), agreement=AGREEMENT, about=About.MIGRATION, replaces=OLD_ID)
LOST = msgspec.structs.replace(MOVING, about=About.REISSUE, why=HOSTILE)
FROZEN = Noted("fr", server_id=SERVER.hex(), agreement=AGREEMENT, about=About.THAW, thaw=9)
PROOF_LINE, _ = begin(Form.WORDS_FR, CodeType.RETIREMENT).enter(0, HOSTILE)
PROOF_TYPING = typing_of(judged(PROOF_LINE), f"/calls/{NUMBER}/code", f"/calls/{NUMBER}/type", what="proof")


SUCCEEDED = [
    SuccessionShown(NOON, SERVER.hex(), OLD_ID, AGREEMENT, False, HOSTILE, HOSTILE),
    SuccessionShown(NOON, OLD_ID, SERVER.hex(), AGREEMENT, True, "", ""),
    SuccessionShown(NOON, SERVER.hex(), SERVER.hex(), AGREEMENT, False, HOSTILE, ""),
]
FREED = [FreedShown(AGREEMENT, 20, NOON)]
LISTED = OpenCallListed(NUMBER, NOON, HOSTILE, HOSTILE, SERVER.hex(), True)


def open_call(noted: Noted = NOTED, **more: Any) -> OpenCallShown:
    """Show a call."""
    told: dict[str, Any] = {"agreements": [BOUGHT, OTHER], "server": KNOWN}
    return OpenCallShown(NUMBER, NOON, NOON, HOSTILE, CALLER, noted, **told | more)


def read(line: int = 3, form: Form = Form.WORDS_FR, **more: Any) -> Reading:
    """Read the confirmation out."""
    mark = f"/calls/{NUMBER}/heard-wrongly"
    return reading(
        f"/calls/{NUMBER}", CONFIRMATION, form, line, misheard=(3, 3), mark=mark, end=f"/calls/{NUMBER}/end", **more
    )


EVERY_PAGE: dict[str, Page] = {
    "start": start([LISTED], "fr", HOSTILE, trouble=ERROR),
    "call-begun": call(
        open_call(Noted("fr"), server=None, others=[LISTED]),
        Shape(FORMS, TYPING, choices=[SERVER.hex()], trouble=ERROR),
    ),
    "call-noted": call(open_call(), Shape(FORMS, typing_request=TYPING, asking=True, refusal=REFUSAL)),
    "call-prepared": call(open_call(msgspec.structs.replace(NOTED, prepared=PREPARED)), Shape(typing_request=TYPING)),
    "call-blacklisted": call(open_call(server=BLACK, refusal=Refusal(Reason.SERVER_BLACKLISTED)), Shape()),
    "call-signed": call(
        open_call(msgspec.structs.replace(NOTED, prepared=PREPARED, agreed=True), signed=SIGNED),
        Shape(reading=read(spelling=True)),
    ),
    "call-migration": call(
        open_call(MOVING, old=OLD), Shape(FORMS, typing_old=PROOF_TYPING, refusal=REFUSAL, supervisor=True)
    ),
    "call-migration-begun": call(
        open_call(msgspec.structs.replace(MOVING, replaces=""), server=None),
        Shape(FORMS, typing_old=PROOF_TYPING, choices=[SERVER.hex(), OLD_ID]),
    ),
    "call-reissue": call(
        open_call(LOST, old=OLD, limits=ReissueLimits([NOON], NOON + 86_400)),
        Shape(FORMS, typing_request=TYPING, supervisor=True),
    ),
    "call-thaw": call(open_call(FROZEN), Shape(FORMS, typing_request=TYPING)),
    "confirmation": confirmation(SIGNED, read(8)),
    "confirmation-refused": confirmation(Refusal(Reason.SERVER_BLACKLISTED)),
    "agreements": agreements(HOSTILE, AgreementsFound([BOUGHT], True), supervisor=True),
    "agreements-trouble": agreements("x", ERROR, supervisor=False),
    "agreement": agreement(BOUGHT, ServersFound([FOUND], False), supervisor=True),
    "new-agreement": new_agreement({"customer": HOSTILE, "word-1": "mimosa", "kind-2": "1"}, ERROR),
    "servers": servers(HOSTILE, "active", ServersFound([FOUND], True)),
    "servers-trouble": servers(HOSTILE, "", ERROR),
    "server": server(ServerHistory(KNOWN, GIVEN, REFUSED, SUCCEEDED, FREED), supervisor=True, trouble=ERROR),
    "server-blacklisted": server(ServerHistory(BLACK, GIVEN, []), supervisor=True),
    "statistics": statistics(NUMBERS),
}
"""By a name of ours."""
EMPTY_PAGES: dict[str, Page] = {
    "start": start([], "en"),
    "call": call(open_call(Noted("en"), server=None, agreements=[]), Shape(FORMS, TYPING)),
    "agreements": agreements("nobody", AgreementsFound([], False), supervisor=False),
    "agreement": agreement(
        msgspec.structs.replace(BOUGHT, lines=[], callers=[]), ServersFound([], False), supervisor=False
    ),
    "new-agreement": new_agreement(),
    "servers": servers("", "", ServersFound([], False)),
    "server": server(ServerHistory(KNOWN, [], []), supervisor=False),
    "statistics": statistics(NO_NUMBERS),
}
"""The same with nothing to show."""
WITHOUT_NAMES = {"confirmation", "confirmation-refused"}
"""Pages on which nobody's name stands but the reader's."""
