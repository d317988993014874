"""The licence server's use cases about its end: freeze, the call that thaws, retirement, migration, reissue, re-enrolment.

Erasing itself is done by whoever holds the ledger, once it is closed: `server.retire`. The proof is never an answer here: it
is read from the folder afterwards, by whoever may read it.
"""

import msgspec

from calvox.apps.licence_server.host_cases import Nothing
from calvox.apps.owner import UseCase
from calvox.core.peopling import Role
from calvox.server import call, retire
from calvox.server.fingerprint import read_parts
from calvox.server.freeze import Freeze, freeze, prepare_thaw
from calvox.server.moving import PackList, packs_to_move
from calvox.server.reenrol import ReenrolmentShown, prepare_reenrolment, reenrolment_shown
from calvox.server.retirement_report import RetirementShown, retirement_shown
from calvox.server.store import LicenceServer

ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})


class FreezeServer(msgspec.Struct, frozen=True):
    """Give no new CALs from now on."""

    why: str = ""


class RetireServer(msgspec.Struct, frozen=True):
    """Erase the server, for ever."""

    name: str
    """Its name, as somebody typed it."""
    successors: tuple[str, ...] = ()
    """Addresses at which session hosts go on; empty: as the policy says."""


class PrepareReissue(msgspec.Struct, frozen=True):
    """Prepare the call of a migration or a reissue."""

    packs: tuple[call.PackWish, ...] = ()


def _freeze(server: LicenceServer, asked: FreezeServer, by: str) -> Freeze:
    return freeze(server, asked.why, by)


def _retire(server: LicenceServer, asked: RetireServer, by: str) -> Nothing:
    retire.begin_retirement(server, asked.name, asked.successors, by)
    server.on_retiring()
    return Nothing()


def _packs(server: LicenceServer, asked: Nothing, by: str) -> PackList:
    with server.journal.read() as reader:
        return PackList(server.keys.identity.server_id.hex(), packs_to_move(reader, server.world.now()))


def _shown(server: LicenceServer, asked: Nothing, by: str) -> RetirementShown:
    with server.journal.read() as reader:
        return retirement_shown(server, reader)


def _reenrolment(server: LicenceServer, asked: Nothing, by: str) -> ReenrolmentShown:
    with server.journal.read() as reader:
        return reenrolment_shown(server, reader, read_parts())


RETIREMENT_CASES: dict[str, UseCase[LicenceServer]] = {
    "call-prepare-reenrolment": UseCase(
        Nothing, call.OpenCall, lambda server, asked, by: prepare_reenrolment(server, read_parts(), by)
    ),
    "call-prepare-reissue": UseCase(
        PrepareReissue,
        call.OpenCall,
        lambda server, asked, by: call.prepare(server, activate=False, wishes=asked.packs, by=by, reissue=True),
    ),
    "call-prepare-thaw": UseCase(Nothing, call.OpenCall, lambda server, asked, by: prepare_thaw(server, by)),
    "freeze": UseCase(FreezeServer, Freeze, _freeze),
    "packs-to-move": UseCase(Nothing, PackList, _packs, reads=True),
    "reenrolment": UseCase(Nothing, ReenrolmentShown, _reenrolment, reads=True),
    "retire": UseCase(RetireServer, Nothing, _retire, roles=ADMINISTRATOR),
    "retirement": UseCase(Nothing, RetirementShown, _shown, reads=True),
}
"""By their names."""
