"""CALs, holders and packs in the browser: sought, taken back, converted; what is refused is told on the page."""

import re
from html import unescape

import pytest

from calvox.core.products import CalType
from calvox.server.authorise import authorise
from calvox.server.holders import Which
from calvox.server.hosts import enrol, make_enrolment_code
from calvox.server.revoke import revoke
from calvox.trust.certificates import make_signing_request, new_key
from calvox.trust.enrolment import EnrolmentCode
from tests.apps.browsing import Browser
from tests.world import SessionHost, Site

HOSTILE = "<img src=x onerror=alert(1)>'\"&{{7*7}}"


def a_host(site: Site, name: str) -> SessionHost:
    """Enrol one more host that is approved."""
    code = EnrolmentCode.read(make_enrolment_code(site.server, name, "2022", "ada", approved=True).code)
    return SessionHost(site, enrol(site.server, code.stored_hash(), make_signing_request(new_key(), name)))


def next_page(browser: Browser) -> str:
    """Find where the shown page goes on."""
    found = re.search(r'href="([^"]+)" rel="next"', browser.page)
    return unescape(found[1]) if found else ""


def test_cals_are_sought(stocked: Site, ada: Browser) -> None:
    """By the beginning of a name, by host, by state; fifty stand on a page, and the next is one click away."""
    host, other = a_host(stocked, "rdsh-8"), a_host(stocked, "rdsh-9")
    for number in range(55):
        host.cal(CalType.USER, f"user-{number:02}")
    other.cal(CalType.USER, "bob")
    other.cal(CalType.DEVICE, "pc-1")
    assert ada.get("/cals").body.count(b"<tr>") == 51
    assert ada.get(next_page(ada)).body.count(b"<tr>") == 8
    assert ada.get("/cals?holder=USER-0&cal_type=&after=").body.count(b"<tr>") == 11
    assert ada.get("/cals?host=rdsh-9").body.count(b"<tr>") == 3
    assert ada.get("/cals?lasting=temporary").body.count(b"<tr>") == 2
    assert ada.get("/cals?holder=user-").body.count(b"<tr>") == 51
    assert ada.get(next_page(ada)).body.count(b"<tr>") == 6
    assert next_page(ada) == ""
    for wrong in ("version=1999", "lasting=x", "host=nowhere", "holder=a%00b", "holder=a&after=zz", "after=0"):
        assert ada.get(f"/cals?{wrong}").status == 200
        assert 'class="trouble"' in ada.page
    for before in (-1, 1 << 63, 1 << 80):
        assert ada.get(f"/journal?before={before}").status == 200


def test_a_holder_is_found_from_the_list(stocked: Site, ada: Browser) -> None:
    """With their CALs and what became of them; a hostile name is shown and does nothing."""
    host = a_host(stocked, "rdsh-9")
    host.cal(CalType.USER, HOSTILE)
    ada.get("/cals")
    (link,) = re.findall(r'href="(/holders/[0-9a-f]{32})"', ada.page)
    assert ada.get(link).status == 200
    assert "&lt;img src=x" in ada.page
    assert "<img src=x" not in ada.page
    assert "CAL given" in ada.page
    for unknown in ("/holders/" + "0" * 32, "/holders/x", "/holders/" + "g" * 64):
        assert ada.get(unknown).status == 404
    assert ada.get("/holders/" + "0" * 64).status == 200
    assert "The ledger tells nothing of this holder." in ada.page


def test_an_erased_name_leaves_the_history(stocked: Site, ada: Browser) -> None:
    """The page says that it was erased; the user's leaving cannot be told by name any more."""
    cal = a_host(stocked, "rdsh-9").cal(CalType.USER, "bob").row
    stocked.run(lambda tx: tx.drop("holder", (cal["holder"],)))
    ada.get(f"/holders/{cal['cal_id'].hex()}")
    assert "<h1>The name was erased</h1>" in ada.page
    assert "CAL given" in ada.page
    assert "/holders/leave" not in ada.page
    told = ada.post("/holders/leave", holder=cal["holder"].hex(), why="w", sure="yes")
    assert (told.status, "The name was erased" in ada.page) == (422, True)
    assert stocked.rows("cal", cal_id=cal["cal_id"])


