"""The call desk in process, by forms alone, as a browser without scripts sends them: a whole call, every step, both roles."""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest

from calvox.apps.centre.cases import CASES
from calvox.apps.desk import desk_routes
from calvox.apps.desk.app import ENDPOINTS, FACE
from calvox.apps.desk.call import ACTS
from calvox.apps.people_api import PeopleDesk, people_app
from calvox.centre.agreements import NewLine
from calvox.centre.calls import CallsAsked
from calvox.centre.desk import pending_calls
from calvox.common.clock import day_of
from calvox.people.accounts import add_person
from calvox.web.common.headers import POLICY
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.confirmation import Accepted, judge
from calvox.wire.phone.dictation import begin
from calvox.wire.phone.forms import Form, number_of, write
from calvox.wire.phone.message import Kind, control_words
from calvox.wire.phone.oracles import confirmation_fits
from calvox.wire.phone.repair import Whole
from tests.apps.browsing import Browser
from tests.apps.test_manager import CHOSEN, PASSWORD
from tests.centre.test_desk import spoken
from tests.centre.world import (
    AGREEMENT,
    CALL_WORD,
    CALLER,
    OTHER_AGREEMENT,
    OTHER_CALLER,
    OTHER_SERVER,
    SECRET,
    SERVER,
    START,
    V2022,
    Centre,
    lighten,
    make_centre,
)

HOSTILE = "<img src=x onerror=alert(1)>"
FRENCH = write(Form.WORDS_FR, CodeType.SERVER_ID, number_of(CodeType.SERVER_ID, SERVER))


@pytest.fixture
def centre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Centre]:
    """Give a centre with an operator eve and a supervisor sam."""
    lighten(monkeypatch)
    for centre in make_centre(tmp_path / "centre"):
        add_person(centre.context, "eve", "operator", PASSWORD, "root")
        add_person(centre.context, "sam", "supervisor", PASSWORD, "root")
        yield centre


def app_of(centre: Centre) -> Any:
    """Give its listener for people; a failed log-in takes no time."""
    desk = PeopleDesk(centre.context, CASES, failed_seconds=0)
    return people_app(desk, desk_routes(desk))


class Desk(Browser):
    """The browser of somebody at the desk."""

    def logged_in(self, name: str) -> "Desk":
        """Log in, with a password of one's own."""
        self.post("/log-in", name=name, password=PASSWORD)
        self.get("/password")
        self.post("/password", old=PASSWORD, new=CHOSEN, again=CHOSEN)
        self.get("/")
        return self

    def send(self, path: str, **fields: str) -> int:
        """Send a form, and show the page to which that leads; give the status."""
        told = self.post(path, fields)
        if told.status != 303:
            return told.status
        return self.get(told.headers["location"].partition("#")[0]).status

    def take(self, caller: str = CALLER, language: str = "fr") -> str:
        """Take a call; give its path."""
        self.get("/")
        told = self.post("/calls", caller=caller, call_word=CALL_WORD, language=language)
        assert told.status == 303, self.page
        path = told.headers["location"]
        assert self.get(path).status == 200
        return path

    def type(
        self, path: str, lines: list[str], do: str = "take", what: str = "server-id", form: str = "words-fr"
    ) -> int:
        """Type lines, and go on."""
        fields = {f"line-{number}": text for number, text in enumerate(lines, 1)}
        return self.send(f"{path}/code", what=what, form=form, do=do, **fields)

    @property
    def read_now(self) -> str:
        """What is read out on the page that is shown."""
        found = re.search(r'<p class="dictated of-(\w+)".*?</p>', self.page, re.DOTALL)
        assert found is not None, self.page
        joint = " " if found[1] == "words" else ""
        return joint.join(html.unescape(one) for one in re.findall(r"<b>([^<]+)</b>", found[0]))


@pytest.fixture
def eve(centre: Centre) -> Desk:
    """Give the operator's browser."""
    return Desk(app_of(centre)).logged_in("eve")


@pytest.fixture
def sam(centre: Centre) -> Desk:
    """Give the supervisor's browser."""
    return Desk(app_of(centre)).logged_in("sam")


