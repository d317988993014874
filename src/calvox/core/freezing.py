"""Freezing a licence server by hand, and thawing it by a call: the two entries, and what they change.

Rules (the phone codes' specification, "Retirement, reissue, migration"): a freeze stops new CALs at once; renewals and
returns go on, so that nobody is shut out in the middle of their work. It uses up a sequence of its own, and the centre's
thaw names that sequence: a thaw serves once. What has no way back, erasing, is not an entry: the ledger goes with it.
"""

from collections.abc import Iterable

from calvox.core.book import Change, Fact, Placed, Set

HELD = "held"
"""Column of the server's row: the time since which it is frozen by hand; 0 = it is not."""
FREEZE = "freeze"
"""Column of the server's row: the freeze's own sequence; 0 = it is not frozen by hand."""


class ServerFrozen(Fact, frozen=True):
    """Somebody froze the server: it gives no new CALs."""

    sequence: int
    """The freeze's own, of the server's count for this ID."""
    why: str
    """As the administrator put it, without names: it stands in the chain."""
    by: str


class ServerThawed(Fact, frozen=True):
    """The centre let the server go on."""

    sequence: int
    """That of the freeze."""
    by: str


FREEZE_FACTS: tuple[type[Fact], ...] = (ServerFrozen, ServerThawed)
_SERVER = (0,)


def freeze_changes(fact: Fact, placed: Placed) -> Iterable[Change]:
    """Tell what an entry about a freeze changes."""
    match fact:
        case ServerFrozen(sequence=sequence):
            yield Set("server", _SERVER, {HELD: placed.time, FREEZE: sequence, "next_sequence": sequence + 1})
        case ServerThawed():
            yield Set("server", _SERVER, {HELD: 0, FREEZE: 0})
        case _:
            raise AssertionError(fact)
