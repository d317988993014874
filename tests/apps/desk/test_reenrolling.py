"""A licence server that is enrolled anew, at the desk by forms alone, against a real one that judges what was read out."""

from calvox.server.call import id_of
from calvox.server.confirm import Done
from calvox.server.reenrol import prepare_reenrolment
from calvox.wire.phone.codec import CodeType
from tests.apps.desk.test_desk import Desk, centre
from tests.apps.desk.test_replacing import activated, eve, heard, lines_of, sites
from tests.centre.world import Centre
from tests.world import Site

__all__ = ["centre", "eve", "sites"]
OTHER = {"machine-id": "another", "mac": "02:00:00:00:00:09"}


def test_a_whole_re_enrolment_by_forms_alone(centre: Centre, eve: Desk, sites: tuple[Site, Site, Site]) -> None:
    """The desk knows it by its IDs: it says what happens to CALs in the field, offers no pack, and the code is accepted."""
    site = sites[0]
    activated(eve, site)
    before = site.server_id
    call = prepare_reenrolment(site.server, OTHER, "ada")
    path = eve.take()
    assert eve.send(f"{path}/about", about="reissue") == 200
    assert eve.type(path, lines_of(CodeType.SERVER_ID, id_of(site.server, call))) == 200
    assert "enrolled anew after a change of its machine" not in eve.page
    assert eve.type(path, lines_of(CodeType.SERVER_ID, before), what="replaces") == 200
    assert "enrolled anew after a change of its machine" in eve.page
    assert "session hosts follow by themselves" in eve.page
    assert "It keeps its packs" in eve.page
    assert f'action="{path}/take-over"' not in eve.page
    assert f'action="{path}/pack"' not in eve.page
    assert eve.send(f"{path}/prepare") == 409
    assert "what happened" in eve.page
    assert eve.send(f"{path}/why", why="another board") == 200
    assert heard(eve, path, site) == Done(True, (), "2027-01-15", 0, ())
    assert (site.server_id, site.server.keys.identity.epoch) == (call.server_id, 2)
    assert len(centre.facts("ServerReenrolled")) == 1
    path = eve.take()
    eve.type(path, lines_of(CodeType.SERVER_ID, before))
    assert "This licence server was retired for good" in eve.page