def signed(eve: Desk, quantity: str = "20", sequence: str = "1") -> str:
    """Hold a call up to the signature; give its path."""
    path = eve.take()
    eve.type(path, FRENCH)
    eve.send(f"{path}/pack", pack="0:7", quantity=quantity, sequence=sequence, month="")
    eve.send(f"{path}/prepare")
    assert eve.send(f"{path}/compared", agreed="yes") == 200
    return path


@pytest.mark.parametrize("form", Form)
def test_a_whole_call_by_forms_alone(centre: Centre, eve: Desk, form: Form) -> None:
    """From the call word to the last line, which the licence server accepts."""
    path = eve.take()
    assert (eve.type(path, FRENCH[:2], do="check"), "holds" in eve.page) == (200, True)
    assert eve.type(path, ["", "", FRENCH[2]]) == 422
    assert eve.type(path, FRENCH) == 200
    assert "per device, 2022: 100 left" in eve.page
    assert eve.send(f"{path}/pack", pack="0:7", quantity="20", sequence="1", month="") == 200
    assert eve.send(f"{path}/prepare") == 200
    first, second = control_words(Kind.ACTIVATE_AND_PACKS, SERVER, [bytes.fromhex(spoken())], "fr")
    assert f"<b>{first}</b> <b>{second}</b>" in eve.page
    assert eve.send(f"{path}/compared", agreed="yes") == 200
    dictation, line = begin(form, CodeType.CONFIRMATION), 1
    while dictation.missing:
        eve.get(f"{path}?as={form}&line={line}")
        dictation, _ = dictation.enter(line - 1, eve.read_now)
        line += 1
    assert "All lines are read" in eve.get(f"{path}?as={form}&line={line}").body.decode()
    whole = dictation.complete(confirmation_fits())
    assert isinstance(whole, Whole)
    with centre.context.journal.read() as reader:
        key = (reader.get("centre", (0,)) or {})["public_key"]
    requests = [bytes.fromhex(spoken())]
    verdict = judge(key, Kind.ACTIVATE_AND_PACKS, SERVER, requests, day_of(START), whole.number)
    assert isinstance(verdict, Accepted)
    assert eve.send(f"{path}/end", form=form) == 200
    assert "the confirmation was read out" in eve.page
    (ended,) = centre.facts("CallEnded")
    assert (ended.form, ended.by) == (form, "eve")  # type: ignore[attr-defined]


def test_a_call_goes_on_after_a_restart_at_another_desk(centre: Centre, eve: Desk) -> None:
    """With every line that was typed, and with what waits for its signature."""
    path = eve.take()
    eve.type(path, [FRENCH[0], "abandon nonsense"], do="check")
    centre.reopen()
    sam = Desk(app_of(centre)).logged_in("sam")
    assert f'href="{path}"' in sam.page
    assert {FRENCH[0], "abandon nonsense"} <= set(
        map(html.unescape, re.findall(r'name="line-\d" value="([^"]*)"', sam.get(path).body.decode()))
    )
    sam.type(path, FRENCH)
    sam.send(f"{path}/prepare")
    words = re.findall(r'class="compare.*?</p>', sam.page, re.DOTALL)
    assert len(pending_calls(centre.context, CallsAsked(), "sam")) == 1
    centre.reopen()
    again = Desk(app_of(centre))
    again.cookies = sam.cookies
    assert re.findall(r'class="compare.*?</p>', again.get(path).body.decode(), re.DOTALL) == words
    assert again.send(f"{path}/compared", agreed="yes") == 200
    assert again.read_now


def test_a_line_is_judged_while_it_is_typed(eve: Desk) -> None:
    """The script sends one; what stands beneath it comes back, and it is kept."""
    path = eve.take()
    token = eve.token
    for text, state in (
        (FRENCH[1], "good"),
        ("abandon xyzzy", "bad"),
        ("abandon ab", "bad"),
        ("abandon", "unfinished"),
    ):
        told = eve.post(f"{path}/type", {"line-2": text}, token=token, what="server-id", form="words-fr")
        assert (told.status, f'data-state="{state}"' in eve.page) == (200, True), eve.page
        assert "<html" not in eve.page
    assert eve.post(f"{path}/type", {"line-2": "x" * 300}, token=token, what="server-id", form="words-fr").status == 200
    assert "too long" in eve.page
    assert 'value="abandon"' in eve.get(path).body.decode()


