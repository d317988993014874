"""What a session host keeps in its folder: its key and certificate, the server it trusts, the CALs it holds.

A CAL's file holds the token as it came; whoever reads it verifies it again, so a changed file is worth nothing. A host that
is enrolled with several licence servers keeps the first enrolment in the folder itself, and each further one in a folder of
its own below it. The key of the first enrolment stays as it is; a renewed certificate comes in one file with its own key, so
that both are taken up in one step.
"""

from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import msgspec

from calvox.common.errors import BadInput, Conflict, NotFound, StoreFailed
from calvox.common.files import read_whole, write_whole
from calvox.common.i18n import t
from calvox.trust.certificates import key_hash
from calvox.trust.tokens import Pinned, Token

KEY, CERTIFICATE, AUTHORITY, ENROLMENT, CALS = "host.key", "host.pem", "authority.pem", "enrolment.json", "cals"
RENEWED, NEXT_KEY, MORE = "renewed.pem", "next.key", "enrolments"
MOST_SERVERS = 16
MOST_FORMER = 8
"""IDs of earlier epochs that are remembered: a token lives 90 days at most."""


T = TypeVar("T")


class Former(msgspec.Struct, frozen=True):
    """An ID that the licence server had in an earlier epoch; its tokens are good to their end."""

    server_id: bytes
    """18 bytes."""
    epoch: int


class Enrolled(msgspec.Struct, frozen=True):
    """Whom this host was enrolled with."""

    server: str
    """Address of the licence server, https://…"""
    host: bytes
    """16 bytes."""
    name: str
    version: int
    server_id: bytes
    """18 bytes."""
    epoch: int
    public_key: bytes
    """The server's token key, 32 bytes."""
    former: tuple[Former, ...] = ()
    """The IDs that this host knew before it followed the server into later epochs, the last one first."""

    @property
    def pinned(self) -> Pinned:
        """What the server signs now is verified against."""
        return Pinned(self.server_id, self.epoch, self.public_key)

    @property
    def pins(self) -> tuple[Pinned, ...]:
        """What was signed at any time is verified against, the present first."""
        return (self.pinned, *(Pinned(one.server_id, one.epoch, self.public_key) for one in self.former))

    def knows(self, server_id: bytes) -> bool:
        """Tell whether a server ID is, or was, this licence server's."""
        return any(one.server_id == server_id for one in self.pins)

    def pinned_for(self, token: bytes) -> Pinned:
        """Choose what a token is verified against.

        Raises:
            BadToken: these bytes are no token.
        """
        if not self.former:
            return self.pinned
        said = Token.from_bytes(token).seal.server_id
        return next((one for one in self.pins if one.server_id == said), self.pinned)

    def following(self, server_id: bytes, epoch: int) -> "Enrolled":
        """Follow the licence server into a later epoch."""
        former = (Former(self.server_id, self.epoch), *self.former)[:MOST_FORMER]
        return msgspec.structs.replace(self, server_id=server_id, epoch=epoch, former=former)


class StoredCal(msgspec.Struct, frozen=True):
    """A CAL in the folder."""

    name: str
    """How people call its holder."""
    holder: bytes
    """32 bytes."""
    token: bytes
    """As the server gave it."""
    process: str = ""
    """Per session: the process with whose end the session ends; see `calvox.host.processes`. Empty: not known."""
    used: int = 0
    """When its holder asked for it last, seconds UTC."""


