"""What tests of a migration share: a real activation centre, licence servers that trust it, and calls between them."""

import time
from pathlib import Path
from typing import Any

from calvox.apps.centre.process import CARD
from calvox.apps.licence_server.call_cases import EnterFile, PrepareCall
from calvox.apps.licence_server.host_cases import Nothing
from calvox.apps.licence_server.process import owner
from calvox.apps.owner import Owner
from calvox.centre.agreements import NewLine
from calvox.centre.signing import Signed
from calvox.common.files import read_whole
from calvox.common.settings import Server, Settings
from calvox.core.products import CalType
from calvox.server.call import PackWish
from calvox.server.confirm import Done
from calvox.server.found import found
from calvox.wire.card import read_card
from calvox.wire.phone.filetext import write_file_text
from tests.apps.processes import ServerProcess
from tests.centre.world import AGREEMENT, V2022, Centre

PACKS = tuple(PackWish(kind, "2022", 5, "open", f"{AGREEMENT:012}") for kind in ("device", "user"))


def open_centre(folder: Path) -> Centre:
    """Make a centre whose agreement has just the CALs that one server holds."""
    centre = Centre(folder, now=int(time.time()))
    centre.found()
    centre.agree(NewLine(CalType.DEVICE, V2022, 5), NewLine(CalType.USER, V2022, 5))
    return centre


def settings_of(folder: Path) -> Settings:
    """Give a server's settings."""
    return Settings(server=Server(folder=str(folder)))


def found_server(folder: Path, centre: Centre) -> Path:
    """Make a licence server that trusts the centre, on this machine."""
    found(settings_of(folder), read_card(read_whole(centre.folder / CARD)), "ada", "no hash", "ada")
    return folder


def owner_of(folder: Path) -> Owner[Any]:
    """Give a server to whoever commands it."""
    return owner(settings_of(folder))


def called(server: ServerProcess | Path, centre: Centre, **told: Any) -> Done:
    """Hold the call that a server has open: tell the centre everything, and take its code."""
    own = owner_of(server) if isinstance(server, Path) else server.owner
    call, server_id = own.call("call-show", Nothing()), own.call("status", Nothing()).server_id
    requests = tuple(data.hex() for data in call.requests)
    answer = centre.sign(centre.prepared(server_id=server_id.hex(), requests=requests, **told).call)
    assert isinstance(answer, Signed), answer
    own.call("enter-file", EnterFile(write_file_text(int(answer.confirmation, 16))))
    done = own.call("finish", Nothing())
    assert isinstance(done, Done), done
    return done


def activate(server: ServerProcess | Path, centre: Centre) -> Done:
    """Activate a server with its packs."""
    own = owner_of(server) if isinstance(server, Path) else server.owner
    own.call("call-prepare", PrepareCall(True, PACKS))
    return called(server, centre)
