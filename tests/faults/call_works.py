"""Retirement, and the calls and messages that set another server up, as works that may be cut off."""

from pathlib import Path

from calvox.apps.continuity.cases import NewKey
from calvox.centre.agreements import NewLine
from calvox.centre.signing import Signed, sign_registered
from calvox.common.clock import day_of
from calvox.core.freezing import HELD
from calvox.core.products import CalType
from calvox.server.call import prepare, the_open_call
from calvox.server.confirm import Done, enter_file, finish
from calvox.server.freeze import freeze
from calvox.server.reenrol import prepare_reenrolment
from calvox.server.reentry import reenter
from calvox.server.retire import (
    DONE,
    KEPT,
    MARK,
    SECRETS,
    begin_retirement,
    demand_retired,
    retirement_of,
    settle_retirement,
)
from calvox.trust.recovery import recipient_of
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.confirmation import confirmation_code
from calvox.wire.phone.filetext import write_file_text
from calvox.wire.phone.forms import bytes_of, number_of
from calvox.wire.phone.identity import retirement_matches
from calvox.wire.phone.message import Kind
from tests.centre.world import OTHER_SERVER, SECRET, SERVER, Centre, device
from tests.faults.store_works import KEY, LATER, back_up, centre_at, kept_at, restored, site_at
from tests.world import CENTRE, NOON, Site, wish

# Retirement


def frozen(root: Path) -> None:
    """Make a frozen licence server with a pack and a host."""
    site = Site.founded(root)
    site.activate(wish("user", "2022", 5))
    site.enrol("rdsh-1", "2022")
    freeze(site.server, "moving", "ada")
    site.close()


def retired(root: Path) -> None:
    """Retire it."""
    site = site_at(root)
    site.open()
    try:
        begin_retirement(site.server, "localhost", (), "ada")
    finally:
        site.close()
    demand_retired(site.folder)


def judge_retirement(root: Path) -> bool:
    """Start as a serving process does: retired with its proof and nothing of its secrets, or frozen and whole."""
    site = site_at(root)
    done = settle_retirement(site.folder)
    if done is None:
        site.open()
        assert site.rows("server")[0][HELD]
        site.server.journal.verify()
        site.close()
        assert retirement_of(site.folder) is None
        return False
    retirement_matches(done.server_id, number_of(CodeType.RETIREMENT, done.proof))
    assert not [name for name in SECRETS if (site.folder / "keys" / name).exists()]
    assert not list(site.folder.glob("journal.db*"))
    assert not (site.folder / MARK).exists()
    assert (site.folder / DONE).exists()
    assert len(list((site.folder / KEPT).iterdir())) == 1
    return True


# The call of a migration or a reissue, on either side of the telephone


def called(root: Path) -> None:
    """Make a new licence server that is to take another one's place, its call prepared."""
    site = Site.founded(root)
    prepare(
        site.server, activate=False, wishes=(wish("device", "2022", 5), wish("user", "2022", 5)), by="ada", reissue=True
    )
    site.close()


def reissued(root: Path) -> None:
    """Type the code in and carry it out, unless that is done."""
    site = site_at(root)
    site.open()
    try:
        call = site.read(the_open_call)
        signature = CENTRE.sign(Kind.REISSUE, site.server_id, call.requests, day_of(NOON))
        enter_file(site.server, write_file_text(confirmation_code(Kind.REISSUE, signature)))
        assert isinstance(finish(site.server, "ada"), Done)
    finally:
        site.close()


def judge_reissue(root: Path) -> bool:
    """Start: all packs and the activation are in, and the call is over; or none, and it is open."""
    site = site_at(root)
    site.open()
    packs, activated = [row["quantity"] for row in site.rows("pack")], site.rows("server")[0]["activated"]
    assert (packs, activated, len(site.rows("pending"))) in (([5, 5], 1, 0), ([], 0, 1))
    site.server.journal.verify()
    site.close()
    return bool(activated)


