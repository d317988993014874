"""Browsers from which somebody was let in before: guesses that are made elsewhere do not hold them up.

Rules:
- A browser keeps a number of its own, and for each person whom it let in a proof under the store's own secret. That opens
  nothing: whoever shows it still needs the password, and is slowed down like everybody else.
- It tells no name. The last eight people are kept.
"""

import hmac

from calvox.people.secrets import SIZE, read_shown, shown
from calvox.people.store import Peopled

MOST_PEOPLE = 8
LONGEST = 64 * (MOST_PEOPLE + 1)
"""Characters of what a browser keeps."""
_JOINT = "."


def known_browser(store: Peopled, name: str, text: str) -> bytes:
    """Give the number of a browser that let this person in before; empty: it did not."""
    number, proofs = _read(text)
    wanted = _proof(store, number, name)
    return number if any(hmac.compare_digest(wanted, one) for one in proofs) else b""


def remember(store: Peopled, name: str, text: str) -> str:
    """Give what a browser keeps after it let this person in.

    Args:
        store: Whose person it is.
        name: Their one name.
        text: What it kept before; empty, or garbage: nothing.
    """
    number, proofs = _read(text)
    number = number if proofs else store.world.random(SIZE)
    own = _proof(store, number, name)
    others = [one for one in proofs if one != own]
    return _JOINT.join(map(shown, (number, own, *others[: MOST_PEOPLE - 1])))


def _read(text: str) -> tuple[bytes, list[bytes]]:
    """Read a browser's number and its proofs; nothing where one part is none."""
    parts = [read_shown(one) for one in text.split(_JOINT)] if len(text) <= LONGEST else []
    whole = [one for one in parts if one is not None]
    return (whole[0], whole[1:]) if whole and len(whole) == len(parts) else (b"", [])


def _proof(store: Peopled, number: bytes, name: str) -> bytes:
    return store.proof(b"CALVOX-KNOWN-BROWSER-1", number, name.encode())
