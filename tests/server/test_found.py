"""Making a licence server, and what every start finds out."""

import json
import stat
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import apsw
import pytest

from calvox.common.errors import Busy, ClockWrong, Conflict, NotFound, Tampered
from calvox.core.entries import ServerFounded
from calvox.core.peopling import PasswordSet, PersonAdded
from calvox.server.found import found
from calvox.server.keys import renew_tls
from calvox.server.store import CARD, open_server
from calvox.trust.certificates import expires_at
from calvox.trust.keys import SigningKey
from calvox.wire.card import write_card
from calvox.wire.phone.identity import server_id_fields
from tests.world import CENTRE, PARTS, STOCK, Centre, Site, wish


def test_a_new_server_says_who_it_is(new: Site) -> None:
    """Its first entries hold the ID, the pinned centre and the first administrator."""
    facts = new.read(lambda reader: [reader.fact(entry) for entry in reader.entries()])
    assert [type(fact) for fact in facts] == [ServerFounded, PersonAdded, PasswordSet]
    assert facts[0].server_id == new.server_id
    assert facts[0].centre_key == CENTRE.card.key
    assert (facts[1].person, facts[1].role) == ("ada", "administrator")
    assert server_id_fields(new.server_id).epoch == 1
    assert not new.rows("server")[0]["activated"]


def test_secrets_are_readable_by_their_user_alone(new: Site) -> None:
    """Folder and files of the keys."""
    keys = new.folder / "keys"
    assert stat.S_IMODE(keys.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in keys.iterdir()} == {0o600}


def test_two_servers_never_share_an_id(new: Site, tmp_path: Path) -> None:
    """The root is drawn anew, even on the same machine."""
    other = Site.founded(tmp_path / "other", seed=2)
    other.close()
    assert other.server_id != new.server_id


def test_the_id_survives_a_restart(new: Site) -> None:
    """It is computed from what was stored."""
    before = new.server_id
    new.restart()
    assert new.server_id == before


def test_a_folder_holds_one_server(new: Site) -> None:
    """Making another there changes nothing."""
    with pytest.raises(Conflict, match="already"):
        found(new.settings, CENTRE.card, "eve", "no hash", "eve", new.world, PARTS)
    new.restart()
    assert [row["person"] for row in new.rows("person")] == ["ada"]


def test_an_empty_folder_holds_none(new: Site, tmp_path: Path) -> None:
    """Which is told as such, and nothing is made."""
    new.close()
    (new.folder / "journal.db").unlink()
    with pytest.raises(NotFound):
        open_server(new.settings, new.world)
    assert not (new.folder / "journal.db").exists()


def test_a_server_has_one_owner(new: Site) -> None:
    """A second opener is told that the store is in use."""
    with pytest.raises(Busy):
        open_server(new.settings, new.world)


def test_everything_survives_a_restart(stocked: Site) -> None:
    """Packs and activation are verified again from the stored signatures."""
    before = stocked.rows("pack")
    stocked.restart()
    assert stocked.rows("pack") == before
    assert stocked.rows("server")[0]["activated"] == 1
    stocked.server.journal.verify()


