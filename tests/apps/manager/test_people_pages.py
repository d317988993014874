"""Accounts in the browser: added, given a password, taken away; what is refused is told on the page."""

from calvox.people.log_in import Door
from tests.apps.browsing import Browser
from tests.apps.test_manager import PASSWORD
from tests.world import Site

HOSTILE = "<img src=x onerror=alert(1)>"


def test_somebody_is_added_and_may_log_in(stocked: Site, ada: Browser) -> None:
    """With the role that was chosen; a hostile name is shown and does nothing."""
    ada.get("/people")
    done = ada.post("/people/add", name=HOSTILE, role="auditor", password=PASSWORD)
    assert done.headers["location"] == "/people?done=add"
    page = ada.get("/people?done=add").body.decode()
    assert "The account was made." in page
    assert "&lt;img src=x" in page
    assert "<img src=x" not in page
    _, who = Door(stocked.server).log_in(HOSTILE, PASSWORD, "")
    assert (str(who.role), who.change) == ("auditor", True)


def test_what_cannot_be_added_is_told_with_what_was_typed(ada: Browser) -> None:
    """But for the password."""
    ada.get("/people")
    for fields, status, said in (
        ({"name": "eve", "role": "auditor", "password": PASSWORD}, 409, "There is an account eve already"),
        ({"name": "dan", "role": "chief", "password": PASSWORD}, 422, "is no role"),
        ({"name": "dan", "role": "administrator", "password": "x"}, 422, "assword"),
    ):
        assert ada.post("/people/add", **fields).status == status
        assert said in ada.page
        assert f'name="name" value="{fields["name"]}"' in ada.page
    assert 'value="x"' not in ada.page
    assert '<option value="administrator" selected>' in ada.page


def test_a_password_that_is_set_ends_every_session(stocked: Site, ada: Browser, eve: Browser) -> None:
    """And must be changed at the next log-in."""
    ada.get("/people")
    assert ada.post("/people/password", name="eve", password="another long one").status == 303
    assert eve.get("/").headers["location"] == "/log-in"
    assert "must change the password" in ada.get("/people").body.decode()
    assert ada.post("/people/password", name="nobody", password="another long one").status == 404


def test_sessions_are_ended_from_the_page(ada: Browser, eve: Browser) -> None:
    """Theirs alone; whoever has the password comes in again."""
    ada.get("/people")
    assert ada.post("/people/log-out", name="eve").headers["location"] == "/people?done=log-out"
    assert eve.get("/").headers["location"] == "/log-in"
    assert "Every session of this person was ended." in ada.get("/people?done=log-out").body.decode()
    assert ada.page.count('action="/people/log-out"') == 0
    assert ada.post("/people/log-out", name="eve").status == 404
    assert '“<a href="/people">People</a>” shows who is.' in ada.page


def test_an_account_is_taken_away_once_confirmed(stocked: Site, ada: Browser, eve: Browser) -> None:
    """Never the last administrator's."""
    ada.get("/people")
    assert ada.post("/people/remove", name="eve").status == 422
    assert ada.post("/people/remove", name="eve", sure="yes").headers["location"] == "/people?done=remove"
    assert eve.get("/").headers["location"] == "/log-in"
    ada.get("/people")
    assert ada.post("/people/remove", name="ada", sure="yes").status == 409
    assert "is the last administrator" in ada.page
    assert [row["person"] for row in stocked.rows("person")] == ["ada"]


def test_a_locked_account_says_until_when(stocked: Site, ada: Browser) -> None:
    """So that an administrator may set a password, which unlocks it."""
    stocked.run(lambda tx: tx.put("wrong_password", {"person": "eve", "failures": 9, "until": stocked.clock() + 3600}))
    assert "locked until 2027-01-15" in ada.get("/people").body.decode()
