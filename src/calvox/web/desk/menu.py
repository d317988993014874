"""What the call desk is called, its menu, and the words that several pages say."""

from collections.abc import Mapping

from calvox.centre.register import ACTIVE, BLACKLISTED, RETIRED
from calvox.common.i18n import Language, Text, t
from calvox.core.peopling import Role
from calvox.core.products import CalType, version_name
from calvox.web.common.pages import Link
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.forms import Form, number_of, write
from calvox.wire.phone.request import expiry_date

NAME = t("Calvox call desk")
CALLS, AGREEMENTS, SERVERS, STATISTICS = "/", "/agreements", "/servers", "/statistics"
LINKS = (
    Link(CALLS, t("Calls")),
    Link(AGREEMENTS, t("Agreements")),
    Link(SERVERS, t("Licence servers")),
    Link(STATISTICS, t("Statistics")),
)
ROLES: Mapping[Role, Text] = {Role.OPERATOR: t("operator"), Role.SUPERVISOR: t("supervisor")}
STATES: Mapping[str, tuple[Text, str]] = {
    ACTIVE: (t("served"), "good"),
    RETIRED: (t("retired"), "warn"),
    BLACKLISTED: (t("blacklisted"), "bad"),
}
"""How each state of a licence server is said, and in which colour."""
SPOKEN: Mapping[Language, Text] = {"fr": t("French words"), "en": t("English words")}
"""The languages in which codes are said."""


def pack_text(cal_type: int, version: int) -> Text:
    """Name what a line or a pack holds; a request without a version ends a freeze."""
    if not version:
        return t("end of a freeze")
    return t("{kind}, {version}", kind=CalType(cal_type).text, version=version_name(version))


def until(expiry: int) -> Text | str:
    """Say the month to whose end a pack is good."""
    last = expiry_date(expiry)
    return t("never") if last is None else last.strftime("%Y-%m")


def words_of(server_id: str, language: Language) -> tuple[str, ...]:
    """Write a server ID in words, a line a string."""
    form = Form.WORDS_FR if language == "fr" else Form.WORDS_EN
    return tuple(write(form, CodeType.SERVER_ID, number_of(CodeType.SERVER_ID, bytes.fromhex(server_id))))


def lasted(seconds: int) -> str:
    """Write how long a call took: 4:05."""
    return f"{seconds // 60}:{seconds % 60:02}"
