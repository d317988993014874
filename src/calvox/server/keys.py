"""What a licence server holds in files beside its ledger, readable by its own user alone.

`root` is the secret that the server ID comes from; `token-key` signs tokens and seals the ledger; `authority` issues the
certificates of session hosts; `tls` is the server's own certificate. Whoever can write the database but not read these
cannot forge anything.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from calvox.common.clock import DAY, World
from calvox.common.errors import CalvoxError, Tampered
from calvox.common.files import read_whole, write_whole
from calvox.common.i18n import t
from calvox.journal.restored import no_store
from calvox.trust.certificates import expires_at, issue_server_certificate, make_authority, new_key
from calvox.trust.keys import SigningKey, new_private_key
from calvox.trust.proofs import proof
from calvox.wire.phone.identity import retirement_secret, server_id

NEXT = "next-authority"
"""Folder of the authority that is to take over."""
AUTHORITY_NAME = "Calvox licence server authority"
RENEW_TLS_DAYS = 60
"""The server's own certificate is made anew when it has fewer days left."""


class Former(msgspec.Struct, frozen=True):
    """An ID that this licence server had in an earlier epoch; what was signed for it stays signed."""

    server_id: bytes
    """18 bytes."""
    epoch: int
    """1 to 254."""
    fingerprint_record: bytes
    """As stored at that enrolment."""


class Identity(msgspec.Struct, frozen=True):
    """Who this licence server is; its ID can be computed again from this and the root."""

    server_id: bytes
    """18 bytes."""
    epoch: int
    """1 to 255."""
    generation: int
    """Raised by each restore."""
    fingerprint_record: bytes
    """As stored at enrolment."""
    former: tuple[Former, ...] = ()
    """The IDs of earlier epochs, the first one first."""

    @property
    def epochs(self) -> dict[bytes, int]:
        """Tell the epoch of each of its IDs."""
        return {**{one.server_id: one.epoch for one in self.former}, self.server_id: self.epoch}

    @property
    def context(self) -> bytes:
        """What the seals of the ledger bear: server ID, epoch, generation."""
        return self.server_id + bytes((self.epoch,)) + self.generation.to_bytes(4, "big")


@dataclass(frozen=True, slots=True)
class Keys:
    """A licence server's files, read."""

    folder: Path
    """Where they lie."""
    identity: Identity
    """Who the server is."""
    signing: SigningKey
    """Signs tokens, seals the ledger."""
    root: bytes = field(repr=False)
    """What the server ID and the fingerprint record come from, 32 bytes."""
    authority_key: bytes
    """PEM."""
    authority: bytes
    """Certificate, PEM."""
    next_key: bytes = b""
    """Key of the authority that is to take over, PEM; empty: none."""
    next_authority: bytes = b""
    """Its certificate, PEM."""

    def proof(self, label: bytes, *parts: bytes) -> bytes:
        """Prove that a working row is this server's, 32 bytes: whoever can write the database alone cannot make it."""
        return proof(self.root, label, *parts)

    @property
    def trusted(self) -> bytes:
        """Certificates of the authorities that are trusted now, the presenting one first, PEM."""
        return self.authority + self.next_authority

    @property
    def newest_authority(self) -> tuple[bytes, bytes]:
        """Key and certificate of the authority that issues to hosts from now on."""
        return (self.next_key, self.next_authority) if self.next_key else (self.authority_key, self.authority)


def make_keys(folder: Path, record_of: Callable[[bytes], bytes], names: tuple[str, ...], world: World) -> Keys:
    """Make every secret of a new licence server; `record_of` makes the fingerprint record from the root."""
    keys = folder / "keys"
    keys.mkdir(mode=0o700)
    root, token_key = world.random(32), new_private_key(world.random(32))
    signing = SigningKey(token_key)
    record = record_of(root)
    epoch = 1
    own_id = _computed(root, signing, record, epoch)
    identity = Identity(own_id, epoch, 1, record)
    authority_key = new_key()
    authority = make_authority(authority_key, AUTHORITY_NAME, world.now())
    files = {
        "root": root,
        "token-key": token_key,
        "authority.key": authority_key,
        "authority.pem": authority,
        "identity.json": msgspec.json.encode(identity),
    }
    for name, data in files.items():
        write_whole(keys / name, data)
    made = Keys(keys, identity, signing, root, authority_key, authority)
    renew_tls(made, names, world)
    return made


