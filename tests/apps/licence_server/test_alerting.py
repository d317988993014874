"""Telling operators what went wrong: when, how often, and in which words."""

import json
import random
import socket
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import apsw
import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from calvox.apps.alerting.alerter import TOLD, Alerter, read_told, telling_of_tampering
from calvox.apps.licence_server.findings import findings, watched, watched_unopened
from calvox.apps.licence_server.process import CASES
from calvox.common.clock import DAY
from calvox.common.errors import BadSettings, Tampered
from calvox.common.i18n import t
from calvox.common.settings import Backup, Interface
from calvox.core.alarms import Alarm
from calvox.core.continuity import BackupDrilled, BackupMade, RecoveryKeyMade
from calvox.core.products import CalType
from calvox.server.alarms import clear_alarm, raise_alarm
from calvox.server.keys import renew_tls
from calvox.server.standing import keep_standing
from calvox.wire.hostapi import Standing
from tests.apps.alerting.test_mailing import settings as mail_settings
from tests.apps.mailbox import Mailbox
from tests.apps.processes import ServerProcess, command
from tests.world import Site, wish

USER, SESSION = CalType.USER, CalType.SESSION


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Mailbox]:
    """Give a mail server."""
    (tmp_path / "mail").mkdir()
    with Mailbox(tmp_path / "mail") as made:
        yield made


@pytest.fixture
def site(tmp_path: Path, box: Mailbox) -> Iterator[Site]:
    """Give a licence server that mails there, in English."""
    made = Site.founded(tmp_path)
    made.activate(wish("user", "2022", 2), wish("session", "2022", 40))
    made.settings = made.server.settings = replace(
        made.settings,
        alerts=mail_settings(box),
        interface=Interface(language="en"),
        backup=Backup(warn_hours=8784, drill_days=3660),
    )
    renew_tls(made.server.keys, ("localhost",), made.server.world)
    made.run(lambda tx: tx.append(RecoveryKeyMade(recipient="age1", by="ada")))
    back_up(made)
    yield made
    made.close()


def back_up(site: Site) -> None:
    """Enter a backup."""
    about = {"size": 1, "position": 1, "head": b"h" * 32, "recipient": "age1", "by": "ada"}
    archive = site.clock().to_bytes(32, "big")
    site.run(lambda tx: tx.append(BackupMade(archive=archive, **about)))  # type: ignore[arg-type]


def raise_it(site: Site, alarm: Alarm = Alarm.ROLLBACK) -> None:
    """Raise an alarm."""
    site.run(lambda tx: raise_alarm(tx, alarm, "signed up to 812, here 640"))


def body(box: Mailbox, at: int = -1) -> str:
    """Read a mail, in one line."""
    return " ".join(box.mails[at].get_content().split())


def test_backups_and_drills_that_are_due_are_told(site: Site, tmp_path: Path) -> None:
    """No key, no backup, an old one, a drill; a server that is not activated has nothing to lose yet."""
    new = Site.founded(tmp_path / "new")
    assert findings(new.server) == {}
    new.activate()
    assert set(findings(new.server)) == {"backup-key"}
    new.run(lambda tx: tx.append(RecoveryKeyMade(recipient="age1", by="ada")))
    assert findings(new.server)["backup"].text == "There is no backup yet"
    back_up(new)
    assert findings(new.server) == {}
    new.clock.later(seconds=36 * 3600 + 1)
    assert findings(new.server)["backup"].text == "The last verified backup is 1 days old"
    for _ in range(150):
        new.clock.later(seconds=36 * 3600)
        new.server.time.now()
    back_up(new)
    assert "backup-drill" in findings(new.server)
    new.run(lambda tx: tx.append(BackupDrilled(archive=b"a" * 32, by="ada")))
    assert not {"backup", "backup-drill"} & set(findings(new.server))
    new.close()


def test_what_is_wrong_is_found(site: Site) -> None:
    """Each thing under a key of its own; a server that is well has none."""
    assert findings(site.server) == {}
    host = site.enrol("rdsh-1", "2022")
    host.cal(USER, "user-0")
    assert findings(site.server) == {}
    host.cal(USER, "user-1")
    assert set(findings(site.server)) == {"used-up:user:2022"}
    host.cal(USER, "user-2")
    site.enrol("rdsh-2", "2025").cal(USER, "user-3")
    raise_it(site)
    site.clock.later(days=820)
    found = findings(site.server)
    keys = {"alarm:rollback", "backup", "certificate", "over-use:none", "over-use:user:2022", "used-up:user:2022"}
    assert set(found) == keys
    assert found["over-use:user:2022"].text == "Over-use: per user 2022, 3 of 2"


