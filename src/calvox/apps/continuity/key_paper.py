"""The paper of a recovery key, the only place where it is: its words or its share, a QR code, and what to do with it."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import msgspec
import segno

from calvox.common.clock import utc
from calvox.common.i18n import Text, current_language, t
from calvox.common.papers import Paper, typeset

TEMPLATE = Path(__file__).parent / "papers" / "recovery-key"
WORDS_A_LINE = 6


class Whose(msgspec.Struct, frozen=True):
    """The store whose backups a recovery key opens."""

    name: str
    owner: str
    """Its ID or public key, in hexadecimal."""


def fingerprint(recipient: str) -> str:
    """Give a short sign of a recovery key's public half, which may be shown everywhere."""
    digest = sha256(recipient.encode()).hexdigest()[:16]
    return " ".join(digest[at : at + 4] for at in range(0, 16, 4))


def key_paper(whose: Whose, recipient: str, lines: Sequence[str], text: str, now: int) -> bytes:
    """Typeset the paper of a whole key.

    Args:
        whose: The store.
        recipient: The key's public half.
        lines: Its words, line by line.
        text: What the QR code says.
        now: Seconds UTC.
    """
    lead = t("Whoever holds this paper can open every backup of this store. It is nowhere else: not on the machine.")
    steps = (
        t("Put it in an envelope, close it, and keep it where the machine is not: in a safe, at a notary’s."),
        t("Destroy the file from which it was printed; a copy on a disk opens the backups, too."),
        t("Once in 180 days type it in: “calvox backup drill”. A key that was never typed is a hope."),
        t("When the machine is lost: install Calvox, bring a backup, and run “calvox backup restore”."),
    )
    return _paper(t("Recovery key"), lead, whose, recipient, lines, text, steps, now)


def share_paper(whose: Whose, recipient: str, number: int, words: Sequence[str], now: int) -> bytes:
    """Typeset one of the three papers over which a key is split."""
    lead = t("This is one of three shares: any two of them open every backup of this store, and one alone opens none.")
    steps = (
        t("Give each share to another person, who keeps it in another place."),
        t("Destroy the file from which it was printed."),
        t("Once in 180 days two of you type them in: “calvox backup drill”."),
        t("When the machine is lost: install Calvox, bring a backup, and run “calvox backup restore” with two shares."),
    )
    lines = [" ".join(words[at : at + WORDS_A_LINE]) for at in range(0, len(words), WORDS_A_LINE)]
    title = t("Recovery key, share {number} of 3", number=number)
    return _paper(title, lead, whose, recipient, lines, " ".join(words), steps, now)


def _paper(
    title: Text,
    lead: Text,
    whose: Whose,
    recipient: str,
    lines: Sequence[str],
    text: str,
    steps: Sequence[Text],
    now: int,
) -> bytes:
    facts = [
        (t("Store"), f"{whose.name} · {whose.owner[:48]}"),
        (t("Public half"), recipient),
        (t("Fingerprint of the public half"), fingerprint(recipient)),
        (t("Made"), utc(now)),
    ]
    data = {
        "about": whose.name,
        "lead": lead,
        "lines": list(lines),
        "qr": ["".join("1" if one else "0" for one in row) for row in segno.make(text, error="m", micro=False).matrix],
        "qr-alt": t("The same as a QR code"),
        "facts": facts,
        "doing": t("What to do with it"),
        "steps": list(steps),
    }
    return typeset(Paper(TEMPLATE, data, current_language(), title, (whose.name,), now))
