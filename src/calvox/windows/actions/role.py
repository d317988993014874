"""The role of a licence server, and its service."""

from calvox.common.i18n import Text, t
from calvox.windows.actions.action import Action, Where
from calvox.windows.actions.changing import SERVICE
from calvox.windows.actions.hand import Answer, Hand, Remote, answer_of
from calvox.windows.actions.values import State, Values
from calvox.windows.readings import typed
from calvox.windows.visit import CIMV2, Visit

NAME = "TermServLicensing"
KEYS = ("State", "StartMode")


def _read(visit: Visit, values: Values) -> State:
    rows = visit.rows(CIMV2, SERVICE, f"Name='{NAME}'")
    return typed(rows[0], KEYS) if rows else dict.fromkeys(KEYS)


def _runs(state: State, values: Values) -> bool:
    return state.get("State") == "Running" and state.get("StartMode") == "Auto"


def _no_service(state: State, values: Values) -> Text | None:
    return (
        None if state.get("State") else t("There is no such service: the role is not installed; install-role does it.")
    )


def _start(hand: Hand, values: Values, before: State) -> Answer:
    keys, answer = {"Name": NAME}, Answer(0)
    if before.get("StartMode") != "Auto":
        answer = answer_of(hand.change(CIMV2, SERVICE, "ChangeStartMode", {"StartMode": "Automatic"}, keys))
    if answer.code == 0 and before.get("State") != "Running":
        answer = answer_of(hand.change(CIMV2, SERVICE, "StartService", {}, keys))
    return answer


def _shows(before: State, after: State) -> Text:
    return t("service {state}, start {start}", state=str(after.get("State")), start=str(after.get("StartMode")))


def _shows_role(before: State, after: State) -> Text:
    return t("the role is installed") if after.get("Installed") is True else t("the role is not installed")


INSTALL_ROLE = Action(
    "install-role",
    t("Install the role RD Licensing"),
    t("The machine has the role, its service and RD Licensing Manager."),
    Where.LICENCE_SERVER,
    ("Install-WindowsFeature",),
    t("By hand, Uninstall-WindowsFeature RDS-Licensing, and only while no pack is installed: packs are lost with it."),
    lambda before, after, values: after.get("Installed") is True,
    _shows_role,
    warnings=(
        t(
            "The role comes from the machine's own component store; if that was emptied, have the installation medium at hand."
        ),
        t("Windows may want to be started again afterwards."),
    ),
    holds=lambda state, values: state.get("Installed") is True,
    parts=("install-role",),
)
START_SERVICE = Action(
    "start-service",
    t("Start the licensing service, now and with Windows"),
    t("The service TermServLicensing runs and starts by itself."),
    Where.LICENCE_SERVER,
    (f"{SERVICE}.ChangeStartMode", f"{SERVICE}.StartService"),
    t("The rollback file sets its start mode as before, and stops it if it was stopped."),
    lambda before, after, values: _runs(after, values),
    _shows,
    holds=_runs,
    obstacle=_no_service,
    rollback=True,
    parts=("start-service",),
    remote=Remote(_read, _start),
)
