"""An open licence server: its ledger, its keys, and what the site has chosen.

At every start, before anything is answered: the server ID is computed again from its secrets; the pinned centre key is
compared with the one in the ledger; each confirmation's 48 bytes are verified again, under the ID that it was given for, and
the packs are recomputed from them and compared with the table. The chain's last sealed batch is checked by the journal itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from calvox.common.clock import DAY, SYSTEM, World
from calvox.common.errors import BadSignature, CalvoxError, Tampered
from calvox.common.files import read_whole
from calvox.common.i18n import t
from calvox.common.settings import Settings
from calvox.core.book import Row
from calvox.core.converting import is_lot, other_type, partner
from calvox.core.ledger import LEDGER, SLOT
from calvox.core.peopling import SERVER_ROLES, Roles
from calvox.core.pools import OverUse, Policy
from calvox.core.products import CalType
from calvox.core.reenrolling import pack_number
from calvox.journal.interface import Journal, Reader, Transaction
from calvox.journal.sealing import LabelledSealer
from calvox.journal.sqlite import SqliteJournal
from calvox.server.keys import Identity, Keys, load_keys, next_identity, write_identity
from calvox.server.licensing_time import LicensingClock
from calvox.trust.confirmations import verify
from calvox.trust.tokens import LABEL
from calvox.wire.card import CentreCard, read_card
from calvox.wire.phone.message import Kind, message
from calvox.wire.phone.request import Request, expiry_date, unpack_request

CARD = "centre-card.json"
REQUEST_SIZE = 18
_SIGNED = ("programme", "cal_type", "version", "quantity", "agreement")
"""Columns of a pack that are in its request as they stand."""


@dataclass(slots=True)
class LicenceServer:
    """Everything that a use case may touch."""

    folder: Path
    """The data folder."""
    journal: Journal
    """The ledger, open."""
    keys: Keys
    """Its secrets."""
    card: CentreCard
    """The activation centre that it trusts."""
    settings: Settings
    """What the site has chosen."""
    time: LicensingClock
    """Licensing time."""
    sealer: LabelledSealer
    """Signs the ledger's batches."""
    settled: bool = False
    """Whether a re-enrolment that was cut off was finished when it was opened."""
    people_at: str = ""
    """Where people log in with a browser while this process serves; empty: nowhere."""
    on_keys: Callable[[], object] = lambda: None
    """Told when the keys were exchanged, by the thread that did it."""
    on_retiring: Callable[[], object] = lambda: None
    """Told when the server is to be erased, likewise: whoever holds its ledger lets it go."""

    def take(self, keys: Keys) -> None:
        """Go on with these keys from now on, and say so."""
        self.keys = keys
        self.on_keys()

    def take_identity(self, identity: Identity) -> None:
        """Go on under this ID: what is sealed bears it from now on.

        It is the writer that changes over, so that no batch is signed half under one ID and half under the other.
        """

        def change(tx: Transaction) -> None:
            self.sealer.context = identity.context
            self.take(replace(self.keys, identity=identity))

        self.journal.run(change)

    @property
    def world(self) -> World:
        """Licensing time and chance."""
        return self.time.world

    @property
    def policy(self) -> Policy:
        """The rules that the site may choose."""
        return Policy(OverUse(self.settings.server.over_use), self.settings.server.prevent_upgrade)

    @property
    def zone(self) -> ZoneInfo:
        """The site's time zone."""
        return self.settings.zone

    @property
    def roles(self) -> Roles:
        """The roles that its people may have."""
        return SERVER_ROLES

    def proof(self, label: bytes, *parts: bytes) -> bytes:
        """Prove that a working row is this server's."""
        return self.keys.proof(label, *parts)

    def close(self) -> None:
        """Let the ledger go."""
        self.journal.close()


def ledger_sealer(keys: Keys) -> LabelledSealer:
    """Make the sealer whose signatures tokens carry."""
    return LabelledSealer(LABEL, keys.identity.context, keys.signing)


def open_server(settings: Settings, world: World = SYSTEM) -> LicenceServer:
    """Open the licence server of the settings' folder, and check it.

    Raises:
        NotFound: there is none.
        Busy: another process serves it.
        Tampered: something is not what was written.
    """
    folder = Path(settings.server.folder)
    keys = load_keys(folder)
    card = read_card(read_whole(folder / CARD))
    time, sealer = LicensingClock(world), ledger_sealer(keys)
    journal = SqliteJournal(folder, LEDGER, sealer, time.world)
    try:
        with journal.read() as reader:
            time.begin(reader)
            settled = settled_identity(reader, keys)
            check_start(reader, settled, card)
        sealer.context = settled.identity.context
    except (ValueError, TypeError) as error:
        journal.close()
        raise Tampered(t("The ledger holds what this server never writes: {why}", why=str(error))) from error
    except BaseException:
        journal.close()
        raise
    return LicenceServer(folder, journal, settled, card, settings, time, sealer, settled=settled is not keys)


