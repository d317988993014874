"""An activation centre tells its operators what went wrong, as a licence server does."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import apsw
import msgspec
import pytest

from calvox.apps.alerting.alerter import TOLD, Alerter, read_told
from calvox.apps.centre.findings import findings, watched
from calvox.apps.centre.process import CASES, Founding, found, owner, run
from calvox.centre.agreements import NewLine
from calvox.centre.callers import MOST_FAILURES
from calvox.centre.calls import Prepared
from calvox.centre.context import Context
from calvox.centre.signing import SignCall, sign_call
from calvox.common.clock import DAY, SYSTEM
from calvox.common.errors import BadSettings, Tampered
from calvox.common.settings import Centre as Chosen
from calvox.common.settings import Interface, Settings
from calvox.core.continuity import BackupDrilled, BackupMade, RecoveryKeyMade
from tests.apps.alerting.test_mailing import settings as mail_settings
from tests.apps.centre.test_process import Process
from tests.apps.mailbox import Mailbox
from tests.apps.processes import command
from tests.centre.world import COST, PASSPHRASE, PHONES, BrokenSigner, Centre, PowerCut, device

ABOUT = {"size": 1, "position": 1, "head": b"h" * 32, "recipient": "age1", "by": "ada"}


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Mailbox]:
    """Give a mail server."""
    (tmp_path / "mail").mkdir()
    with Mailbox(tmp_path / "mail") as made:
        yield made


@pytest.fixture
def centre(tmp_path: Path, box: Mailbox) -> Iterator[Centre]:
    """Give a centre that mails there, in English."""
    made = Centre(tmp_path / "centre")
    made.found()
    made.agree(NewLine(0, 7, 100))
    chosen = {"alerts": mail_settings(box), "interface": Interface(language="en")}
    made.context.site = msgspec.structs.replace(made.context.site, **chosen)
    yield made
    made.context.close()


def back_up(context: Context, archive: bytes = b"a" * 32) -> None:
    """Enter a backup."""
    context.journal.run(lambda tx: tx.append(BackupMade(archive=archive, **ABOUT)))  # type: ignore[arg-type]


def body(box: Mailbox) -> str:
    """Read the last mail, in one line."""
    return " ".join(box.mails[-1].get_content().split())


def test_backups_and_drills_that_are_due_are_told(centre: Centre) -> None:
    """From its first day on, for a centre has its agreements to lose."""
    context = centre.context
    assert set(findings(context)) == {"backup-key"}
    context.journal.run(lambda tx: tx.append(RecoveryKeyMade(recipient="age1", by="ada")))
    assert set(findings(context)) == {"backup"}
    back_up(context)
    assert findings(context) == {}
    centre.now += 181 * DAY
    assert set(findings(context)) == {"backup", "backup-drill"}
    back_up(context, b"b" * 32)
    context.journal.run(lambda tx: tx.append(BackupDrilled(archive=b"b" * 32, by="ada")))
    assert findings(context) == {}


def test_what_waits_at_the_desk_is_told(centre: Centre) -> None:
    """A call that was not signed, a caller who is locked, a certificate that ends."""
    context = centre.context
    before = set(findings(context))
    prepared = centre.prepared(device(20, 1))
    context._unlock = BrokenSigner
    with pytest.raises(PowerCut):
        sign_call(context, SignCall(prepared.call), "op")
    assert set(findings(context)) - before == {"calls-unsigned"}
    for _ in range(MOST_FAILURES):
        assert "callers-locked" not in findings(context)
        assert not isinstance(centre.ask(device(20, 2), call_word="wrong word"), Prepared)
    centre.now += 820 * DAY
    assert set(findings(context)) - before >= {"calls-unsigned", "callers-locked", "certificate"}


def test_a_mail_tells_it_and_its_end(centre: Centre, box: Mailbox) -> None:
    """In the centre's name, with the way out, once; a restart tells nothing twice."""
    Alerter(watched(centre.context)).round()
    assert box.mails[0]["Subject"] == "Calvox, Centre d'essai: 1 alerts, 0 over"
    assert "There is no recovery key, and so no backup → Make one: “calvox backup key”" in body(box)
    assert "“calvox doctor” shows everything" in body(box)
    assert set(read_told(centre.folder / TOLD)) == {"backup-key"}
    Alerter(watched(centre.context)).round()
    assert len(box.mails) == 1
    centre.context.journal.run(lambda tx: tx.append(RecoveryKeyMade(recipient="age1", by="ada")))
    back_up(centre.context)
    Alerter(watched(centre.context)).round()
    assert box.mails[1]["Subject"].endswith("0 alerts, 1 over")


