"""An open licence server: its ledger, its keys, and what the site has chosen.

At every start, before anything is answered: the server ID is computed again from its secrets; the pinned centre key is
compared with the one in the ledger; each confirmation's 48 bytes are verified again, and the packs are recomputed from
them and compared with the table. The chain's last sealed batch is checked by the journal itself.
"""

from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from calvox.common.clock import SYSTEM, World
from calvox.common.errors import BadSignature, Tampered
from calvox.common.files import read_whole
from calvox.common.i18n import t
from calvox.common.settings import Settings
from calvox.core.book import Row
from calvox.core.deciding import OverUse, Policy
from calvox.core.ledger import LEDGER, SLOT
from calvox.journal.interface import Journal, Reader
from calvox.journal.sealing import LabelledSealer
from calvox.journal.sqlite import SqliteJournal
from calvox.server.keys import Keys, load_keys
from calvox.trust.confirmations import verify
from calvox.trust.tokens import LABEL
from calvox.wire.card import CentreCard, read_card
from calvox.wire.phone.message import Kind, message
from calvox.wire.phone.request import unpack_request

CARD = "centre-card.json"
REQUEST_SIZE = 18


@dataclass(frozen=True, slots=True)
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
    world: World
    """Clock and chance."""

    @property
    def policy(self) -> Policy:
        """The rules that the site may choose."""
        return Policy(OverUse(self.settings.server.over_use), self.settings.server.prevent_upgrade)

    @property
    def zone(self) -> ZoneInfo:
        """The site's time zone."""
        return self.settings.zone

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
    journal = SqliteJournal(folder, LEDGER, ledger_sealer(keys), world)
    try:
        with journal.read() as reader:
            check_start(reader, keys, card)
    except BaseException:
        journal.close()
        raise
    return LicenceServer(folder, journal, keys, card, settings, world)


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
    signed, activated = _signed(reader, card)
    if bool(row["activated"]) is not activated:
        raise Tampered(t("The activation in the ledger is not what the centre signed"))
    _compare_packs(reader, signed)


def _signed(reader: Reader, card: CentreCard) -> tuple[dict[int, tuple[int, ...]], bool]:
    """Verify every confirmation; tell which packs they cover, by sequence, and whether one activates."""
    packs: dict[int, tuple[int, ...]] = {}
    activated = False
    for row in reader.select("confirmation"):
        kind, requests = Kind(row["kind"]), split_requests(row["requests"])
        signed = message(kind, row["server_id"], requests, row["issue_day"])
        try:
            verify(card.key, signed, row["signature"])
        except BadSignature as error:
            raise Tampered(t("The confirmation in entry {entry} is not the centre's", entry=row["entry"])) from error
        activated = activated or kind in (Kind.ACTIVATE, Kind.ACTIVATE_AND_PACKS, Kind.REISSUE)
        for request in (unpack_request(row["server_id"], data) for data in requests):
            packs.setdefault(request.sequence, (request.cal_type, request.version, request.quantity, request.agreement))
    return packs, activated


def _compare_packs(reader: Reader, signed: dict[int, tuple[int, ...]]) -> None:
    stored = {
        row["sequence"]: (row["cal_type"], row["version"], row["quantity"], row["agreement"])
        for row in reader.select("pack")
    }
    for sequence in sorted({*stored, *signed}):
        if stored.get(sequence) != signed.get(sequence):
            raise Tampered(
                t("Pack {sequence} is not what the centre signed", sequence=sequence),
                hint=t("Keep this database for the auditor, and restore the last verified backup."),
            )


def split_requests(joined: bytes) -> list[bytes]:
    """Take stored requests apart, 18 bytes each."""
    return [joined[at : at + REQUEST_SIZE] for at in range(0, len(joined), REQUEST_SIZE)]
