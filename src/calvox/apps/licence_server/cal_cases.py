"""What an administrator does with CALs, packs and the list of authorised users, as use cases of the licence server."""

from typing import Any

import msgspec

from calvox.apps.owner import UseCase
from calvox.core.authorised import AuthorisedReport
from calvox.core.products import cal_type_named, version_named
from calvox.core.reports import CalReport
from calvox.server.authorise import (
    Authorised,
    OnTheList,
    Unauthorised,
    authorise,
    authorised_report,
    on_the_list,
    unauthorise,
)
from calvox.server.convert import Converted, TooMany, convert
from calvox.server.erase import Erased, erase_name, erase_unused
from calvox.server.holders import Which, cals_of, the_cal
from calvox.server.leave import Left, leave
from calvox.server.policy import PolicySet, set_policy
from calvox.server.release import ReleasedByHand, release_by_hand
from calvox.server.report import cal_reports, cals_report
from calvox.server.revoke import Revoked, ShareUsedUp, revoke
from calvox.server.store import LicenceServer


class ListCals(msgspec.Struct, frozen=True):
    """Which CALs to list."""

    cal_type: str = ""
    """device, user or session; empty: all."""
    version: str = ""
    holder: str = ""
    """Its name; needs the type."""
    limit: int = -1
    offset: int = 0


class AboutCal(msgspec.Struct, frozen=True):
    """A CAL, and why something is done to it."""

    which: Which
    why: str = ""


class ConvertCals(msgspec.Struct, frozen=True):
    """Convert so many CALs of a pack."""

    pack: int
    quantity: int


class SetPolicy(msgspec.Struct, frozen=True):
    """Set a pack's policy."""

    pack: int
    over_use: str
    """allow, warn, enforce or site."""


class Users(msgspec.Struct, frozen=True):
    """Users by name, and why something is done to them."""

    names: tuple[str, ...] = ()
    why: str = ""


class Month(msgspec.Struct, frozen=True):
    """A month to report on."""

    month: str
    """YYYY-MM."""


def _list(server: LicenceServer, asked: ListCals, by: str) -> list[CalReport]:
    where: dict[str, int] = {}
    if asked.cal_type:
        where["cal_type"] = int(cal_type_named(asked.cal_type))
    if asked.version:
        where["version"] = version_named(asked.version)
    with server.journal.read() as reader:
        if asked.holder:
            return cal_reports(reader, cals_of(reader, cal_type_named(asked.cal_type), asked.holder))
        return cals_report(reader, limit=asked.limit, offset=asked.offset, where=where)


def _show(server: LicenceServer, asked: AboutCal, by: str) -> CalReport:
    with server.journal.read() as reader:
        (report,) = cal_reports(reader, [the_cal(reader, asked.which, server.world.now())])
        return report


def _listed(server: LicenceServer, asked: Users, by: str) -> list[OnTheList]:
    with server.journal.read() as reader:
        return on_the_list(reader)


def _month(server: LicenceServer, asked: Month, by: str) -> AuthorisedReport:
    with server.journal.read() as reader:
        return authorised_report(server, reader, asked.month)


class Erase(msgspec.Struct, frozen=True):
    """Whose names to erase."""

    why: str
    name: str = ""
    """One holder's; empty: those of all who hold nothing."""
    cal_type: str = "user"


def _erase(server: LicenceServer, asked: Erase, by: str) -> Erased:
    if not asked.name:
        return erase_unused(server, asked.why, by)
    return erase_name(server, cal_type_named(asked.cal_type), asked.name, asked.why, by)


CAL_CASES: dict[str, UseCase[Any]] = {
    "cal-list": UseCase(ListCals, list[CalReport], _list, reads=True),
    "cal-show": UseCase(AboutCal, CalReport, _show, reads=True),
    "cal-revoke": UseCase(
        AboutCal, Revoked | ShareUsedUp, lambda server, asked, by: revoke(server, asked.which, asked.why, by)
    ),
    "cal-release": UseCase(
        AboutCal, ReleasedByHand, lambda server, asked, by: release_by_hand(server, asked.which, asked.why, by)
    ),
    "cal-convert": UseCase(
        ConvertCals, Converted | TooMany, lambda server, asked, by: convert(server, asked.pack, asked.quantity, by)
    ),
    "names-erase": UseCase(Erase, Erased, _erase),
    "cal-leave": UseCase(Users, Left, lambda server, asked, by: leave(server, asked.names, asked.why, by)),
    "cal-authorise": UseCase(Users, Authorised, lambda server, asked, by: authorise(server, asked.names, by)),
    "cal-unauthorise": UseCase(
        Users, Unauthorised, lambda server, asked, by: unauthorise(server, asked.names, asked.why, by)
    ),
    "cal-authorised": UseCase(Users, list[OnTheList], _listed, reads=True),
    "pack-policy": UseCase(
        SetPolicy, PolicySet, lambda server, asked, by: set_policy(server, asked.pack, asked.over_use, by)
    ),
    "report-authorised": UseCase(Month, AuthorisedReport, _month, reads=True),
}
