"""A whole site in one folder: an activation centre on the telephone, a licence server, session hosts, and one clock.

Given a site with a pack of 20, a test reads as the story goes:

    site = Site.founded(tmp_path)
    site.activate(wish("device", "2022", 20))
    host = site.enrol("rdsh-1", "2022")
    cal = host.acquire(CalType.DEVICE, "pc-1", authenticated=True)

Everything but the voices is real: the codes are signed, spoken, typed group by group, verified and entered in a ledger on
disk. Time stands still until a test moves it; chance is drawn from a seed.
"""

import json
import random
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import msgspec

from calvox.centre.bls import public_key, sign
from calvox.common.clock import DAY, World, day_of
from calvox.common.settings import Interface, Server, Settings
from calvox.core.book import Row
from calvox.core.deciding import Refused
from calvox.core.entries import CalExpired, CalIssued, CalReleased, CalReleasedByHand, CalRevoked
from calvox.core.holders import holder_of
from calvox.core.products import CalType, version_named
from calvox.journal.interface import Reader, Transaction
from calvox.server.call import OpenCall, PackWish, id_of, prepare
from calvox.server.confirm import Answer, Done, Misheard, Progress, enter_group, finish
from calvox.server.expire import sweep
from calvox.server.found import found
from calvox.server.hosts import enrol, make_enrolment_code
from calvox.server.issue import Granted, HolderAsk, acquire, token_of
from calvox.server.release import release
from calvox.server.store import LicenceServer, open_server
from calvox.trust.certificates import make_signing_request, new_key
from calvox.trust.enrolment import EnrolmentCode
from calvox.trust.tokens import Claims, Pinned, check_token
from calvox.wire.card import CentreCard, Telephone
from calvox.wire.hostapi import EnrolAnswer
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.confirmation import confirmation_code
from calvox.wire.phone.forms import Form, write
from calvox.wire.phone.message import Kind, message

VECTORS = Path(__file__).parent / "vectors"
NOON = 1_800_014_400
"""2027-01-15 12:00 UTC, when every story begins."""
AGREEMENT = "123456789012"
PARTS = {"machine-id": "0123456789abcdef", "mac": "02:00:00:00:00:01"}


class Clock:
    """A clock that only a test moves: forward as time passes, or to anywhere as somebody sets it."""

    def __init__(self, moment: int = NOON) -> None:
        self._shown, self._passed = moment, 0

    def __call__(self) -> int:
        return self._shown

    @property
    def moment(self) -> int:
        """What it shows; a later moment that is assigned has really come."""
        return self._shown

    @moment.setter
    def moment(self, moment: int) -> None:
        self._passed += max(0, moment - self._shown)
        self._shown = moment

    def later(self, *, days: float = 0, seconds: int = 0) -> None:
        """Let time pass; negative amounts set the clock back."""
        self.moment += int(days * DAY) + seconds

    def set(self, moment: int) -> None:
        """Set the clock, as somebody may who has a hand on the machine: no time passes."""
        self._shown = moment

    def ran(self) -> float:
        """Tell how much time has really passed, in seconds."""
        return float(self._passed)


@dataclass(frozen=True)
class Centre:
    """An activation centre that agrees to everything."""

    secret: int
    """Its signing key."""

    @classmethod
    def of_the_vectors(cls) -> Self:
        """Take the key of the published vectors, which is good for tests only."""
        data = json.loads((VECTORS / "phone-codes.json").read_text(encoding="utf-8"))
        return cls(int(data["centre_secret_key_for_tests_only"], 16))

    @property
    def card(self) -> CentreCard:
        """Its card, as its customers get it."""
        phone = Telephone("FR", "+33 1 99 00 12 34", "9-18")
        return CentreCard(name="Centre d'essai", public_key=public_key(self.secret).hex(), telephones=[phone])

    def sign(self, kind: Kind, server_id: bytes, requests: Sequence[bytes], day: int) -> bytes:
        """Sign what a call is about: 48 bytes."""
        return sign(self.secret, message(kind, server_id, requests, day))

    def reads(
        self, kind: Kind, server_id: bytes, requests: Sequence[bytes], day: int, form: Form = Form.WORDS_FR
    ) -> list[str]:
        """Read a confirmation out, group by group."""
        code = confirmation_code(kind, self.sign(kind, server_id, requests, day))
        return write(form, CodeType.CONFIRMATION, code)