@pytest.fixture(scope="module")
def dated_site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Give a closed site that also has a pack which ends, its fourth."""
    site = Site.founded(tmp_path_factory.mktemp("dated"))
    site.activate(*STOCK)
    site.install(wish("user", "2025", 3, ends="2028-03"))
    site.close()
    return site


def edit(site: Site, *statements: str) -> None:
    """Write the closed ledger as an intruder would."""
    connection = apsw.Connection(str(site.folder / "journal.db"))
    for statement in statements:
        connection.execute(statement)
    connection.close()


LOT_OF_2 = "SELECT 1026, programme, 0, version, 0, agreement, ends, 0, 0, 50, '' FROM pack WHERE sequence = 2"
"""Fifty device CALs, converted from a pack of two user CALs that lost none."""


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE pack SET quantity = 2000 WHERE sequence = 2", "Pack 2 is not what the centre signed"),
        ("UPDATE pack SET version = 8 WHERE sequence = 3", "Pack 3 is not what the centre signed"),
        ("UPDATE pack SET cal_type = 1 WHERE sequence = 1", "Pack 1 is not what the centre signed"),
        ("UPDATE pack SET agreement = 1 WHERE sequence = 1", "Pack 1 is not what the centre signed"),
        ("UPDATE pack SET programme = 1 WHERE sequence = 1", "Pack 1 is not what the centre signed"),
        ("UPDATE pack SET ends = 0 WHERE sequence = 4", "Pack 4 is not what the centre signed"),
        ("UPDATE pack SET ends = ends + 100 * 86400 WHERE sequence = 4", "Pack 4 is not what the centre signed"),
        ("UPDATE pack SET ends = 1 WHERE sequence = 1", "Pack 1 is not what the centre signed"),
        ("INSERT INTO pack SELECT 9, 6, 0, 7, 50, 1, 0, 0, 0, 0, ''", "Pack 9 is not what the centre signed"),
        ("UPDATE pack SET converted = 5 WHERE sequence = 1", "The CALs converted from pack 1 do not add up"),
        ("UPDATE pack SET converted = -1 WHERE sequence = 2", "The CALs converted from pack 2 do not add up"),
        (f"INSERT INTO pack {LOT_OF_2}", "The CALs converted from pack 2 do not add up"),
        (f"INSERT INTO pack {LOT_OF_2.replace('1026', '1033')}", "The ledger holds converted CALs of a pack that"),
        ("DELETE FROM pack WHERE sequence = 2", "Pack 2 is not what the centre signed"),
        ("DELETE FROM confirmation", "The activation in the ledger"),
        ("UPDATE server SET activated = 0", "The activation in the ledger"),
        ("UPDATE confirmation SET issue_day = issue_day + 1", "The confirmation in entry {entry}"),
        ("UPDATE confirmation SET kind = 1", "The confirmation in entry {entry}"),
        ("UPDATE confirmation SET kind = 9", "The confirmation in entry {entry}"),
        ("UPDATE confirmation SET kind = 0", "The confirmation in entry {entry}"),
        ("UPDATE confirmation SET requests = CAST(requests || requests AS BLOB)", "The confirmation in entry {entry}"),
        ("UPDATE server SET centre_name = CAST(x'b0ff' AS TEXT)", "The ledger holds what this server never writes"),
        ("UPDATE confirmation SET requests = x'00'", "The confirmation in entry {entry}"),
        ("UPDATE confirmation SET signature = zeroblob(48)", "The confirmation in entry {entry}"),
        ("UPDATE confirmation SET signature = x''", "The confirmation in entry {entry}"),
        ("UPDATE confirmation SET server_id = zeroblob(18)", "The confirmation in entry {entry}"),
        ("UPDATE confirmation SET server_id = NULL", "The confirmation in entry {entry}"),
        ("UPDATE server SET server_id = zeroblob(18)", "The ledger belongs to another server ID"),
        ("UPDATE server SET public_key = zeroblob(32)", "The ledger belongs to another server ID"),
        ("UPDATE server SET centre_key = zeroblob(96)", "The centre card was exchanged"),
        ("DELETE FROM server", "The ledger does not say whose it is"),
    ],
)
def test_an_edit_is_found_at_start_and_named(dated_site: Site, tmp_path: Path, statement: str, named: str) -> None:
    """Whoever writes the database without the centre's signature is found out before anything is answered."""
    site = dated_site.copy(tmp_path)
    edit(site, statement)
    with pytest.raises(Tampered) as caught:
        site.open()
    assert str(caught.value).startswith(named.format(entry=7))


def test_without_an_edit_nothing_is_found(dated_site: Site, tmp_path: Path) -> None:
    """Its first confirmation stands in entry 7, after the founding, the first account and three requests."""
    site = dated_site.copy(tmp_path)
    edit(site, "UPDATE pack SET quantity = quantity")
    site.open()
    assert [row["entry"] for row in site.rows("confirmation")] == [7, 13]
    site.close()


