"""A page and a real activation centre: what is read from one is typed at the other, and nothing else passes between them."""

import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from calvox.apps.licence_server.process import CASES
from calvox.apps.manager import manager_routes
from calvox.apps.people_api import PeopleDesk, people_app
from calvox.centre.calls import AskedLine
from calvox.centre.card import card_of
from calvox.centre.signing import Signed
from calvox.common.settings import Server, Settings
from calvox.people.accounts import set_password
from calvox.server.found import found
from calvox.wire.phone.anyform import read_code
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.forms import Form, number_of, write
from tests.apps.manager.test_activation import PACKS, Caller
from tests.apps.test_manager import PASSWORD, logged_in
from tests.centre.world import AGREEMENT, START, Centre, device, lighten, make_centre
from tests.world import PARTS, Clock, Site


@pytest.fixture
def centre(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Centre]:
    """Give a centre with an agreement for 100 device CALs."""
    lighten(monkeypatch)
    yield from make_centre(tmp_path / "centre")


@pytest.fixture
def ada(centre: Centre, tmp_path: Path) -> Iterator[Caller]:
    """Give the administrator of a new licence server that has the centre's card."""
    settings = Settings(server=Server(folder=str(tmp_path / "server")))
    site = Site(settings, Clock(START), random.Random(1))
    with centre.context.journal.read() as reader:
        found(settings, card_of(reader), "ada", "no hash", "ada", site.world, PARTS)
    site.open()
    set_password(site.server, "ada", PASSWORD, "root")
    desk = PeopleDesk(site.server, CASES, failed_seconds=0)
    app = people_app(desk, manager_routes(desk))
    yield Caller(logged_in(app), app)
    site.close()


def read_out(page: str, kind: str) -> str:
    """Read a code from the page, as it stands in a list of this kind."""
    found = re.search(rf'<ol class="said-code {kind}">(.*?)</ol>', page)
    assert found is not None
    return " ".join(re.findall(r"<li>([^<]+)</li>", found[1]))


def test_two_people_hold_a_call(centre: Centre, ada: Caller) -> None:
    """The server ID up, the control words compared, the code down, in English words."""
    ada.get("/activate/prepare")
    wanted = PACKS | {"agreement": str(AGREEMENT), "quantity-2": "", "ends-2": ""}
    ada.post("/activate/prepare", do="prepare", by="telephone", country="BE", **wanted)
    page = ada.follow().body.decode()
    assert "+32 2 123 45 67" in page
    heard = read_code(CodeType.SERVER_ID, read_out(page, "large"))
    assert heard == read_code(CodeType.SERVER_ID, read_out(page, "beside"))
    prepared = centre.prepared(device(20, 1), server_id=heard.hex())
    assert f'class="control-words">{" ".join(prepared.control_words["en"])}<' in page
    signed = centre.sign(prepared.call)
    assert isinstance(signed, Signed)
    code = number_of(CodeType.CONFIRMATION, bytes.fromhex(signed.confirmation))
    ada.get("/call/type")
    ada.lines(write(Form.WORDS_EN, CodeType.CONFIRMATION, code), do="finish")
    assert "This licence server is activated." in ada.follow().body.decode()


def test_what_the_operator_noted_wrongly_shows_in_the_control_words(centre: Centre, ada: Caller) -> None:
    """Before anything is signed: one CAL more, and they differ."""
    ada.get("/activate/prepare")
    wanted = PACKS | {"agreement": str(AGREEMENT), "quantity-2": "", "ends-2": ""}
    ada.post("/activate/prepare", do="prepare", by="telephone", country="FR", **wanted)
    page = ada.follow().body.decode()
    heard = read_code(CodeType.SERVER_ID, read_out(page, "large")).hex()
    noted: AskedLine = device(21, 1)
    prepared = centre.prepared(noted, server_id=heard)
    assert " ".join(prepared.control_words["en"]) not in page
