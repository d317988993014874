"""The first page: what needs somebody, how far each pool is used, who was refused and why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from calvox.common.i18n import Text, t
from calvox.core.alarms import Frozen
from calvox.core.deciding import Reason
from calvox.core.reports import PoolReport, RefusalReport
from calvox.core.standing import GRACE_SOON, Stands, days_text
from calvox.core.timekeeping import ClockState
from calvox.core.usage import PoolUsage
from calvox.server.report import HostsAtAGlance, Status
from calvox.server.standing import GraceLeft
from calvox.web.common.pages import Page
from calvox.web.manager.menu import ACTIVATE, CALL, HOSTS, INSTALL, PACKS, RETIRE, type_text
from calvox.web.manager.stands import COLOURS, days_colour
from calvox.web.manager.use import Use, use

CHART = "/usage.json"
"""Where the charts' figures come from."""


@dataclass(frozen=True)
class Need:
    """Something that needs somebody."""

    text: Text | str
    hint: Text | str = ""
    """What to do about it."""
    path: str = ""
    """The page where it is done; empty: none."""
    urgent: bool = False


@dataclass(frozen=True)
class Pool:
    """How far the CALs of one type and version are used."""

    kind: Text
    version: str
    total: int
    issued: int
    over: int
    used: int
    """Issued without the over-use: what the bar shows in its own colour."""
    whole: int
    """What the bar's length stands for."""
    told: Text
    """The same in words, for whoever does not see the bar."""


@dataclass(frozen=True)
class Refusals:
    """Refusals for one reason."""

    why: Text | str
    count: int


@dataclass(frozen=True)
class Refused:
    """Somebody who was refused."""

    holder: str
    """Empty once erased."""
    host: str
    why: Text
    last: int
    """Seconds UTC."""


@dataclass(frozen=True)
class Standing:
    """How many session hosts stand how."""

    text: Text
    colour: str
    count: int
    path: str
    """Where they are listed."""


@dataclass(frozen=True)
class Grace:
    """A session host in grace."""

    name: str
    path: str
    """Its page."""
    left: Text | None
    """Days of grace; None: it was not heard for a day, and what it said may not hold any more."""
    colour: str
    seen: int
    """When it was last heard, seconds UTC."""


@dataclass(frozen=True)
class OverviewPage(Page):
    """A licence server at a glance."""

    template: ClassVar[str] = "manager/overview.html"
    title: ClassVar[Text] = t("Overview")
    words: ClassVar[Mapping[str, Text]] = {
        "activation": t("Activation"),
        "cals": t("CALs in use"),
        "temporary": t("Of them temporary"),
        "hosts": t("Session hosts"),
        "needs": t("Needs somebody"),
        "nothing": t("Nothing needs anybody."),
        "look": t("Open"),
        "pools": t("Use of the packs"),
        "no_pools": t("No pack is installed."),
        "of": t("of"),
        "over": t("over-use:"),
        "refused": t("Refused in the last 24 hours"),
        "nobody": t("Nobody was refused."),
        "latest": t("Last refused"),
        "all_refusals": t("All refusals"),
        "erased": t("(erased)"),
        "enrolled": t("Enrolled"),
        "waiting": t("Wait for approval"),
        "shut_out": t("Are shut out"),
        "stand": t("How they stand, as they say"),
        "graces": t("Grace that ends first"),
        "graces_what": t(
            "A session host lets people in without CALs for 120 days, until it has a token from an activated licence server. "
            "What is shown is what it said itself."
        ),
        "heard": t("last heard"),
        "use": t("Use over time"),
        "use_what": t("The most CALs that were out on each day (UTC), and those that were installed."),
        "day": t("Day"),
        "peak": t("Most in use"),
        "total": t("Installed"),
        "over_plain": t("Over-use"),
        "weeks": t("The same as a table, by week"),
        "week": t("Seven days from"),
        "every_day": t("Every day, and to take along"),
        "server": t("This licence server"),
        "id": t("Server ID"),
        "centre": t("Activation centre"),
        "ledger": t("Entries in the ledger"),
        "head": t("Head"),
        "clock": t("Licensing time"),
        "vouchers": t("CALs of open outage vouchers"),
        "certificate": t("Certificate until"),
    }

    status: Status
    activation: Text
    needs: tuple[Need, ...]
    pools: tuple[Pool, ...]
    refused: tuple[Refusals, ...]
    server_id: str
    head: str
    uses: tuple[Use, ...] = ()
    latest: tuple[Refused, ...] = ()
    """The last refusals, by name."""
    standings: tuple[Standing, ...] = ()
    """How many of the enrolled session hosts stand how, as they said."""
    graces: tuple[Grace, ...] = ()
    """Session hosts whose grace ends soonest."""
    chart: str = CHART

    scripts: ClassVar[Sequence[str]] = ("uplot.min.js", "chart.js")
    styles: ClassVar[Sequence[str]] = ("uplot.min.css",)


