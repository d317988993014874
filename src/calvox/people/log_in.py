"""Logging in: a name and a password, or a link, bring a session, whose secret the bearer shows with each request.

Rules:
- Of a session's secret (32 random bytes) only the hash is kept, with a proof under the store's own secret. A session ends
  after 12 hours, after 30 minutes without a request, when its person logs out, is removed or gets another password. Its age
  is taken by an even clock, and by the store's time only for what passed while no process served.
- Whoever the directory knows has the role that their groups gave them when they logged in, for as long as the session lasts;
  without a directory their sessions are over.
- How passwords are checked is left to `checking`, how links are used up to `links`.
"""

import hmac
from dataclasses import dataclass, field
from hashlib import sha256

from calvox.common.errors import BadInput, Conflict, NotLoggedIn, Tampered
from calvox.common.i18n import t
from calvox.core.book import Row
from calvox.core.peopling import DirectoryPerson, Role
from calvox.journal.interface import Reader, Transaction
from calvox.people.accounts import keep_password, plain_name
from calvox.people.attempts import Place
from calvox.people.checking import Checker
from calvox.people.links import take_link
from calvox.people.passwords import hash_password
from calvox.people.secrets import SIZE, read_shown, shown
from calvox.people.sessions import IDLE, WHOLE
from calvox.people.store import Directory, Peopled

NOTED = 60
"""Seconds between two notes of when a session was last heard."""
MOST_SESSIONS = 16
"""Sessions of one person; a further one ends the oldest."""
MOST_HEARD = 4096
"""Sessions of which the even clock's times are remembered."""
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
    directory: bool = False
    """Whether the site's directory knows them, and not an account here."""


@dataclass(slots=True)
class Door:
    """Lets people in; one for a serving process."""

    store: Peopled
    directory: Directory | None = None
    checker: Checker = field(init=False)
    _heard: dict[bytes, tuple[float, float]] = field(default_factory=dict)
    """When each session began and was last heard, by the even clock."""

    def __post_init__(self) -> None:
        self.checker = Checker(self.store, self.directory)

    def log_in(self, name: str, password: str, address: str, browser: str = "") -> tuple[str, Who]:
        """Let somebody in; give the session's secret as it is shown.

        Args:
            name: As it was typed.
            password: Likewise.
            address: Of the network.
            browser: What the browser keeps of whom it let in before, as `known` writes it.

        Raises:
            NotLoggedIn: name or password is wrong.
            TooMany: this name or address is locked.
            Denied: the directory knows them, and none of their groups has a role.
            Unreachable: the directory does not answer.
            Tampered: the password's hash is not the one that was set.
        """
        plain = plain_name(name)
        found = self.checker.check(plain, password, Place(address, browser))
        secret = self.store.world.random(SIZE)
        who = self.store.journal.run(lambda tx: _begin(tx, self.store, found or plain, secret)).value
        return shown(secret), who

    def come_in(self, code: str, address: str) -> tuple[str, Who]:
        """Let in whoever has a link's code, which is used up; give the session's secret as it is shown.

        Raises:
            NotLoggedIn: there is no such link, or it is used up or too old.
            TooMany: this address is locked.
        """
        self.checker.refuse_address(address)
        secret = self.store.world.random(SIZE)
        try:
            who = self.store.journal.run(
                lambda tx: _begin(tx, self.store, take_link(tx, self.store, code), secret)
            ).value
        except NotLoggedIn:
            self.checker.failed_from(address)
            raise
        return shown(secret), who

    def who(self, text: str) -> Who:
        """Find who shows a session's secret.

        Raises:
            NotLoggedIn: no such session, or it has ended.
        """
        secret = secret_of(text)
        session = sha256(secret).digest()
        now, steady = self.store.world.now(), self.store.world.steady()
        with self.store.journal.read() as reader:
            row = reader.get("log_in", (session,))
            if row is not None:
                _demand_ours(self.store, row, secret)
            who = self._behind(reader, row) if row else None
        if row is None or who is None:
            raise NotLoggedIn(t("This session is not known"), hint=_AGAIN)
        if not self._lasts(row, now, steady):
            self.log_out(session)
            raise NotLoggedIn(t("This session has ended"), hint=_AGAIN)
        if now - row["heard"] >= NOTED:
            self.store.journal.run(lambda tx: _note(tx, session))
        return who

    def log_out(self, session: bytes) -> None:
        """End a session."""
        self._heard.pop(session, None)
        self.store.journal.run(lambda tx: tx.drop("log_in", (session,)))

    def change_password(self, who: Who, old: str, new: str, address: str) -> None:
        """Let somebody choose another password; every other session of theirs ends.

        Raises:
            BadInput: the new one is not well formed, or is the old one.
            Conflict: the password is the directory's.
            NotLoggedIn, TooMany, Tampered: as when logging in, about the old one.
        """
        if who.directory:
            raise Conflict(t("The password of {name} is the directory’s", name=who.name), hint=t("Change it there."))
        if new == old:
            raise BadInput(t("The new password is the old one"))
        self.checker.check(who.name, old, Place(address, session=who.session))
        hashed = hash_password(new)

        def work(tx: Transaction) -> None:
            row = tx.get("log_in", (who.session,))
            if row is None:
                raise NotLoggedIn(t("This session has ended"), hint=_AGAIN)
            keep_password(tx, who.name, hashed, change=False, by=who.name)
            tx.put("log_in", row)

        self.store.journal.run(work)

    def _behind(self, reader: Reader, row: Row) -> Who | None:
        """Tell whose session a row is, if they may still come in."""
        if row["role"]:
            return Who(row["person"], Role(row["role"]), False, row["session"], True) if self.directory else None
        person = reader.get("person", (row["person"],))
        return Who(person["person"], Role(person["role"]), bool(person["change"]), row["session"]) if person else None

    def _lasts(self, row: Row, now: int, steady: float) -> bool:
        session = row["session"]
        begun, heard = self._heard.get(session, (steady - (now - row["begun"]), steady - (now - row["heard"])))
        if steady - begun >= WHOLE or steady - heard >= IDLE:
            return False
        if len(self._heard) > MOST_HEARD:
            self._heard.clear()
        self._heard[session] = (begun, steady)
        return True


