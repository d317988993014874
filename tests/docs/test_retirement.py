"""The page about a licence server's end is true: its commands are run one after the other, and each call is really held."""

import re
import time
from pathlib import Path

import pytest

from calvox.apps.centre.process import CARD, Founding, found
from calvox.apps.licence_server.call_cases import PrepareCall
from calvox.centre.agreements import AddAgreement, NewCaller, NewLine, add_agreement
from calvox.centre.keys import Signer, unlock
from calvox.common.files import read_whole
from calvox.core.products import CalType, Programme
from calvox.server.call import PackWish
from calvox.server.found import found as found_server
from calvox.wire.card import Telephone, read_card
from tests.centre.world import COST, V2022, Centre
from tests.docs.doing import CODE_LINE, Doer
from tests.flows.moving import called, owner_of, settings_of
from tests.world import PARTS

DOCS = Path(__file__).parents[2] / "docs"
PAGE = "retirement.md"
NUMBER, CALLER, WORD = 786_543_210_987, "Anne Martin", "lighthouse"
PASSPHRASE = "a passphrase for trying"
SETTINGS = '[centre]\nfolder = "centre"\n[server]\nfolder = "server"\n'


class Mover(Doer):
    """Keeps apart the two server IDs and the proof that a screen may show: each is asked for by its own name on the page."""

    def _learn(self, screen: str) -> None:
        """Take the last code of each length; of a re-enrolment the first ID is read out, and the second is the old one."""
        before, sign, after = screen.partition("Old Calvox server ID")
        super()._learn(before if sign else screen)
        if sign:
            self.known["OLD-ID"] = _words(after, 3)
        if "Retirement proof" in screen:
            own, _, proof = screen.partition("Retirement proof")
            self.known |= {"OLD-ID": _words(own, 3), "PROOF": _words(proof, 2)}


def _words(screen: str, lines: int) -> str:
    found = [text for _, text in CODE_LINE.findall(screen)][:lines]
    assert len(found) == lines, screen
    return " ".join(found)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a folder with a centre, its agreement, and an activated licence server that was made on another machine."""
    (tmp_path / "calvox.toml").write_text(SETTINGS, "utf-8")
    centre = Centre(tmp_path / "centre", now=int(time.time()))
    phone = Telephone("GB", "+44 20 7946 0000", "Mon-Fri 8-18")
    found(centre.folder, Founding("Centre Alpha", [phone]), PASSPHRASE, centre.world, cost=COST)
    centre.open()
    centre.context._unlock = lambda: _unlocked(centre)
    lines = (NewLine(CalType.DEVICE, V2022, 20), NewLine(CalType.USER, V2022, 50))
    callers = (NewCaller(CALLER, WORD, "+44 20 7946 0001"),)
    add_agreement(
        centre.context, AddAgreement("Test Works", Programme.OPEN, "TEST-1", "TEST-2", lines, callers, NUMBER), "op"
    )
    server = tmp_path / "server"
    card = read_card(read_whole(centre.folder / CARD))
    found_server(settings_of(server), card, "anne", "no hash", "anne", parts=PARTS)
    wishes = tuple(PackWish(kind, "2022", count, "open", str(NUMBER)) for kind, count in (("device", 20), ("user", 50)))
    owner_of(server).call("call-prepare", PrepareCall(True, wishes))
    called(server, centre, caller=CALLER, call_word=WORD, agreement=NUMBER)
    centre.context.close()
    return tmp_path


def _unlocked(centre: Centre) -> Signer:
    return unlock(centre.folder, PASSPHRASE)


@pytest.mark.timeout(240)
def test_the_page_can_be_done(folder: Path) -> None:
    """Frozen and thawed, enrolled anew on this machine, erased, and migrated with everything that was signed in both epochs."""
    doer = Mover(folder)
    doer.do((DOCS / PAGE).read_text("utf-8"))
    assert len(doer.ran) >= 12
    assert (folder / "server" / "retired.json").exists()
    assert (folder / "packs.json").exists()


def test_no_command_is_left_out() -> None:
    """Each `$` line of the page stands in a block that is run."""
    page = (DOCS / PAGE).read_text("utf-8")
    run = re.findall(r"^```console\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert sum(block.count("\n$ ") + block.startswith("$ ") for block in run) == len(re.findall(r"^ *\$ ", page, re.M))
