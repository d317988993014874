"""A licence server as a store that is backed up: its files, and how a restore begins a new generation."""

from pathlib import Path

import msgspec

from calvox.apps.continuity.kept import Kept
from calvox.apps.licence_server.process import owner
from calvox.common.clock import SYSTEM, World
from calvox.common.files import write_whole
from calvox.common.settings import Settings
from calvox.core.ledger import LEDGER
from calvox.server.keys import load_keys
from calvox.server.store import CARD, LicenceServer, open_server

MINUTE = 60


def kept(settings: Settings, world: World = SYSTEM) -> Kept:
    """Give the licence server of the settings' folder."""

    def opened(folder: Path) -> LicenceServer:
        server = msgspec.structs.replace(settings.server, folder=str(folder))
        return open_server(msgspec.structs.replace(settings, server=server), world)

    return Kept(
        LEDGER,
        Path(settings.server.folder),
        ("keys", CARD),
        opened,
        lambda folder: load_keys(folder).identity.server_id.hex(),
        lambda folder: load_keys(folder).signing,
        owner(settings, world),
    )


def next_generation(folder: Path, world: World = SYSTEM) -> int:
    """Begin a new generation of the licence server in a folder; its ID stays.

    A generation is the minute of its restore: the same backup restored twice must not give the same number to two ledgers.
    """
    keys = load_keys(folder)
    generation = max(keys.identity.generation + 1, world.now() // MINUTE)
    identity = msgspec.structs.replace(keys.identity, generation=generation)
    write_whole(keys.folder / "identity.json", msgspec.json.encode(identity))
    return identity.generation