def load_keys(folder: Path) -> Keys:
    """Read the files, and compute the server ID again.

    Raises:
        NotFound: there is none.
        Tampered: the ID is not the one that root, key and record give.
    """
    keys = folder / "keys"
    if not keys.exists():
        hint = t("Make one: “calvox server init”, or take it back from a backup: “calvox backup restore”.")
        raise no_store(folder, t("There is no licence server in {path}", path=str(folder)), hint)
    root, identity, signing = _known(keys)
    authority_key, authority = read_whole(keys / "authority.key"), read_whole(keys / "authority.pem")
    following = keys / NEXT
    if not all((following / name).exists() for name in ("authority.key", "authority.pem")):
        return Keys(keys, identity, signing, root, authority_key, authority)
    next_key, next_authority = read_whole(following / "authority.key"), read_whole(following / "authority.pem")
    return Keys(keys, identity, signing, root, authority_key, authority, next_key, next_authority)


def _known(keys: Path) -> tuple[bytes, Identity, SigningKey]:
    """Read who the server is, and compute its ID again."""
    root, token_key, stored = (read_whole(keys / name) for name in ("root", "token-key", "identity.json"))
    try:
        identity = msgspec.json.decode(stored, type=Identity)
        signing = SigningKey(token_key)
        own = Former(identity.server_id, identity.epoch, identity.fingerprint_record)
        follow = all(
            _computed(root, signing, one.fingerprint_record, one.epoch) == one.server_id
            for one in (own, *identity.former)
        )
    except (msgspec.DecodeError, UnicodeDecodeError, CalvoxError) as error:
        raise Tampered(
            t("The keys in {path} are not what was written: {why}", path=str(keys), why=str(error))
        ) from error
    if not follow:
        raise Tampered(t("The server ID in {path} does not follow from the server's own secrets", path=str(keys)))
    return root, identity, signing


def _computed(root: bytes, signing: SigningKey, record: bytes, epoch: int) -> bytes:
    return server_id(retirement_secret(root, signing.public, record, epoch), epoch=epoch)


def next_identity(keys: Keys, record: bytes) -> Identity:
    """Compute who the server is in the next epoch, on a machine of this fingerprint record; takes about 50 ms.

    Raises:
        BadInput: there is no further epoch.
    """
    own = keys.identity
    made = _computed(keys.root, keys.signing, record, own.epoch + 1)
    former = (*own.former, Former(own.server_id, own.epoch, own.fingerprint_record))
    return Identity(made, own.epoch + 1, own.generation, record, former)


def write_identity(keys: Keys) -> None:
    """Write down who the server is."""
    write_whole(keys.folder / "identity.json", msgspec.json.encode(keys.identity))


def renew_tls(keys: Keys, names: tuple[str, ...], world: World, *, always: bool = False) -> None:
    """Make the server's own certificate, or make it anew when it nears its end, bears other names, or always."""
    certificate, bears = keys.folder / "tls.pem", keys.folder / "tls.names"
    wanted = "\n".join(names).encode()
    fits = certificate.exists() and bears.exists() and read_whole(bears) == wanted
    if fits and not always and expires_at(read_whole(certificate)) - world.now() > RENEW_TLS_DAYS * DAY:
        return
    key = new_key()
    made = issue_server_certificate(keys.authority_key, keys.authority, key, list(names), world.now())
    write_whole(keys.folder / "tls.key", key)
    write_whole(certificate, made + keys.authority)
    write_whole(bears, wanted)
