"""How a session host stands, as `calvox host status` shows it."""

from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from rich.console import Console

from calvox.cli.session import grid
from calvox.common.clock import show_date, show_time, utc
from calvox.common.i18n import Text, t
from calvox.core.products import cal_type_named, lasting, version_name
from calvox.core.standing import State
from calvox.core.timekeeping import ClockState
from calvox.wire.agentapi import AgentStatus, ServerLine

_TIMES = {"now", "grace_ends", "contact", "policy_issued", "revoked_issued", "voucher_until"}
_CLOCKS: dict[str, Text] = {
    ClockState.GOOD: t("good"),
    ClockState.BEHIND: t("the machine's clock is behind; time is counted on from where it was"),
    ClockState.AHEAD: t("the machine's clock is far ahead and not believed until a licence server says the same"),
    "lost": t("the clock file was lost or changed: grace is over until a licence server gives a CAL"),
}


def status_told(told: AgentStatus) -> dict[str, Any]:
    """Write it for a script: moments as UTC, a missing one as null, versions by name."""
    plain: dict[str, Any] = msgspec.to_builtins(told)
    plain |= {name: utc(plain[name]) if plain[name] else None for name in _TIMES}
    plain["version"] = version_name(told.version)
    for line in plain["servers"]:
        line |= {name: utc(line[name]) if line[name] else None for name in ("contact", "certificate_ends")}
    for cal in plain["cals"]:
        cal |= {"version": version_name(cal["version"]), "valid_until": utc(cal["valid_until"]), "holder": cal["name"]}
    return plain


def draw_status(screen: Console, told: AgentStatus, zone: ZoneInfo) -> None:
    """Draw it."""
    values = {"name": told.name, "version": version_name(told.version), "state": State(told.state).text}
    screen.print(str(t("{name} ({version}): {state}", **values)), markup=False)
    if told.warning:
        screen.print(told.warning, style="yellow", markup=False)
    table = grid(None, t("What"), t("Value"))
    for what, value in _rows(told, zone):
        table.add_row(str(what), str(value))
    screen.print(table)
    _draw_servers(screen, told, zone)
    _draw_cals(screen, told, zone)


def _rows(told: AgentStatus, zone: ZoneInfo) -> list[tuple[Text, Text | str]]:
    never, none = t("never"), t("none yet")
    runs = t("runs") if told.running else t("does not run; start it: “calvox host serve”")
    rows: list[tuple[Text, Text | str]] = [(t("Process"), runs), (t("Clock"), _CLOCKS.get(told.clock, told.clock))]
    if told.grace_ends:
        until = show_date(told.grace_ends, zone)
        rows.append((t("Days of grace left"), t("{days}, until {date}", days=told.days_left, date=until)))
    kind = cal_type_named(told.mode).text
    fail = t("let in") if told.fail_open else t("refuse")
    rows += [(t("CALs are counted"), kind), (t("When nobody can decide"), fail)]
    rows.append((t("Last contact"), show_time(told.contact, zone) if told.contact else never))
    policy = t("number {number}, of {time}", number=told.policy, time=show_time(told.policy_issued, zone))
    rows.append((t("Policy"), policy if told.policy else none))
    listed = t("{count} CALs, list {hours} hours old", count=told.revoked, hours=_hours(told))
    rows.append((t("Revocation list"), listed if told.revoked_issued else none))
    return [*rows, (t("Outage voucher"), _voucher(told, zone))]


def _hours(told: AgentStatus) -> int:
    return max(0, told.now - told.revoked_issued) // 3600


def _voucher(told: AgentStatus, zone: ZoneInfo) -> Text:
    if not told.voucher:
        return t("none")
    if not told.voucher_count:
        return t("{used} CALs given out, to be settled", used=told.voucher_used)
    until = show_date(told.voucher_until, zone)
    about = {"left": told.voucher_left, "count": told.voucher_count, "hours": told.voucher_hours}
    return t("{left} of {count} CALs left, for {hours} hours each, until {date}", **about, date=until)


def _draw_servers(screen: Console, told: AgentStatus, zone: ZoneInfo) -> None:
    table = grid(None, t("Licence server"), t("State"), t("Last contact"), t("Certificate until"))
    for line in told.servers:
        contact = show_time(line.contact, zone) if line.contact else ""
        ends = show_date(line.certificate_ends, zone) if line.certificate_ends else ""
        table.add_row(("→ " if line.in_use else "  ") + line.address, _server_state(line), contact, ends)
    screen.print(table)


def _server_state(line: ServerLine) -> str:
    if not line.enrolled:
        return str(t("not enrolled here: “calvox host enrol”"))
    if line.problem:
        return line.problem
    if line.answers is None:
        return str(t("not asked yet"))
    reached = str(t("reachable") if line.answers else t("no answer"))
    if not line.answers or line.activated is None:
        return reached
    active = str(t("activated") if line.activated else t("not activated"))
    return f"{reached}, {active}"


def _draw_cals(screen: Console, told: AgentStatus, zone: ZoneInfo) -> None:
    table = grid(None, t("Type"), t("Holder"), t("Version"), t("Kind"), t("Valid until"))
    for cal in told.cals:
        kind = cal_type_named(cal.cal_type)
        how = str(lasting(kind, cal.temporary))
        table.add_row(str(kind.text), cal.name, version_name(cal.version), how, show_time(cal.valid_until, zone))
    screen.print(table)