def test_a_device_is_revoked_under_the_rule(stocked: Site, ada: Browser) -> None:
    """The rule stands before; it is done once it is confirmed; when the share is used up, the page says from when."""
    host = a_host(stocked, "rdsh-9")
    cals = [host.permanent(f"pc-{number}").row for number in range(3)]
    ada.get(f"/holders/{cals[0]['cal_id'].hex()}")
    assert (
        "Of 10 CALs per device 2022, 2 may stand revoked at a time (20 %). 0 do; 2 more may be revoked now." in ada.page
    )
    form = {"cal": cals[0]["cal_id"].hex(), "holder": cals[0]["holder"].hex(), "why": "stolen"}
    assert ada.post("/holders/revoke", **form).status == 422
    assert "Nothing was done yet" in ada.page
    assert len(stocked.rows("cal")) == 3
    done = ada.post("/holders/revoke", **form, sure="yes")
    assert done.headers["location"] == f"/holders/{form['holder']}?done=revoke"
    page = ada.get(done.headers["location"]).body.decode()
    assert "The CAL was revoked" in page
    assert "This holder has no CAL." in page
    assert "stolen" in page
    revoke(stocked.server, Which("pc-1", "device"), "lost", "ada")
    again = {"cal": cals[2]["cal_id"].hex(), "holder": cals[2]["holder"].hex(), "why": "stolen", "sure": "yes"}
    ada.get(f"/holders/{again['holder']}")
    assert "One more may be revoked from" in ada.page
    assert 'action="/holders/revoke"' not in ada.page
    told = ada.post("/holders/revoke", **again, token=ada.token)
    assert (told.status, "2 stand revoked, and 2 of 10 may" in ada.page) == (409, True)
    assert len(stocked.rows("cal")) == 1


def test_a_users_cal_is_released_and_not_revoked(stocked: Site, ada: Browser) -> None:
    """With the reason in the ledger; what is refused is told on the page."""
    cal = a_host(stocked, "rdsh-9").cal(CalType.USER, "bob").row
    form = {"cal": cal["cal_id"].hex(), "holder": cal["holder"].hex(), "sure": "yes"}
    ada.get(f"/holders/{form['holder']}")
    assert ada.post("/holders/revoke", **form, why="w").status == 409
    assert '“<a href="/cals">CALs</a>” gives' in ada.page
    assert "Only per-device CALs are revoked" in ada.page
    assert ada.post("/holders/release", **form, why="").status == 422
    assert ada.post("/holders/release", **form, why="moved").status == 303
    fact = stocked.read(lambda reader: [reader.fact(one) for one in reader.entries()])[-1]
    assert (type(fact).__name__, fact.why, fact.by) == ("CalReleasedByHand", "moved", "ada")
    ada.get(f"/holders/{form['holder']}")
    assert ada.post("/holders/release", **form, why="moved").status == 404


def test_a_user_who_left_gives_everything_back(stocked: Site, ada: Browser) -> None:
    """CALs and authorisation, by the name that the reference stands for."""
    authorise(stocked.server, ["bob"], "ada")
    cal = a_host(stocked, "rdsh-9").cal(CalType.USER, "bob").row
    ada.get(f"/holders/{cal['holder'].hex()}")
    assert "Authorised since" in ada.page
    assert ada.post("/holders/leave", holder=cal["holder"].hex(), why="left", sure="yes").status == 303
    assert not stocked.rows("cal")
    assert not stocked.rows("authorised", until=0)


def test_cals_are_converted_and_a_pack_is_given_its_policy(stocked: Site, ada: Browser) -> None:
    """As many as may be; more is refused with the number; per session never."""
    ada.get("/packs")
    assert "Up to 10 CALs of pack 1 become per user" in ada.page
    assert ada.post("/packs/convert", pack="1", quantity="4").status == 422
    assert ada.post("/packs/convert", pack="1", quantity="11", sure="yes").status == 409
    assert "Of pack 1, 10 CALs may be converted now" in ada.page
    assert ada.post("/packs/convert", pack="3", quantity="1", sure="yes").status == 422
    assert ada.post("/packs/convert", pack="1", quantity="4", sure="yes").headers["location"] == "/packs?done=convert"
    assert {row["sequence"]: row["converted"] for row in stocked.rows("pack")} == {1: -4, 2: 0, 3: 0, 1025: 4}
    ada.get("/packs?done=convert")
    assert "The CALs were converted." in ada.page
    assert ada.post("/packs/policy", pack="2", over_use="enforce").status == 303
    assert stocked.rows("pack", sequence=2)[0]["over_use"] == "enforce"


@pytest.mark.parametrize(
    "query", ["first=0", "first=-5", "first=99999999999999999999", "cals=zz", "first=x", "cals=,,"]
)
def test_a_history_is_asked_for_only_as_it_goes_on(stocked: Site, ada: Browser, query: str) -> None:
    """Anything else shows the beginning or the end, or says what is wrong."""
    cal = a_host(stocked, "rdsh-9").cal(CalType.USER, "bob").row
    assert ada.get(f"/holders/{cal['holder'].hex()}?{query}").status in (200, 422)


def test_an_auditor_reads_it_all(stocked: Site, eve: Browser) -> None:
    """And is shown no form."""
    cal = a_host(stocked, "rdsh-9").permanent("pc-1").row
    for path in ("/packs", "/cals", f"/holders/{cal['cal_id'].hex()}"):
        assert eve.get(path).status == 200
        assert re.findall(r'method="post" action="([^"]*)"', eve.page) == ["/log-out"]
