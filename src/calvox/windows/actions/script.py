"""The script of an order: one file, to be carried to the machine, read there, rehearsed and run.

Rules:
- It is put together from parts that lie in data/actions; what is given enters as literals alone.
- It refuses to run on another machine than its own, reads before and after, and asks before it changes anything.
- The way back is written before anything is changed, and so is a result that says “unknown”, should the script not end.
- A code stands in the script, for Windows needs it there, and neither in its result nor in the site's journal.
"""

from dataclasses import dataclass
from importlib import resources

from calvox.common.errors import BadInput
from calvox.common.i18n import Text, t
from calvox.windows.actions.action import Order
from calvox.windows.actions.answers import state_text
from calvox.windows.actions.values import State, Value
from calvox.windows.powershell import array, comment, literal, script_bytes

NEVER_RUN = (
    "Run on: no Windows yet. It was written from Microsoft's documents and checked by a parser alone. Read it first."
)
REQUIRES = "#Requires -Version 5.1\n#Requires -RunAsAdministrator\n"


@dataclass(frozen=True, slots=True)
class Script:
    """A file that was made."""

    name: str
    """Its name, without a folder."""
    data: bytes


def script_of(order: Order) -> Script:
    """Write the script of an order."""
    action = order.action
    body = "".join(_part(name) for name in action.parts)
    text = _filled(
        "frame",
        {
            "ORDER": _order(order) + f"$Given = {_table(order)}\n",
            "COMMON": _part("common"),
            "BODY": body,
            "ROLLBACK": f"$RollbackText = {_rollback_text(order)}\n",
        },
    )
    name = f"calvox-{action.name}-{_short(order.machine)}-{order.order[:8]}.ps1"
    return Script(name, script_bytes(REQUIRES + _heading(order) + text))


def rollback_of(order: Order, before: State) -> Script:
    """Write the way back of an order that was done over WinRM.

    Raises:
        BadInput: the action has none.
    """
    if not order.action.rollback:
        raise BadInput(t("{action} has no way back by a script", action=order.action.name))
    line = f"$Before = ConvertFrom-Json -InputObject {literal(_ascii(state_text(before)))}"
    return Script(f"calvox-rollback-{order.order}.ps1", script_bytes(_rollback(order).replace("#@BEFORE@", line)))


def _heading(order: Order) -> str:
    action = order.action
    lines: list[Text | str] = [
        action.title,
        f"Order {order.order}, for {order.machine} ({action.where.label.into('en')}), call {order.call or 'none'}.",
        action.changes,
        f"It uses: {', '.join(action.uses)}.",
        f"Given: {order.given}",
        "Way back: " + action.undo.into("en"),
        *action.warnings,
    ]
    if any(one.secret for one in action.parameters):
        lines.append("THIS FILE HOLDS A CODE. Keep it as you keep the code, and delete it afterwards.")
    lines += [
        NEVER_RUN,
        "In an elevated PowerShell, first rehearse, which changes nothing; then do it, which asks first:",
        "  powershell.exe -ExecutionPolicy RemoteSigned -File .\\THIS-FILE.ps1 -WhatIf",
        "  powershell.exe -ExecutionPolicy RemoteSigned -File .\\THIS-FILE.ps1",
        f"Its result, calvox-result-{order.order}.json, comes to lie beside it; bring it back: calvox windows import",
    ]
    return comment(line.into("en") if isinstance(line, Text) else line for line in lines)


def _order(order: Order) -> str:
    names = {"Order": order.order, "Action": order.action.name, "Machine": order.machine}
    names["Title"] = order.action.title.into("en")
    return "".join(f"${name} = {literal(value)}\n" for name, value in names.items())


def _table(order: Order) -> str:
    rows = "".join(f"    {literal(name)} = {_value(value)}\n" for name, value in order.values.items())
    return f"@{{\n{rows}}}"


def _value(value: Value) -> str:
    if isinstance(value, int):
        return str(value)
    return literal(value) if isinstance(value, str) else array(value)


def _rollback(order: Order) -> str:
    parts = {"ORDER": _order(order), "COMMON": _part("common"), "BODY": _part(f"undo-{order.action.name}")}
    title = f"The way back of order {order.order}: {order.action.title.into('en')}."
    return REQUIRES + comment([title, NEVER_RUN]) + _filled("rollback", parts)


def _rollback_text(order: Order) -> str:
    """Write the way back as a text of the script, which puts the values before into it on the machine."""
    if not order.action.rollback:
        return "''"
    text = _rollback(order).rstrip("\n")
    assert not any(line.startswith(("'@", "\u2018@", "\u2019@")) for line in text.splitlines())
    return f"@'\n{text}\n'@"


def _part(name: str) -> str:
    return resources.files("calvox.windows").joinpath("data", "actions", f"{name}.ps1").read_text(encoding="utf-8")


def _filled(name: str, parts: dict[str, str]) -> str:
    """Put parts in place of the lines that name them."""
    lines = []
    for line in _part(name).splitlines(keepends=True):
        found = line.strip().removeprefix("#@").removesuffix("@")
        lines.append(parts[found] if line.startswith("#@") and found in parts else line)
    return "".join(lines)


def _ascii(text: str) -> str:
    return "".join(c if " " <= c <= "~" else "".join(f"\\u{unit:04x}" for unit in _units(c)) for c in text)


def _units(char: str) -> list[int]:
    raw = char.encode("utf-16-be", "surrogatepass")
    return [int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2)]


def _short(machine: str) -> str:
    return machine.split(".", 1)[0].lower()
