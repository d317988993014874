"""The clock file: what a session host must not be made to forget, sealed with a key that is drawn from its own.

Rules:
- Written whole, before anything that depends on it is given out; so a process that is killed has forgotten nothing.
- Sealed with HMAC-SHA-256, so that a line that somebody edited is worth nothing.
- On an enrolled host, a file that is missing or does not verify means that grace is over, and that the outage voucher counts
  as used up: nobody wins by taking the file away.

Whoever is root can put an older copy back, as on any machine; what the licence server reports bounds that.
"""

import hmac
from hashlib import sha256
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from calvox.common.errors import BadInput, NotFound, StoreFailed, Tampered
from calvox.common.files import read_whole, write_whole
from calvox.common.i18n import t
from calvox.core.standing import State
from calvox.host.state import HostFolder
from calvox.wire.hostapi import OutageUse

CLOCK = "clock"
LABEL = b"CALVOX-HOST-CLOCK-1"
LIMIT = 4 << 20


class Clock(msgspec.Struct, frozen=True):
    """What the file says."""

    enrolled: int
    """When this machine became a session host, seconds UTC; 0: not known any more."""
    last: int
    """Licensing time is never earlier than this."""
    doubted: int = 0
    """Licensing time at which the machine's clock was found too far ahead; 0: it is believed."""
    state: State = State.GRACE
    warned: int = 0
    """The last warning given of the end of grace, in days left; 0 = none yet."""
    contact: int = 0
    """When a licence server answered last; 0 = never."""
    voucher: bytes = b""
    """The outage voucher that the uses below are of, 16 bytes; empty: none was begun."""
    voucher_server: bytes = b""
    """The licence server that signed it."""
    closed: bool = False
    """Whether no more is given out of it: it is being settled, or its uses are not known any more."""
    uses: tuple[OutageUse, ...] = ()
    """What was given out of it."""


class _Sealed(msgspec.Struct, frozen=True):
    body: bytes
    mac: bytes


def clock_key(host_key: bytes) -> bytes:
    """Draw the sealing key from the key with which this host was enrolled."""
    return HKDF(SHA256(), 32, None, LABEL).derive(host_key)


def seal(clock: Clock, key: bytes) -> bytes:
    """Write and seal."""
    body = msgspec.json.encode(clock)
    return msgspec.json.encode(_Sealed(body, _mac(body, key)))


def unseal(data: bytes, key: bytes) -> Clock:
    """Verify and read.

    Raises:
        Tampered: this key did not seal these bytes.
    """
    try:
        sealed = msgspec.json.decode(data, type=_Sealed)
        if hmac.compare_digest(sealed.mac, _mac(sealed.body, key)):
            return msgspec.json.decode(sealed.body, type=Clock)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Tampered(_CHANGED) from error
    raise Tampered(_CHANGED)


_CHANGED = t("The session host's clock file is not what this host wrote")


def _mac(body: bytes, key: bytes) -> bytes:
    return hmac.new(key, LABEL + body, sha256).digest()


class ClockFile:
    """The clock file of a session host's folder; one process writes it at a time."""

    def __init__(self, folder: HostFolder) -> None:
        self._path = folder.path / CLOCK
        self._key = clock_key(folder.first_key)

    def load(self) -> Clock:
        """Read it.

        Raises:
            Tampered: it is missing, damaged, or was changed.
        """
        try:
            return unseal(read_whole(self._path, limit=LIMIT), self._key)
        except (NotFound, StoreFailed, BadInput) as error:
            raise Tampered(t("The session host's clock file is missing or cannot be read")) from error

    def save(self, clock: Clock) -> Clock:
        """Write it; once this returns, it is on disk."""
        write_whole(self._path, seal(clock, self._key))
        return clock


def last_time(folder: Path) -> int:
    """Tell the time before which it cannot be any more, 0 if nothing is known."""
    try:
        return ClockFile(HostFolder(folder)).load().last
    except (Tampered, NotFound, StoreFailed):
        return 0