def test_a_misheard_server_id_is_chosen_by_a_person(eve: Desk) -> None:
    """The lines in which they differ are shown; one is taken."""
    path = eve.take()
    words = FRENCH[1].split()
    wrong = " ".join(["abeille" if words[0] != "abeille" else "abandon", *words[1:]])
    assert eve.type(path, [FRENCH[0], wrong, FRENCH[2]]) == 200
    meant = re.search(r'<ol class="meant">.*?</ol>', eve.page, re.DOTALL)
    assert meant is not None
    assert FRENCH[1] in html.unescape(meant[0])
    assert FRENCH[0] not in meant[0]
    assert f'name="server_id" value="{SERVER.hex()}"' in meant[0]
    assert eve.send(f"{path}/server", server_id=SERVER.hex()) == 200
    assert "Show the control words" in eve.page
    assert eve.send(f"{path}/server", server_id="") == 200
    assert "Go on with this server ID" in eve.page


def test_packs_are_noted_and_removed(eve: Desk) -> None:
    """By fields or as a spoken request; a wrong field is named, and nothing is lost."""
    path = eve.take()
    eve.type(path, FRENCH)
    lines = write(Form.WORDS_FR, CodeType.REQUEST, int(spoken(sequence=4), 16))
    assert eve.type(path, lines, what="request") == 200
    assert "as spoken" in eve.page
    assert eve.send(f"{path}/pack", pack="1:8", quantity="3", sequence="2", month="2027-06") == 200
    assert re.findall(r'data-label="Sequence"><b>(\d)</b>', eve.page) == ["2", "4"]
    assert "2027-06" in eve.page
    for wrong, named in (
        ({"quantity": "many"}, "quantity"),
        ({"month": "soon"}, "2028-12"),
        ({"pack": ""}, "pack"),
        ({"sequence": "2"}, "sequence 2 already"),
    ):
        fields = {"pack": "0:7", "quantity": "1", "sequence": "5", "month": ""} | wrong
        assert (eve.send(f"{path}/pack", **fields), named in eve.page) == (422, True)
    assert re.search("<details>.*?reads a request", eve.page)
    assert re.search("<details open>.*?reads a request", eve.get(f"{path}?as=digits").body.decode())
    digits = write(Form.DIGITS, CodeType.REQUEST, int(spoken(sequence=6), 16))
    assert eve.type(path, digits, what="request", form="digits") == 200
    assert re.findall(r'data-label="Sequence"><b>(\d)</b>', eve.page) == ["2", "4", "6"]
    assert eve.send(f"{path}/pack", pack="1:8", quantity="3", sequence="2", month="2027-06") == 200
    assert eve.send(f"{path}/remove", sort="line", sequence="4") == 200
    assert re.findall(r'data-label="Sequence"><b>(\d)</b>', eve.page) == ["2", "4", "6"]
    assert eve.send(f"{path}/remove", sort="request", sequence="6") == 200
    assert eve.send(f"{path}/remove", sort="request", sequence="4") == 200
    assert eve.send(f"{path}/remove", sort="line", sequence="2") == 200
    assert "Nothing noted means an activation alone" in eve.page


def test_a_refusal_says_what_to_tell_the_caller(centre: Centre, eve: Desk, sam: Desk) -> None:
    """More than is left, control words that differ, and a licence server that was blacklisted meanwhile."""
    path = eve.take()
    eve.type(path, FRENCH)
    eve.send(f"{path}/pack", pack="0:7", quantity="101", sequence="1", month="")
    assert eve.send(f"{path}/prepare") == 409
    assert "101 CALs per device of version 2022 are asked for, and 100 are left" in eve.page
    eve.send(f"{path}/remove", sort="line", sequence="1")
    eve.send(f"{path}/prepare")
    assert eve.send(f"{path}/compared", agreed="no") == 409
    assert "the control words differ" in eve.page
    assert eve.send(f"{path}/prepare") == 200
    assert eve.send(f"{path}/compared", agreed="yes") == 200
    sam.get(f"/servers/{SERVER.hex()}")
    assert sam.send(f"/servers/{SERVER.hex()}/blacklist", why=HOSTILE) == 200
    assert "&lt;img src=x" in sam.page
    page = eve.get(path).body.decode()
    assert "My supervisor will call your company back" in page
    assert "dictated" not in page
    assert eve.get(f"/confirmations/{path.rpartition('/')[2]}").status == 409


