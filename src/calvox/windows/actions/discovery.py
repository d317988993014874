"""Make a licence server known in its domain: its group, and the directory."""

from calvox.common.i18n import Text, t
from calvox.windows.actions.action import Action, Where
from calvox.windows.actions.changing import SERVER
from calvox.windows.actions.hand import Answer, Hand, Remote, answer_of
from calvox.windows.actions.values import State, Values
from calvox.windows.readings import flag
from calvox.windows.visit import CIMV2, Visit


def _asking(method: str, given: dict[str, str], key: str, change: str) -> Remote:
    def read(visit: Visit, values: Values) -> State:
        visit.one(CIMV2, SERVER)
        return {key: flag(visit.call(CIMV2, SERVER, method, given).get(key))}

    def act(hand: Hand, values: Values, before: State) -> Answer:
        return answer_of(hand.change(CIMV2, SERVER, change))

    return Remote(read, act)


def _member(before: State, after: State) -> Text:
    return t("a member of the group") if after.get("IsMember") is True else t("no member of the group")


def _published(before: State, after: State) -> Text:
    return t("published") if after.get("Published") is True else t("not published")


JOIN = Action(
    "join-license-servers-group",
    t("Add the licence server to Terminal Server License Servers"),
    t("Its computer account is a member of the domain's group S-1-5-32-561, so that it can count per-user CALs."),
    Where.LICENCE_SERVER,
    (f"{SERVER}.AddLStoTSLSGroup",),
    t("RemoveLSfromTSLSGroup, which the rollback file calls."),
    lambda before, after, values: after.get("IsMember") is True,
    _member,
    warnings=(
        t("Whoever does it must be a domain administrator."),
        t("Over WinRM the account may not reach the domain controller from there; then use the script."),
    ),
    holds=lambda state, values: state.get("IsMember") is True,
    rollback=True,
    parts=("join-license-servers-group",),
    remote=_asking("IsLSinTSLSGroup", {"Domain": ""}, "IsMember", "AddLStoTSLSGroup"),
)
PUBLISH = Action(
    "publish",
    t("Publish the licence server in Active Directory"),
    t("The directory names it as a licence server, and other licence servers know it."),
    Where.LICENCE_SERVER,
    (f"{SERVER}.PublishLS",),
    t("UnpublishLS, which the rollback file calls."),
    lambda before, after, values: after.get("Published") is True,
    _published,
    warnings=(
        t("Whoever does it must be an enterprise administrator."),
        t("Over WinRM the account may not reach the domain controller from there; then use the script."),
    ),
    holds=lambda state, values: state.get("Published") is True,
    rollback=True,
    parts=("publish",),
    remote=_asking("IsLSPublished", {}, "Published", "PublishLS"),
)
