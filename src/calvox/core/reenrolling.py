"""A licence server that is enrolled anew in place: the entry, its table, and how packs are numbered from then on.

Rules (the phone codes' specification, "Server ID" and "Clock, clone, rollback"): the machine changed too much, or the sequences
of an ID are used up; then the epoch goes up by one, the ID is another one, and its sequences begin again at 1. The ledger goes
on, and what the centre signed for an earlier ID stays signed. So the packs of epoch 1 are numbered by their sequence, those of
epoch 2 from 2049 on, and so forth: a number belongs to one sequence of one ID for ever.
"""

from collections.abc import Iterable

from calvox.core.book import Change, Fact, Placed, Put, Set, Table

NUMBERS = 2048
"""Numbers of one epoch: its sequences, and the lots of what was converted from them."""


class ServerReenrolled(Fact, frozen=True):
    """The centre confirmed the licence server under its next ID."""

    server_id: bytes
    """18 bytes."""
    epoch: int
    """2 to 255."""
    fingerprint_record: bytes
    """The machine's fingerprint as stored from now on, deterministic CBOR."""
    by: str


REENROLMENT_FACTS: tuple[type[Fact], ...] = (ServerReenrolled,)
REENROLMENT_TABLE = Table(
    "reenrolment",
    ("epoch",),
    {"epoch": int, "server_id": bytes, "fingerprint_record": bytes, "entry": int, "time": int},
    small=True,
)
"""The epochs after the first."""
_SERVER = (0,)


def pack_number(epoch: int, sequence: int) -> int:
    """Number the pack of a sequence of an epoch's ID."""
    return (epoch - 1) * NUMBERS + sequence


def epoch_of(number: int) -> int:
    """Tell in which epoch a pack was signed."""
    return number // NUMBERS + 1


def reenrolment_changes(fact: Fact, placed: Placed) -> Iterable[Change]:
    """Tell what an entry about a re-enrolment changes."""
    match fact:
        case ServerReenrolled():
            about = {"server_id": fact.server_id, "epoch": fact.epoch}
            row = {**about, "fingerprint_record": fact.fingerprint_record}
            yield Put("reenrolment", {**row, "entry": placed.sequence, "time": placed.time})
            yield Set("server", _SERVER, {**about, "activated": 0, "next_sequence": 1})
        case _:
            raise AssertionError(fact)
