"""Retire a licence server: erase what it issues with, for ever, and only then show the proof of it.

In steps, so that after a power cut at any instant it is done or not done:

1. while the ledger is open: what session hosts are told from now on is signed and written to `retired/`;
2. the mark `retiring.json` is written, with the proof in it: from here on there is no way back;
3. with the ledger closed, root, token key, the authority's key and the ledger with its packs are overwritten and removed;
4. the mark becomes `retired.json`: done.

Whoever opens the folder next carries out what is left of 3 and 4. The TLS key, the authorities' certificates and the last
signed policy stay, so that hosts can follow to the next server. What lies in backups is not reached, nor does overwriting
reach every copy that a disk of flash memory keeps: a proof says that this was carried out, no more.
"""

import os
import shutil
from pathlib import Path

import msgspec

from calvox.common.commands import Command
from calvox.common.errors import BadInput, Conflict, NotFound, StoreFailed
from calvox.common.files import (
    UNFINISHED,
    build_whole,
    built_beside,
    failed,
    own_file,
    read_whole,
    sync_folder,
    write_whole,
)
from calvox.common.i18n import t
from calvox.core.freezing import HELD
from calvox.core.hosting import HostState
from calvox.core.outages import PolicySet
from calvox.journal.interface import Transaction
from calvox.journal.sqlite import DATABASE, HEAD, LOCK
from calvox.server.call import PackWish, open_call
from calvox.server.keys import NEXT
from calvox.server.moving import packs_to_move
from calvox.server.policy_report import PolicyShown
from calvox.server.policy_report import shown as policy_shown
from calvox.server.statements import policy_number, set_policy, statements_for
from calvox.server.store import LicenceServer, server_row
from calvox.wire import hostapi
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.forms import bytes_of
from calvox.wire.phone.identity import retirement_secret

