"""Facts show that Windows took a code, or they do not; nothing is assumed."""

from typing import Any

import msgspec
import pytest

from calvox.core.purchases import Purchase
from calvox.doctor.facts import LicenceServer, Pack
from calvox.windows.calls.dossier import Dossier
from calvox.windows.calls.kinds import ABOUT, CallKind
from calvox.windows.calls.reading_back import ReadBack, Seen, read_back
from tests.doctor.sites import (
    READ,
    V2019,
    built_in_pack,
    device_pack,
    healthy,
    temporary_pack,
    user_pack,
    with_packs,
    with_server,
)

CODE = "ABCDE" * 7
"""The licence server ID of the healthy site."""
BOUGHT = Purchase("open", "user", "2022", 50)
OLD = (built_in_pack(), user_pack(number=2), device_pack(number=3))
NEW = user_pack(number=9, total=50, issued=0)


def server(*packs: Pack, **changes: Any) -> LicenceServer:
    """Give a licence server with these packs."""
    site = with_packs(healthy(), 0, *packs) if packs else healthy()
    return with_server(site, 0, **changes).licence_servers[0]


def read(kind: CallKind, now: LicenceServer | None, before: LicenceServer | None = None, **more: Any) -> ReadBack:
    """Look for what the code changed."""
    values: dict[str, Any] = {"since": READ - 60, "others": ()} | more
    dossier = Dossier(kind=kind, server="ls1", number=1, purchase=BOUGHT if ABOUT[kind].bought else None)
    return read_back(dossier, CODE, Seen(before, now, **values))


@pytest.mark.parametrize("kind", [CallKind.ACTIVATE, CallKind.REACTIVATE])
def test_activated_with_this_very_id(kind: CallKind) -> None:
    """The ID that Windows gives back is the one that was typed."""
    assert read(kind, server()).shown
    assert not read(kind, server(activated=False)).shown
    assert not read(kind, server(activated=None)).shown
    assert not read(kind, server(server_id=None)).shown
    other = read(kind, server(server_id="QQQQQ" * 7))
    assert not other.shown
    assert "another licence server ID" in str(other.text)
    assert read(kind, server()).quantity == 0


def test_deactivated() -> None:
    """A server that is not activated any more; unknown is not no."""
    assert read(CallKind.DEACTIVATE, server(activated=False)).shown
    assert not read(CallKind.DEACTIVATE, server()).shown
    assert not read(CallKind.DEACTIVATE, server(activated=None)).shown


@pytest.mark.parametrize("kind", [CallKind.INSTALL, CallKind.MIGRATE])
def test_a_pack_that_appeared_since_is_the_one(kind: CallKind) -> None:
    """With its number and total, as Windows has them."""
    found = read(kind, server(*OLD, NEW), server(*OLD))
    assert (found.shown, found.pack_id, found.quantity) == (True, 9, 50)


def test_what_stood_there_before_proves_nothing() -> None:
    """Nor does a pack of another type or version, a built-in or temporary row, or one of another call."""
    uncounted = msgspec.structs.replace(NEW, number=11, kind=4)
    others = (device_pack(number=7), user_pack(number=8, version=V2019), temporary_pack(number=10), uncounted)
    for packs in (OLD, (*OLD, *others)):
        found = read(CallKind.INSTALL, server(*packs), server(*OLD))
        assert (found.shown, found.pack_id, found.quantity) == (False, 0, 50)
    assert not read(CallKind.INSTALL, server(*OLD, NEW), server(*OLD), others=(9,)).shown
    assert not read(CallKind.INSTALL, server(packs=None), server(*OLD)).shown


def test_another_total_than_was_bought_is_told() -> None:
    """Windows' number counts, and the difference is named."""
    fewer = user_pack(number=9, total=5, issued=0)
    found = read(CallKind.INSTALL, server(*OLD, fewer), server(*OLD))
    assert (found.shown, found.quantity) == (True, 5)
    assert "50 were bought" in str(found.text)


def test_of_two_new_packs_the_one_that_was_bought() -> None:
    """The total decides."""
    more = user_pack(number=8, total=20, issued=0)
    assert read(CallKind.INSTALL, server(*OLD, more, NEW), server(*OLD)).pack_id == 9


def test_a_pack_may_have_grown_instead() -> None:
    """What came is the difference."""
    found = read(CallKind.INSTALL, server(built_in_pack(), user_pack(total=100)), server(*OLD))
    assert (found.shown, found.pack_id, found.quantity) == (True, 2, 50)
    assert not read(CallKind.INSTALL, server(built_in_pack(), user_pack(total=10)), server(*OLD)).shown


def test_with_nothing_read_before_only_a_pack_read_since_counts() -> None:
    """And only if it has just what was bought."""
    for before in (None, server(packs=None)):
        assert read(CallKind.INSTALL, server(*OLD, NEW), before, others=(2,)).pack_id == 9
        assert not read(CallKind.INSTALL, server(*OLD, NEW), before, since=READ + 60).shown
        assert not read(CallKind.INSTALL, server(user_pack(total=5)), before).shown


def test_a_reinstalled_pack_may_have_its_old_number() -> None:
    """After the database was rebuilt numbers begin again."""
    found = read(CallKind.REINSTALL, server(*OLD), server(*OLD))
    assert (found.shown, found.pack_id) == (True, 2)
    assert not read(CallKind.REINSTALL, server(*OLD), server(*OLD), since=READ + 60).shown


@pytest.mark.parametrize("kind", list(CallKind))
def test_a_server_that_was_never_read_shows_nothing(kind: CallKind) -> None:
    """The quantity that was bought stands meanwhile."""
    found = read(kind, None)
    assert (found.shown, found.quantity) == (False, 50 if ABOUT[kind].bought else 0)
