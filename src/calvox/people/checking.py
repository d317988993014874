"""Checking a password: an account's own hash first; a name without an account is the directory's, if there is one.

Rules:
- A wrong password and an unknown name look alike, and cost alike. `attempts` says how they slow down.
- An account's password is never tried with the directory, nor the other way round, so that no answer of the one stands in
  for the other's. An empty password is none.
- A hash that is not the one of which the chain holds the digest is named as tampering, not tried.
"""

import threading
from dataclasses import dataclass, field

from calvox.common.errors import NotLoggedIn, Tampered
from calvox.common.i18n import t
from calvox.core.peopling import DirectoryPerson, PersonLocked, password_digest
from calvox.journal.interface import Reader, Transaction
from calvox.people.attempts import EVERY_ADDRESS, Attempts, lock_after, refuse_until
from calvox.people.passwords import password_fits
from calvox.people.store import Directory, Peopled


@dataclass(slots=True)
class Checker:
    """Checks passwords, and counts wrong ones; one for a serving process."""

    store: Peopled
    directory: Directory | None = None
    names: Attempts = field(default_factory=Attempts)
    """Failures with names that have no account."""
    addresses: Attempts = field(default_factory=lambda: Attempts(EVERY_ADDRESS))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def check(self, name: str, password: str, address: str) -> DirectoryPerson | None:
        """Check a password; give who it is in the directory, None for an account.

        Raises:
            NotLoggedIn: name or password is wrong.
            TooMany: this name or address is locked.
            Tampered: the password's hash is not the one that was set.
        """
        with self.store.journal.read() as reader:
            own = reader.get("person", (name,)) is not None
        if self.directory is not None and not own:
            return self._ask(self.directory, name, password, address)
        self._refuse_locked(name, address)
        with self.store.journal.read() as reader:
            hashed = self._hash_of(reader, name)
        if not password_fits(hashed, password):
            self._failed("" if hashed else name, address)
            if hashed:
                self.store.journal.run(lambda tx: _count_failure(tx, name))
            raise _wrong()
        self.store.journal.run(lambda tx: _forgive(tx, name))
        return None

    def refuse_address(self, address: str) -> None:
        """Refuse an address from which too much was tried.

        Raises:
            TooMany: it is locked.
        """
        with self._lock:
            self.addresses.check(address, self.store.world.steady())

    def failed_from(self, address: str) -> None:
        """Count a failure that was about no name."""
        self._failed("", address)

    def _ask(self, directory: Directory, name: str, password: str, address: str) -> DirectoryPerson:
        full = directory.full_name(name)
        self._refuse_locked(full, address)
        found = directory.find(name, password) if password else None
        if found is None:
            self._failed(full, address)
            raise _wrong()
        with self._lock:
            self.names.check(full, self.store.world.steady())
            self.names.forgive(full)
        return found

    def _refuse_locked(self, name: str, address: str) -> None:
        steady = self.store.world.steady()
        with self._lock:
            self.addresses.check(address, steady)
            self.names.check(name, steady)

    def _failed(self, name: str, address: str) -> None:
        steady = self.store.world.steady()
        with self._lock:
            self.addresses.failed(address, steady)
            if name:
                self.names.failed(name, steady)

    def _hash_of(self, reader: Reader, name: str) -> str:
        person, account = reader.get("person", (name,)), reader.get("account", (name,))
        if person is None:
            return ""
        _refuse_locked(reader, name, self.store.world.now())
        if account is None or password_digest(account["password"]) != person["digest"]:
            raise Tampered(
                t("The password of {name} is not the one that was set", name=name),
                hint=t("Set it anew: “calvox people password NAME”."),
            )
        return str(account["password"])


def _wrong() -> NotLoggedIn:
    return NotLoggedIn(t("Name or password is wrong"))


def _refuse_locked(reader: Reader, name: str, now: int) -> None:
    row = reader.get("wrong_password", (name,))
    if row is not None:
        refuse_until(row["until"], now)


def _forgive(tx: Transaction, name: str) -> None:
    """Let failures go; a right password is of no use in a lock that came meanwhile."""
    _refuse_locked(tx, name, tx.now)
    tx.drop("wrong_password", (name,))


def _count_failure(tx: Transaction, name: str) -> None:
    if tx.get("person", (name,)) is None:
        return
    row = tx.get("wrong_password", (name,))
    failures = (row["failures"] if row else 0) + 1
    seconds = lock_after(failures)
    if seconds:
        tx.append(PersonLocked(person=name, failures=failures, seconds=seconds))
    tx.put("wrong_password", {"person": name, "failures": failures, "until": tx.now + seconds if seconds else 0})
