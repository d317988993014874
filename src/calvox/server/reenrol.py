"""Enrol a licence server anew in place: the next epoch, another server ID, the same ledger.

For a machine that changed too much, and for an ID whose sequences are used up. In steps, so that after a power cut at any
instant it is done or not done:

1. the machine is read; its record and the ID that follows from it are kept with an open call of kind 3 that asks for nothing.
   The present ID goes on as before: not done;
2. the centre's code is accepted: one commit enters the next ID, the confirmation and the activation. Done;
3. the file of the identity is written. Whoever opens the folder next does that if it was cut off (`store`).

Packs stay as the centre signed them for earlier IDs, CALs and session hosts stay, and so does the token key: hosts follow by a
policy that is signed under the ID that they know (`statements`). There is no retirement proof of the ID before: nothing was
erased, and the centre applies the limits of a reissue without proof.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

import msgspec

from calvox.common.commands import Command
from calvox.common.errors import Conflict, StoreFailed, Tampered
from calvox.common.i18n import t
from calvox.core.freezing import HELD
from calvox.core.reenrolling import ServerReenrolled
from calvox.journal.interface import Reader, Transaction
from calvox.server.alarms import ENOUGH
from calvox.server.call import OpenCall, keep_call, open_call, other_call
from calvox.server.fingerprint import fingerprint_record, likeness
from calvox.server.keys import Identity, next_identity, write_identity
from calvox.server.store import LicenceServer, server_row
from calvox.wire.phone.identity import LAST_EPOCH
from calvox.wire.phone.message import Kind
from calvox.wire.phone.request import LAST_SEQUENCE


class ReenrolmentShown(msgspec.Struct, frozen=True):
    """How it stands, and what a re-enrolment would mean for CALs in the field."""

    epoch: int
    """The present one."""
    begun: int
    """When its call was opened, seconds UTC; 0: none is open."""
    last: int
    """When the present epoch began, seconds UTC; 0: with the server itself."""
    alike: int
    """Per cent of the enrolled weight by which this machine is like the enrolled one."""
    left: int
    """Sequences that are left."""
    cals: int
    """CALs that are out."""
    hosts: int
    other_call: bool
    """Whether another call is open."""
    held: bool
    """Whether the server is frozen by hand."""
    activated: bool

    @property
    def needed(self) -> bool:
        """Whether anything calls for it."""
        return self.alike < ENOUGH or not self.left


def reenrolment_shown(server: LicenceServer, reader: Reader, parts: Mapping[str, str]) -> ReenrolmentShown:
    """Look how it stands on this machine."""
    own, row, call = server.keys, server_row(reader), open_call(reader)
    alike, weight = likeness(own.root, own.identity.fingerprint_record, parts)
    last = reader.get("reenrolment", (own.identity.epoch,))
    return ReenrolmentShown(
        epoch=own.identity.epoch,
        begun=call.begun if call and call.record else 0,
        last=last["time"] if last else 0,
        alike=alike * 100 // weight if weight else 100,
        left=LAST_SEQUENCE + 1 - row["next_sequence"],
        cals=reader.count("cal"),
        hosts=reader.count("host"),
        other_call=call is not None and not call.record,
        held=bool(row[HELD]),
        activated=bool(row["activated"]),
    )


def prepare_reenrolment(server: LicenceServer, parts: Mapping[str, str], by: str) -> OpenCall:
    """Open the call that enrols this server anew on this machine, or find it open: its ID may have been read out already.

    Raises:
        Conflict: another call is open; the server is frozen by hand, was never activated, or is in its last epoch.
    """
    if server.keys.identity.epoch >= LAST_EPOCH:
        raise Conflict(
            t("This is the last epoch, {epoch}", epoch=LAST_EPOCH),
            hint=t("Make a new licence server, and migrate to it: “{migrate}”.", migrate=Command("server migrate")),
        )
    record = fingerprint_record(server.keys.root, parts)
    made = next_identity(server.keys, record).server_id

    def work(tx: Transaction) -> OpenCall:
        found = open_call(tx)
        if found is not None and found.record:
            return found
        _may_begin(tx, found)
        call = OpenCall(Kind.REISSUE, (), tx.now, by, server_id=made, record=record)
        keep_call(tx, call)
        return call

    return server.journal.run(work).value


def _may_begin(tx: Transaction, found: OpenCall | None) -> None:
    row = server_row(tx)
    if found is not None:
        raise other_call(found)
    if row[HELD]:
        raise Conflict(
            t("This licence server is frozen by hand"),
            hint=t("Thaw it first: “{thaw}”.", thaw=Command("server thaw")),
        )
    if not row["activated"]:
        raise Conflict(
            t("This licence server is not activated: nothing hangs on its ID"),
            hint=t("Make a new one on this machine: “{init}”.", init=Command("server init")),
        )


def identity_after(server: LicenceServer, call: OpenCall) -> Identity:
    """Tell who the server is once a call is accepted.

    Raises:
        Tampered: the ID that was kept with the call does not follow from the server's own secrets.
    """
    if not call.record:
        return server.keys.identity
    identity = next_identity(server.keys, call.record)
    if identity.server_id != call.server_id:
        raise Tampered(t("The ID of the open call does not follow from the server's own secrets"))
    return identity


def reenrolled(identity: Identity, by: str) -> ServerReenrolled:
    """Make the entry that begins the next epoch."""
    record = identity.fingerprint_record
    return ServerReenrolled(server_id=identity.server_id, epoch=identity.epoch, fingerprint_record=record, by=by)


def take_over(server: LicenceServer, identity: Identity) -> None:
    """Go on under the next ID; what cannot be written down now is at the next start, for the ledger says it."""
    server.take_identity(identity)
    with suppress(StoreFailed):
        write_identity(replace(server.keys, identity=identity))
