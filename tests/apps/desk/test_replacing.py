"""Migration, reissue and thaw at the desk by forms alone, against real licence servers, which judge what was read out."""

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from calvox.apps.centre.process import CARD
from calvox.centre.refusals import Reason
from calvox.common.files import read_whole
from calvox.common.settings import Server, Settings
from calvox.server.call import OpenCall, PackWish, prepare
from calvox.server.confirm import Done, enter_group, finish
from calvox.server.found import found
from calvox.server.freeze import freeze, freeze_of, prepare_thaw
from calvox.server.retire import begin_retirement, name_of
from calvox.wire.card import read_card
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.forms import Form, number_of, write
from tests.apps.desk.test_desk import Desk, app_of, centre
from tests.centre.world import AGREEMENT, SECRET, START, Centre
from tests.world import PARTS, Clock, Site

__all__ = ["centre"]
PACK = PackWish("device", "2022", 100, "open", f"{AGREEMENT:012}")


@pytest.fixture
def eve(centre: Centre) -> Desk:
    """Give the operator's browser."""
    return Desk(app_of(centre)).logged_in("eve")


@pytest.fixture
def sites(centre: Centre, tmp_path: Path) -> Iterator[tuple[Site, Site, Site]]:
    """Give three licence servers that trust the centre; none is activated."""
    made = tuple(_founded(tmp_path / str(seed), centre, seed) for seed in (1, 2, 3))
    yield made  # type: ignore[misc]
    for site in made:
        site.close()


def _founded(folder: Path, centre: Centre, seed: int) -> Site:
    site = Site(Settings(server=Server(folder=str(folder / "server"))), Clock(START), random.Random(seed))
    folder.mkdir()
    found(site.settings, read_card(read_whole(centre.folder / CARD)), "ada", "no hash", "ada", site.world, PARTS)
    site.open()
    return site


def lines_of(code_type: CodeType, data: bytes) -> list[str]:
    """Write a code in French words."""
    return write(Form.WORDS_FR, code_type, number_of(code_type, data))


def begun(eve: Desk, site: Site, about: str = "install") -> str:
    """Take a call of a licence server; give its path."""
    path = eve.take()
    assert eve.send(f"{path}/about", about=about) == 200
    assert eve.type(path, lines_of(CodeType.SERVER_ID, site.server_id)) == 200
    return path


def heard(eve: Desk, path: str, site: Site) -> Done:
    """Compare, sign, read out, and let the licence server take the code."""
    assert eve.send(f"{path}/prepare") == 200, eve.page
    assert eve.send(f"{path}/compared", agreed="yes") == 200, eve.page
    for line in range(1, 8):
        eve.get(f"{path}?as=words-fr&line={line}")
        enter_group(site.server, Form.WORDS_FR, line, eve.read_now, "fr")
    answer = finish(site.server, "ada")
    assert isinstance(answer, Done), answer
    assert eve.send(f"{path}/end", form="words-fr") == 200
    return answer


def activated(eve: Desk, site: Site) -> None:
    """Activate a licence server with all CALs of the agreement's first line."""
    prepare(site.server, activate=True, wishes=[PACK], by="ada")
    path = begun(eve, site)
    eve.send(f"{path}/pack", pack="0:7", quantity="100", sequence="1", month="")
    assert heard(eve, path, site) == Done(True, (1,), "2027-01-15", 0, ())


def asked(site: Site) -> OpenCall:
    """Prepare the call in which it takes another one's place."""
    return prepare(site.server, activate=False, wishes=[PACK], by="ada", reissue=True)


