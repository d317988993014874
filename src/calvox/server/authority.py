"""Exchanging the authority that issues the certificates of session hosts, without shutting a host out.

First a new authority is made beside the old one: both are trusted, hosts get their next certificate from the new one and
learn to trust both. When every host has done so, the new one takes over and the old one is trusted no more. Whoever was
away all the while enrols anew. Enrolment codes carry the hash of the authority that presents itself, so those that are out
when the new one takes over are good no longer.
"""

from dataclasses import replace
from shutil import rmtree

import msgspec

from calvox.common.commands import Command
from calvox.common.errors import Conflict
from calvox.common.files import build_whole, write_whole
from calvox.common.i18n import t
from calvox.core.hosting import AuthorityAdded, AuthorityReplaced, HostState
from calvox.core.ledger import SLOT
from calvox.journal.interface import Reader, Transaction
from calvox.server.keys import AUTHORITY_NAME, NEXT, renew_tls
from calvox.server.store import LicenceServer
from calvox.trust.certificates import key_hash, make_authority, new_key


class AuthorityStatus(msgspec.Struct, frozen=True):
    """Which authorities are trusted, and who still has a certificate of the old one."""

    authority: bytes
    """SHA-256 of the presenting authority's key, 32 bytes."""
    following: bytes = b""
    """That of the one that is to take over; empty: none."""
    waiting: tuple[str, ...] = ()
    """Names of the hosts whose certificate the new one has not issued yet."""


def authority_status(server: LicenceServer, reader: Reader) -> AuthorityStatus:
    """Tell how an exchange stands."""
    own = key_hash(server.keys.authority)
    if not server.keys.next_authority:
        return AuthorityStatus(own)
    following = key_hash(server.keys.next_authority)
    hosts = [row for row in reader.select("host") if row["state"] != HostState.REVOKED]
    return AuthorityStatus(own, following, tuple(sorted(row["name"] for row in hosts if row["issuer"] != following)))


def add_authority(server: LicenceServer, by: str) -> None:
    """Make a new authority beside the old one.

    Raises:
        Conflict: one is being exchanged already.
    """
    if server.keys.next_authority:
        raise Conflict(
            t("The authority is being exchanged already"),
            hint=t("“{finish}” ends it.", finish=Command("server authority finish")),
        )
    key = new_key()
    made = make_authority(key, AUTHORITY_NAME, server.world.now())
    with build_whole(server.keys.folder / NEXT) as folder:
        write_whole(folder / "authority.key", key)
        write_whole(folder / "authority.pem", made)
    server.take(replace(server.keys, next_key=key, next_authority=made))
    server.journal.run(lambda tx: tx.append(AuthorityAdded(authority=key_hash(made), by=by)))


def replace_authority(server: LicenceServer, by: str, *, anyway: bool = False) -> None:
    """Let the new authority take over.

    Raises:
        Conflict: none was made, or a host has not renewed its certificate yet and `anyway` is not given.
    """
    if not server.keys.next_authority:
        raise Conflict(
            t("No new authority was made"), hint=t("“{renew}” makes one.", renew=Command("server authority renew"))
        )
    with server.journal.read() as reader:
        waiting = authority_status(server, reader).waiting
    if waiting and not anyway:
        raise Conflict(
            t("These session hosts have not renewed their certificate yet: {names}", names=", ".join(waiting)),
            hint=t("They do so by themselves when they are on; with --anyway they must enrol anew."),
        )

    def work(tx: Transaction) -> None:
        tx.append(AuthorityReplaced(authority=key_hash(server.keys.next_authority), by=by))
        for row in list(tx.select("enrolment", {"answer": b""})):
            tx.drop("enrolment", (row["code"],))

    server.journal.run(work)
    finish_exchange(server)


def finish_exchange(server: LicenceServer) -> None:
    """Put the files in their places; done again at the next start if it was cut off."""
    keys = server.keys
    write_whole(keys.folder / "authority.key", keys.next_key)
    write_whole(keys.folder / "authority.pem", keys.next_authority)
    own = replace(keys, authority_key=keys.next_key, authority=keys.next_authority, next_key=b"", next_authority=b"")
    renew_tls(own, server.settings.server.names, server.world, always=True)
    rmtree(keys.folder / NEXT)
    server.take(own)


def settle_exchange(server: LicenceServer) -> None:
    """Finish an exchange that the ledger says is over and the files do not yet."""
    if not server.keys.next_authority:
        rmtree(server.keys.folder / NEXT, ignore_errors=True)  # One that was finished but for its last files, if any.
        return
    with server.journal.read() as reader:
        row = reader.get("authority", SLOT)
    if row is not None and row["authority"] == key_hash(server.keys.next_authority):
        finish_exchange(server)
