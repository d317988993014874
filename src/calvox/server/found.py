"""Make a licence server: its secrets, its ID, its ledger, pinned to one activation centre."""

from collections.abc import Mapping
from pathlib import Path

from calvox.common.clock import SYSTEM, World
from calvox.common.files import build_whole, write_whole
from calvox.common.settings import Settings
from calvox.core.entries import ServerFounded
from calvox.core.ledger import LEDGER
from calvox.core.peopling import PasswordSet, PersonAdded, Role, password_digest
from calvox.journal.interface import Transaction
from calvox.journal.sqlite import SqliteJournal, create
from calvox.server.fingerprint import fingerprint_record, read_parts
from calvox.server.keys import Keys, make_keys
from calvox.server.store import CARD, ledger_sealer
from calvox.trust.certificates import key_hash
from calvox.wire.card import CentreCard, write_card


def found(
    settings: Settings,
    card: CentreCard,
    administrator: str,
    password_hash: str,
    by: str,
    world: World = SYSTEM,
    parts: Mapping[str, str] | None = None,
) -> Keys:
    """Make the licence server of the settings' folder.

    Args:
        settings: Folder and names of the server.
        card: The activation centre to trust from now on.
        administrator: Name of the first account.
        password_hash: Its password, hashed by `people`.
        by: Who does this.
        world: Clock and chance.
        parts: The machine's fingerprint; read from the machine if not given.

    Raises:
        Conflict: the folder is not empty.
    """
    known = read_parts() if parts is None else parts
    with build_whole(Path(settings.server.folder)) as folder:
        create(folder, LEDGER)
        keys = make_keys(folder, lambda root: fingerprint_record(root, known), settings.server.names, world)
        journal = SqliteJournal(folder, LEDGER, ledger_sealer(keys), world)
        try:
            journal.run(lambda tx: _enter(tx, keys, card, administrator, password_hash, by))
        finally:
            journal.close()
        write_whole(folder / CARD, write_card(card))
    return keys


def _enter(tx: Transaction, keys: Keys, card: CentreCard, administrator: str, password: str, by: str) -> None:
    tx.append(
        ServerFounded(
            server_id=keys.identity.server_id,
            epoch=keys.identity.epoch,
            public_key=keys.signing.public,
            fingerprint_record=keys.identity.fingerprint_record,
            centre_key=card.key,
            centre_name=card.name,
            authority=key_hash(keys.authority),
        )
    )
    tx.append(PersonAdded(person=administrator, role=str(Role.ADMINISTRATOR), by=by))
    tx.append(PasswordSet(person=administrator, digest=password_digest(password), change=False, by=by))
    tx.put("account", {"person": administrator, "password": password})
