"""A licence server that was enrolled anew in place: the same one under its next ID, which keeps its packs.

Rules (the phone codes' specification, "Server ID"): re-enrolment raises the epoch, whose low bits an ID says in the clear, and a
new installation begins at 1. So an ID that was never heard of and whose epoch is one above that of the ID it replaces, without
a proof of erasure, is the same licence server. It asks for no pack: its ledger goes on, with what was signed for the ID before.
What was taken for that one counts as its own from then on, so that a later migration may take it along.
"""

from calvox.centre.register import ACTIVE
from calvox.journal.interface import Reader
from calvox.wire.phone.identity import server_id_fields

EPOCHS = 16
"""An ID says its epoch modulo this."""


def continues(reader: Reader, server_id: bytes, old: bytes) -> bool:
    """Tell whether a server ID is the next one of the licence server that has, or had, the old one."""
    known = reader.get("reenrolled", (server_id,))
    if known is not None:
        return bool(known["before"] == old)
    before = reader.get("server", (old,))
    new = reader.get("server", (server_id,)) is None and before is not None and before["state"] == ACTIVE
    return new and _epoch(server_id) == (_epoch(old) + 1) % EPOCHS


def ids_of(reader: Reader, server_id: bytes) -> list[bytes]:
    """List an ID and those that the same licence server had before, the last one first."""
    found = [server_id]
    while (row := reader.get("reenrolled", (found[-1],))) is not None:
        found.append(row["before"])
    return found


def _epoch(server_id: bytes) -> int:
    return server_id_fields(server_id).epoch
