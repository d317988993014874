"""The pages of CALs, their holders and their packs, and what an administrator does on them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from starlette.responses import Response

from calvox.apps.browser import MOST, Endpoint, Visit, WithPeople, converted
from calvox.apps.licence_server.cal_cases import AboutCal, ConvertCals, SetPolicy, Users
from calvox.apps.licence_server.host_cases import Nothing
from calvox.common.clock import show_time
from calvox.common.errors import BadInput, CalvoxError, Conflict, Denied, NotFound, rendering
from calvox.common.i18n import Text, t
from calvox.journal.interface import Reader
from calvox.server.convert import TooMany
from calvox.server.history import History, history
from calvox.server.holder_report import HolderReport, holder_report
from calvox.server.holders import Which
from calvox.server.revoke import ShareUsedUp
from calvox.server.search import Found, Wanted, find_cals
from calvox.web.manager import cals, holder, menu, packs

DONE: Mapping[str, Text] = {
    "revoke": t("The CAL was revoked: its place in the pack is free."),
    "release": t("The CAL was released: its place in the pack is free."),
    "leave": t("Everything that the user had was taken back."),
    "convert": t("The CALs were converted."),
    "policy": t("The pack’s policy was set."),
}
"""What the page after a change says."""
_SURE = t("Tick “Yes, this is what I want” after reading what will be done.")


class AskedHistory(msgspec.Struct, frozen=True):
    """Which part of a holder's history is to be shown."""

    first: int = 1
    cals: str = ""
    """Identifiers, with commas between them."""


class TakeBack(msgspec.Struct, frozen=True):
    """Take something back from a holder."""

    holder: str
    cal: str = ""
    why: str = ""
    sure: Literal["yes", ""] = ""


class Convert(msgspec.Struct, frozen=True):
    """Convert CALs of a pack."""

    pack: int
    quantity: int
    sure: Literal["yes", ""] = ""


@dataclass(frozen=True, slots=True)
class _Act:
    """What a form on a holder's page does."""

    case: str
    """The use case."""
    asked: Any
    """Makes what it is asked, of the form and the holder's report."""


ACTS: Mapping[str, _Act] = {
    "revoke": _Act("cal-revoke", lambda form, report: AboutCal(Which(form.cal), form.why)),
    "release": _Act("cal-release", lambda form, report: AboutCal(Which(form.cal), form.why)),
    "leave": _Act("cal-leave", lambda form, report: Users((report.name,), form.why)),
}


async def show_cals(visit: Visit[WithPeople]) -> Response:
    """Show a page of the CALs that are sought; what cannot be sought is told on it."""
    wanted = visit.asked(Wanted)
    found: Found | BadInput | NotFound
    try:
        found = await visit.read(find_cals, wanted)
    except (BadInput, NotFound) as error:
        found = error
    return visit.page(cals.cals(wanted, found), menu.CALS)


async def show_holder(visit: Visit[WithPeople]) -> Response:
    """Show one holder."""
    asked = visit.asked(AskedHistory)
    given = tuple(one for one in asked.cals.split(",") if one)
    key = visit.request.path_params["holder"]
    report, told = await visit.read(_holder, key, _now(visit), min(max(1, asked.first), MOST), given)
    return visit.page(holder.holder(report, told), menu.CALS, said=DONE.get(visit.request.query_params.get("done", "")))


def _holder(
    reader: Reader, key: str, now: int, first: int = 1, given: tuple[str, ...] = ()
) -> tuple[HolderReport, History]:
    report = holder_report(reader, key, now)
    return report, history(reader, bytes.fromhex(report.reference), first, given)


async def act_on_holder(visit: Visit[WithPeople]) -> Response:
    """Revoke or release a CAL, or take everything back from a user who left; what is refused is told on the page."""
    name = visit.request.path_params["act"]
    act, form = ACTS.get(name), converted(await visit.form(), TakeBack)
    if act is None:
        raise NotFound(t("There is no page {path}", path=visit.request.url.path))
    report, told = await visit.read(_holder, form.holder, _now(visit))
    try:
        if not form.sure:
            raise BadInput(t("Nothing was done yet"), hint=_SURE)
        done = await visit.case(act.case, act.asked(form, report))
        if isinstance(done, ShareUsedUp):
            raise _used_up(visit, done)
    except (BadInput, Conflict, Denied, NotFound) as error:
        page = holder.holder(report, told, error)
        return visit.page(page, menu.CALS, status=rendering(error).status)
    return visit.go_to(f"{menu.HOLDERS}/{report.reference}?done={name}")


def _used_up(visit: Visit[WithPeople], told: ShareUsedUp) -> CalvoxError:
    share = told.share
    return Conflict(
        t("No further CAL per device {version} may be revoked now", version=share.version),
        hint=t(
            "{standing} stand revoked, and {allowed} of {installed} may. One more from {time}.",
            standing=share.standing,
            allowed=share.allowed,
            installed=share.installed,
            time=show_time(told.since, visit.desk.zone),
        ),
    )


async def show_packs(visit: Visit[WithPeople]) -> Response:
    """Show the packs."""
    return await _packs(visit, said=DONE.get(visit.request.query_params.get("done", "")))


async def convert(visit: Visit[WithPeople]) -> Response:
    """Convert CALs of a pack between device and user; what is refused is told on the page."""
    form = converted(await visit.form(), Convert)
    try:
        if not form.sure:
            raise BadInput(t("Nothing was done yet"), hint=_SURE)
        done = await visit.case("cal-convert", ConvertCals(form.pack, form.quantity))
        if isinstance(done, TooMany):
            raise Conflict(
                t("Of pack {pack}, {may} CALs may be converted now", pack=done.pack, may=done.may),
                hint=t("{issued} of them are in use.", issued=done.issued),
            )
    except (BadInput, Conflict, NotFound) as error:
        return await _packs(visit, trouble=error)
    return visit.go_to(f"{menu.PACKS}?done=convert")


async def set_pack_policy(visit: Visit[WithPeople]) -> Response:
    """Say what happens at a pack's over-use."""
    await visit.case("pack-policy", converted(await visit.form(), SetPolicy))
    return visit.go_to(f"{menu.PACKS}?done=policy")


async def _packs(visit: Visit[WithPeople], said: Text | None = None, trouble: CalvoxError | None = None) -> Response:
    page = packs.packs(await visit.case("report-packs", Nothing()), visit.desk.people.store.policy, trouble)
    return visit.page(page, menu.PACKS, said=said, status=rendering(trouble).status if trouble else 200)


def _now(visit: Visit[WithPeople]) -> int:
    return int(visit.desk.people.store.world.now())


ENDPOINTS = (
    Endpoint("GET", "/packs", show_packs),
    Endpoint("POST", "/packs/convert", convert),
    Endpoint("POST", "/packs/policy", set_pack_policy),
    Endpoint("GET", "/cals", show_cals),
    Endpoint("GET", "/holders/{holder}", show_holder),
    Endpoint("POST", "/holders/{act}", act_on_holder),
)
"""Their routes."""