def test_three_wrong_call_words_lock_until_a_supervisor_unlocks(eve: Desk, sam: Desk) -> None:
    """The operator cannot."""
    for _ in range(3):
        eve.get("/")
        assert eve.send("/calls", caller=CALLER, call_word="nonsense", language="fr") == 409
        assert f'value="{CALLER}"' in eve.page
    assert "nonsense" not in eve.page
    eve.get("/")
    assert eve.send("/calls", caller=CALLER, call_word=CALL_WORD, language="fr") == 409
    assert "locked" in eve.page
    where = f"/agreements/{AGREEMENT}"
    assert "/unlock" not in eve.get(where).body.decode()
    eve.get("/")
    assert eve.post(f"{where}/unlock", caller=CALLER).status == 403
    assert "/unlock" in sam.get(where).body.decode()
    assert sam.send(f"{where}/unlock", caller=CALLER) == 200
    assert "may call again" in sam.page
    eve.take()


def test_a_dropped_call_is_found_and_read_again(eve: Desk) -> None:
    """By the server ID in any form, or the customer; nothing secret stands in an address."""
    path = signed(eve)
    words = eve.read_now
    shown = re.findall(r'(?:href|action|value)="([^"]*)"', eve.page)
    assert not any(word in one for one in shown for word in words.split())
    for text in (
        SERVER.hex(),
        " ".join(FRENCH),
        "-".join(write(Form.CHARACTERS, CodeType.SERVER_ID, int(SERVER.hex(), 16))),
    ):
        told = eve.get("/servers?text=" + quote_plus(text))
        assert told.headers["location"] == f"/servers/{SERVER.hex()}"
    assert f"/servers/{SERVER.hex()}" in eve.get("/servers?text=mairie").body.decode()
    page = eve.get(f"/servers/{SERVER.hex()}").body.decode()
    again = re.search(r'href="(/confirmations/[0-9a-f]+)"', page)
    assert again is not None
    eve.get(f"{again[1]}?as=words-fr")
    assert eve.read_now == words
    assert "/heard-wrongly" not in eve.page
    assert path.rpartition("/")[2] in again[1]


def test_a_typed_server_id_that_cannot_be_read_is_told_as_such(eve: Desk) -> None:
    """And not as a name that nobody has."""
    signed(eve)
    words = " ".join(FRENCH).split()
    for wrong in (
        [*words[:-1], "abeille" if words[-1] != "abeille" else "abandon"],
        words[:-1],
        ["nonsense", *words[1:]],
    ):
        page = eve.get("/servers?text=" + quote_plus(" ".join(wrong))).body.decode()
        assert 'role="alert"' in page
        assert "is one line of" not in page
    assert "No licence server was found" in eve.get("/servers?text=nobody").body.decode()


def test_lines_heard_wrongly_are_counted(centre: Centre, eve: Desk) -> None:
    """The same line is shown again, spelled; the statistics tell."""
    path = signed(eve)
    eve.send(f"{path}/heard-wrongly", group="3", **{"as": "words-fr"})
    assert "Line 3 of 7" in eve.page
    assert "heard wrongly: 1" in eve.page
    assert "Anatole" in eve.page or "Eugène" in eve.page
    centre.now += 245
    eve.get(path)
    eve.send(f"{path}/end", form="words-fr")
    page = eve.get("/statistics?days=7").body.decode()
    assert re.search(r"4:05 <small>", page)
    assert 'data-label="Heard wrongly">1<' in page
    assert eve.get("/statistics?days=0").status == 422


