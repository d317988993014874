"""The same request again gets the same answer: what a host asked under a key of its own is remembered for a week.

Rules: what is remembered is written in the transaction that did it, so there is never one without the other. The same key
with another body is a conflict. Tokens are not stored twice: what is remembered names CALs, and a token is made again.
"""

from typing import Any, TypeVar

import msgspec

from calvox.common.clock import DAY
from calvox.common.errors import BadInput, Conflict
from calvox.common.i18n import t
from calvox.journal.interface import Transaction

KEPT_DAYS = 7
LONGEST_KEY = 64
SWEEP = 5000
"""Answers that are forgotten at once, at most."""
A = TypeVar("A")


def checked_key(text: str) -> str:
    """Take a key as it came.

    Raises:
        BadInput: it is not 1 to 64 visible ASCII characters.
    """
    if not 1 <= len(text) <= LONGEST_KEY or not all("!" <= c <= "~" for c in text):
        raise BadInput(t("The header Idempotency-Key has 1 to 64 visible ASCII characters"))
    return text


def recall(tx: Transaction, host: bytes, key: str, body: bytes, kind: type[A]) -> A | None:
    """Find what was answered to this host under this key; `body` is the request's hash, 32 bytes.

    Raises:
        Conflict: it was asked with another body.
    """
    row = tx.get("answer", (host, key))
    if row is None or row["time"] < tx.now - KEPT_DAYS * DAY:
        return None
    if row["body"] != body:
        raise Conflict(
            t("The header Idempotency-Key was used for another request"), hint=t("Choose a new key for each request.")
        )
    return msgspec.json.decode(row["answer"], type=kind)


def remember(tx: Transaction, host: bytes, key: str, body: bytes, answer: Any) -> None:
    """Keep what is answered, with the transaction that does it."""
    tx.put("answer", {"host": host, "key": key, "body": body, "answer": msgspec.json.encode(answer), "time": tx.now})


def forget_answers(tx: Transaction) -> int:
    """Drop what nobody asks for any more; return how many."""
    old = list(tx.select("answer", below=("time", tx.now - KEPT_DAYS * DAY), order="time", limit=SWEEP))
    for row in old:
        tx.drop("answer", (row["host"], row["key"]))
    return len(old)