def test_somebody_can_try_it(centre: Centre, box: Mailbox) -> None:
    """A mail at once, or what is in the way."""
    sent = CASES["alert-test"].run(centre.context, None, "ada")
    assert sent.smtp == box.address
    assert "calvox centre alert-test" in body(box)
    centre.context.site = Settings()
    with pytest.raises(BadSettings, match="No mail server"):
        CASES["alert-test"].run(centre.context, None, "ada")


@pytest.fixture
def served(tmp_path: Path, box: Mailbox) -> Settings:
    """Give the settings of a centre that was just made, and mails."""
    folder = tmp_path / "made"
    found(folder, Founding("Centre d'essai", PHONES), PASSPHRASE, SYSTEM, cost=COST)
    chosen = Chosen(folder=str(folder), listen="127.0.0.1:0", operations="", people_listen="")
    return Settings(centre=chosen, alerts=mail_settings(box), interface=Interface(language="en"))


def not_served(page: str, people: str) -> None:
    """End what ought not to serve, so that the test sees that nothing was raised."""
    os.kill(os.getpid(), signal.SIGTERM)


def test_a_changed_register_is_mailed_before_the_process_ends(served: Settings, box: Mailbox) -> None:
    """It does not start on it, and says so once."""
    connection = apsw.Connection(str(Path(served.centre.folder) / "journal.db"))
    connection.execute("UPDATE telephone SET number = '+33 1 99 00 66 66'")
    connection.close()
    for _ in range(2):
        with pytest.raises(Tampered):
            run(served, lambda: PASSPHRASE, not_served)
    assert len(box.mails) == 1
    assert "does not verify, and the process that serves it has ended → calvox journal verify --of centre" in body(box)


def test_wrong_settings_are_told_at_the_start(served: Settings) -> None:
    """Not when the first mail is due."""
    wrong = msgspec.structs.replace(served, alerts=msgspec.structs.replace(served.alerts, recipients=()))
    with pytest.raises(BadSettings, match="recipients"):
        run(wrong, lambda: PASSPHRASE, not_served)


def test_the_command_asks_the_centre(served: Settings, box: Mailbox) -> None:
    """With the settings of whoever gives it, as long as nobody serves."""
    done = owner(served.centre, None, site=served).call("alert-test", CASES["alert-test"].request())
    assert done.smtp == box.address


@pytest.mark.process
def test_a_serving_centre_mails_by_itself(served: Settings, box: Mailbox, tmp_path: Path) -> None:
    """And on demand."""
    secret = tmp_path / "passphrase"
    secret.write_text(PASSPHRASE + "\n")
    told = {"SMTP": box.address, "SECURITY": "none", "SENDER": "calvox@example.test", "RECIPIENTS": "ada@example.test"}
    variables = {f"CALVOX_ALERTS_{name}": value for name, value in told.items()} | {"CALVOX_INTERFACE_LANGUAGE": "en"}
    process = Process(Path(served.centre.folder), secret, **variables)
    try:
        until = time.monotonic() + 20
        while not box.mails and time.monotonic() < until:
            time.sleep(0.05)
        assert "There is no recovery key" in body(box)
        words = ("centre", "alert-test", "--folder", served.centre.folder)
        assert command(*words, cwd=tmp_path).returncode == 0
        assert "calvox centre alert-test" in body(box)
    finally:
        process.end()