def test_a_confirmation_of_another_server_is_no_use_here(stocked: Site, tmp_path: Path) -> None:
    """The centre signs for others too: rows copied from their ledger are named."""
    other = Site.founded(tmp_path / "other", seed=2)
    other.activate(
        wish("user", "2022", 500), wish("user", "2022", 500), wish("user", "2022", 500), wish("user", "2022", 5)
    )
    other.close()
    stocked.close()
    copied = ("INSERT INTO {0} SELECT * FROM o.{0}", "INSERT OR IGNORE INTO {0} SELECT * FROM o.{0}")
    edit(
        stocked,
        f"ATTACH '{other.folder / 'journal.db'}' AS o",
        "DELETE FROM confirmation",
        "DELETE FROM pack",
        *(text.format(table) for text, table in zip(copied, ("confirmation", "pack"), strict=True)),
    )
    with pytest.raises(Tampered, match="The confirmation in entry"):
        stocked.open()


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Paris"])
def test_a_packs_end_in_any_zone_is_no_edit(stocked: Site, zone: str) -> None:
    """Its last day ends when it does at the site."""
    stocked.restart(zone=zone)
    stocked.install(wish("user", "2025", 3, ends="2028-03"))
    ends = stocked.rows("pack", version=8)[0]["ends"]
    assert datetime.fromtimestamp(ends, ZoneInfo(zone)) == datetime(2028, 4, 1, tzinfo=ZoneInfo(zone))
    stocked.restart()


def test_edited_counts_are_found_by_verifying(stocked: Site) -> None:
    """What is out of a pack follows from the entries."""
    stocked.enrol("rdsh-1", "2022").permanent("pc-1")
    stocked.close()
    edit(stocked, "UPDATE pack SET issued = 0")
    stocked.open()
    with pytest.raises(Tampered, match="Table pack, row 1"):
        stocked.server.journal.verify()


def test_an_exchanged_card_is_found_at_start(stocked: Site) -> None:
    """The pinned key stands in the ledger too."""
    stocked.close()
    (stocked.folder / CARD).write_bytes(write_card(Centre(CENTRE.secret + 1).card))
    with pytest.raises(Tampered, match="centre card was exchanged"):
        stocked.open()


def spoil_identity(keys: Path) -> None:
    """Claim another server ID."""
    told = json.loads((keys / "identity.json").read_text())
    told["epoch"] = 2
    (keys / "identity.json").write_text(json.dumps(told))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda keys: (keys / "root").write_bytes(bytes(32)),
        lambda keys: (keys / "root").write_bytes(b"short"),
        lambda keys: (keys / "token-key").write_bytes(SigningKey(b"t" * 32).public),
        lambda keys: (keys / "identity.json").write_bytes(b"{}"),
        lambda keys: (keys / "identity.json").write_bytes(b"\xff"),
        spoil_identity,
    ],
)
def test_other_keys_are_found_at_start(stocked: Site, spoil: Callable[[Path], object]) -> None:
    """The server ID must follow from root, key and record."""
    stocked.close()
    spoil(stocked.folder / "keys")
    with pytest.raises(Tampered):
        stocked.open()


def test_the_keys_of_another_server_do_not_open_this_ledger(stocked: Site, tmp_path: Path) -> None:
    """Even whole and in themselves right."""
    other = Site.founded(tmp_path / "other", seed=2)
    other.close()
    stocked.close()
    (stocked.folder / "keys").rename(stocked.folder / "old")
    (other.folder / "keys").rename(stocked.folder / "keys")
    with pytest.raises(Tampered):
        stocked.open()


def test_a_server_that_failed_to_open_is_not_held(stocked: Site) -> None:
    """The lock goes, so that the administrator can try again."""
    stocked.close()
    card = (stocked.folder / CARD).read_bytes()
    (stocked.folder / CARD).write_bytes(write_card(Centre(CENTRE.secret + 1).card))
    with pytest.raises(Tampered):
        stocked.open()
    (stocked.folder / CARD).write_bytes(card)
    stocked.open()


def test_the_tls_certificate_is_renewed_near_its_end_and_for_other_names(new: Site) -> None:
    """And kept otherwise, so that it does not change at each start."""
    keys, file = new.server.keys, new.folder / "keys/tls.pem"
    first = file.read_bytes()
    renew_tls(keys, new.settings.server.names, new.world)
    assert file.read_bytes() == first
    renew_tls(keys, ("licences.example",), new.world)
    second = file.read_bytes()
    assert second != first
    new.clock.moment = expires_at(second) - 59 * 86_400
    renew_tls(keys, ("licences.example",), new.world)
    assert file.read_bytes() != second


def test_no_server_is_made_on_a_machine_that_lost_the_time(tmp_path: Path) -> None:
    """Its certificates and its first entry would be of 1970 for ever."""
    with pytest.raises(ClockWrong, match="1970"):
        Site.founded(tmp_path, now=60)
    assert list(tmp_path.iterdir()) == []
