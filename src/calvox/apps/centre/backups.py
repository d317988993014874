"""An activation centre as a store that is backed up: its files, and how every signature in it is verified again.

The signing key is in a backup as it lies on the disk, sealed by its passphrase; the passphrase is in none. Which calls were
taken after the backup nobody else knows in full: the licence servers have them, and say so when they call again.
"""

from pathlib import Path

import msgspec

from calvox.apps.centre.process import CARD, open_centre, owner
from calvox.apps.continuity.kept import Kept
from calvox.centre.context import Context, centre_row
from calvox.centre.keys import REGISTER_KEY, SIGNING_KEY, public_key, register_sealer
from calvox.centre.register import REGISTER
from calvox.centre.signing import call_of
from calvox.common.clock import SYSTEM, World
from calvox.common.errors import CalvoxError, Tampered
from calvox.common.files import read_whole
from calvox.common.i18n import t
from calvox.common.settings import Centre
from calvox.core.continuity import Restored
from calvox.journal.interface import Reader
from calvox.journal.sqlite import SqliteJournal
from calvox.trust.confirmations import verify
from calvox.trust.keys import SigningKey
from calvox.wire.card import read_card
from calvox.wire.phone.message import Kind, message

OLDEST = 1
"""The generation of a register that was never restored."""


def kept(chosen: Centre, world: World = SYSTEM) -> Kept:
    """Give the activation centre of the settings' folder."""

    def opened(folder: Path) -> Context:
        context = open_centre(msgspec.structs.replace(chosen, folder=str(folder)), None, world)
        try:
            with context.journal.read() as reader:
                check_register(reader, folder)
        except BaseException:
            context.close()
            raise
        return context

    return Kept(
        REGISTER,
        Path(chosen.folder),
        (SIGNING_KEY, REGISTER_KEY, CARD, "tls"),
        opened,
        lambda folder: public_key(folder).hex(),
        lambda folder: SigningKey(read_whole(folder / REGISTER_KEY)),
        owner(chosen, None, world),
    )


def check_register(reader: Reader, folder: Path) -> None:
    """Compare the register with the files beside it, and verify every confirmation in it.

    Raises:
        Tampered: It is another centre's, or a confirmation is not this centre's.
    """
    own = public_key(folder)
    if centre_row(reader)["public_key"] != own or read_card(read_whole(folder / CARD)).key != own:
        raise Tampered(t("Register, signing key and centre card are not of the same activation centre"))
    for row in reader.select("confirmation"):
        if not row["signature"]:
            continue
        try:
            call = call_of(row)
            verify(own, message(Kind(call.kind), call.server_id, call.requests, row["issue_day"]), row["signature"])
        except (CalvoxError, ValueError, TypeError) as error:
            raise Tampered(
                t("The confirmation of call {number} is not what this centre signs", number=row["call"].hex())
            ) from error


def next_generation(folder: Path) -> int:
    """Number the generation that a restore begins: one more than the restores before it, and the first."""
    journal = SqliteJournal(folder, REGISTER, register_sealer(folder), SYSTEM)
    try:
        with journal.read() as reader:
            before = sum(entry.kind == Restored.__name__ for entry in reader.entries())
    finally:
        journal.close()
    return OLDEST + before + 1
