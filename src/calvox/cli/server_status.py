"""`calvox server status`: a licence server on one screen of 80 columns, with the way out of whatever is wrong."""

from collections.abc import Iterator
from contextlib import closing, suppress

import msgspec
import typer
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.table import Table
from rich.text import Text as Styled

from calvox.apps.licence_server.host_cases import Nothing
from calvox.apps.owner import connect
from calvox.cli.own_server import Folder, server_owner
from calvox.cli.server_clock import STATES
from calvox.cli.server_hosts import STYLES
from calvox.cli.session import settings, show
from calvox.common.clock import DAY, show_date, show_time
from calvox.common.i18n import Text, t
from calvox.core.alarms import Frozen
from calvox.core.products import cal_type_named
from calvox.core.reports import PoolReport
from calvox.core.standing import GRACE_SOON, Stands, days_text
from calvox.core.timekeeping import ClockState
from calvox.server.report import HostsAtAGlance, Status

BAR = 28
"""Columns of a pool's bar."""
MIN_BAR = 8
WIDEST = 100
MOST_GRACES = 3
"""Session hosts whose grace is told."""
OVER = "bold magenta"
"""What over-use looks like, and nothing else does."""
GAPS = 4
"""Columns after the names of the rows and after what they tell."""
NEARLY = 0.9
"""Share of a pool that is out from which its bar is yellow."""
SOON_DAYS = 14
"""Days before its end from which the certificate is yellow; by then it should have been made anew."""
app = typer.Typer()


@app.command("status", help=str(t("Show how the licence server stands, on one screen.")))
def show_status(folder: Folder = None) -> None:
    """Show the status."""
    owner = server_owner(folder)
    serving = False
    with suppress(FileNotFoundError, ConnectionRefusedError), closing(connect(owner.folder)):
        serving = True
    told: Status = owner.call("status", Nothing())
    words = {"server_id": told.server_id.hex(), "head": told.head.hex(), "serving": serving}
    show({**msgspec.to_builtins(told), **words}, lambda screen: draw_status(screen, told, serving=serving))


def draw_status(screen: Console, told: Status, *, serving: bool) -> None:
    """Draw the whole screen."""
    width = min(screen.width, WIDEST)
    screen.print(_title(told, serving, width), Styled("─" * width, "dim"), sep="\n")
    if told.alarms:
        screen.print(_alarms(told), width=width)
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="bold")
    table.add_column()
    # The names of the rows are as wide as the language has them; what is left of the width is for the pools' bars.
    label = max(cell_len(str(name)) for name, _ in _rows(told, width))
    for name, content in _rows(told, width - label - GAPS):
        table.add_row(str(name), content)
    screen.print(table, width=width)


def _way(text: Text, command: str) -> Styled:
    """Say what wants doing, and the command that does it."""
    return Styled.assemble((str(text), "yellow"), (f" → {command}", "cyan"))


def _title(told: Status, serving: bool, width: int) -> Styled:
    name = str(t("Licence server of {centre}", centre=told.centre))
    active = Styled(str(t("activated")), "green") if told.activated else Styled(str(t("not activated")), "bold red")
    running = Styled(str(t("serving")), "green") if serving else Styled(str(t("not serving")), "yellow")
    right = Styled(" · ").join((active, running))
    room = width - right.cell_len - 2
    name = name if cell_len(name) <= room else set_cell_size(name, room - 1) + "…"
    return Styled.assemble((name, "bold"), " " * (width - cell_len(name) - right.cell_len), right)


def _alarms(told: Status) -> Table:
    """Draw the alarms, each with its figures and the way out."""
    table = Table.grid(padding=(0, 1, 0, 0))
    for alarm in told.alarms:
        raised = show_time(alarm.raised, settings().zone)
        table.add_row(Styled("✗", "bold red"), Styled(alarm.text, "bold red"))
        table.add_row("", Styled(f"{alarm.detail} · {raised}", "red"))
        table.add_row("→", Styled(alarm.hint, "bold"))
    table.add_row()
    return table


def _rows(told: Status, width: int) -> Iterator[tuple[Text | str, Styled]]:
    if not told.activated:
        yield t("Next"), _way(t("call the activation centre"), "calvox server activate")
    if told.call_open:
        yield t("Call"), _way(t("open, waits for its confirmation"), "calvox server call")
    if told.frozen != Frozen.NO:
        text = t("nothing is given") if told.frozen == Frozen.ALL else t("renewals only, no new CALs")
        yield t("Frozen"), Styled(str(text), "bold red")
    if told.held_since:
        day = show_time(told.held_since, settings().zone)
        yield t("Frozen by hand"), _way(t("since {time}", time=day), "calvox server thaw")
    yield t("CALs"), _cals(told, width)
    yield t("Hosts"), _hosts(told)
    yield t("Refused"), _refused(told)
    yield t("Vouchers"), _vouchers(told)
    yield t("Clock"), _clock(told)
    yield t("Certificate"), _certificate(told)
    yield t("Ledger"), Styled(str(t("{count} entries, head {head}", count=told.entries, head=told.head.hex()[:16])))
    yield t("Server ID"), Styled(told.server_id.hex())
    operations = f"http://{told.operations}/metrics" if told.operations else str(t("none"))
    yield t("Operations"), Styled(operations)


def _cals(told: Status, width: int) -> Styled:
    lines = _pools(told.pools, width)
    if not told.pools:
        lines.append(_way(t("no packs"), "calvox server install"))
    if told.without_pack:
        lines.append(Styled(str(t("{count} per user from no pack at all", count=told.without_pack)), OVER))
    others = t("{out} out in all, {temporary} of them temporary", out=told.cals, temporary=told.temporary)
    lines.append(Styled(str(others), "dim"))
    if told.mixed_modes:
        lines.append(Styled(str(t("per device and per user side by side")), "yellow"))
    return Styled("\n").join(lines)