def test_an_agreement_tells_what_is_left_and_who_may_call(centre: Centre, eve: Desk) -> None:
    """Listed, sought, and by itself."""
    centre.agree(NewLine(0, V2022, 5), number=OTHER_AGREEMENT, customer=HOSTILE, callers=(OTHER_CALLER,))
    signed(eve)
    listed = eve.get("/agreements").body.decode()
    assert {f'href="/agreements/{n}"' for n in (AGREEMENT, OTHER_AGREEMENT)} <= set(re.findall(r'href="[^"]*"', listed))
    assert "&lt;img" in listed
    for text in ("mairie", "456+789", "elodie"):
        assert str(OTHER_AGREEMENT) not in eve.get(f"/agreements?text={text}").body.decode()
        assert f"/agreements/{AGREEMENT}" in eve.page
    page = eve.get(f"/agreements/{AGREEMENT}").body.decode()
    assert 'aria-label="20 of 100 taken"' in page
    assert CALLER in page
    assert f"/servers/{SERVER.hex()}" in page
    assert eve.get("/agreements/5").status == 404
    assert eve.get("/agreements/five").status == 422


BOUGHT = {
    "customer": "Clinique des Pins",
    "number": "300 000 000 001",
    "programme": "6",
    "sku": "6VC-1",
    "proof": "P-7",
    "ends": "",
    "kind-1": "1",
    "version-1": "8",
    "quantity-1": "1 000",
    "ends-1": "2028-12-31",
    "kind-2": "0",
    "version-2": "7",
    "quantity-2": "",
    "name-1": "Aude Roy",
    "word-1": "genêt bleu",
    "phone-1": "+33 6",
    "name-2": "",
    "word-2": "",
}


def test_a_supervisor_enters_an_agreement(centre: Centre, eve: Desk, sam: Desk) -> None:
    """By the same rules as on the command line; what is wrong is told beside what was typed; the caller can call at once."""
    sam.get("/agreements/new")
    for wrong, named in (
        ({"quantity-1": "many"}, "quantity"),
        ({"ends-1": "soon"}, "2028-12-31"),
        ({"word-1": "x"}, "call word"),
        ({"number": "x"}, "twelve digits"),
        ({"name-1": ""}, "callers"),
        ({"programme": "99"}, "programme"),
    ):
        assert (sam.send("/agreements", **BOUGHT | wrong), named in sam.page) == (422, True), wrong
        assert "Clinique des Pins" in sam.page
        assert "genêt" not in sam.page
    assert sam.send("/agreements", **BOUGHT) == 200
    assert "The agreement was entered" in sam.page
    assert {"2028-12-31", "1,000", "300 000 000 001"} <= set(re.findall(r"[\d, -]+\d", sam.page))
    sam.get("/agreements/new")
    assert sam.send("/agreements", **BOUGHT) == 409
    eve.get("/")
    assert eve.send("/calls", caller="aude roy", call_word="genet bleu", language="fr") == 200
    eve.get("/")
    assert eve.post("/agreements", BOUGHT | {"number": ""}).status == 403
    assert eve.get("/agreements/new").status == 403


def test_a_caller_of_several_agreements_says_for_which(centre: Centre, eve: Desk) -> None:
    """Nothing is prepared before."""
    centre.agree(NewLine(0, V2022, 5), number=OTHER_AGREEMENT)
    path = eve.take()
    eve.type(path, FRENCH)
    assert "Show the control words" not in eve.page
    assert eve.send(f"{path}/agreement", agreement=str(OTHER_AGREEMENT)) == 200
    assert "per device, 2022: 5 left" in eve.page


def test_a_licence_server_is_retired_by_its_proof(eve: Desk) -> None:
    """12 words; others are refused on the page, and nothing is lost."""
    signed(eve)
    where = f"/servers/{SERVER.hex()}"
    eve.get(where)
    wrong = write(Form.WORDS_FR, CodeType.RETIREMENT, SECRET + 1)
    assert eve.send(f"{where}/retire", proof=" ".join(wrong)) == 422
    right = write(Form.WORDS_FR, CodeType.RETIREMENT, SECRET)
    assert eve.send(f"{where}/retire", proof=" ".join(right)) == 200
    assert "was retired" in eve.page
    assert "/retire" not in eve.page
    assert eve.get(f"/servers/{OTHER_SERVER.hex()}").status == 404
    assert eve.get("/servers/nonsense").status == 422


