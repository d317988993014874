"""An activation centre in a folder, with a clock that stands still: what tests of the call desk share."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher

from calvox.apps.centre.process import Founding, found, open_centre
from calvox.centre import callers
from calvox.centre.agreements import AddAgreement, NewCaller, NewLine, add_agreement
from calvox.centre.calls import AskedLine, PrepareCall, Prepared
from calvox.centre.context import Context
from calvox.centre.desk import prepare
from calvox.centre.keys import Signer, unlock
from calvox.centre.refusals import Reason, Refusal
from calvox.centre.signing import SignCall, Signed, sign_call
from calvox.common.clock import World
from calvox.common.settings import Centre as Chosen
from calvox.core.book import Fact
from calvox.core.products import CalType, Programme
from calvox.people import passwords
from calvox.wire.card import Telephone
from calvox.wire.phone.identity import server_id

START = 1_800_000_000
"""2027-01-15 08:00 UTC."""
PASSPHRASE = "correct horse battery"
COST = 1 << 10
AGREEMENT, OTHER_AGREEMENT = 123_456_789_012, 210_987_654_321
CALLER, CALL_WORD = "Élodie Martin", "mimosa jaune"
OTHER_CALLER = "Paul Petit"
SECRET = 0x1234_5678_9ABC
SERVER, OTHER_SERVER = server_id(SECRET, epoch=1), server_id(SECRET + 1, epoch=1)
V2022, V2025 = 7, 8
PHONES = [Telephone("FR", "+33 1 23 45 67 89", "lun-ven 9-18"), Telephone("BE", "+32 2 123 45 67", "24/7")]


class BrokenSigner:
    """A key that fails as a power cut between registering and signing would."""

    def sign(self, message: bytes) -> bytes:
        raise PowerCut


class PowerCut(Exception):
    """Everything stops here."""


@dataclass
class Centre:
    """A centre that is open, and may be closed and opened again."""

    folder: Path
    now: int = START
    drawn: int = 0
    signer: Signer | None = None
    context: Context = field(init=False)

    def random(self, size: int) -> bytes:
        """Draw bytes that are different each time, and the same in each run."""
        self.drawn += 1
        return self.drawn.to_bytes(size, "big")

    @property
    def world(self) -> World:
        """This centre's clock and randomness."""
        return World(now=lambda: self.now, random=self.random)

    def found(self) -> None:
        """Make it and open it."""
        found(self.folder, Founding("Centre d'essai", PHONES), PASSPHRASE, self.world, cost=COST)
        self.open()

    def open(self) -> None:
        """Open it, with a key that is unlocked at once."""
        self.context = open_centre(Chosen(folder=str(self.folder)), None, self.world)
        self.context._unlock = lambda: self.signer or unlock(self.folder, PASSPHRASE)

    def reopen(self) -> None:
        """Close it and open it again."""
        self.context.close()
        self.open()

    def agree(
        self, *lines: NewLine, number: int = AGREEMENT, callers: tuple[str, ...] = (CALLER,), **more: Any
    ) -> None:
        """Enter an agreement."""
        asked: dict[str, Any] = {"customer": "Mairie", "programme": Programme.OPEN, "sku": "6VC-1", "proof": "P-1"}
        people = tuple(NewCaller(name, CALL_WORD, "+33 6") for name in callers)
        add_agreement(
            self.context, AddAgreement(**asked | {"number": number, "lines": lines, "callers": people} | more), "op"
        )

    def ask(self, *lines: AskedLine, **more: Any) -> Prepared | Refusal:
        """Prepare a call."""
        asked: dict[str, Any] = {"caller": CALLER, "call_word": CALL_WORD, "server_id": SERVER.hex()}
        return prepare(self.context, PrepareCall(**asked | {"agreement": AGREEMENT, "lines": lines} | more), "op")

    def prepared(self, *lines: AskedLine, **more: Any) -> Prepared:
        """Prepare a call that is not refused."""
        answer = self.ask(*lines, **more)
        assert isinstance(answer, Prepared), answer
        return answer

    def refused(self, *lines: AskedLine, **more: Any) -> Reason:
        """Prepare a call that is refused, and tell why; it is recorded."""
        before = self.facts("CallRefused")
        answer = self.ask(*lines, **more)
        assert isinstance(answer, Refusal), answer
        assert str(answer.text)
        assert [getattr(fact, "reason", "") for fact in self.facts("CallRefused")[len(before) :]] == [answer.reason]
        return answer.reason

    def sign(self, call: str, *, agreed: bool = True) -> Signed | Refusal:
        """Sign a call."""
        return sign_call(self.context, SignCall(call, agreed), "op")

    def signed(self, *lines: AskedLine, **more: Any) -> Signed:
        """Hold a call to its end."""
        answer = self.sign(self.prepared(*lines, **more).call)
        assert isinstance(answer, Signed), answer
        return answer

    def facts(self, kind: str = "") -> list[Fact]:
        """Read what was entered, all or of one kind."""
        with self.context.journal.read() as reader:
            return [reader.fact(entry) for entry in list(reader.entries()) if kind in ("", entry.kind)]

    def taken(self, line: int = 1, agreement: int = AGREEMENT) -> int:
        """Tell how much of a line is taken."""
        with self.context.journal.read() as reader:
            return int((reader.get("line", (agreement, line)) or {})["taken"])


def make_centre(folder: Path) -> Iterator[Centre]:
    """Make a centre with an agreement for 100 device CALs 2022, 10 user CALs 2025 until 2028 and sessions."""
    centre = Centre(folder)
    centre.found()
    centre.agree(
        NewLine(CalType.DEVICE, V2022, 100),
        NewLine(CalType.USER, V2025, 10, ends=START + 400 * 86_400),
        NewLine(CalType.SESSION, V2022, 5),
    )
    try:
        yield centre
    finally:
        centre.context.close()


def lighten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make call words and passwords cheap to check: their cost is in the hash itself."""
    for module in (callers, passwords):
        monkeypatch.setattr(module, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


def device(quantity: int, sequence: int, *, version: int = V2022, expiry: int = 0) -> AskedLine:
    """Ask for CALs per device."""
    return AskedLine(CalType.DEVICE, version, quantity, sequence, expiry)


def user(quantity: int, sequence: int, *, version: int = V2025, expiry: int = 0) -> AskedLine:
    """Ask for CALs per user."""
    return AskedLine(CalType.USER, version, quantity, sequence, expiry)
