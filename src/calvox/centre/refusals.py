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

    @property
    def text(self) -> Text:
        """Say it to a person; the placeholders are those of the refusal's detail."""
        return _TEXTS[self]


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
