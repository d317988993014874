"""Why a caller does not get a confirmation: a value with a reason, and what the operator may say of it."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from calvox.common.i18n import Text, t
from calvox.core.products import CalType, version_name
from calvox.wire.phone.request import show_agreement


class Reason(StrEnum):
    """Why a call is refused."""

    UNKNOWN_CALLER = "unknown-caller"
    WRONG_CALL_WORD = "wrong-call-word"
    CALLER_LOCKED = "caller-locked"
    UNKNOWN_AGREEMENT = "unknown-agreement"
    CALLER_NOT_AUTHORISED = "caller-not-authorised"
    SERVER_RETIRED = "server-retired"
    SERVER_BLACKLISTED = "server-blacklisted"
    SERVER_NOT_ACTIVATED = "server-not-activated"
    AGREEMENT_ENDED = "agreement-ended"
    OTHER_AGREEMENT = "other-agreement"
    OTHER_PROGRAMME = "other-programme"
    REQUEST_EXPIRED = "request-expired"
    SEQUENCE_USED = "sequence-used"
    SEQUENCE_NOT_ASCENDING = "sequence-not-ascending"
    NOT_BOUGHT = "not-bought"
    LINE_ENDED = "line-ended"
    OUTLASTS_LINE = "outlasts-line"
    MORE_THAN_LEFT = "more-than-left"
    CONTROL_WORDS_DIFFER = "control-words-differ"
    NOTHING_TO_REISSUE = "nothing-to-reissue"
    OLD_SERVER_UNKNOWN = "old-server-unknown"
    OLD_SERVER_REPLACED = "old-server-replaced"
    REISSUE_TOO_OFTEN = "reissue-too-often"
    KEEPS_ITS_PACKS = "keeps-its-packs"

    @property
    def text(self) -> Text:
        """Say it to a person; the placeholders are those of the refusal's detail."""
        return _TEXTS[self]

    @property
    def say(self) -> Text:
        """What the operator may say to the caller, as it is said."""
        return _SAID[self]


_TEXTS: dict[Reason, Text] = {
    Reason.UNKNOWN_CALLER: t("no agreement names this caller"),
    Reason.WRONG_CALL_WORD: t("this is not the caller's call word"),
    Reason.CALLER_LOCKED: t("the caller is locked after several wrong call words; a supervisor can unlock"),
    Reason.UNKNOWN_AGREEMENT: t("there is no agreement {agreement}"),
    Reason.CALLER_NOT_AUTHORISED: t("the caller may not call for agreement {agreement}"),
    Reason.SERVER_RETIRED: t("this licence server was retired"),
    Reason.SERVER_BLACKLISTED: t("this licence server is blacklisted"),
    Reason.SERVER_NOT_ACTIVATED: t("this licence server was never activated; activate it in the same call"),
    Reason.AGREEMENT_ENDED: t("agreement {agreement} has ended"),
    Reason.OTHER_AGREEMENT: t("the request of sequence {sequence} names agreement {other_agreement}, not {agreement}"),
    Reason.OTHER_PROGRAMME: t("the request of sequence {sequence} names the programme “{found}”, not “{wanted}”"),
    Reason.REQUEST_EXPIRED: t("the request of sequence {sequence} has expired"),
    Reason.SEQUENCE_USED: t("sequence {sequence} of this licence server was signed with other contents"),
    Reason.SEQUENCE_NOT_ASCENDING: t("sequence {sequence} is not above {highest}, which was signed already"),
    Reason.NOT_BOUGHT: t("the agreement has no line of CALs {cal_type} of version {version}"),
    Reason.LINE_ENDED: t("the agreement's lines of CALs {cal_type} of version {version} have ended"),
    Reason.OUTLASTS_LINE: t("the CALs {cal_type} of version {version} would outlast the agreement's line"),
    Reason.MORE_THAN_LEFT: t("{asked} CALs {cal_type} of version {version} are asked for, and {left} are left"),
    Reason.CONTROL_WORDS_DIFFER: t("the control words differ: something was mis-heard"),
    Reason.NOTHING_TO_REISSUE: t("this licence server was never activated; note the ID of the one that it replaces"),
    Reason.OLD_SERVER_UNKNOWN: t("nothing was ever signed for the licence server that is to be replaced"),
    Reason.OLD_SERVER_REPLACED: t("the licence server that is to be replaced was replaced already, or is blacklisted"),
    Reason.REISSUE_TOO_OFTEN: t(
        "without a proof: once in 90 days, three times in 24 months for agreement {agreement}; a supervisor may allow it"
    ),
    Reason.KEEPS_ITS_PACKS: t(
        "this is the same licence server, enrolled anew: it keeps its packs, and none is asked for in this call"
    ),
}


