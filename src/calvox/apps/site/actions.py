"""A site's actions on Windows machines: prepared as a script, performed over WinRM, or brought back as a result.

Rules:
- Every action that was prepared or tried has an entry; codes stand in none of them but `CodeEntered`. Over WinRM it is entered
  as “unknown” before anything is sent, and as what it was afterwards: whatever happens in between, it is on record.
- A result counts once, for an order of this site, for the action and machine of that order. One that was rehearsed, failed or
  not brought to an end gives way to a later one of the same order.
- A code of a call that Windows took is entered in the same transaction as what was done.
"""

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from calvox.common.clock import SYSTEM, World
from calvox.common.commands import Command
from calvox.common.errors import Conflict, NotFound
from calvox.common.files import user_name, write_whole
from calvox.common.i18n import t
from calvox.journal.interface import Transaction
from calvox.site.book import ActionDone, ActionPrepared, CodeEntered
from calvox.site.folder import SiteFolder
from calvox.windows.actions.action import Action, Order, values_of
from calvox.windows.actions.answers import explain, state_text
from calvox.windows.actions.catalogue import action_named
from calvox.windows.actions.outcome import Outcome
from calvox.windows.actions.packs import added
from calvox.windows.actions.parameters import is_address, machine_named
from calvox.windows.actions.result import Result, read_result
from calvox.windows.actions.script import rollback_of, script_of
from calvox.windows.actions.values import State, Values, mark
from calvox.windows.facts_from import same_machine

if TYPE_CHECKING:
    from calvox.windows.credentials import Credentials
    from calvox.windows.line import Target
    from calvox.windows.survey import Options

FINAL = ("done", "unchanged")
"""Outcomes that nothing takes the place of."""


def prepare(
    site: SiteFolder,
    action: str,
    machine: str,
    given: Mapping[str, str],
    *,
    call: int = 0,
    out: Path = Path("."),
    world: World = SYSTEM,
) -> Path:
    """Write the script of an action into a folder, enter it, and give the script's path.

    Args:
        site: the site, open.
        action: a name of `calvox.windows.actions.catalogue.ACTIONS`, activate-server say.
        machine: the machine's own name; the script refuses to run on another.
        given: its parameters as texts; `code` may be left out with a call, then the newest code heard in it counts.
        call: the call it belongs to; 0 = none.
        out: the folder.
        world: clock and chance.

    Raises:
        BadInput: a parameter is missing, unknown or not well formed.
        NotFound: no such action, call or code.
        Conflict: the code is none that was heard in the call.
    """
    order = order_of(site, action, machine_named(machine), given, call=call, world=world)
    script = script_of(order)
    path = out / script.name
    write_whole(path, script.data)
    fact = ActionPrepared(
        order=order.order,
        action=action,
        machine=order.machine,
        given=order.given,
        digest=sha256(script.data).digest(),
        call=call,
        by=user_name(),
    )
    site.journal.run(lambda tx: tx.append(fact))
    return path


def perform(
    site: SiteFolder,
    target: "Target",
    credentials: "Credentials",
    action: str,
    given: Mapping[str, str],
    *,
    call: int = 0,
    rehearse: bool = False,
    options: "Options | None" = None,
    world: World = SYSTEM,
) -> Outcome:
    """Do an action over WinRM, or rehearse it, and enter what came of it.

    Raises:
        BadInput, NotFound, Conflict: as `prepare`; Conflict also if this action cannot be done over WinRM.
        Denied, Unreachable: nothing was changed, for the machine could not be asked.
    """
    from calvox.windows.actions import remote

    machine = _server_of_call(site, call) if call and is_address(target.host) else target.host
    order = order_of(site, action, machine, given, call=call, world=world)

    def enter(outcome: Outcome) -> None:
        site.journal.run(lambda tx: _enter(tx, outcome, call))

    where = remote.reached(target, credentials, options, world)
    outcome = remote.perform(order, where, rehearse=rehearse, noted=enter)
    enter(outcome)
    return msgspec.structs.replace(outcome, call=call)


def rollback(outcome: Outcome, out: Path) -> Path | None:
    """Write the way back of what was done over WinRM into a folder; None if there is none."""
    action = action_named(outcome.action)
    if outcome.how != "winrm" or outcome.outcome in ("unchanged", "rehearsed") or not action.rollback:
        return None
    order = Order(outcome.order, action, outcome.machine, _values(outcome.given))
    script = rollback_of(order, json.loads(outcome.before))
    write_whole(out / script.name, script.data)
    return out / script.name


def import_result(site: SiteFolder, data: bytes) -> Outcome:
    """Enter a result that was carried by hand.

    Raises:
        BadInput: it is none, or damaged.
        NotFound: its order is none of this site.
        Conflict: it is of another action or machine than its order, or something else was entered for it already.
    """
    result = read_result(data)

    def work(tx: Transaction) -> Outcome:
        prepared = tx.get("prepared", (result.order,))
        if prepared is None:
            raise NotFound(
                t("Order {order} is none of this site", order=result.order),
                hint=t("Import it into the site whose “{act}” wrote the script.", act=Command("windows act")),
            )
        if result.action != prepared["action"] or not same_machine(result.machine, prepared["machine"]):
            asked, told = (
                f"{name}, {where}"
                for name, where in ((prepared["action"], prepared["machine"]), (result.action, result.machine))
            )
            raise Conflict(
                t("Order {order} is {asked}; the result says {told}", order=result.order, asked=asked, told=told)
            )
        outcome = _imported(result, prepared)
        if _was_there(tx.get("action", (result.order,)), outcome):
            return msgspec.structs.replace(outcome, new=False)
        _enter(tx, outcome, outcome.call)
        return outcome

    return site.journal.run(work).value