def test_grace_that_ends_is_told_in_its_last_week(site: Site) -> None:
    """As the host said; that it falls silent makes nothing better, that it is licensed does."""
    host, now = site.enrol("rdsh-9", "2022").enrolled.host, site.clock()

    def says(said: Standing) -> set[str]:
        site.run(partial(keep_standing, host=host, said=said, told=site.clock()))
        return {key for key in findings(site.server) if key.startswith("grace")}

    assert says(Standing("grace", now + 7 * DAY + 1)) == set()
    assert says(Standing("grace", now + 7 * DAY)) == {"grace-ends"}
    known = findings(site.server)
    assert known["grace-ends"].text == "Grace ends on the session host rdsh-9: 7 days left"
    site.clock.later(days=2)
    assert "grace-ends" not in findings(site.server)
    assert findings(site.server, known)["grace-ends"].text.endswith("5 days left")
    assert says(Standing("grace-over")) == {"grace-over"}
    assert says(Standing("licensed")) == set()


def test_a_pool_at_its_brim_is_told_of_once(site: Site) -> None:
    """It is over when a twentieth is free again."""
    host = site.enrol("rdsh-1", "2022")
    cals = [host.cal(SESSION, f"session-{n}") for n in range(40)]
    known = findings(site.server)
    assert set(known) == {"used-up:session:2022"}
    for left in range(1, 4):
        host.release(cals.pop().row["cal_id"])
        assert ("used-up:session:2022" in findings(site.server, known)) == (left <= 2)
        assert findings(site.server) == {}


def test_one_mail_tells_everything_that_happened(site: Site, box: Mailbox) -> None:
    """At once the first time, with the way out; nothing when nothing changed."""
    alerter = Alerter(watched(site.server))
    alerter.round()
    assert box.mails == []
    raise_it(site)
    raise_it(site, Alarm.FORK)
    with capture_logs() as lines:
        alerter.round()
    assert [(line["event"], line["alert"]) for line in lines[:2]] == [
        ("alert raised", "alarm:fork"),
        ("alert raised", "alarm:rollback"),
    ]
    assert len(box.mails) == 1
    assert box.mails[0]["Subject"] == "Calvox, Centre d'essai: 2 alerts, 0 over"
    text = body(box)
    for alarm in (Alarm.ROLLBACK, Alarm.FORK):
        assert f"✗ 2027-01-15 12:00 UTC: {alarm.text} → {alarm.hint}" in text
    for _ in range(3):
        site.clock.later(days=1)
        alerter.round()
    assert len(box.mails) == 1


def test_mails_keep_their_distance_and_nothing_is_left_out(site: Site, box: Mailbox) -> None:
    """What came and went meanwhile is in the next one, with its last state."""
    alerter = Alerter(watched(site.server))
    raise_it(site)
    alerter.round()
    site.clock.later(seconds=60)
    raise_it(site, Alarm.FORK)
    alerter.round()
    site.run(lambda tx: clear_alarm(tx, Alarm.ROLLBACK, "settled", "ada"))
    alerter.round()
    assert len(box.mails) == 1
    site.clock.later(seconds=15 * 60 - 61)
    alerter.round()
    assert len(box.mails) == 1
    site.clock.later(seconds=1)
    alerter.round()
    assert len(box.mails) == 2
    assert f"✗ 2027-01-15 12:01 UTC: {Alarm.FORK.text}" in body(box)
    assert f"✓ 2027-01-15 12:01 UTC: no longer: {Alarm.ROLLBACK.text}" in body(box)
    assert box.mails[1]["Subject"].endswith("1 alerts, 1 over")


def test_a_restart_tells_nothing_twice(site: Site, box: Mailbox) -> None:
    """And what ended while nobody served is told."""
    raise_it(site)
    Alerter(watched(site.server)).round()
    Alerter(watched(site.server)).round()
    assert len(box.mails) == 1
    site.run(lambda tx: clear_alarm(tx, Alarm.ROLLBACK, "settled", "ada"))
    Alerter(watched(site.server)).round()
    assert len(box.mails) == 2
    assert "no longer" in body(box)


def test_a_mail_that_does_not_arrive_is_tried_again_less_and_less_often(site: Site, box: Mailbox) -> None:
    """And arrives whole; a restart in between loses nothing."""
    box.refuse = 450
    alerter = Alerter(watched(site.server))
    raise_it(site)
    tries = []
    for _ in range(16):
        before = box.tried
        with capture_logs() as lines:
            alerter.round()
        tries.append(box.tried - before)
        assert "ada@" not in json.dumps(lines)
        site.clock.later(seconds=30)
    assert tries == [1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0]
    assert read_told(site.folder / TOLD) == {}
    box.refuse = 0
    raise_it(site, Alarm.FORK)
    Alerter(watched(site.server)).round()
    assert len(box.mails) == 1
    assert str(Alarm.ROLLBACK.text) in body(box)
    assert str(Alarm.FORK.text) in body(box)


def test_the_mail_is_in_the_sites_language(site: Site, box: Mailbox) -> None:
    """Not in the one of whoever asked last."""
    site.server.settings = replace(site.server.settings, interface=Interface(language="fr"))
    raise_it(site)
    Alerter(watched(site.server)).round()
    assert " ".join(Alarm.ROLLBACK.text.into("fr").split()) in body(box)


