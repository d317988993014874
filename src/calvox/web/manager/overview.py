"""The first page: what needs somebody, how far each pool is used, who was refused and why."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from calvox.common.clock import DAY
from calvox.common.i18n import Text, t
from calvox.core.alarms import Frozen
from calvox.core.deciding import Reason
from calvox.core.reports import PoolReport, RefusalReport
from calvox.core.timekeeping import ClockState
from calvox.core.usage import PoolUsage
from calvox.host.standing import GRACE_DAYS
from calvox.server.report import Status
from calvox.web.common.pages import Page
from calvox.web.manager.menu import ACTIVATE, CALL, HOSTS, INSTALL, PACKS, RETIRE, type_text
from calvox.web.manager.use import Use, use

CHART = "/usage.json"
"""Where the charts' figures come from."""
MOST_GRACES = 5
"""Session hosts whose grace is told."""


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
        "silent": t("Not heard for a day"),
        "waiting": t("Wait for approval"),
        "shut_out": t("Shut out"),
        "graces": t("Days of grace left"),
        "graces_what": t(
            "Until this licence server is activated, a session host lets people in for 120 days from its enrolment, unless "
            "it has had a token from another one."
        ),
        "day_left": t("days"),
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
    silent: int = 0
    """Enrolled session hosts that were not heard for a day."""
    graces: tuple[tuple[str, int], ...] = ()
    """Session hosts whose grace ends soonest, with their days left; none once the server is activated."""
    chart: str = CHART

    scripts: ClassVar[Sequence[str]] = ("uplot.min.js", "chart.js")
    styles: ClassVar[Sequence[str]] = ("uplot.min.css",)


@dataclass(frozen=True)
class Host:
    """What the overview needs to know of a session host."""

    name: str
    enrolled: int
    """Seconds UTC, as is the next."""
    seen: int
    admitted: bool
    """Whether it is neither pending nor shut out."""


def overview(
    told: Status, usage: Sequence[PoolUsage] = (), latest: Sequence[RefusalReport] = (), hosts: Sequence[Host] = ()
) -> OverviewPage:
    """Make the page."""
    now = told.clock.licensing_time
    uses = tuple(use(number, pool) for number, pool in enumerate(usage))
    admitted = [host for host in hosts if host.admitted]
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
        silent=sum(host.seen < now - DAY for host in admitted),
        graces=() if told.activated else tuple(_graces(admitted, now)),
    )


def _graces(hosts: Sequence[Host], now: int) -> list[tuple[str, int]]:
    left = [(host.name, max(0, -((now - host.enrolled - GRACE_DAYS * DAY) // DAY))) for host in hosts]
    return sorted(left, key=lambda one: (one[1], one[0]))[:MOST_GRACES]


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
    yield from _needs_of_packs(told)


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
