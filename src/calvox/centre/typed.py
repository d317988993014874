"""What an operator has typed of a call, kept so that a broken connection or terminal loses none of it.

It is working state: nothing follows from it, and call words never come here.
"""

import msgspec

from calvox.centre.context import Context
from calvox.common.errors import BadInput
from calvox.common.i18n import t

LARGEST = 1 << 17


class KeepTyping(msgspec.Struct, frozen=True):
    """Keep this in place of what was kept."""

    state: str
    """Empty: keep nothing."""


class KeptTyping(msgspec.Struct, frozen=True):
    """What is kept for this operator."""

    state: str


class TypingAsked(msgspec.Struct, frozen=True):
    """Give what was kept."""


def keep_typing(context: Context, request: KeepTyping, operator: str) -> KeptTyping:
    """Keep what was typed.

    Raises:
        BadInput: it is too long.
    """
    data = request.state.encode()
    if len(data) > LARGEST:
        raise BadInput(t("At most {bytes} bytes are kept", bytes=LARGEST))
    if data:
        context.journal.run(lambda tx: tx.put("typing", {"operator": operator, "state": data}))
    else:
        context.journal.run(lambda tx: tx.drop("typing", (operator,)))
    return KeptTyping(request.state)


def kept_typing(context: Context, _: TypingAsked, operator: str) -> KeptTyping:
    """Give what was kept."""
    with context.journal.read() as reader:
        row = reader.get("typing", (operator,))
    return KeptTyping(row["state"].decode() if row else "")
