"""The call itself: whom to call, what to read out, and what to compare before the centre signs, in the order of the call.

The server ID stands in every form, words first and large; each character bears the word by which it is spelled.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from calvox.common.i18n import Language, Text, t
from calvox.server.calling import Calling
from calvox.web.common.pages import NAMES, Page
from calvox.web.manager.calling import PROGRAMMES, TYPE, By, Chosen, Step, joined, steps
from calvox.web.manager.menu import CALL, type_text
from calvox.wire.card import Telephone
from calvox.wire.phone.sheet import CallSheet, RequestLine, Spoken
from calvox.wire.phone.spelling import spell

Sign = tuple[str, str]
"""A sign and the word by which it is spelled."""


HEADINGS: Mapping[str, Text] = {
    "thaw": t("End of the freeze"),
    "reissue": t("Take over from another licence server, or have this one signed anew"),
}
"""What a call is about that neither activates nor installs alone, by the kind on its sheet."""
REENROLMENT = t("Enrol this licence server anew")


@dataclass(frozen=True)
class SaidCode:
    """A code in every form."""

    words: Sequence[str]
    """In the reader's language, a line each."""
    other_words: Sequence[str]
    other: str
    """The other language's name in itself."""
    characters: tuple[tuple[Sign, ...], ...]
    digits: Sequence[str]
    aloud: str
    """The words as say.js reads them."""


@dataclass(frozen=True)
class PackLine:
    """A pack that the call is about."""

    line: RequestLine
    programme: Text
    kind: Text
    spoken: Sequence[str]
    """The whole request in the reader's words."""


@dataclass(frozen=True)
class CallPage(Page):
    """Shows the sheet of the open call."""

    template: ClassVar[str] = "manager/activate_call.html"
    title: ClassVar[Text] = t("The call")
    scripts: ClassVar[Sequence[str]] = ("say.js",)
    words: ClassVar[Mapping[str, Text]] = {
        "steps": t("Steps of the call"),
        "call": t("Call the centre"),
        "elsewhere": t("You call from"),
        "change": t("Change"),
        "say": t("Say your name and your call word."),
        "first": t("First call? Ask for the centre’s fingerprint; it must be:"),
        "server_id": t("Calvox server ID"),
        "read_id": t("Read out the Calvox server ID"),
        "three": t("Line by line; the operator’s screen checks each line as it is typed."),
        "replaces": t("Then the old Calvox server ID, as the one that is replaced"),
        "replaces_what": t(
            "Say: “The same licence server is enrolled anew.” It keeps its packs, so none is asked for. Say what happened, too."
        ),
        "keeps": t("No pack: the server keeps those that it has."),
        "aloud": t("Read aloud"),
        "other_forms": t("The same Calvox ID in other forms"),
        "characters": t("Characters"),
        "digits": t("Digits"),
        "qr": t("QR code"),
        "qr_what": t("For an operator who can see it: it holds the ID and nothing secret."),
        "packs": t("What the request is about"),
        "say_packs": t("Say what the call is about"),
        "alone": t("The activation of this server, without packs."),
        "activation": t("The activation of this server, and these packs:"),
        "sequence": t("Sequence"),
        "agreement": t("Agreement"),
        "cal_type": t("CAL type"),
        "version": t("Version"),
        "quantity": t("Quantity"),
        "ends": t("Good until"),
        "never": t("for ever"),
        "spoken": t("Instead of the fields: the whole request in words"),
        "control": t("Compare the control words"),
        "control_what": t(
            "The operator reads two words. They must be these, or something was mis-heard: then nothing is signed."
        ),
        "type": t("Type the code while the operator reads it"),
        "request": t("Carry the request to the centre"),
        "request_what": t(
            "Save the file, and carry it to the centre; it holds no secret. Bring back the answer, a file or a QR code."
        ),
        "download": t("Save the request file"),
        "enter": t("Take in the answer"),
        "speak": t("By telephone instead"),
        "carry": t("By file instead"),
        "since": t("Prepared"),
        "by": t("by"),
        "give_up": t("Give this call up"),
        "give_up_what": t(
            "Only if the centre has not signed yet. What it has signed counts as installed there, and would have to be reissued."
        ),
        "sure": t("The centre has signed nothing of this call."),
    }

    heading: Text
    chosen: Chosen
    steps: tuple[Step, ...]
    now: Calling
    sheet: CallSheet
    server_id: SaidCode
    replaces: SaidCode | None
    """Of a re-enrolment: the ID of the epoch before."""
    qr: str
    """An SVG picture, made here."""
    activates: bool
    packs: tuple[PackLine, ...]
    control: str
    """Two words in the reader's language."""
    other_control: str
    fingerprint: str
    telephones: tuple[Telephone, ...]
    type_path: str
    request_path: str
    switch_path: str
    """To the same sheet for the other method."""

    @property
    def by_file(self) -> bool:
        """Whether the request is carried."""
        return self.chosen.by is By.FILE


def call(chosen: Chosen, now: Calling, sheet: CallSheet, qr: str, language: Language) -> CallPage:
    """Make the page.

    Args:
        chosen: How the centre is reached, and from where.
        now: How it stands between the server and the centre.
        sheet: The sheet of the open call.
        qr: The server ID as a picture.
        language: The reader's.
    """
    other: Language = "en" if language == "fr" else "fr"
    switched = Chosen(chosen.purpose, By.FILE if chosen.by is By.TELEPHONE else By.TELEPHONE, chosen.country)
    return CallPage(
        heading=REENROLMENT if sheet.replaces else HEADINGS.get(sheet.kind, chosen.purpose.name_text),
        chosen=chosen,
        steps=steps(chosen, 3),
        now=now,
        sheet=sheet,
        server_id=_said(sheet.server_id, language, other),
        replaces=_said(sheet.replaces, language, other) if sheet.replaces else None,
        qr=qr,
        activates=sheet.kind not in ("packs", "thaw"),
        packs=tuple(_pack(line, language) for line in sheet.requests),
        control=" ".join(sheet.control_words[language]),
        other_control=" ".join(sheet.control_words[other]),
        fingerprint=" ".join(sheet.fingerprint[language]),
        telephones=tuple(now.telephones),
        type_path=chosen.to(TYPE),
        request_path=f"{CALL}/request",
        switch_path=switched.to(CALL),
    )


def _said(code: Spoken, language: Language, other: Language) -> SaidCode:
    own, others = (code.words_fr, code.words_en) if language == "fr" else (code.words_en, code.words_fr)
    spelled = tuple(tuple(zip(group, spell(language, group), strict=True)) for group in code.characters)
    return SaidCode(own, others, NAMES[other], spelled, code.digits, joined(own))


def _pack(line: RequestLine, language: Language) -> PackLine:
    spoken = line.spoken.words_fr if language == "fr" else line.spoken.words_en
    if not line.quantity:
        return PackLine(line, t("none"), t("end of a freeze"), spoken)
    return PackLine(line, PROGRAMMES[line.programme], type_text(line.cal_type), spoken)