def _pools(pools: list[PoolReport], width: int) -> list[Styled]:
    """Draw the pools one below the other: name, bar, how many are out of how many, and what that leaves."""
    names = _even([str(cal_type_named(pool.cal_type).text) for pool in pools])
    versions = _even([pool.version for pool in pools])
    numbers = _even([f"{pool.issued}/{pool.total}" for pool in pools], right=True)
    starts = [f"{name} {version} " for name, version in zip(names, versions, strict=True)]
    left = [_left(pool) for pool in pools]
    room = width - max(map(cell_len, starts), default=0) - max(map(len, numbers), default=0) - 2
    if room - max((end.cell_len for end in left), default=0) < MIN_BAR:
        left = [Styled(f"+{pool.over_use}" if pool.over_use else "", OVER) for pool in pools]
    size = max(MIN_BAR, min(BAR, room - max((end.cell_len for end in left), default=0)))
    return [
        Styled.assemble(start, _bar(pool, size), f" {number} ", end)
        for pool, start, number, end in zip(pools, starts, numbers, left, strict=True)
    ]


def _even(texts: list[str], *, right: bool = False) -> list[str]:
    """Make texts equally wide."""
    width = max(map(len, texts), default=0)
    return [text.rjust(width) if right else text.ljust(width) for text in texts]


def _left(pool: PoolReport) -> Styled:
    if pool.over_use:
        return Styled(str(t("{count} over", count=pool.over_use)), OVER)
    return Styled(str(t("{count} free", count=pool.free)), "" if pool.free else "yellow")


def _bar(pool: PoolReport, size: int) -> Styled:
    """Draw what is out, what is free and, in a colour and shape of its own, what is beyond the packs."""
    whole = max(pool.total, pool.issued, 1)
    over = _columns(pool.over_use, whole, size)
    used = size - over if over else _columns(pool.issued, whole, size)
    full = pool.issued >= NEARLY * pool.total
    free = size - used - over
    return Styled.assemble(("█" * used, "yellow" if full else "green"), ("▒" * over, OVER), ("░" * free, "dim"))


def _columns(count: int, whole: int, size: int) -> int:
    """Give a count its columns; one at least, if it is not zero."""
    return max(round(size * count / whole), 1) if count else 0


def _hosts(told: Status) -> Styled:
    hosts = told.hosts_by_state
    lines = [Styled(str(t("{count} enrolled", count=hosts.enrolled)), "green" if hosts.enrolled else "")]
    if hosts.shut_out:
        lines[0].append(", ").append(str(t("{count} shut out", count=hosts.shut_out)), "dim")
    for name in hosts.pending[:4]:
        lines.append(_way(t("{name} waits for approval", name=name), f"calvox server hosts approve {name}"))
    if len(hosts.pending) > 4:
        lines.append(Styled(str(t("and {count} more wait", count=len(hosts.pending) - 4)), "yellow"))
    lines += _standings(hosts)
    return Styled("\n").join(lines)


def _standings(hosts: HostsAtAGlance) -> Iterator[Styled]:
    """Say how the enrolled hosts stand, and whose grace ends first."""
    if hosts.standings:
        parts = [
            Styled(f"{count} {Stands(name).text}", STYLES[Stands(name)]) for name, count in hosts.standings.items()
        ]
        yield Styled(", ").join(parts)
    for one in hosts.graces[:MOST_GRACES]:
        if one.silent:
            yield Styled(str(t("{name}: last heard {time}", name=one.name, time=show_time(one.seen, settings().zone))))
        else:
            style = "red" if one.days_left <= GRACE_SOON else "yellow"
            yield Styled(str(t("{name}: grace, {left}", name=one.name, left=days_text(one.days_left))), style)


def _refused(told: Status) -> Styled:
    if not told.refusals:
        return Styled(str(t("nobody in the last 24 hours")), "green")
    total = sum(one.count for one in told.refusals)
    lines = [_way(t("{count} times in the last 24 hours", count=total), "calvox report refusals")]
    width = max(len(str(one.count)) for one in told.refusals)
    lines += [Styled(f"{str(one.count).rjust(width)} × {one.text}") for one in told.refusals[:4]]
    return Styled("\n").join(lines)


def _vouchers(told: Status) -> Styled:
    if not told.vouchers_open:
        return Styled(str(t("none open")), "green")
    text = t(
        "{vouchers} open: at most {cals} CALs may be out unseen", vouchers=told.vouchers_open, cals=told.voucher_cals
    )
    return Styled(str(text))


def _clock(told: Status) -> Styled:
    good = told.clock.state == ClockState.GOOD
    shown = show_time(told.clock.shown, settings().zone)
    state = Styled(f"{shown} · {STATES[ClockState(told.clock.state)]}", "green" if good else "bold red")
    if good:
        return state
    licensing = t("Licensing time is {time}", time=show_time(told.clock.licensing_time, settings().zone))
    return Styled.assemble(state, "\n", str(licensing))


def _certificate(told: Status) -> Styled:
    if not told.certificate_ends:
        return Styled(str(t("made at the first “calvox server serve”")), "dim")
    days = (told.certificate_ends - told.clock.licensing_time) // DAY
    until = show_date(told.certificate_ends, settings().zone)
    style = "bold red" if days < 1 else "yellow" if days < SOON_DAYS else "green"
    return Styled(str(t("until {date}, {days} days left", date=until, days=days)), style)
