"""The pages of session hosts, their enrolment and the policy that they are told, and what an administrator does on them."""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from starlette.responses import Response

from calvox.apps.browser import MOST, Endpoint, Visit, WithPeople, converted
from calvox.apps.licence_server.host_cases import Group, HostListed, MakeCode, Nothing, OneHost
from calvox.apps.licence_server.policy_cases import SetPolicy, SettleByHand
from calvox.common.errors import BadInput, CalvoxError, Conflict, NotFound, rendering
from calvox.common.i18n import Text, t
from calvox.common.settings import Server
from calvox.journal.interface import Reader
from calvox.server.host_report import HostReport, host_report
from calvox.server.policy_report import PolicyShown, Vouchers
from calvox.server.search import count_of_host
from calvox.server.store import LicenceServer
from calvox.web.manager import enrolment, host, hosts, menu, policy

DONE: Mapping[str, Text] = {
    "approve": t("The session host was approved."),
    "group": t("The session host’s group was set."),
    "revoke": t("The session host was shut out."),
    "voucher": t("The outage voucher was settled."),
    "policy": t("The policy was signed; each session host takes it up when it next asks."),
}
"""What the page after a change says."""
_SURE = t("Tick “Yes, this is what I want” after reading what will be done.")
_LOCAL = ("localhost", "127.", "::1")


class AskedCode(msgspec.Struct, frozen=True):
    """An enrolment code that is wanted."""

    name: str
    version: str
    approved: bool = False
    group: str = ""
    address: str = ""
    """One of those that the page offered; empty: the first."""


class AskedCount(msgspec.Struct, frozen=True):
    """Whether a host's CALs are to be counted."""

    count: Annotated[int, msgspec.Meta(ge=0)] | None = None
    """How many were counted so far."""
    after: str = ""
    """Where to go on."""


class ActOnHost(msgspec.Struct, frozen=True):
    """What is to be done with a host."""

    host: str
    group: str = ""
    why: str = ""
    sure: Literal["yes", ""] = ""


class TypedPolicy(msgspec.Struct, frozen=True):
    """A policy as it is typed."""

    mode: str = ""
    servers: str = ""
    """One address a line."""
    fail: Literal["open", "closed"] = "open"
    outage_cals: int = 0
    outage_hours: int = 0


class TypedVoucher(msgspec.Struct, frozen=True):
    """A voucher that is to be settled."""

    voucher: str
    used: int
    why: str = ""
    sure: Literal["yes", ""] = ""


async def show_hosts(visit: Visit[WithPeople]) -> Response:
    """Show the session hosts that are sought."""
    listed: list[HostListed] = await visit.case("hosts", Nothing())
    rows = [
        hosts.HostRow(one.host.hex(), one.name, one.version, one.state, one.group, one.enrolled, one.seen, one.standing)
        for one in listed
    ]
    page = hosts.hosts(rows, visit.asked(hosts.WantedHosts), addresses(_settings(visit)))
    return visit.page(page, menu.HOSTS, said=_done(visit))


async def make_code(visit: Visit[WithPeople]) -> Response:
    """Make an enrolment code, and show it this once."""
    form, offered = converted(await visit.form(), AskedCode), addresses(_settings(visit))
    if form.address and form.address not in offered:
        raise BadInput(t("{address} is none of this server’s addresses", address=form.address))
    made = await visit.case("enrolment-code", MakeCode(form.name, form.version, form.approved, form.group))
    told: PolicyShown = await visit.case("policy", Nothing())
    return visit.page(enrolment.enrolment(made, form.address or offered[0], told.servers, told.mode), menu.HOSTS)


async def show_host(visit: Visit[WithPeople]) -> Response:
    """Show one host; how many CALs it asked for is counted when that is asked, a part of all at a time."""
    name = visit.request.path_params["host"]
    report: HostReport = await visit.read(_report, visit.desk.people.store, name)
    asked = visit.asked(AskedCount)
    if asked.count is None:
        return visit.page(host.host(report), menu.HOSTS, said=_done(visit))
    more, after = await visit.read(count_of_host, report.host, asked.after)
    return visit.page(host.host(report, min(asked.count, MOST) + more, after), menu.HOSTS)