def test_without_a_mail_server_it_is_logged_only(site: Site, box: Mailbox) -> None:
    """And not told again later."""
    site.server.settings = replace(site.server.settings, alerts=replace(site.settings.alerts, smtp=""))
    raise_it(site)
    with capture_logs() as lines:
        Alerter(watched(site.server)).round()
        Alerter(watched(site.server)).round()
    assert [line["event"] for line in lines] == ["alert raised"]
    assert box.tried == 0


def test_a_damaged_file_of_what_was_told_costs_a_mail_and_no_more(site: Site, box: Mailbox) -> None:
    """It decides nothing."""
    raise_it(site)
    Alerter(watched(site.server)).round()
    for wrong in (b"", b"{", b"[1]", b"\xff", b'{"a": 1}', random.Random(1).randbytes(99)):
        (site.folder / TOLD).write_bytes(wrong)
        before = len(box.mails)
        Alerter(watched(site.server)).round()
        assert len(box.mails) == before + 1


def test_a_ledger_that_does_not_verify_is_told_once(site: Site, box: Mailbox) -> None:
    """Though the process ends for it, and is started again and again."""
    for _ in range(3):
        with pytest.raises(Tampered), telling_of_tampering(watched_unopened(site.server.settings, site.server.world)):
            raise Tampered(t("Table {table} is not what its entries say", table="cal"))
    assert len(box.mails) == 1
    assert "does not verify, and the process that serves it has ended" in body(box)
    Alerter(watched(site.server)).round()
    assert "no longer: The journal in" in body(box)


def test_a_mail_server_that_is_away_does_not_hide_the_ledgers_fault(site: Site, box: Mailbox) -> None:
    """The error is the ledger's."""
    box.refuse = 450
    with pytest.raises(Tampered), telling_of_tampering(watched_unopened(site.server.settings, site.server.world)):
        raise Tampered(t("Table {table} is not what its entries say", table="cal"))


def test_somebody_can_try_it(site: Site, box: Mailbox) -> None:
    """A mail at once, or what is in the way."""
    sent: Any = CASES["alert-test"].run(site.server, None, "ada")
    assert (sent.smtp, sent.recipients) == (box.address, ["ada@example.test", "bob@example.test"])
    assert "alert-test" in body(box)
    site.server.settings = replace(site.server.settings, alerts=replace(site.settings.alerts, smtp=""))
    with pytest.raises(BadSettings, match="No mail server"):
        CASES["alert-test"].run(site.server, None, "ada")


def variables(address: str) -> dict[str, str]:
    """Give a process a mail server."""
    told = {"SMTP": address, "SECURITY": "none", "SENDER": "calvox@example.test", "RECIPIENTS": "ada@example.test"}
    return {f"CALVOX_ALERTS_{name}": value for name, value in told.items()} | {"CALVOX_INTERFACE_LANGUAGE": "en"}


@pytest.fixture
def used_up(tmp_path: Path) -> Path:
    """Give a closed licence server whose only CAL for users is out."""
    made = Site.founded(tmp_path, now=int(time.time()), parts=None)
    made.activate(wish("user", "2022", 1))
    made.enrol("rdsh-1", "2022").cal(USER, "user-0")
    made.close()
    return made.folder


@pytest.mark.process
def test_a_serving_server_mails_by_itself(used_up: Path, box: Mailbox) -> None:
    """And on demand, from the command line, whether it serves or not."""
    own = variables(box.address)
    with ServerProcess(used_up, limits=own):
        until = time.monotonic() + 20
        while not box.mails and time.monotonic() < until:
            time.sleep(0.05)
        assert "Used up: per user 2022, 1 of 1" in body(box)
        assert command("server", "alert-test", "--folder", str(used_up), cwd=used_up).returncode == 0
        assert "alert-test" in body(box)
    told = command("server", "alert-test", "--folder", str(used_up), cwd=used_up, **own)
    assert (told.returncode, len(box.mails)) == (0, 3)
    wrong = command("server", "alert-test", "--folder", str(used_up), cwd=used_up)
    assert "alerts.smtp" in wrong.stderr


@pytest.mark.process
def test_a_changed_ledger_is_mailed_before_the_process_ends(used_up: Path, box: Mailbox) -> None:
    """It does not start on it."""
    connection = apsw.Connection(str(used_up / "journal.db"))
    connection.execute("UPDATE pack SET quantity = 1000")
    connection.close()
    words = ("server", "serve", "--folder", str(used_up), "--listen", "127.0.0.1:0")
    assert command(*words, cwd=used_up, **variables(box.address)).returncode != 0
    assert "does not verify, and the process that serves it has ended" in body(box)


@pytest.mark.process
def test_a_mail_server_that_says_nothing_holds_nobody_up(used_up: Path) -> None:
    """Neither who asks for CALs nor the end of the process."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        own = variables(f"127.0.0.1:{silent.getsockname()[1]}")
        with ServerProcess(used_up, limits=own) as process:
            silent.settimeout(20)
            taken, _ = silent.accept()
            assert process.status().activated
            began = time.monotonic()
            assert process.terminate() == 0
            assert time.monotonic() - began < 10
        taken.close()