CENTRE = Centre.of_the_vectors()


def wish(cal_type: str, version: str, quantity: int, *, ends: str = "") -> PackWish:
    """Want a pack on the site's one agreement."""
    return PackWish(cal_type, version, quantity, "open", AGREEMENT, ends)


STOCK = (wish("device", "2022", 2), wish("user", "2022", 2), wish("session", "2022", 2))
"""Packs 1, 2 and 3 of a stocked site: two CALs of each type."""


@dataclass(frozen=True)
class Cal:
    """A CAL as a session host gets it."""

    row: Row
    """Its row in the ledger."""
    claims: Claims
    """What its token says, verified as the host does."""
    token: bytes
    """The token."""


@dataclass(frozen=True)
class SessionHost:
    """A session host that is enrolled with the site's licence server."""

    site: "Site"
    """Where it stands."""
    enrolled: EnrolAnswer
    """What its enrolment brought."""

    def ask(self, cal_type: CalType, name: str, *, authenticated: bool = False) -> HolderAsk:
        """Say what this host would ask for a holder."""
        holder, own = holder_of(cal_type, name), self.enrolled
        return HolderAsk(cal_type, holder, name, own.host, own.version, authenticated)

    def acquire(self, cal_type: CalType, name: str, *, authenticated: bool = False) -> Cal | Refused:
        """Ask for a holder's CAL."""
        asked, server = self.ask(cal_type, name, authenticated=authenticated), self.site.server
        done = server.journal.run(acquire(server, asked))
        if isinstance(done.value, Refused):
            return done.value
        return self._verified(asked, done.value, token_of(done))

    def cal(self, cal_type: CalType, name: str, *, authenticated: bool = False) -> Cal:
        """Ask for a holder's CAL that must not be refused."""
        answer = self.acquire(cal_type, name, authenticated=authenticated)
        assert isinstance(answer, Cal), answer
        return answer

    def permanent(self, name: str) -> Cal:
        """Let a device come twice, so that it has its permanent CAL."""
        self.cal(CalType.DEVICE, name)
        cal = self.cal(CalType.DEVICE, name, authenticated=True)
        assert not cal.row["temporary"]
        return cal

    def release(self, cal_id: bytes) -> None:
        """Give a session's CAL back."""
        self.site.server.journal.run(release(cal_id, self.enrolled.host))

    def _verified(self, asked: HolderAsk, granted: Granted, token: bytes) -> Cal:
        own = self.enrolled
        pinned = Pinned(own.server_id, own.epoch, own.public_key)
        fits: dict[str, Any] = {"host": own.host, "holder": asked.holder, "host_version": own.version}
        return Cal(granted.cal, check_token(token, pinned, at=self.site.clock(), **fits), token)


