"""Mode and licence servers of session hosts: of one by WMI, of a deployment by its cmdlet.

Rules:
- LicensingType 2 is per device, 4 per user, 5 not set; ChangeMode takes no 5.
- What group policy sets wins: Windows refuses to change it, and so it is said before.
"""

from dataclasses import replace

from calvox.common.i18n import Text, t
from calvox.windows.actions.action import Action, Where
from calvox.windows.actions.changing import HOST
from calvox.windows.actions.hand import Answer, Hand, Remote, answer_of
from calvox.windows.actions.parameters import BROKER, MODE, MODES, SERVERS
from calvox.windows.actions.values import State, Values, names_of, number_of, text_in, texts_in
from calvox.windows.queries import TERMINAL
from calvox.windows.readings import text, texts, typed
from calvox.windows.visit import Visit

KEYS = ("TerminalServerMode", "LicensingType", "PolicySourceLicensingType", "PolicySourceConfiguredLicenseServers")
BY_POLICY = 1
CMDLET_MODES = {"device": "PerDevice", "user": "PerUser"}


def _read(visit: Visit, values: Values) -> State:
    row = visit.one(TERMINAL, HOST)
    name = text(row.get("ServerName"))
    listed = visit.call(TERMINAL, HOST, "GetSpecifiedLicenseServerList", {}, {"ServerName": name})
    return {"ServerName": name, **typed(row, KEYS), "SpecifiedLSList": texts(listed.get("SpecifiedLSList"))}


def _same(one: list[str], other: tuple[str, ...]) -> bool:
    return [name.casefold() for name in one] == [name.casefold() for name in other]


def _mode_holds(state: State, values: Values) -> bool:
    return "mode" not in values or state.get("LicensingType") == MODES[text_in(values, "mode")]


def _servers_hold(state: State, values: Values) -> bool:
    return "servers" not in values or _same(names_of(state, "SpecifiedLSList"), texts_in(values, "servers"))


def _holds(state: State, values: Values) -> bool:
    return _mode_holds(state, values) and _servers_hold(state, values)


def _by_policy(state: State, values: Values) -> Text | None:
    if not _mode_holds(state, values) and state.get("PolicySourceLicensingType") == BY_POLICY:
        return t("Group policy sets the mode of this host; change it in the policy.")
    if not _servers_hold(state, values) and state.get("PolicySourceConfiguredLicenseServers") == BY_POLICY:
        return t("Group policy names the licence servers of this host; change them in the policy.")
    return None


def _change(hand: Hand, values: Values, before: State) -> Answer:
    keys, answer = {"ServerName": str(before["ServerName"])}, Answer(0)
    if not _servers_hold(before, values):
        given = {"SpecifiedLSList": texts_in(values, "servers")}
        answer = answer_of(hand.change(TERMINAL, HOST, "SetSpecifiedLicenseServerList", given, keys))
    if answer.code == 0 and not _mode_holds(before, values):
        mode = str(MODES[text_in(values, "mode")])
        answer = answer_of(hand.change(TERMINAL, HOST, "ChangeMode", {"LicensingType": mode}, keys))
    return answer


def _shows(before: State, after: State) -> Text:
    modes = {2: t("per device"), 4: t("per user"), 5: t("not set")}
    mode = modes.get(number_of(after, "LicensingType"), t("another mode"))
    servers = ", ".join(names_of(after, "SpecifiedLSList")) or "–"
    return t("mode {mode}, licence servers {servers}", mode=mode, servers=servers)


def _deployed(state: State, values: Values) -> bool:
    mode = state.get("Mode") == CMDLET_MODES[text_in(values, "mode")]
    return mode and _same(names_of(state, "LicenseServer"), texts_in(values, "servers"))


def _shows_deployed(before: State, after: State) -> Text:
    servers = ", ".join(names_of(after, "LicenseServer")) or "–"
    return t("mode {mode}, licence servers {servers}", mode=str(after.get("Mode")), servers=servers)


SET_LICENSING = Action(
    "set-licensing",
    t("Set mode and licence servers of a session host"),
    t("The host asks these licence servers, in this order, for CALs of this kind."),
    Where.SESSION_HOST,
    (f"{HOST}.SetSpecifiedLicenseServerList", f"{HOST}.ChangeMode"),
    t("The rollback file sets the values before; that the mode was not set cannot be brought back."),
    lambda before, after, values: _holds(after, values),
    _shows,
    parameters=(MODE, SERVERS),
    warnings=(
        t("A host of a deployment with a broker gets its settings there: set-deployment-licensing."),
        t("The mode must be that of the CALs that were bought."),
    ),
    holds=_holds,
    obstacle=_by_policy,
    rollback=True,
    parts=("set-licensing",),
    remote=Remote(_read, _change),
)
SET_DEPLOYMENT = Action(
    "set-deployment-licensing",
    t("Set mode and licence servers of a deployment"),
    t("All session hosts of the deployment ask these licence servers for CALs of this kind."),
    Where.BROKER,
    ("Set-RDLicenseConfiguration",),
    t("The rollback file sets the values before."),
    lambda before, after, values: _deployed(after, values),
    _shows_deployed,
    parameters=(replace(MODE, needed=True), replace(SERVERS, needed=True), BROKER),
    warnings=(t("The licence servers named replace those that are set."),),
    holds=_deployed,
    rollback=True,
    parts=("set-deployment-licensing",),
)