def _was_there(row: Mapping[str, Any] | None, outcome: Outcome) -> bool:
    """Tell whether an outcome is the one that was entered.

    Raises:
        Conflict: another one was, and stays.
    """
    if row is None:
        return False
    told = ("outcome", "code", "before", "after", "time")
    if all(row[name] == getattr(outcome, name) for name in told):
        return True
    if row["outcome"] in FINAL or row["time"] > outcome.time:
        raise Conflict(
            t("Another result of order {order} was entered: {outcome}", order=outcome.order, outcome=row["outcome"])
        )
    return False


def order_of(
    site: SiteFolder, action: str, machine: str, given: Mapping[str, str], *, call: int = 0, world: World = SYSTEM
) -> Order:
    """Make an order of what is given, with the call's code where it belongs to a call.

    Raises:
        BadInput, NotFound, Conflict: as `prepare`.
    """
    known = action_named(action)
    if call and not same_machine(machine, server := _server_of_call(site, call)):
        raise Conflict(
            t("Call {call} is about {server}, and this is {machine}", call=call, server=server, machine=machine),
            hint=t("Its codes are for that licence server alone."),
        )
    whole = dict(given) if not call else _with_code(site, known, given, call)
    return Order(world.random(16).hex(), known, machine, values_of(known, whole), call)


def _server_of_call(site: SiteFolder, call: int) -> str:
    with site.journal.read() as reader:
        row = reader.get("call", (call,))
    if row is None:
        raise NotFound(t("There is no call {call}", call=call))
    return str(row["server"])


def _with_code(site: SiteFolder, action: Action, given: Mapping[str, str], call: int) -> dict[str, str]:
    with site.journal.read() as reader:
        heard = [row["code"] for row in reader.select("code", order="heard") if _fits(row, call, action.slot)]
    if not action.slot:
        return dict(given)
    if not heard:
        raise NotFound(t("No code for {action} was heard in call {call}", action=action.name, call=call))
    code = action.code
    if not given.get("code"):
        return {**given, "code": heard[-1]}
    if code is not None and code.read(given["code"]) not in [code.read(one) for one in heard]:
        raise Conflict(
            t("The code is none that was heard in call {call}", call=call),
            hint=t("Enter it into the call first, or leave it out: then the newest one counts."),
        )
    return dict(given)


def _fits(row: Mapping[str, Any], call: int, slot: str) -> bool:
    return bool(row["call"] == call and row["slot"] == slot)


def _values(given: str) -> Values:
    """Read parameters as they stand in the journal, codes as their marks."""
    return {name: tuple(one) if isinstance(one, list) else one for name, one in json.loads(given).items()}


def _imported(result: Result, prepared: Mapping[str, Any]) -> Outcome:
    action, given = action_named(result.action), prepared["given"]
    values = _values(given)
    said, advice = explain(action, values, result.outcome, result.code, result.before, result.after, result.time)
    return Outcome(
        order=result.order,
        action=result.action,
        machine=result.machine,
        given=given,
        how="script",
        outcome=result.outcome,
        code=result.code,
        before=state_text(result.before),
        after=state_text(result.after),
        time=result.time,
        user=result.user,
        said=said,
        advice=advice,
        call=prepared["call"],
    )


def _enter(tx: Transaction, outcome: Outcome, call: int) -> None:
    by = user_name()
    tx.append(
        ActionDone(
            order=outcome.order,
            action=outcome.action,
            machine=outcome.machine,
            given=outcome.given,
            how=outcome.how,
            outcome=outcome.outcome,
            code=outcome.code,
            before=outcome.before,
            after=outcome.after,
            time=outcome.time,
            call=call,
            by=by,
        )
    )
    action = action_named(outcome.action)
    row = _code_row(tx, action, outcome, call) if call and action.slot and outcome.good else None
    if row is not None:
        tx.append(_entered(row, action, outcome, by))


def _code_row(tx: Transaction, action: Action, outcome: Outcome, call: int) -> Mapping[str, Any] | None:
    """Find the code that was used, by its mark; the newest of those that fit."""
    used = json.loads(outcome.given).get("code")
    rows = [row for row in tx.select("code", order="heard") if _fits(row, call, action.slot)]
    code = action.code
    return next((row for row in reversed(rows) if code and mark(str(code.read(row["code"]))) == used), None)


def _entered(row: Mapping[str, Any], action: Action, outcome: Outcome, by: str) -> CodeEntered:
    before: State = json.loads(outcome.before)
    after: State = json.loads(outcome.after or "{}")
    number, quantity = added(before, after) if action.slot == "pack-id" else (0, 0)
    return CodeEntered(
        call=row["call"],
        slot=row["slot"],
        code=row["code"],
        server=outcome.machine,
        quantity=quantity,
        pack_id=number,
        how=outcome.how,
        read_back=action.shows(before, after).into("en"),
        by=by,
    )