@dataclass
class Site:
    """One licence server in this process, its centre and its clock."""

    settings: Settings
    clock: Clock
    chance: random.Random
    server: LicenceServer = field(init=False)
    """The licence server, open."""

    @classmethod
    def founded(
        cls, folder: Path, *, now: int = NOON, seed: int = 1, parts: Mapping[str, str] | None = PARTS, **chosen: Any
    ) -> Self:
        """Make a licence server in a folder, on this machine if it has no parts, and open it; `chosen` are its settings."""
        settings = Settings(server=Server(folder=str(folder / "server"), **chosen))
        site = cls(settings, Clock(now), random.Random(seed))
        found(settings, CENTRE.card, "ada", "no hash", "ada", site.world, parts)
        site.open()
        return site

    @property
    def world(self) -> World:
        """The clock and chance that the server is given."""
        return World(now=self.clock, random=self.chance.randbytes, steady=self.clock.ran)

    @property
    def folder(self) -> Path:
        """Where the server's files lie."""
        return Path(self.settings.server.folder)

    @property
    def server_id(self) -> bytes:
        """The server's ID, 18 bytes."""
        return self.server.keys.identity.server_id

    def open(self) -> None:
        """Open the server, as a process does when it starts."""
        self.server = open_server(self.settings, self.world)

    def close(self) -> None:
        """Close the server, as a process does when it ends."""
        self.server.close()

    def restart(self, *, zone: str = "", **chosen: Any) -> None:
        """Close the server and open it again, with another zone and other settings if given."""
        self.close()
        server = msgspec.structs.replace(self.settings.server, **chosen)
        interface = Interface(zone=zone) if zone else self.settings.interface
        self.settings = msgspec.structs.replace(self.settings, server=server, interface=interface)
        self.open()

    def copy(self, folder: Path, *, seed: int = 1) -> "Site":
        """Copy a closed site into another folder; the copy is closed."""
        shutil.copytree(self.folder, folder / "server")
        settings = msgspec.structs.replace(
            self.settings, server=msgspec.structs.replace(self.settings.server, folder=str(folder / "server"))
        )
        return Site(settings, Clock(self.clock.moment), random.Random(seed))

    def activate(self, *packs: PackWish) -> Done:
        """Make the call that activates the server, with its first packs."""
        return self.call(activate=True, packs=packs)

    def install(self, *packs: PackWish) -> Done:
        """Make a call that installs packs."""
        return self.call(activate=False, packs=packs)

    def call(self, *, activate: bool, packs: Sequence[PackWish]) -> Done:
        """Make a whole call: prepare it, listen, type, finish."""
        call = self.prepare(*packs, activate=activate)
        self.type(self.reads(call))
        answer = self.finish()
        assert isinstance(answer, Done), answer
        return answer

    def prepare(self, *packs: PackWish, activate: bool = False) -> OpenCall:
        """Prepare a call."""
        return prepare(self.server, activate=activate, wishes=packs, by="ada")

    def reads(self, call: OpenCall, *, day: int | None = None, form: Form = Form.WORDS_FR) -> list[str]:
        """Let the centre read the confirmation of a call out."""
        signed = day_of(self.clock()) if day is None else day
        return CENTRE.reads(Kind(call.kind), id_of(self.server, call), call.requests, signed, form)

    def type(self, groups: Sequence[str], form: Form = Form.WORDS_FR) -> list[Misheard | Progress]:
        """Type groups from the first on, as they were heard."""
        return [enter_group(self.server, form, number, text, "fr") for number, text in enumerate(groups, start=1)]

    def finish(self) -> Answer:
        """End the dictation."""
        return finish(self.server, "ada")

    def enrol(self, name: str, version: str) -> SessionHost:
        """Enrol a session host by a one-time code."""
        code = EnrolmentCode.read(make_enrolment_code(self.server, name, version, "ada", approved=True).code)
        request = make_signing_request(new_key(), name)
        enrolled = enrol(self.server, code.stored_hash(), request)
        assert enrolled.version == version_named(version)
        return SessionHost(self, enrolled)

    def sweep(self) -> int:
        """Let what has ended go back, as the serving process does now and then."""
        return self.server.journal.run(sweep).value

    def run(self, work: Callable[[Transaction], Any]) -> Any:
        """Do some work in the ledger."""
        return self.server.journal.run(work).value

    def read(self, look: Callable[[Reader], Any]) -> Any:
        """Look at the ledger."""
        with self.server.journal.read() as reader:
            return look(reader)

    def rows(self, table: str, **where: Any) -> list[Row]:
        """Read rows of the ledger."""
        return list(self.read(lambda reader: list(reader.select(table, where))))

    def entries(self) -> list[str]:
        """Name the ledger's entries in order."""
        return [entry.kind for entry in self.read(lambda reader: list(reader.entries()))]

    def issued(self) -> dict[int, int]:
        """Count, pack by pack, the CALs that are out."""
        return {row["sequence"]: row["issued"] for row in self.rows("pack")}


def cals_by_pack(site: Site) -> dict[int, int]:
    """Count the CALs of each pack by going through the ledger's entries, without its tables."""
    out: dict[bytes, int] = {}
    for fact in site.read(lambda reader: [reader.fact(entry) for entry in reader.entries()]):
        match fact:
            case CalIssued(cal_id=cal_id, pack=pack, replaces=replaces):
                out[cal_id] = pack
                out.pop(replaces, None)
            case CalReleased() | CalExpired() | CalReleasedByHand() | CalRevoked():
                del out[fact.cal_id]
    return {row["sequence"]: sum(pack == row["sequence"] for pack in out.values()) for row in site.rows("pack")}
