"""Activate, activate again and deactivate a licence server by the codes that the clearing house gave.

Rules:
- ActivationStatus 0 is activated, 1 is not, 2 is unknown.
- The licence server ID that Windows names is compared with the code there; only whether it is the same is kept.
"""

from calvox.common.i18n import Text, t
from calvox.windows.actions.action import Action, Where
from calvox.windows.actions.changing import SERVER
from calvox.windows.actions.hand import Answer, Hand, Remote, answer_of
from calvox.windows.actions.parameters import CODE, CONFIRMATION
from calvox.windows.actions.values import State, Values, number_of, text_in
from calvox.windows.readings import number, text
from calvox.windows.visit import CIMV2, Visit

ACTIVATED, NOT_ACTIVATED = 0, 1
BACKUP = t("Make a backup first: the database folder and the system state together.")


def _read(visit: Visit, values: Values) -> State:
    visit.one(CIMV2, SERVER)
    status = number(visit.call(CIMV2, SERVER, "GetActivationStatus", {}).get("ActivationStatus"))
    same = None
    if status == ACTIVATED:
        named = text(visit.call(CIMV2, SERVER, "GetLicenseServerId", {}).get("sLicenseServerId"))
        same = named.replace("-", "").upper() == text_in(values, "code").upper()
    return {"ActivationStatus": status, "IdIsTheCode": same}


def _read_status(visit: Visit, values: Values) -> State:
    return {"ActivationStatus": _read(visit, values)["ActivationStatus"]}


def _with_code(method: str, parameter: str) -> Remote:
    def change(hand: Hand, values: Values, before: State) -> Answer:
        row = hand.change(CIMV2, SERVER, method, {parameter: text_in(values, "code")})
        return answer_of(row, ActivationStatus=number(row.get("ActivationStatus")))

    return Remote(_read_status if method == "DeactivateServer" else _read, change)


def _activated(state: State, values: Values) -> bool:
    return state.get("ActivationStatus") == ACTIVATED and state.get("IdIsTheCode") is True


def _deactivated(state: State, values: Values) -> bool:
    return state.get("ActivationStatus") == NOT_ACTIVATED


def _activated_otherwise(state: State, values: Values) -> Text | None:
    if state.get("ActivationStatus") != ACTIVATED:
        return None
    return t("It is activated already, with another licence server ID; reactivate-server enters a new one.")


def _shows(before: State, after: State) -> Text:
    status = number_of(after, "ActivationStatus")
    if status == ACTIVATED and after.get("IdIsTheCode") is False:
        return t("activated, with another licence server ID")
    return {ACTIVATED: t("activated"), NOT_ACTIVATED: t("not activated")}.get(status, t("unknown"))


ACTIVATE = Action(
    "activate-server",
    t("Activate the licence server by a code"),
    t("The licence server becomes an activated one, and may issue permanent CALs."),
    Where.LICENCE_SERVER,
    (f"{SERVER}.ActivateServer",),
    t("Only by a call to the clearing house: deactivate-server."),
    lambda before, after, values: _activated(after, values),
    _shows,
    parameters=(CODE,),
    warnings=(t("Enter the contact in RD Licensing Manager first; Windows wants it for an activation."),),
    holds=_activated,
    obstacle=_activated_otherwise,
    slot="server-id",
    parts=("state-activation", "activate-server"),
    remote=_with_code("ActivateServer", "sLicenseServerId"),
)
REACTIVATE = Action(
    "reactivate-server",
    t("Activate the licence server again by a new code"),
    t("The licence server has a new licence server ID."),
    Where.LICENCE_SERVER,
    (f"{SERVER}.ReactivateServer",),
    t("Cannot be undone; another call gives another code."),
    lambda before, after, values: _activated(after, values),
    _shows,
    parameters=(CODE,),
    warnings=(BACKUP,),
    holds=_activated,
    slot="server-id",
    parts=("state-activation", "reactivate-server"),
    remote=_with_code("ReactivateServer", "sNewLicenseServerId"),
)
DEACTIVATE = Action(
    "deactivate-server",
    t("Deactivate the licence server by a confirmation code"),
    t("The licence server issues no permanent device CALs any more."),
    Where.LICENCE_SERVER,
    (f"{SERVER}.DeactivateServer",),
    t("Only by a call to the clearing house: activate-server."),
    lambda before, after, values: _deactivated(after, values),
    _shows,
    parameters=(CONFIRMATION,),
    warnings=(
        BACKUP,
        t("Hosts get no permanent device CALs from this server afterwards: point them to another one first."),
    ),
    holds=_deactivated,
    slot="confirmation-code",
    parts=("state-status", "deactivate-server"),
    remote=_with_code("DeactivateServer", "sConfirmCode"),
)
