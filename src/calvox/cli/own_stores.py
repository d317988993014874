"""Facts of our own servers for the doctor: from the process that serves a folder, else from the folder itself.

Rules:
- Only the code of a store that is there is loaded.
- A server that cannot be asked is not left out: everything about it is unknown, with the reason. One whose journal does not hold
  is told so.
"""

from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from socket import gethostname
from typing import Any

import msgspec

from calvox.apps.owner import Owner, connect
from calvox.cli.session import settings
from calvox.common.clock import SYSTEM
from calvox.common.errors import CalvoxError, Denied, Retired, Tampered
from calvox.common.i18n import t
from calvox.doctor.fact import Fact
from calvox.doctor.facts import Site
from calvox.doctor.own import Kind, OwnStore

MARKS = {
    Kind.SERVER: ("keys/identity.json", "retired.json"),
    Kind.CENTRE: ("signing-key.json",),
}
"""Files by which the folder of a store is known."""


def kind_of(folder: Path) -> Kind | None:
    """Tell whose folder it is; None: of none of our servers.

    Raises:
        Denied: it cannot be looked into.
    """
    try:
        return next((kind for kind, marks in MARKS.items() if any((folder / mark).exists() for mark in marks)), None)
    except PermissionError as error:
        raise Denied(
            t("{path} cannot be read by you", path=str(folder)),
            hint=t("Ask as the user that serves it, or as root."),
        ) from error


def own_site(folder: Path) -> Site | None:
    """Give the facts of the server of ours in a folder; None: there is none in it.

    Raises:
        Denied: it cannot be looked into.
        Retired: it was retired, and has nothing to be asked any more.
    """
    kind = kind_of(folder)
    return None if kind is None else _site(kind, folder)


def own_here() -> list[Site]:
    """Give the facts of the servers of ours that are on this machine, where the settings say."""
    return list(_here())


def _here() -> Iterator[Site]:
    own = settings()
    for kind, folder in ((Kind.SERVER, Path(own.server.folder)), (Kind.CENTRE, Path(own.centre.folder))):
        try:
            with suppress(Retired):
                if kind_of(folder) is kind:
                    yield _site(kind, folder)
        except Denied as error:
            yield _as_site(_unknown(kind, folder, error))


def _site(kind: Kind, folder: Path) -> Site:
    return _as_site(_facts(kind, folder))


def _as_site(store: OwnStore) -> Site:
    return Site(name=gethostname(), kind="calvox", collected=SYSTEM.now(), own=(store,))


def _facts(kind: Kind, folder: Path) -> OwnStore:
    """Ask the store's owner, and say whether it serves."""
    from calvox.apps.own_facts import LookAtOwn

    now, serving = SYSTEM.now(), False
    try:
        with suppress(FileNotFoundError, ConnectionRefusedError), closing(connect(folder)):
            serving = True
        told: OwnStore = _owner(kind, folder).call("own-facts", LookAtOwn())
    except Retired:
        raise
    except Tampered as error:
        told = msgspec.structs.replace(
            _unknown(kind, folder, error), broken=Fact(str(error), source="opened here", time=now)
        )
    except (CalvoxError, OSError) as error:
        told = _unknown(kind, folder, error)
    return msgspec.structs.replace(told, serving=Fact(serving, source="control.sock", time=now))


def _owner(kind: Kind, folder: Path) -> Owner[Any]:
    if kind is Kind.SERVER:
        from calvox.cli.own_server import server_owner

        return server_owner(folder)
    from calvox.apps.centre.process import owner
    from calvox.cli.centre_options import chosen

    return owner(chosen(folder), None, site=settings())


def _unknown(kind: Kind, folder: Path, why: Exception) -> OwnStore:
    """Say of each fact that it is unknown."""
    facts = [field.name for field in msgspec.structs.fields(OwnStore) if isinstance(field.default, Fact)]
    return OwnStore(name=folder.name, kind=kind, folder=str(folder), **{name: Fact(why=str(why)) for name in facts})