def secret_of(text: str) -> bytes:
    """Read a session's secret as it is shown.

    Raises:
        NotLoggedIn: it is none.
    """
    secret = read_shown(text)
    if secret is None:
        raise NotLoggedIn(t("This session is not known"), hint=_AGAIN)
    return secret


def proof_of(store: Peopled, secret: bytes, person: str, begun: int, role: str = "") -> bytes:
    """Prove that a session was begun here, for this person; whoever can write the database alone cannot."""
    parts = (secret, person.encode(), begun.to_bytes(8, "big"))
    if role:
        return store.proof(b"CALVOX-DIRECTORY-SESSION-1", *parts, role.encode())
    return store.proof(b"CALVOX-SESSION-1", *parts)


def _demand_ours(store: Peopled, row: Row, secret: bytes) -> None:
    if not hmac.compare_digest(row["proof"], proof_of(store, secret, row["person"], row["begun"], row["role"])):
        raise Tampered(t("This session was not begun by this server"))


def _begin(tx: Transaction, store: Peopled, whose: str | DirectoryPerson, secret: bytes) -> Who:
    """Begin a session of an account, or of somebody whom the directory knows."""
    session = sha256(secret).digest()
    if isinstance(whose, DirectoryPerson):
        who = Who(whose.name, whose.role, False, session, True)
    else:
        person = tx.get("person", (whose,))
        if person is None:
            raise NotLoggedIn(t("Name or password is wrong"))
        who = Who(whose, Role(person["role"]), bool(person["change"]), session)
    _make_room(tx, who.name)
    role = str(who.role) if who.directory else ""
    row = {"session": session, "person": who.name, "begun": tx.now, "heard": tx.now, "role": role}
    tx.put("log_in", {**row, "proof": proof_of(store, secret, who.name, tx.now, role)})
    return who


def _make_room(tx: Transaction, name: str) -> None:
    """Let go of what is over, and of a person's oldest sessions."""
    for row in list(tx.select("log_in", below=("begun", tx.now - WHOLE))):
        tx.drop("log_in", (row["session"],))
    own = sorted(tx.select("log_in", {"person": name}), key=lambda row: int(row["heard"]))
    for row in own[: max(0, len(own) - MOST_SESSIONS + 1)]:
        tx.drop("log_in", (row["session"],))


def _note(tx: Transaction, session: bytes) -> None:
    row = tx.get("log_in", (session,))
    if row is not None:
        tx.put("log_in", {**row, "heard": tx.now})
