"""Logging in: a name and a password bring a session, whose secret the bearer shows with each request.

Rules:
- Of a session's secret (32 random bytes) only the hash is kept, with a proof under the server's own secret. A session ends after 12 hours, after 30 minutes without a
  request, when its person logs out, is removed or gets another password. Its age is taken by an even clock, and by
  licensing time only for what passed while no process served.
- A wrong password and an unknown name look alike, and cost alike. `attempts` says how they slow down.
- A hash that is not the one of which the ledger holds the digest is named as tampering, not tried.
"""

import binascii
import hmac
import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256

from calvox.common.errors import BadInput, NotLoggedIn, Tampered
from calvox.common.i18n import t
from calvox.core.book import Row
from calvox.core.peopling import PersonLocked, Role, password_digest
from calvox.journal.interface import Reader, Transaction
from calvox.people.accounts import keep_password, plain_name
from calvox.people.attempts import EVERY_ADDRESS, Attempts, lock_after, refuse_until
from calvox.people.passwords import hash_password, password_fits
from calvox.server.store import LicenceServer

WHOLE, IDLE = 12 * 3600, 30 * 60
"""Seconds that a session lasts, and without a request."""
NOTED = 60
"""Seconds between two notes of when a session was last heard."""
MOST_SESSIONS = 16
"""Sessions of one person; a further one ends the oldest."""
MOST_HEARD = 4096
"""Sessions of which the even clock's times are remembered."""
_SECRET_SIZE = 32
_AGAIN = t("Log in again.")


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody who is logged in."""

    name: str
    role: Role
    change: bool
    """Whether the password must be changed before anything else."""
    session: bytes
    """Hash of the session's secret."""


