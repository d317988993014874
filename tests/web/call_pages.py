"""The pages of a call to the centre, full and empty, with hostile names wherever a name can stand."""

from calvox.common.errors import NotFound
from calvox.common.i18n import t
from calvox.server.calling import Calling
from calvox.server.typed import LastAccepted
from calvox.web.common.pages import Page
from calvox.web.common.typing import LinePage, line_of
from calvox.web.manager import (
    activate_call,
    activate_country,
    activate_done,
    activate_method,
    activate_prepare,
    activate_type,
)
from calvox.web.manager.calling import By, Chosen, Purpose
from calvox.wire.card import Telephone
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.forms import Form
from calvox.wire.phone.judged import JudgedCode, JudgedLine, LineState
from calvox.wire.phone.message import Kind
from calvox.wire.phone.sheet import CallSheet, RequestLine, spoken

HOSTILE = "<img src=x onerror=alert(1)>'\"&{{ 7*7 }}\u202e"
NOON = 1_800_014_400
ERROR = NotFound(t("{name}", name=HOSTILE), hint=t("{name}", name=HOSTILE))
PHONES = (Telephone("FR", "+33 1 99 00 12 34", HOSTILE), Telephone("CH", "+41 44 999 00 00", "9-18"))
CHOSEN = Chosen(Purpose.ACTIVATE, country="FR")
CARRIED = Chosen(Purpose.INSTALL, By.FILE)
ID = bytes([1, *range(17)])
LINE = RequestLine(1, "open", "user", "2022", 50, "123 456 789 012", "2027-06", spoken(CodeType.REQUEST, ID))
SHEET = CallSheet(
    "activate-and-packs",
    HOSTILE,
    PHONES[0],
    {"fr": ["un"] * 6, "en": ["one"] * 6},
    spoken(CodeType.SERVER_ID, ID),
    [LINE],
    {"fr": ["abandon", "voyelle"], "en": ["abandon", "zoo"]},
)
NOW = Calling(ID, False, HOSTILE, [*PHONES], SHEET, (ID,), NOON, HOSTILE, True)
ALONE = Calling(ID, False, "Centre", [PHONES[1]])
ALONE_SHEET = CallSheet("activate", "Centre", PHONES[1], SHEET.fingerprint, SHEET.server_id, [], SHEET.control_words)
LINES = (
    JudgedLine(1, "abaisser " * 6, LineState.GOOD),
    JudgedLine(2, HOSTILE, LineState.BAD, HOSTILE, (HOSTILE, "abandon abolir")),
    JudgedLine(3, "aban", LineState.UNFINISHED),
)
CODE = JudgedCode(Form.WORDS_FR, (*LINES, *(JudgedLine(number, "", LineState.EMPTY) for number in range(4, 8))))
TYPED = {"quantity-1": HOSTILE, "ends-1": HOSTILE, "programme": "spla", "agreement": HOSTILE}
CALL_PAGES: dict[str, Page] = {
    "line": LinePage(line_of(LINES[1], True)),
    "call-country": activate_country.country(CHOSEN, HOSTILE, PHONES),
    "call-prepare": activate_prepare.prepare(CHOSEN, PHONES[0], TYPED, ERROR),
    "call": activate_call.call(CHOSEN, NOW, SHEET, "<svg></svg>", "fr"),
    "call-type": activate_type.typing(CHOSEN, CODE, HOSTILE, activate_type.Answer.MISHEARD, ERROR),
    "call-done": activate_done.done(CHOSEN, LastAccepted(Kind.ACTIVATE_AND_PACKS, "2027-01-15", [LINE]), HOSTILE, -3),
}
"""With hostile names."""
PLAIN_PAGES: dict[str, Page] = {
    "call-method": activate_method.method(Purpose.ACTIVATE, False),
    "call-closed": activate_method.method(Purpose.INSTALL, False),
    "call-country": activate_country.country(Chosen(Purpose.INSTALL), "Centre", PHONES[1:]),
    "call-prepare": activate_prepare.prepare(CARRIED, PHONES[0], {}),
    "call-alone": activate_call.call(CHOSEN, ALONE, ALONE_SHEET, "<svg></svg>", "en"),
    "call-carried": activate_call.call(CARRIED, ALONE, ALONE_SHEET, "<svg></svg>", "en"),
    "call-type": activate_type.typing(CARRIED, JudgedCode(Form.DIGITS, (JudgedLine(1, "", LineState.EMPTY),)), ""),
    "call-done": activate_done.done(CARRIED, LastAccepted(Kind.PACKS, "2027-01-15", []), "", 0),
}
"""With nothing to show."""