def overview(told: Status, usage: Sequence[PoolUsage] = (), latest: Sequence[RefusalReport] = ()) -> OverviewPage:
    """Make the page."""
    uses = tuple(use(number, pool) for number, pool in enumerate(usage))
    return OverviewPage(
        status=told,
        activation=t("activated") if told.activated else t("not activated"),
        needs=(*_needs(told), *_needs_of_use(uses)),
        pools=tuple(_pool(pool) for pool in told.pools),
        refused=tuple(Refusals(Reason(one.reason).text, one.count) for one in told.refusals),
        server_id=told.server_id.hex(),
        head=told.head.hex()[:16],
        uses=uses,
        latest=tuple(Refused(one.holder, one.host, Reason(one.reason).text, one.last) for one in latest),
        standings=tuple(_standing(Stands(name), count) for name, count in told.hosts_by_state.standings.items()),
        graces=tuple(_grace(one) for one in told.hosts_by_state.graces),
    )


def _standing(stands: Stands, count: int) -> Standing:
    return Standing(stands.text, COLOURS[stands], count, f"{HOSTS}?stands={stands}")


def _grace(told: GraceLeft) -> Grace:
    left = None if told.silent else days_text(told.days_left)
    colour = "warn" if told.silent else days_colour(told.days_left)
    return Grace(told.name, f"{HOSTS}/{told.host.hex()}", left, colour, told.seen)


def _needs_of_use(uses: Sequence[Use]) -> Iterator[Need]:
    for one in uses:
        if one.soon:
            text = t("The CALs {kind} {version} run out before long", kind=one.kind, version=one.version)
            yield Need(text, one.outlook, path=PACKS)


def _needs(told: Status) -> Iterator[Need]:
    for alarm in told.alarms:
        yield Need(alarm.text, " ".join(part for part in (alarm.detail, alarm.hint) if part), urgent=True)
    if told.frozen == Frozen.ALL:
        yield Need(t("The licence server gives nothing"), t("It is frozen until its alarm is settled."), urgent=True)
    elif told.held_since:
        text = t("It was frozen by hand. Renewals and returns go on until a call to the centre thaws it.")
        yield Need(t("The licence server gives no new CALs"), text, urgent=True, path=RETIRE)
    elif told.frozen == Frozen.NEW:
        yield Need(
            t("The licence server gives no new CALs"), t("Renewals go on until its alarm is settled."), urgent=True
        )
    if told.clock.state != ClockState.GOOD:
        yield Need(t("The machine’s clock is not believed"), t("“calvox server clock show” tells more."), urgent=True)
    if told.call_open:
        yield Need(t("A call waits for its confirmation"), t("Go on with it, or give it up."), CALL)
    elif not told.activated:
        yield Need(t("The licence server is not activated"), t("Call the activation centre."), ACTIVATE)
    for name in told.hosts_by_state.pending:
        yield Need(t("The session host {name} waits for approval", name=name), path=HOSTS)
    yield from _needs_of_graces(told.hosts_by_state)
    yield from _needs_of_packs(told)


def _needs_of_graces(told: HostsAtAGlance) -> Iterator[Need]:
    over = told.standings.get(Stands.GRACE_OVER, 0)
    if over:
        text = t("Session hosts that refuse people, for their grace is over: {count}", count=over)
        yield Need(text, path=f"{HOSTS}?stands={Stands.GRACE_OVER}", urgent=True)
    first = next((one for one in told.graces if not one.silent), None)
    if first is not None and first.days_left <= GRACE_SOON:
        text = t("Grace ends on the session host {name}: {left}", name=first.name, left=days_text(first.days_left))
        yield Need(text, path=f"{HOSTS}?stands={Stands.GRACE}", urgent=True)


def _needs_of_packs(told: Status) -> Iterator[Need]:
    for pool in told.pools:
        if pool.total and pool.issued == pool.total:
            text = t("Every CAL {kind} {version} is in use", kind=type_text(pool.cal_type), version=pool.version)
            yield Need(text, t("Buy a further pack, and install it."), path=INSTALL)
        if pool.over_use:
            kind = type_text(pool.cal_type)
            text = t("{count} CALs {kind} {version} over", count=pool.over_use, kind=kind, version=pool.version)
            yield Need(text, t("Buy a further pack, and install it."), path=INSTALL)
    if told.without_pack:
        yield Need(t("{count} CALs per user come from no pack at all", count=told.without_pack), path=PACKS)
    if told.mixed_modes:
        yield Need(t("CALs per device and per user are used side by side"), path=PACKS)


def _pool(pool: PoolReport) -> Pool:
    kind, used = type_text(pool.cal_type), pool.issued - pool.over_use
    told = t("{issued} of {total} in use", issued=pool.issued, total=pool.total)
    return Pool(kind, pool.version, pool.total, pool.issued, pool.over_use, used, max(pool.total, pool.issued), told)