class HostFolder:
    """The folder of a session host, or of one of its further enrolments."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def enrolled(self) -> Enrolled:
        """Read whom this host was enrolled with.

        Raises:
            NotFound: it was not.
        """
        try:
            data = read_whole(self.path / ENROLMENT)
        except NotFound as error:
            raise NotFound(
                t("This session host is not enrolled ({path})", path=str(self.path)),
                hint=t("Make a code with “calvox server enrolment-code”, then “calvox host enrol”."),
            ) from error
        return _decode(data, Enrolled, self.path / ENROLMENT)

    @property
    def is_enrolled(self) -> bool:
        """Whether an enrolment was finished here."""
        return (self.path / ENROLMENT).exists()

    @property
    def first_key(self) -> bytes:
        """The key with which this host was enrolled; it never changes."""
        return read_whole(self.path / KEY)

    @property
    def pair(self) -> tuple[Path, Path]:
        """Where certificate and key lie."""
        renewed = self.path / RENEWED
        return (renewed, renewed) if renewed.exists() else (self.path / CERTIFICATE, self.path / KEY)

    def next_key(self, key: bytes) -> bytes:
        """Keep the key of a renewal that is under way; one that was begun before goes on with its own."""
        if not (self.path / NEXT_KEY).exists():
            write_whole(self.path / NEXT_KEY, key)
        return read_whole(self.path / NEXT_KEY)

    def renew(self, key: bytes, certificate: str, authority: str) -> None:
        """Take up the next certificate: before the second file is in place the old one counts, afterwards the new one."""
        write_whole(self.path / AUTHORITY, authority.encode())
        write_whole(self.path / RENEWED, certificate.encode() + key)
        (self.path / NEXT_KEY).unlink(missing_ok=True)

    def begin(self, key: bytes) -> bytes:
        """Keep the key of an enrolment that is under way; one that was begun before goes on with its own key.

        Raises:
            Conflict: this host is enrolled already.
        """
        if self.is_enrolled:
            raise Conflict(t("This session host is enrolled already ({path})", path=str(self.path)))
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        (self.path / CALS).mkdir(exist_ok=True, mode=0o700)
        if not (self.path / KEY).exists():
            write_whole(self.path / KEY, key)
        return read_whole(self.path / KEY)

    def finish(self, enrolled: Enrolled, certificate: str, authority: str) -> None:
        """Keep what the enrolment brought; the last file written makes it count."""
        write_whole(self.path / CERTIFICATE, certificate.encode())
        write_whole(self.path / AUTHORITY, authority.encode())
        self.follow(enrolled)

    def follow(self, enrolled: Enrolled) -> None:
        """Keep whom this host is enrolled with."""
        write_whole(self.path / ENROLMENT, msgspec.json.encode(enrolled))

    def keep(self, cal: StoredCal) -> None:
        """Keep a CAL, in place of the one that its holder had."""
        write_whole(self._file(cal.holder), msgspec.json.encode(cal))

    def forget(self, holder: bytes) -> None:
        """Forget a holder's CAL."""
        self._file(holder).unlink(missing_ok=True)

    def _file(self, holder: bytes) -> Path:
        return self.path / CALS / f"{holder.hex()}.json"

    def cal(self, holder: bytes) -> StoredCal | None:
        """Read the CAL of one holder."""
        with suppress(BadInput, NotFound, StoreFailed):
            return _decode(read_whole(self._file(holder)), StoredCal, self._file(holder))
        return None

    def cals(self) -> list[StoredCal]:
        """Read the CALs; what their tokens are worth is for the caller to verify. A damaged file holds none."""
        found = []
        for file in sorted((self.path / CALS).glob("*.json")):
            with suppress(BadInput, NotFound, StoreFailed):
                found.append(_decode(read_whole(file), StoredCal, file))
        return found


def enrolments(path: Path) -> list[HostFolder]:
    """List the folders of all finished enrolments, the first one first; none if this host is not enrolled."""
    numbered = sorted((path / MORE).glob("[0-9]*"), key=lambda folder: (len(folder.name), folder.name))
    return [folder for folder in map(HostFolder, [path, *numbered]) if folder.is_enrolled]


def folder_for(path: Path, server: str, authority: bytes) -> HostFolder:
    """Choose where an enrolment with one more licence server goes.

    Raises:
        Conflict: this host is enrolled with it already.
        BadInput: it is enrolled with too many.
    """
    for one in enrolments(path):
        if one.enrolled.server == server or key_hash(read_whole(one.path / AUTHORITY)) == key_hash(authority):
            raise Conflict(t("This session host is enrolled already ({path})", path=str(one.path)))
    places = [path, *(path / MORE / str(number) for number in range(2, MOST_SERVERS + 1))]
    free = next((place for place in places if not HostFolder(place).is_enrolled), None)
    if free is None:
        raise BadInput(t("A session host is enrolled with {most} licence servers at most", most=MOST_SERVERS))
    return HostFolder(free)


def _decode(data: bytes, kind: type[T], path: Path) -> T:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(t("{path}: {why}", path=str(path), why=str(error))) from error
