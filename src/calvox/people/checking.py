"""Checking a password: an account's own hash first; a name without an account is the directory's, if there is one.

Rules:
- A wrong password and an unknown name look alike, and cost alike. `attempts` says how they slow down.
- An account's password is never tried with the directory, nor the other way round, so that no answer of the one stands in
  for the other's. An empty password is none.
- A hash that is not the one of which the chain holds the digest is named as tampering, not tried.
"""

import threading
from dataclasses import dataclass, field

from calvox.common.errors import NotLoggedIn, Tampered, TooMany
from calvox.common.i18n import t
from calvox.core.peopling import DirectoryPerson, PersonLocked, password_digest
from calvox.journal.interface import Reader, Transaction
from calvox.people.attempts import (
    EVERY,
    EVERY_ADDRESS,
    EVERY_NAME,
    LONGEST_NAME_LOCK,
    Attempts,
    Place,
    lock_after,
    refuse_until,
)
from calvox.people.known import known_browser
from calvox.people.passwords import password_fits
from calvox.people.store import Directory, Peopled


@dataclass(frozen=True, slots=True)
class _Spot:
    """One name at one place."""

    name: str
    key: str
    network: str
    known: bool
    """Whether this person was let in here before."""


@dataclass(slots=True)
class Checker:
    """Checks passwords, and counts wrong ones; one for a serving process."""

    store: Peopled
    directory: Directory | None = None
    spots: Attempts = field(default_factory=Attempts)
    """Failures by name and place."""
    addresses: Attempts = field(default_factory=lambda: Attempts(EVERY_ADDRESS))
    names: Attempts = field(default_factory=lambda: Attempts(EVERY_NAME, LONGEST_NAME_LOCK))
    """Failures with names that nobody has."""
    directory_names: Attempts = field(default_factory=lambda: Attempts(EVERY, LONGEST_NAME_LOCK))
    """Failures with names that the directory was asked about."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def check(self, name: str, password: str, place: Place) -> DirectoryPerson | None:
        """Check a password; give who it is in the directory, None for an account.

        Raises:
            NotLoggedIn: name or password is wrong.
            TooMany: this name or address is locked.
            Tampered: the password's hash is not the one that was set.
        """
        anew = self.store.roles.command("password", "NAME")
        try:
            return self._check(name, password, place)
        except TooMany as error:
            error.hint = t("The machine’s owner may set a new password: “{password}”.", password=anew)
            raise
        except Tampered as error:
            error.hint = t("Set it anew: “{password}”.", password=anew)
            raise

    def _check(self, name: str, password: str, place: Place) -> DirectoryPerson | None:
        with self.store.journal.read() as reader:
            person = reader.get("person", (name,))
        if self.directory is not None and person is None:
            return self._ask(self.directory, name, password, place)
        spot = self._spot(name, place, person["digest"] if person else b"")
        self._refuse_locked(spot, self.names)
        with self.store.journal.read() as reader:
            hashed = self._hash_of(reader, spot)
        if not password_fits(hashed, password):
            locked = self._failed(spot, None if hashed else self.names)
            if hashed:
                self.store.journal.run(lambda tx: _count_failure(tx, spot, *locked))
            raise _wrong()
        self._forgive(spot, self.names)
        self.store.journal.run(lambda tx: _forgive(tx, spot))
        return None

    def refuse_address(self, address: str) -> None:
        """Refuse an address from which too much was tried.

        Raises:
            TooMany: it is locked.
        """
        with self._lock:
            self.addresses.check(Place(address).network, self.store.world.steady())

    def failed_from(self, address: str) -> None:
        """Count a failure that was about no name."""
        with self._lock:
            self.addresses.failed(Place(address).network, self.store.world.steady())

    def _ask(self, directory: Directory, name: str, password: str, place: Place) -> DirectoryPerson:
        spot = self._spot(directory.full_name(name), place)
        self._refuse_locked(spot, self.directory_names)
        found = directory.find(name, password) if password else None
        if found is None:
            self._failed(spot, self.directory_names)
            raise _wrong()
        self._forgive(spot, self.directory_names)
        return found

    def _spot(self, name: str, place: Place, digest: bytes = b"") -> _Spot:
        """Tell where this is, and whether this person was let in there before; a new password is counted anew."""
        number = known_browser(self.store, name, place.browser) if place.browser else b""
        where = place.session.hex() or number.hex() or place.network
        return _Spot(name, f"{where} {digest.hex()} {name}", place.network, bool(place.session or number))

    def _refuse_locked(self, spot: _Spot, names: Attempts) -> None:
        with self._lock:
            self._refuse(spot, names)

    def _refuse(self, spot: _Spot, names: Attempts) -> None:
        steady = self.store.world.steady()
        self.spots.check(spot.key, steady)
        if not spot.known:
            self.addresses.check(spot.network, steady)
            names.check(spot.name, steady)

    def _failed(self, spot: _Spot, names: Attempts | None) -> tuple[int, int]:
        """Count a failure; give how many there were here, and for how many seconds they lock."""
        steady = self.store.world.steady()
        with self._lock:
            if not spot.known:
                self.addresses.failed(spot.network, steady)
                if names is not None:
                    names.failed(spot.name, steady)
            return self.spots.failed(spot.key, steady)

    def _forgive(self, spot: _Spot, names: Attempts) -> None:
        """Let failures go; a right password is of no use in a lock that came meanwhile."""
        with self._lock:
            self._refuse(spot, names)
            self.spots.forgive(spot.key)
            if not spot.known:
                names.forgive(spot.name)

    def _hash_of(self, reader: Reader, spot: _Spot) -> str:
        person, account = reader.get("person", (spot.name,)), reader.get("account", (spot.name,))
        if person is None:
            return ""
        _refuse_name(reader, spot, self.store.world.now())
        if account is None or password_digest(account["password"]) != person["digest"]:
            raise Tampered(t("The password of {name} is not the one that was set", name=spot.name))
        return str(account["password"])


def _wrong() -> NotLoggedIn:
    return NotLoggedIn(t("Name or password is wrong"))


def _refuse_name(reader: Reader, spot: _Spot, now: int) -> None:
    """Refuse an account's name that is locked wherever it is tried, but where it is known."""
    row = None if spot.known else reader.get("wrong_password", (spot.name,))
    if row is not None:
        refuse_until(row["until"], now)


def _forgive(tx: Transaction, spot: _Spot) -> None:
    """Let an account's failures go; those that others made elsewhere stay."""
    if not spot.known:
        _refuse_name(tx, spot, tx.now)
        tx.drop("wrong_password", (spot.name,))


def _count_failure(tx: Transaction, spot: _Spot, here: int, seconds: int) -> None:
    """Count a failure with an account's name, and enter the locks that it brings: here, and wherever it is tried."""
    if tx.get("person", (spot.name,)) is None:
        return
    if seconds:
        tx.append(PersonLocked(person=spot.name, failures=here, seconds=seconds))
    if spot.known:
        return
    row = tx.get("wrong_password", (spot.name,))
    failures = (row["failures"] if row else 0) + 1
    everywhere = lock_after(failures, EVERY_NAME, LONGEST_NAME_LOCK)
    if everywhere:
        tx.append(PersonLocked(person=spot.name, failures=failures, seconds=everywhere))
    until = max(row["until"] if row else 0, tx.now + everywhere if everywhere else 0)
    tx.put("wrong_password", {"person": spot.name, "failures": failures, "until": until})