def _report(reader: Reader, server: LicenceServer, name: str) -> HostReport:
    return host_report(server, reader, name)


async def act_on_host(visit: Visit[WithPeople]) -> Response:
    """Approve, group or shut out a session host; what is refused is told on its page."""
    act, form = visit.request.path_params["act"], converted(await visit.form(), ActOnHost)
    asked: Mapping[str, msgspec.Struct] = {
        "approve": OneHost(form.host),
        "group": Group(form.host, form.group),
        "revoke": OneHost(form.host, form.why),
    }
    if act not in asked:
        raise NotFound(t("There is no page {path}", path=visit.request.url.path))
    report: HostReport = await visit.read(_report, visit.desk.people.store, form.host)
    try:
        if act == "revoke" and not form.sure:
            raise BadInput(t("Nothing was done yet"), hint=_SURE)
        await visit.case(f"host-{act}", asked[act])
    except (BadInput, Conflict) as error:
        return visit.page(host.host(report, trouble=error), menu.HOSTS, status=rendering(error).status)
    return visit.go_to(f"{menu.HOSTS}/{report.host.hex()}?done={act}")


async def show_policy(visit: Visit[WithPeople]) -> Response:
    """Show the policy and the outage vouchers."""
    return await _policy(visit)


async def set_policy(visit: Visit[WithPeople]) -> Response:
    """Sign another policy; what is refused is told on the page, with what was typed."""
    form = converted(await visit.form(), TypedPolicy)
    servers = tuple(line.strip() for line in form.servers.splitlines() if line.strip())
    asked = SetPolicy(form.mode, servers, form.fail == "open", form.outage_cals, form.outage_hours)
    try:
        await visit.case("policy-set", asked)
    except BadInput as error:
        typed = PolicyShown(0, 0, form.mode, servers, form.fail == "open", form.outage_cals, form.outage_hours)
        return await _policy(visit, typed, error)
    return visit.go_to(f"{menu.POLICY}?done=policy")


async def settle_voucher(visit: Visit[WithPeople]) -> Response:
    """Settle a voucher for a host that is gone; what is refused is told on the page."""
    form = converted(await visit.form(), TypedVoucher)
    try:
        if not form.sure:
            raise BadInput(t("Nothing was done yet"), hint=_SURE)
        await visit.case("voucher-settle", SettleByHand(form.voucher, form.used, form.why))
    except (BadInput, Conflict, NotFound) as error:
        return await _policy(visit, unsettled=error)
    return visit.go_to(f"{menu.POLICY}?done=voucher")


async def _policy(
    visit: Visit[WithPeople],
    typed: PolicyShown | None = None,
    trouble: CalvoxError | None = None,
    unsettled: CalvoxError | None = None,
) -> Response:
    told: PolicyShown = await visit.case("policy", Nothing())
    out: Vouchers = await visit.case("vouchers", Nothing())
    page, wrong = policy.policy(told, out, typed, trouble, unsettled), trouble or unsettled
    return visit.page(page, menu.POLICY, said=_done(visit), status=rendering(wrong).status if wrong else 200)


def addresses(settings: Server) -> tuple[str, ...]:
    """Tell where session hosts may reach the licence server; what only this machine reaches comes last."""
    own, _, port = settings.listen.rpartition(":")
    names = sorted(settings.names or (own,), key=lambda name: name.startswith(_LOCAL))
    return tuple(f"https://{f'[{name}]' if ':' in name else name}:{port}" for name in names)


def _settings(visit: Visit[WithPeople]) -> Server:
    settings: Server = visit.desk.people.store.settings.server
    return settings


def _done(visit: Visit[WithPeople]) -> Text | None:
    return DONE.get(visit.request.query_params.get("done", ""))


ENDPOINTS = (
    Endpoint("GET", "/hosts", show_hosts),
    Endpoint("POST", "/hosts/code", make_code),
    Endpoint("GET", "/hosts/{host}", show_host),
    Endpoint("POST", "/hosts/{act}", act_on_host),
    Endpoint("GET", "/policy", show_policy),
    Endpoint("POST", "/policy", set_policy),
    Endpoint("POST", "/policy/voucher", settle_voucher),
)
"""Their routes."""