_WHO = t("I cannot tell who is calling from what you say. Please look up name and call word, and call again.")
_SUPERVISOR = t("I may not give anything for this licence server. My supervisor will call your company back.")
_COMPARE = t("What I noted is not what your call sheet says. Please read server ID, quantity and sequence again.")
_SELLER = t("The agreement does not cover this. Please ask your seller, and call again.")
_SAID: dict[Reason, Text] = {
    Reason.UNKNOWN_CALLER: _WHO,
    Reason.WRONG_CALL_WORD: _WHO,
    Reason.CALLER_LOCKED: t("This call word is locked. My supervisor will call the number that we hold for you."),
    Reason.UNKNOWN_AGREEMENT: t("I do not find this agreement. Please read me its twelve digits again."),
    Reason.CALLER_NOT_AUTHORISED: t("You are not named in this agreement. Please have somebody call who is."),
    Reason.SERVER_RETIRED: t(
        "This licence server was retired for good. A new installation has a new server ID; please read me that."
    ),
    Reason.SERVER_BLACKLISTED: _SUPERVISOR,
    Reason.SERVER_NOT_ACTIVATED: t(
        "This licence server was never activated. We do both in this call; please open the sheet for it."
    ),
    Reason.AGREEMENT_ENDED: t("The agreement has ended. What was installed goes on; for more, please ask your seller."),
    Reason.OTHER_AGREEMENT: _COMPARE,
    Reason.OTHER_PROGRAMME: _COMPARE,
    Reason.REQUEST_EXPIRED: t(
        "The end date on your call sheet has passed. Please make a new sheet, and read it to me."
    ),
    Reason.SEQUENCE_USED: _COMPARE,
    Reason.SEQUENCE_NOT_ASCENDING: t(
        "A later request was signed before. Please make a new call sheet, and read it to me."
    ),
    Reason.NOT_BOUGHT: _SELLER,
    Reason.LINE_ENDED: _SELLER,
    Reason.OUTLASTS_LINE: t("The CALs would outlast the agreement. Please choose an earlier end on your call sheet."),
    Reason.MORE_THAN_LEFT: t("Fewer CALs are left than you ask for. I can tell you how many; please make a new sheet."),
    Reason.CONTROL_WORDS_DIFFER: _COMPARE,
    Reason.NOTHING_TO_REISSUE: t("Please read me the ID of your old licence server too."),
    Reason.OLD_SERVER_UNKNOWN: t("I do not find your old licence server. Please read me its ID again."),
    Reason.OLD_SERVER_REPLACED: _SUPERVISOR,
    Reason.REISSUE_TOO_OFTEN: t(
        "I may not do this again so soon without the proof of the old server. My supervisor will call your company back."
    ),
    Reason.KEEPS_ITS_PACKS: _COMPARE,
}


class Refusal(msgspec.Struct, frozen=True, tag="refused", tag_field="answer"):
    """What was asked for is not given."""

    reason: Reason
    detail: Mapping[str, int | str] = {}
    """What the reason's text names."""

    @property
    def text(self) -> Text:
        """Say it to a person, with its detail."""
        return Text(self.reason.text.message, {name: _shown(name, value) for name, value in self.detail.items()})


def _shown(name: str, value: int | str) -> Text | str | int:
    match name, value:
        case "cal_type", int():
            return CalType(value).text
        case "version", int():
            return version_name(value)
        case "agreement" | "other_agreement", int():
            return show_agreement(value)
    return value