@dataclass(slots=True)
class Door:
    """Lets people in; one for a serving process."""

    server: LicenceServer
    names: Attempts = field(default_factory=Attempts)
    """Failures with names that nobody has."""
    addresses: Attempts = field(default_factory=lambda: Attempts(EVERY_ADDRESS))
    _heard: dict[bytes, tuple[float, float]] = field(default_factory=dict)
    """When each session began and was last heard, by the even clock."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def log_in(self, name: str, password: str, address: str) -> tuple[str, Who]:
        """Let somebody in; give the session's secret as it is shown.

        Raises:
            NotLoggedIn: name or password is wrong.
            TooMany: this name or address is locked.
            Tampered: the password's hash is not the one that was set.
        """
        plain = plain_name(name)
        self._check(plain, password, address)
        secret = self.server.world.random(_SECRET_SIZE)
        who = self.server.journal.run(lambda tx: _begin(tx, self.server, plain, secret)).value
        return urlsafe_b64encode(secret).rstrip(b"=").decode(), who

    def who(self, shown: str) -> Who:
        """Find who shows a session's secret.

        Raises:
            NotLoggedIn: no such session, or it has ended.
        """
        secret = secret_of(shown)
        session = sha256(secret).digest()
        now, steady = self.server.world.now(), self.server.world.steady()
        with self.server.journal.read() as reader:
            row = reader.get("log_in", (session,))
            person = reader.get("person", (row["person"],)) if row else None
        if row is None or person is None:
            raise NotLoggedIn(t("This session is not known"), hint=_AGAIN)
        if not hmac.compare_digest(row["proof"], proof_of(self.server, secret, row["person"], row["begun"])):
            raise Tampered(t("This session was not begun by this server"))
        if not self._lasts(row, now, steady):
            self.log_out(session)
            raise NotLoggedIn(t("This session has ended"), hint=_AGAIN)
        if now - row["heard"] >= NOTED:
            self.server.journal.run(lambda tx: _note(tx, session))
        return Who(person["person"], Role(person["role"]), bool(person["change"]), session)

    def log_out(self, session: bytes) -> None:
        """End a session."""
        self._heard.pop(session, None)
        self.server.journal.run(lambda tx: tx.drop("log_in", (session,)))

    def change_password(self, who: Who, old: str, new: str, address: str) -> None:
        """Let somebody choose another password; every other session of theirs ends.

        Raises:
            BadInput: the new one is not well formed, or is the old one.
            NotLoggedIn, TooMany, Tampered: as when logging in, about the old one.
        """
        if new == old:
            raise BadInput(t("The new password is the old one"))
        self._check(who.name, old, address)
        hashed = hash_password(new)

        def work(tx: Transaction) -> None:
            row = tx.get("log_in", (who.session,))
            if row is None:
                raise NotLoggedIn(t("This session has ended"), hint=_AGAIN)
            keep_password(tx, who.name, hashed, change=False, by=who.name)
            tx.put("log_in", row)

        self.server.journal.run(work)

    def _check(self, name: str, password: str, address: str) -> None:
        """Check a password, and count a wrong one; a right one is of no use in a lock that came meanwhile."""
        steady = self.server.world.steady()
        with self._lock:
            self.addresses.check(address, steady)
            self.names.check(name, steady)
        with self.server.journal.read() as reader:
            hashed = self._hash_of(reader, name)
        if password_fits(hashed, password):
            self.server.journal.run(lambda tx: _forgive(tx, name))
            return
        with self._lock:
            self.addresses.failed(address, steady)
            if not hashed:
                self.names.failed(name, steady)
        if hashed:
            self.server.journal.run(lambda tx: _count_failure(tx, name))
        raise NotLoggedIn(t("Name or password is wrong"))

    def _hash_of(self, reader: Reader, name: str) -> str:
        person, account = reader.get("person", (name,)), reader.get("account", (name,))
        if person is None:
            return ""
        _refuse_locked(reader, name, self.server.world.now())
        if account is None or password_digest(account["password"]) != person["digest"]:
            raise Tampered(
                t("The password of {name} is not the one that was set", name=name),
                hint=t("Set it anew: “calvox people password NAME”."),
            )
        return str(account["password"])

    def _lasts(self, row: Row, now: int, steady: float) -> bool:
        session = row["session"]
        begun, heard = self._heard.get(session, (steady - (now - row["begun"]), steady - (now - row["heard"])))
        if steady - begun >= WHOLE or steady - heard >= IDLE:
            return False
        if len(self._heard) > MOST_HEARD:
            self._heard.clear()
        self._heard[session] = (begun, steady)
        return True


def secret_of(shown: str) -> bytes:
    """Read a session's secret as it is shown.

    Raises:
        NotLoggedIn: it is none.
    """
    try:
        secret = urlsafe_b64decode(shown.encode("ascii") + b"=")
    except (UnicodeEncodeError, ValueError, binascii.Error) as error:
        raise NotLoggedIn(t("This session is not known"), hint=_AGAIN) from error
    if len(secret) != _SECRET_SIZE:
        raise NotLoggedIn(t("This session is not known"), hint=_AGAIN)
    return secret


def _note(tx: Transaction, session: bytes) -> None:
    row = tx.get("log_in", (session,))
    if row is not None:
        tx.put("log_in", {**row, "heard": tx.now})


def _count_failure(tx: Transaction, name: str) -> None:
    if tx.get("person", (name,)) is None:
        return
    row = tx.get("wrong_password", (name,))
    failures = (row["failures"] if row else 0) + 1
    seconds = lock_after(failures)
    if seconds:
        tx.append(PersonLocked(person=name, failures=failures, seconds=seconds))
    tx.put("wrong_password", {"person": name, "failures": failures, "until": tx.now + seconds if seconds else 0})


def proof_of(server: LicenceServer, secret: bytes, person: str, begun: int) -> bytes:
    """Prove that a session was begun here, for this person; whoever can write the database alone cannot."""
    return server.keys.proof(b"CALVOX-SESSION-1", secret, person.encode(), begun.to_bytes(8, "big"))


def _begin(tx: Transaction, server: LicenceServer, name: str, secret: bytes) -> Who:
    person = tx.get("person", (name,))
    if person is None:
        raise NotLoggedIn(t("Name or password is wrong"))
    for row in list(tx.select("log_in", below=("begun", tx.now - WHOLE))):
        tx.drop("log_in", (row["session"],))
    own = sorted(tx.select("log_in", {"person": name}), key=lambda row: int(row["heard"]))
    for row in own[: max(0, len(own) - MOST_SESSIONS + 1)]:
        tx.drop("log_in", (row["session"],))
    session, proof = sha256(secret).digest(), proof_of(server, secret, name, tx.now)
    tx.put("log_in", {"session": session, "person": name, "begun": tx.now, "heard": tx.now, "proof": proof})
    return Who(name, Role(person["role"]), bool(person["change"]), session)


def _refuse_locked(reader: Reader, name: str, now: int) -> None:
    row = reader.get("wrong_password", (name,))
    if row is not None:
        refuse_until(row["until"], now)


def _forgive(tx: Transaction, name: str) -> None:
    _refuse_locked(tx, name, tx.now)
    tx.drop("wrong_password", (name,))