def settled_identity(reader: Reader, keys: Keys) -> Keys:
    """Finish a re-enrolment that the ledger says is done and the file of the identity does not yet.

    Whoever can write the database alone cannot lead this astray: the ID must follow from the root.
    """
    row = reader.get("reenrolment", (keys.identity.epoch + 1,))
    if row is None:
        return keys
    identity = next_identity(keys, row["fingerprint_record"])
    if identity.server_id != row["server_id"]:
        raise Tampered(t("The ledger belongs to another server ID than the keys beside it"))
    settled = replace(keys, identity=identity)
    write_identity(settled)
    return settled


def server_row(reader: Reader) -> Row:
    """Read who this server is and whether it is activated."""
    row = reader.get("server", SLOT)
    if row is None:
        raise Tampered(t("The ledger does not say whose it is"))
    return row


def check_start(reader: Reader, keys: Keys, card: CentreCard) -> None:
    """Compare what the ledger says with the keys, the card and the centre's signatures."""
    row = server_row(reader)
    if row["server_id"] != keys.identity.server_id or row["public_key"] != keys.signing.public:
        raise Tampered(t("The ledger belongs to another server ID than the keys beside it"))
    if row["centre_key"] != card.key:
        raise Tampered(t("The centre card was exchanged: its key is not the one pinned when this server was made"))
    signed, activated = _signed(reader, card, keys.identity)
    if bool(row["activated"]) is not activated:
        raise Tampered(t("The activation in the ledger is not what the centre signed"))
    _compare_packs(reader, signed)


def _signed(reader: Reader, card: CentreCard, own: Identity) -> tuple[dict[int, Request], bool]:
    """Verify every confirmation; tell which packs they cover, by number, and whether one activates the present ID."""
    packs: dict[int, Request] = {}
    epochs = own.epochs
    activated = False
    for row in reader.select("confirmation"):
        try:
            kind, requests = _verified(row, card, epochs)
        except (CalvoxError, ValueError, TypeError) as error:
            raise Tampered(t("The confirmation in entry {entry} is not the centre's", entry=row["entry"])) from error
        activates = kind in (Kind.ACTIVATE, Kind.ACTIVATE_AND_PACKS, Kind.REISSUE)
        activated = activated or (activates and row["server_id"] == own.server_id)
        for request in requests if kind is not Kind.THAW else ():
            packs.setdefault(pack_number(epochs[row["server_id"]], request.sequence), request)
    return packs, activated


def _verified(row: Row, card: CentreCard, epochs: Mapping[bytes, int]) -> tuple[Kind, list[Request]]:
    """Verify one confirmation; it must be for an ID of this server, for the centre signs for others too."""
    own = row["server_id"]
    if own not in epochs:
        raise BadSignature(t("This confirmation is for another server ID"))
    kind, requests = Kind(row["kind"]), split_requests(row["requests"])
    verify(card.key, message(kind, own, requests, row["issue_day"]), row["signature"])
    return kind, [unpack_request(own, data) for data in requests]


def _compare_packs(reader: Reader, signed: dict[int, Request]) -> None:
    stored = {row["sequence"]: row for row in reader.select("pack")}
    bought = {sequence for sequence in stored if not is_lot(sequence)}
    for sequence in sorted({*bought, *signed}):
        row, request = stored.get(sequence), signed.get(sequence)
        if row is None or request is None or not _is_what_was_signed(row, request):
            raise Tampered(
                t("Pack {sequence} is not what the centre signed", sequence=sequence),
                hint=t("Keep this database for the auditor, and restore the last verified backup."),
            )
        _compare_lot(row, stored.pop(partner(sequence), None))
    if any(is_lot(sequence) for sequence in stored):
        raise Tampered(t("The ledger holds converted CALs of a pack that does not exist"))


def _compare_lot(pack: Row, lot: Row | None) -> None:
    """Check that what was converted and what was left are together what was signed, and alike but for their type."""
    gone = -pack["converted"]
    same = lot is None or (
        (lot["quantity"], lot["converted"]) == (0, gone)
        and lot["cal_type"] == other_type(CalType(pack["cal_type"]))
        and all(lot[name] == pack[name] for name in ("programme", "version", "agreement", "ends"))
    )
    if not same or not 0 <= gone <= (pack["quantity"] if lot else 0):
        raise Tampered(t("The CALs converted from pack {sequence} do not add up", sequence=pack["sequence"]))


def _is_what_was_signed(row: Row, request: Request) -> bool:
    same = all(row[name] == getattr(request, name) for name in _SIGNED)
    return same and _ends_as_signed(row["ends"], request.expiry)


def _ends_as_signed(ends: int, expiry: int) -> bool:
    """Compare a pack's end with its last signed day, which may have ended in any zone of the Earth."""
    last = expiry_date(expiry)
    if last is None or not ends:
        return last is None and ends == 0
    midnight = (last - date(1969, 12, 31)).days * DAY
    return abs(ends - midnight) < DAY


def split_requests(joined: bytes) -> list[bytes]:
    """Take stored requests apart, 18 bytes each."""
    return [joined[at : at + REQUEST_SIZE] for at in range(0, len(joined), REQUEST_SIZE)]
