"""Who is calling: call words, and the lock after three wrong ones.

Rules: a call word is said aloud, so case, accents and further spaces do not count; only its argon2id hash is kept, beside
the chain, and its digest in the chain, so that a hash put in its place is noticed. An unknown caller costs as much time as
a known one. Checks run one at a time. Three wrong words in a row lock the caller until a supervisor unlocks. What the
caller may call for is left to `checks`.
"""

import hashlib
from functools import cache

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from calvox.centre.context import Context
from calvox.centre.entries import CallerLocked, CallerUnlocked, CallWordFailed
from calvox.centre.refusals import Reason, Refusal
from calvox.common.errors import BadInput, Conflict, NotFound, Tampered
from calvox.common.i18n import t
from calvox.core.book import Row
from calvox.journal.interface import Reader, Transaction
from calvox.wire.phone.wordlists import plain

MOST_FAILURES = 3
SHORTEST_WORD, LONGEST_WORD = 4, 80
LONGEST_NAME = 120
_HASHER = PasswordHasher()


class UnlockCaller(msgspec.Struct, frozen=True):
    """Let a locked caller call again."""

    caller: str


class CallerShown(msgspec.Struct, frozen=True):
    """A caller as it stands."""

    name: str
    phone: str
    locked: bool


def caller_key(name: str) -> str:
    """Give the form by which a caller is found: case, accents and further spaces set aside.

    Raises:
        BadInput: it is empty or too long.
    """
    key = " ".join(plain(name).split()) if len(name) <= LONGEST_NAME else ""
    if not (key and name.isprintable()):
        raise BadInput(t("A caller's name has 1 to {most} signs", most=LONGEST_NAME))
    return key


def hash_word(word: str) -> str:
    """Hash a new call word.

    Raises:
        BadInput: it is too short or too long.
    """
    said = _said(word)
    if not SHORTEST_WORD <= len(said) <= LONGEST_WORD:
        raise BadInput(t("A call word has {least} to {most} letters", least=SHORTEST_WORD, most=LONGEST_WORD))
    return _HASHER.hash(said)


def digest_of(hashed: str) -> bytes:
    """Give what the register's chain holds of a hash."""
    return hashlib.sha256(hashed.encode()).digest()


def check_caller(context: Context, name: str, word: str, operator: str) -> Refusal | None:
    """Check a caller's call word, and count a wrong one; None if all is well."""
    key = caller_key(name)
    with context.call_words:
        with context.journal.read() as reader:
            row, beside = reader.get("caller", (key,)), reader.get("call_word", (key,))
        if row is not None and row["locked"]:
            return Refusal(Reason.CALLER_LOCKED)
        fits = word_fits(_hash_of(row, beside) if row else _nobodys_hash(), word)
        if row is None:
            return Refusal(Reason.UNKNOWN_CALLER)
        if not fits:
            return context.journal.run(lambda tx: _failed(tx, key, operator)).value
        context.journal.run(lambda tx: tx.drop("failure", (key,)))
        return None


def word_fits(hashed: str, word: str) -> bool:
    """Tell whether a word is the one that was hashed.

    Raises:
        Tampered: the hash is none.
    """
    try:
        return _HASHER.verify(hashed, _said(word[:LONGEST_WORD]))
    except VerifyMismatchError:
        return False
    except (VerificationError, InvalidHashError) as error:
        raise Tampered(t("A call word's hash is damaged")) from error


def unlock_caller(context: Context, request: UnlockCaller, operator: str) -> CallerShown:
    """Let a caller who was locked call again.

    Raises:
        NotFound: nobody has that name.
        Conflict: the caller is not locked.
    """
    key = caller_key(request.caller)

    def work(tx: Transaction) -> CallerShown:
        row = tx.get("caller", (key,))
        if row is None:
            raise NotFound(t("There is no caller “{name}”", name=request.caller))
        if not row["locked"]:
            raise Conflict(t("{name} is not locked", name=row["name"]))
        tx.append(CallerUnlocked(caller=key, by=operator))
        tx.drop("failure", (key,))
        return caller_shown(tx, key)

    return context.journal.run(work).value


def caller_shown(reader: Reader, key: str) -> CallerShown:
    """Show a caller who is known."""
    row, beside = reader.get("caller", (key,)), reader.get("call_word", (key,))
    if row is None:
        raise NotFound(t("There is no caller “{name}”", name=key))
    return CallerShown(row["name"], beside["phone"] if beside else "", bool(row["locked"]))


def _failed(tx: Transaction, key: str, operator: str) -> Refusal:
    row = tx.get("failure", (key,))
    count = (row["count"] if row else 0) + 1
    tx.append(CallWordFailed(caller=key, by=operator))
    tx.put("failure", {"caller": key, "count": count})
    if count >= MOST_FAILURES:
        tx.append(CallerLocked(caller=key))
    return Refusal(Reason.WRONG_CALL_WORD)


def _hash_of(row: Row, beside: Row | None) -> str:
    if beside is None:
        raise NotFound(t("The call word of {name} was erased", name=row["name"]))
    if digest_of(beside["hash"]) != row["call_word"]:
        raise Tampered(t("The call word of {name} is not the one that was registered", name=row["name"]))
    return str(beside["hash"])


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash("nobody")


def _said(word: str) -> str:
    return " ".join(plain(word).split())