PAGES = [one.path for one in ENDPOINTS if one.method == "GET" and not one.open]
CHANGES = [one.path for one in ENDPOINTS if one.method == "POST" and not one.open]


def filled(path: str, call: str) -> str:
    """Fill in what a path asks for."""
    named = {
        "call": call,
        "number": str(AGREEMENT),
        "server": SERVER.hex(),
        "act": "end" if "calls" in path else "retire",
    }
    return re.sub(r"{(\w+)}", lambda found: named[found[1]], path)


def test_a_page_is_for_whoever_is_logged_in(centre: Centre, eve: Desk, sam: Desk) -> None:
    """Both roles see each, under the strict policy, kept by no browser; a stranger is sent to the door."""
    call = signed(eve).rpartition("/")[2]
    stranger = Desk(app_of(centre))
    for path in (filled(path, call) for path in PAGES):
        for browser in (sam,) if path == "/agreements/new" else (eve, sam):
            told = browser.get(path)
            assert told.status == 200, path
            assert told.headers["content-security-policy"] == POLICY
            assert told.headers["cache-control"] == "no-store"
        assert stranger.get(path).headers["location"].partition("?")[0] == "/log-in"


@pytest.mark.parametrize("path", CHANGES)
def test_a_change_takes_our_origin_and_the_sessions_token(centre: Centre, eve: Desk, sam: Desk, path: str) -> None:
    """Without either nothing is done, whoever's cookie comes along."""
    call = signed(eve).rpartition("/")[2]
    before = len(centre.facts())
    for origin in ("", "null", "http://evil.example"):
        assert eve.post(filled(path, call), origin=origin, token=eve.token).status == 403
        eve.get("/")
    for token in ("", sam.token, "é"):
        assert eve.post(filled(path, call), token=token).status == 403
        eve.get("/")
    assert len(centre.facts()) == before


def test_what_is_a_supervisors_is_done_for_nobody_else(centre: Centre, eve: Desk) -> None:
    """Even with a form made by hand."""
    signed(eve)
    before = len(centre.facts())
    assert eve.post(f"/servers/{SERVER.hex()}/blacklist", why="w").status == 403
    eve.get("/")
    assert eve.post(f"/agreements/{AGREEMENT}/unlock", caller=CALLER).status == 403
    assert len(centre.facts()) == before


@pytest.mark.parametrize("act", [*ACTS, "type", "nonsense"])
def test_a_step_of_a_call_that_is_not_there(eve: Desk, act: str) -> None:
    """Nor with a number that is none."""
    for call in ("00" * 8, "nonsense"):
        eve.get("/")
        fields = {
            "what": "server-id",
            "form": "words-fr",
            "group": "1",
            "as": "digits",
            "agreement": "1",
            "sort": "line",
        }
        fields |= {"pack": "0:7", "quantity": "1", "sequence": "1"}
        assert eve.post(f"/calls/{call}/{act}", fields).status in (404, 422)


@pytest.mark.parametrize("path", PAGES)
def test_an_address_with_nonsense_is_refused_in_words(eve: Desk, path: str) -> None:
    """Never by a fault of ours."""
    call = signed(eve).rpartition("/")[2]
    for query in (
        "line=x",
        "as=x",
        "days=x",
        "line=-1",
        "line=99999999999999999999",
        f"text={HOSTILE}",
        "text=" + "x" * 500,
    ):
        told = eve.get(f"{filled(path, call)}?{query.replace(' ', '%20')}")
        assert told.status in (200, 422, 403 if path == "/agreements/new" else 200), (path, query)
        assert "<img src=x" not in eve.page


def test_each_application_has_its_own_cookie(eve: Desk) -> None:
    """A browser sends cookies to every port of a machine."""
    assert FACE.cookie == "__Host-calvox-desk"
    assert FACE.cookie in eve.cookies
