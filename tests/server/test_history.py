"""The history of one holder: everything that the chain tells of them, in order, however small the parts it is told in."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from calvox.common.errors import BadInput
from calvox.core.products import CalType
from calvox.journal.listing import EntryShown
from calvox.server import history as module
from calvox.server.authorise import authorise
from calvox.server.history import History, history
from calvox.server.holders import Which
from calvox.server.leave import leave
from calvox.server.revoke import revoke
from tests.world import Site, wish


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Give a site in which ann, bob and a device come, are renewed, go and come again, in turn."""
    site = Site.founded(tmp_path)
    site.activate(wish("user", "2022", 1), wish("device", "2022", 9), wish("session", "2022", 9))
    host = site.enrol("rdsh-1", "2022")
    authorise(site.server, ["ann"], "ada")
    for name in ("ann", "bob"):
        host.cal(CalType.USER, name)
    host.permanent("pc-1")
    site.clock.later(days=80)
    site.sweep()
    for name in ("bob", "ann"):
        host.cal(CalType.USER, name)
    leave(site.server, ["ann"], "moved", "ada")
    host.cal(CalType.USER, "ann")
    for _ in range(3):
        host.release(host.cal(CalType.SESSION, "ann").row["cal_id"])
    host.permanent("pc-2")
    revoke(site.server, Which("pc-2", "device"), "stolen", "ada")
    site.clock.later(days=200)
    site.sweep()
    yield site
    site.close()


def reference(site: Site, name: str, nth: int = 0) -> bytes:
    """Find a holder's reference."""
    found = sorted(site.rows("holder", name=name), key=lambda row: bytes(row["holder"]))
    return bytes(found[nth]["reference"])


def whole(site: Site, holder: bytes) -> list[EntryShown]:
    """Tell a whole history, part by part."""
    told = site.read(lambda reader: history(reader, holder))
    entries = list(told.entries)
    while told.further:
        told = _next(site, holder, told)
        entries += told.entries
    return entries


def _next(site: Site, holder: bytes, told: History) -> History:
    return site.read(lambda reader: history(reader, holder, told.further, told.cals))  # type: ignore[no-any-return]


def expected(site: Site, holder: bytes) -> list[int]:
    """Find the same by going through all facts with everything in mind."""
    cals: set[bytes] = set()
    found = []
    for entry, fact in site.read(lambda reader: [(one, reader.fact(one)) for one in reader.entries()]):
        mine = getattr(fact, "holder", b"") == holder
        if mine and entry.kind == "CalIssued":
            cals.add(fact.cal_id)
        if mine or getattr(fact, "cal_id", b"") in cals:
            found.append(entry.sequence)
    return found


@pytest.mark.parametrize("parts", [(100_000, 50), (3, 50), (1, 1), (100_000, 1)])
def test_a_history_is_whole_however_small_its_parts(
    site: Site, parts: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of every holder: nothing is missing, nothing stands twice, and nothing is another's."""
    monkeypatch.setattr(module, "LOOKED_THROUGH", parts[0])
    monkeypatch.setattr(module, "MOST", parts[1])
    every = [bytes(row["reference"]) for row in site.rows("holder")]
    assert len(every) == 5
    for holder in every:
        assert [one.sequence for one in whole(site, holder)] == expected(site, holder)


def test_it_tells_what_became_of_each_cal(site: Site) -> None:
    """Issued, ended or given back, revoked; and who was authorised."""
    kinds = {tuple(one.kind for one in whole(site, bytes(row["reference"]))) for row in site.rows("holder", name="ann")}
    assert ("CalIssued", "CalReleased") * 3 in kinds
    device = [one.kind for one in whole(site, reference(site, "pc-2"))]
    assert device == ["CalIssued", "CalIssued", "CalRevoked"]
    assert any(
        told[0] == "UserAuthorised" and "CalReleasedByHand" in told and told[-1] == "CalExpired" for told in kinds
    )


def test_an_erased_name_leaves_the_history(site: Site) -> None:
    """For the chain never had it."""
    holder = reference(site, "bob")
    before = whole(site, holder)
    site.run(lambda tx: tx.drop("holder", (holder,)))
    assert whole(site, holder) == before != []


def test_an_unknown_holder_has_none(site: Site) -> None:
    """And CALs that cannot be any are refused."""
    assert whole(site, bytes(32)) == []
    for cals in (("zz",), ("00",), ("ab" * 16,) * 65):
        with pytest.raises(BadInput):
            site.read(partial(history, reference=bytes(32), first=1, cals=cals))
