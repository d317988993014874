"""Names are erased from beside the chain, and the chain holds all the same."""

from pathlib import Path

import pytest

from calvox.common.errors import Conflict, NotFound
from calvox.core.products import CalType
from calvox.journal.sqlite import DATABASE
from calvox.server.erase import Erased, erase_name, erase_unused
from calvox.server.leave import leave
from tests.world import Site, wish


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """Give a licence server whose user alice left and whose user bob stays."""
    site = Site.founded(tmp_path)
    site.activate(wish("user", "2022", 5), wish("device", "2022", 5))
    host = site.enrol("rdsh-1", "2022")
    for name in ("alice", "bob"):
        host.cal(CalType.USER, name)
    leave(site.server, ["alice"], "left", "ada")
    return site


def names(site: Site) -> set[str]:
    """List the names that are kept."""
    return {row["name"] for row in site.rows("holder")}


def test_a_name_goes_and_the_chain_holds(site: Site) -> None:
    """Nothing of it is left in the database, and every entry still verifies."""
    assert erase_name(site.server, CalType.USER, "alice", "asked to", "ada") == Erased(1, 0)
    assert names(site) == {"bob"}
    assert site.entries()[-1] == "NamesErased"
    site.server.journal.verify()
    site.close()
    assert b"alice" not in (site.folder / DATABASE).read_bytes()
    site.open()


def test_who_holds_a_cal_keeps_the_name(site: Site) -> None:
    """And it says what to do first."""
    with pytest.raises(Conflict, match="bob") as caught:
        erase_name(site.server, CalType.USER, "bob", "asked to", "ada")
    assert "cal leave" in str(caught.value.hint)
    with pytest.raises(NotFound):
        erase_name(site.server, CalType.USER, "nobody", "asked to", "ada")


def test_all_who_hold_nothing_are_erased_at_once(site: Site) -> None:
    """Who comes back is somebody new to the chain."""
    assert erase_unused(site.server, "every year", "ada") == Erased(1, 1)
    assert erase_unused(site.server, "every year", "ada") == Erased(0, 1)
    host = site.enrol("rdsh-2", "2022")
    host.cal(CalType.USER, "alice")
    assert names(site) == {"alice", "bob"}
    site.server.journal.verify()


def test_a_device_is_known_again_without_its_name(site: Site) -> None:
    """It gets no second temporary CAL, whoever erased its name."""
    host = site.enrol("rdsh-2", "2022")
    host.cal(CalType.DEVICE, "PC-17")
    assert site.rows("cal", cal_type=int(CalType.DEVICE))[0]["temporary"] == 1
    site.clock.later(days=91)
    site.sweep()
    assert erase_name(site.server, CalType.DEVICE, "PC-17", "sold", "ada").count == 1
    assert "PC-17" not in names(site)
    assert [row["proven"] for row in site.rows("device")] == [0]
    host.acquire(CalType.DEVICE, "PC-17")
    assert len(site.rows("device")) == 1