def test_a_whole_migration_by_forms_alone(eve: Desk, sites: tuple[Site, Site, Site]) -> None:
    """Erased, 12 words up, the packs taken over with one button, one code down: the new licence server accepts it."""
    old, new, _ = sites
    activated(eve, old)
    freeze(old.server, "moving", "ada")
    proof = lines_of(CodeType.RETIREMENT, begin_retirement(old.server, name_of(old.server), (), "ada").proof)
    asked(new)
    path = begun(eve, new, "migration")
    assert "comes back to the agreement after 90 days" in eve.page
    assert eve.send(f"{path}/prepare") == 409
    assert "The ID of the old licence server comes first" in eve.page
    assert eve.type(path, lines_of(CodeType.SERVER_ID, old.server_id), what="replaces") == 200
    assert "100 × per device, 2022; ends: never" in eve.page
    assert eve.send(f"{path}/prepare") == 409
    assert "12 words of the old licence server come first" in eve.page
    wrong = write(Form.WORDS_FR, CodeType.RETIREMENT, SECRET)
    assert eve.type(path, wrong, what="proof") == 422
    assert eve.type(path, proof, what="proof") == 200, eve.page
    assert "The 12 words are right" in eve.page
    assert eve.send(f"{path}/take-over", first="1") == 200
    assert heard(eve, path, new) == Done(True, (1,), "2027-01-15", 0, ())
    assert [row["quantity"] for row in new.rows("pack")] == [100]
    path = begun(eve, old)
    assert "This licence server was retired for good" in eve.page


def test_a_thaw_by_forms_alone(eve: Desk, sites: tuple[Site, Site, Site]) -> None:
    """By the sequence that the sheet shows; the licence server gives CALs again."""
    site = sites[0]
    activated(eve, site)
    held = freeze(site.server, "audit", "ada")
    prepare_thaw(site.server, "ada")
    path = begun(eve, site, "thaw")
    assert eve.send(f"{path}/prepare") == 409
    assert "sequence of the freeze first" in eve.page
    assert eve.send(f"{path}/thaw", sequence="many") == 422
    assert eve.send(f"{path}/thaw", sequence=str(held.sequence)) == 200
    heard(eve, path, site)
    assert site.read(freeze_of).since == 0


def test_a_reissue_too_soon_waits_for_a_supervisor(centre: Centre, eve: Desk, sites: tuple[Site, Site, Site]) -> None:
    """The first is within the limits; the next is refused with words to say, and a supervisor allows it on the page."""
    first, second, third = sites
    activated(eve, first)
    asked(second)
    path = lost(eve, first, second)
    assert "One may be done now." in eve.page
    assert heard(eve, path, second).packs == (1,)
    asked(third)
    path = lost(eve, second, third)
    assert eve.send(f"{path}/prepare") == 409
    assert str(Reason.REISSUE_TOO_OFTEN.say) in eve.page
    assert "<b>1 / 3</b>" in eve.page
    assert "/allow" not in eve.page
    before = len(centre.facts())
    assert eve.post(f"{path}/allow", why="w").status == 403
    assert len(centre.facts()) == before
    sam = Desk(app_of(centre)).logged_in("sam")
    assert f'action="{path}/allow"' in sam.get(path).body.decode()
    assert sam.send(f"{path}/allow", why="") == 422
    assert sam.send(f"{path}/allow", why="flood") == 200
    assert "A supervisor allowed one more" in sam.page
    eve.get(path)
    assert heard(eve, path, third).packs == (1,)
    (one,) = [fact for fact in centre.facts("ServerReplaced") if getattr(fact, "allowed_by", "")]
    assert getattr(one, "allowed_by", "") == "sam"


def lost(eve: Desk, old: Site, new: Site) -> str:
    """Note a reissue after a loss, with the packs of the lost licence server; give the call's path."""
    path = begun(eve, new, "reissue")
    assert eve.type(path, lines_of(CodeType.SERVER_ID, old.server_id), what="replaces") == 200
    assert eve.send(f"{path}/prepare") == 409
    assert "what happened" in eve.page
    eve.send(f"{path}/why", why="burnt down")
    assert eve.send(f"{path}/take-over", first="1") == 200
    return path


def test_another_matter_keeps_what_was_noted(eve: Desk, sites: tuple[Site, Site, Site]) -> None:
    """A matter that is none is refused; an old ID of which nothing is known is told, and can be changed."""
    old, new, _ = sites
    path = begun(eve, new, "migration")
    assert eve.send(f"{path}/about", about="nonsense") == 422
    eve.type(path, lines_of(CodeType.SERVER_ID, old.server_id), what="replaces")
    assert "Nothing was ever signed for it" in eve.page
    eve.send(f"{path}/about", about="install")
    assert "Old licence server" not in eve.page
    eve.send(f"{path}/about", about="reissue")
    assert "Nothing was ever signed for it" in eve.page
    eve.send(f"{path}/old", replaces="")
    assert re.search('name="what" value="replaces"', eve.page)
