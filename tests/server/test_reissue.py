"""One kind-3 code installs everything, ends the alarms that it answers for, and brings a clock from 2099 back."""

import pytest

from calvox.common.clock import DAY, day_of
from calvox.common.errors import Conflict
from calvox.core.alarms import Alarm
from calvox.core.deciding import Reason, Refused
from calvox.core.products import CalType
from calvox.core.timekeeping import ClockState
from calvox.server.alarms import raise_alarm, standing
from calvox.server.call import OpenCall, prepare
from calvox.server.confirm import Answer, Done
from calvox.wire.phone.message import Kind
from tests.world import NOON, Site, wish


def asked(site: Site, *packs: object) -> OpenCall:
    """Prepare a reissue."""
    return prepare(site.server, activate=False, wishes=packs, by="ada", reissue=True)  # type: ignore[arg-type]


def entered(site: Site, code: list[str]) -> Answer:
    """Type it in."""
    site.type(code)
    return site.finish()


def test_one_code_activates_and_installs(new: Site) -> None:
    """On a new server: all packs of the old one, and a restart finds them as signed."""
    call = asked(new, wish("device", "2022", 20), wish("user", "2025", 5))
    assert Kind(call.kind) is Kind.REISSUE
    assert entered(new, new.reads(call)) == Done(True, (1, 2), "2027-01-15", 0, ())
    new.restart()
    assert [row["quantity"] for row in new.rows("pack")] == [20, 5]


def test_it_needs_no_pack_and_ends_the_alarms_of_history(new: Site) -> None:
    """A server that was put back gives new CALs again."""
    new.activate(wish("user", "2022", 5))
    host = new.enrol("rdsh-1", "2022")
    new.run(lambda tx: raise_alarm(tx, Alarm.ROLLBACK, "there is more"))
    assert host.acquire(CalType.USER, "anna") == Refused(Reason.SERVER_FROZEN)
    assert isinstance(entered(new, new.reads(asked(new))), Done)
    assert new.read(standing) == []
    host.cal(CalType.USER, "anna")
    assert new.entries().count("ServerActivated") == 1


def test_a_clock_once_at_2099_is_no_dead_end(new: Site) -> None:
    """Licensing time goes back to the signed day, and a restart leaves it there."""
    new.activate(wish("user", "2022", 5))
    new.clock.moment = NOON + 72 * 365 * DAY
    new.run(lambda tx: new.server.time.note(tx))
    assert new.server.world.now() > NOON + 70 * 365 * DAY
    new.clock.set(NOON + 3 * DAY)
    assert new.server.time.state is ClockState.BEHIND
    call = asked(new)
    assert isinstance(entered(new, new.reads(call, day=day_of(NOON) + 3)), Done)
    assert new.server.world.now() == NOON + 3 * DAY
    new.restart()
    assert (new.server.world.now(), new.server.time.state) == (NOON + 3 * DAY, ClockState.GOOD)


def test_a_code_that_was_accepted_is_not_accepted_again(new: Site) -> None:
    """Nor does a reissue signed earlier take the mark below the highest signed day."""
    new.activate(wish("user", "2022", 5))
    code = new.reads(asked(new))
    assert isinstance(entered(new, code), Done)
    asked(new)
    with pytest.raises(Conflict, match="accepted before"):
        entered(new, code)
    late = new.reads(asked(new), day=day_of(NOON) + 10)
    new.type(late)
    assert isinstance(new.finish(), Done)
    assert new.server.world.now() >= (day_of(NOON) + 10) * DAY
    early = new.reads(asked(new), day=day_of(NOON) - 1)
    assert isinstance(entered(new, early), Done)
    assert new.server.world.now() >= (day_of(NOON) + 10) * DAY