MARK, DONE, KEPT = "retiring.json", "retired.json", "retired"
SECRETS = ("root", "token-key", "authority.key", "identity.json")
"""Files among the keys that go; the certificates and the TLS key stay."""
LEDGER_FILES = (DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", f"{DATABASE}-journal", HEAD)


class Retirement(msgspec.Struct, frozen=True):
    """What a retired licence server still says."""

    server_id: bytes
    """18 bytes; refused for ever once the centre has the proof."""
    proof: bytes
    """The retirement proof, 14 bytes."""
    name: str
    begun: int
    """Seconds UTC."""
    by: str
    policy: int
    """Number of the last signed policy."""
    successors: tuple[str, ...] = ()
    """Where session hosts go on, as they were told."""
    packs: tuple[PackWish, ...] = ()
    """What it held, to be asked for again by the next server."""


def name_of(server: LicenceServer) -> str:
    """Give the name that whoever retires the server must type."""
    return server.settings.server.names[0]


def begin_retirement(server: LicenceServer, name: str, successors: tuple[str, ...], by: str) -> Retirement:
    """Carry out steps 1 and 2; there is no way back afterwards.

    Args:
        server: The licence server, frozen.
        name: Its name, as somebody typed it.
        successors: Addresses at which hosts go on; empty: as the policy says.
        by: Who does this.

    Raises:
        BadInput: the name is another one.
        Conflict: the server is not frozen, or a call is open.
    """
    if name.strip() != name_of(server):
        raise BadInput(t("This licence server's name is another one"), hint=t("Is it this one that you mean to erase?"))
    with server.journal.read() as reader:
        if not server_row(reader)[HELD]:
            raise Conflict(
                t("A licence server is frozen before it is retired"),
                hint=t("“{freeze}” does it.", freeze=Command("server freeze")),
            )
        if open_call(reader) is not None:
            raise Conflict(
                t("A call is open"),
                hint=t("Finish it, or give it up with “{give_up}”.", give_up=Command("server give-up")),
            )
        packs = packs_to_move(reader, server.world.now())
        policy = policy_shown(reader)
    if successors:
        set_policy(server, _policy(policy, successors, by))
    told = server.journal.run(lambda tx: _last_words(tx, server)).value
    _keep(server.folder / KEPT, told)
    own = server.keys
    proof = retirement_secret(own.root, own.signing.public, own.identity.fingerprint_record, own.identity.epoch)
    with server.journal.read() as reader:
        number = policy_number(reader)
    made = Retirement(
        own.identity.server_id,
        bytes_of(CodeType.RETIREMENT, proof),
        name_of(server),
        server.world.now(),
        by,
        number,
        successors or policy.servers,
        packs,
    )
    write_whole(server.folder / MARK, msgspec.json.encode(made))
    return made


def _policy(shown: PolicyShown, servers: tuple[str, ...], by: str) -> PolicySet:
    """Say where hosts go on, and leave the rest of the policy as it is."""
    return PolicySet(
        mode=shown.mode,
        servers=servers,
        fail_open=shown.fail_open,
        outage_cals=shown.outage_cals,
        outage_hours=shown.outage_hours,
        by=by,
    )


def _last_words(tx: Transaction, server: LicenceServer) -> dict[str, hostapi.Statements]:
    """Sign for every host what it is told from now on; a voucher could not be settled any more."""
    hosts = list(tx.select("host"))
    return {
        row["host"].hex(): msgspec.structs.replace(statements_for(tx, server, row), voucher=b"")
        for row in hosts
        if row["state"] == HostState.ENROLLED
    }


def _keep(folder: Path, told: dict[str, hostapi.Statements]) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    with build_whole(folder) as place:
        for host, statements in told.items():
            write_whole(place / f"{host}.json", msgspec.json.encode(statements))


def statements_kept(folder: Path, host: bytes) -> hostapi.Statements | None:
    """Read what a host is told; None: it was not among this server's hosts."""
    try:
        return msgspec.json.decode(read_whole(folder / KEPT / f"{host.hex()}.json"), type=hostapi.Statements)
    except NotFound:
        return None


def retirement_of(folder: Path) -> Retirement | None:
    """Read a retirement that is done; None: there is none, or it is not done."""
    return _read(folder / DONE) if (folder / DONE).exists() else None


def demand_retired(folder: Path) -> Retirement:
    """Finish a retirement that was begun, and give it.

    Raises:
        NotFound: this licence server was not retired.
        Busy: another process holds it.
    """
    found = settle_retirement(folder)
    if found is None:
        raise NotFound(
            t("This licence server was not retired ({path})", path=str(folder)),
            hint=t("“{retire}” does it; the proof is shown only afterwards.", retire=Command("server retire")),
        )
    return found


def settle_retirement(folder: Path) -> Retirement | None:
    """Finish a retirement that was begun; None: none was.

    Raises:
        Busy: another process holds the ledger.
    """
    if (folder / DONE).exists():
        (folder / MARK).unlink(missing_ok=True)
        return _read(folder / DONE)
    if not (folder / MARK).exists():
        return None
    lock = own_file(folder / LOCK)
    try:
        _erase(folder)
    finally:
        os.close(lock)
    return _read(folder / DONE)


def _erase(folder: Path) -> None:
    """Carry out steps 3 and 4; each may be carried out again."""
    keys = folder / "keys"
    try:
        for path in _secrets(keys):
            _destroy(path)
        for place in _exchanges(keys):
            shutil.rmtree(place, ignore_errors=True)
        for name in LEDGER_FILES:
            (folder / name).unlink(missing_ok=True)
        sync_folder(keys)
        sync_folder(folder)
        os.replace(folder / MARK, folder / DONE)
        sync_folder(folder)
    except OSError as error:
        raise failed(folder, error) from error


def _exchanges(keys: Path) -> tuple[Path, ...]:
    """Name the folders of an authority that is to take over: built, or being built."""
    return keys / NEXT, built_beside(keys / NEXT)


def _secrets(keys: Path) -> list[Path]:
    """List the files that go, and those of them that were being written when a process was cut off."""
    found = [keys / name for name in SECRETS]
    for place in _exchanges(keys):
        found += place.glob("*.key")
    for place in (keys, *_exchanges(keys)):
        found += (path for path in place.glob(f".*{UNFINISHED}") if path.is_file())
    return found


def _destroy(path: Path) -> None:
    """Overwrite a small file, and remove it."""
    if not path.exists():
        return
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.write(bytes(size))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()


def _read(path: Path) -> Retirement:
    try:
        return msgspec.json.decode(read_whole(path), type=Retirement)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise StoreFailed(t("{path}: {why}", path=str(path), why=str(error))) from error