def centre_with_server(root: Path) -> None:
    """Make an activation centre that activated a server, and has the call prepared of the one that takes its place."""
    centre = Centre(root / "centre")
    centre.found()
    centre.agree(NewLine(CalType.DEVICE, 7, 100))
    centre.signed(device(60, 1))
    told = {"server_id": OTHER_SERVER.hex(), "kind": "reissue", "replaces": SERVER.hex()}
    call = centre.prepared(device(60, 1), proof=bytes_of(CodeType.RETIREMENT, SECRET).hex(), **told).call
    (root / "call").write_text(call)
    centre.context.close()


def signed_there(root: Path) -> None:
    """Sign it."""
    centre = centre_at(root)
    try:
        assert isinstance(centre.sign((root / "call").read_text()), Signed)
    finally:
        centre.context.close()


def judge_signing(root: Path) -> bool:
    """Start: what was registered is signed, the old server is refused and its CALs are taken over; or nothing is."""
    centre = centre_at(root)
    sign_registered(centre.context)
    with centre.context.journal.read() as reader:
        rows = list(reader.select("confirmation", order="entry"))
        states = {row["server_id"]: row["state"] for row in reader.select("server")}
        waiting = reader.count("pending")
    assert all(row["signature"] for row in rows)
    done = len(rows) == 2
    assert (waiting, set(states)) == ((0, {SERVER, OTHER_SERVER}) if done else (1, {SERVER}))
    assert (states[SERVER] == "active") is not done
    centre.context.journal.verify()
    centre.context.close()
    return done


# The call that enrols a server anew on a changed machine


def changed(root: Path) -> None:
    """Make a licence server on a machine that changed, its call prepared."""
    site = Site.founded(root)
    site.activate(wish("user", "2022", 5))
    prepare_reenrolment(site.server, {"machine-id": "another", "mac": "02:00:00:00:00:09"}, "ada")
    site.close()


def enrolled_anew(root: Path) -> None:
    """Type the code in and carry it out."""
    site = site_at(root)
    site.open()
    try:
        call = site.read(the_open_call)
        signature = CENTRE.sign(Kind.REISSUE, call.server_id, (), day_of(NOON))
        enter_file(site.server, write_file_text(confirmation_code(Kind.REISSUE, signature)))
        assert isinstance(finish(site.server, "ada"), Done)
    finally:
        site.close()


def judge_enrolment(root: Path) -> bool:
    """Start: the next epoch in ledger and keys alike, or the present one with its call open; the pack is there in both."""
    site = site_at(root)
    site.open()
    identity, row = site.server.keys.identity, site.rows("server")[0]
    assert (row["epoch"], row["server_id"], len(site.rows("pending"))) == (
        identity.epoch,
        identity.server_id,
        2 - identity.epoch,
    )
    assert site.issued() == {1: 0}
    site.server.journal.verify()
    site.close()
    return identity.epoch == 2


# Re-entry


def with_a_token_ahead(root: Path) -> None:
    """Make a restored licence server, and keep a token that a host got after the backup."""
    site = Site.founded(root)
    site.activate(wish("user", "2022", 5))
    host = site.enrol("rdsh-1", "2022")
    site.close()
    kept_at(root).owner.call("backup-key", NewKey(recipient_of(KEY)))
    (root / "second").mkdir()
    back_up(root)
    site.clock.moment = LATER
    site.open()
    (root / "token").write_bytes(host.cal(CalType.USER, "alice").token)
    site.close()
    restored(root)


def reentered(root: Path) -> None:
    """Let the host bring it back."""
    site = site_at(root)
    site.open()
    try:
        (row,) = site.rows("host")
        site.run(reenter(site.server, row, (root / "token").read_bytes(), "alice"))
    finally:
        site.close()


def judge_reentry(root: Path) -> bool:
    """Start: the CAL is there with its holder, and counted; or nothing of it is."""
    site = site_at(root)
    site.open()
    found = len(site.rows("cal")), len(site.rows("holder")), site.issued()[1], site.entries().count("CalReentered")
    assert found in ((0, 0, 0, 0), (1, 1, 1, 1))
    site.server.journal.verify()
    site.close()
    return found[0] == 1
