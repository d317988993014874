"""What a session host keeps in its folder: its key and certificate, the server it trusts, the CALs it holds.

A CAL's file holds the token as it came; whoever reads it verifies it again, so a changed file is worth nothing.
"""

from contextlib import suppress
from pathlib import Path
from typing import TypeVar

import msgspec

from calvox.common.errors import BadInput, Conflict, NotFound, StoreFailed
from calvox.common.files import read_whole, write_whole
from calvox.common.i18n import t
from calvox.trust.tokens import Pinned

KEY, CERTIFICATE, AUTHORITY, ENROLMENT, CALS = "host.key", "host.pem", "authority.pem", "enrolment.json", "cals"


T = TypeVar("T")


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

    @property
    def pinned(self) -> Pinned:
        """What tokens are verified against."""
        return Pinned(self.server_id, self.epoch, self.public_key)


class StoredCal(msgspec.Struct, frozen=True):
    """A CAL in the folder."""

    name: str
    """How people call its holder."""
    holder: bytes
    """32 bytes."""
    token: bytes
    """As the server gave it."""


class HostFolder:
    """The folder of one session host."""

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

    def begin(self, key: bytes) -> bytes:
        """Keep the key of an enrolment that is under way; one that was begun before goes on with its own key.

        Raises:
            Conflict: this host is enrolled already.
        """
        if (self.path / ENROLMENT).exists():
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
        write_whole(self.path / ENROLMENT, msgspec.json.encode(enrolled))

    def keep(self, cal: StoredCal) -> None:
        """Keep a CAL, in place of the one that its holder had."""
        write_whole(self._file(cal.holder), msgspec.json.encode(cal))

    def forget(self, holder: bytes) -> None:
        """Forget a holder's CAL."""
        self._file(holder).unlink(missing_ok=True)

    def _file(self, holder: bytes) -> Path:
        return self.path / CALS / f"{holder.hex()}.json"

    def cals(self) -> list[StoredCal]:
        """Read the CALs; what their tokens are worth is for the caller to verify. A damaged file holds none."""
        found = []
        for file in sorted((self.path / CALS).glob("*.json")):
            with suppress(BadInput, NotFound, StoreFailed):
                found.append(_decode(read_whole(file), StoredCal, file))
        return found


def _decode(data: bytes, kind: type[T], path: Path) -> T:
    try:
        return msgspec.json.decode(data, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(t("{path}: {why}", path=str(path), why=str(error))) from error
