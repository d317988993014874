"""A server is frozen and thawed by forms, its packs are taken along, and another one takes over from the list."""

from calvox.apps.manager.retiring import LIMIT
from tests.apps.browsing import Browser
from tests.world import AGREEMENT, Site


def test_a_freeze_is_confirmed_first_and_thawed_by_a_call(stocked: Site, ada: Browser, eve: Browser) -> None:
    """The page says beforehand what happens; the call is one like every other; an auditor is shown no form."""
    assert "renewals and returns go on" in ada.get("/retire").body.decode()
    assert ada.post("/retire/freeze", why="moves").status == 422
    done = ada.post("/retire/freeze", why="moves", sure="yes")
    assert done.headers["location"] == "/retire?done=freeze"
    page = ada.get(done.headers["location"]).body.decode()
    assert "Frozen since" in page
    assert stocked.entries()[-1] == "ServerFrozen"
    assert 'action="/retire' not in eve.get("/retire").body.decode()
    ada.get("/retire")
    assert ada.post("/retire/thaw").headers["location"] == "/call"
    call = ada.get("/call").body.decode()
    assert "End of the freeze" in call
    assert ada.get("/call/type").status == 200


def test_the_list_of_packs_is_taken_as_a_file(stocked: Site, ada: Browser, eve: Browser) -> None:
    """As it was downloaded, or with a pack on each line, also as Windows writes it; what is none is told, and changes nothing."""
    told = ada.get("/retire/packs.json").body
    for wrong, said in (
        ({}, "No file was chosen"),
        ({"a": b""}, "No file was chosen"),
        ({"a": told, "b": told}, "No file was chosen"),
        ({"../../etc/passwd": b"\xff\xfe{"}, "is no list of packs"),
        ({"a": b'{"a":' * 9_000}, "is no list of packs"),
        ({"a": b"device:2022"}, "is no pack"),
    ):
        ada.get("/migrate")
        assert (ada.drop("/migrate/file", wrong, field="list").status, said in ada.page) == (422, True), said
    assert ada.drop("/migrate/file", {"a": b" " * (LIMIT + 1)}, field="list").status == 413
    assert eve.drop("/migrate/file", {"packs.json": told}, field="list").status == 403
    assert not stocked.rows("pending")
    for good in (told, b"\xef\xbb\xbf" + told):
        ada.get("/migrate")
        assert ada.drop("/migrate/file", {"packs.json": good}, field="list").headers["location"] == "/call", ada.page
        (row,) = stocked.rows("pending")
        assert b'"kind":3' in row["state"]
        ada.get("/call")
        ada.post("/call/give-up", sure="true")


def test_the_list_of_packs_is_what_a_successor_takes(stocked: Site, ada: Browser) -> None:
    """As a file, or typed; what is wrong is told above what was typed."""
    told = ada.get("/retire/packs.json")
    assert stocked.server_id.hex() in told.body.decode()
    assert '"quantity": 60' in told.body.decode()
    ada.get("/migrate")
    assert ada.post("/migrate", packs="device:2022", programme="open", agreement=AGREEMENT).status == 422
    assert "is no pack" in ada.page
    assert "device:2022</textarea>" in ada.page
    done = ada.post("/migrate", packs="device:2022:10\nuser:2022:5:2028-03", programme="open", agreement=AGREEMENT)
    assert done.headers["location"] == "/call"
    (row,) = stocked.rows("pending")
    ada.get("/call")
    ada.post("/call/give-up", sure="true")
    ada.get("/migrate")
    again = ada.post("/migrate", packs=told.body.decode())
    assert (again.status, again.headers.get("location")) == (303, "/call"), ada.page
    assert b'"kind":3' in row["state"]
    assert ada.get("/call").status == 200
    assert "A call is open already" in ada.get("/migrate").body.decode()
