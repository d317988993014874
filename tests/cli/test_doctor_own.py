"""`calvox doctor` about our own servers: a folder that is named, or those on this machine."""

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apsw
import pytest
from typer.testing import CliRunner

from calvox.apps.centre.process import Founding, found, open_centre
from calvox.cli import own_stores
from calvox.cli.doctor import app
from calvox.cli.session import Session, begin, session
from calvox.common.clock import SYSTEM
from calvox.common.errors import BadInput, Denied, NotFound, Retired
from calvox.common.settings import Centre, Loaded, Server, Settings
from calvox.core.continuity import BackupMade, RecoveryKeyMade
from calvox.doctor.own import Kind
from tests.apps.processes import ServerProcess, command
from tests.centre.world import COST, PASSPHRASE, PHONES
from tests.world import Site, wish

OWNER = own_stores._owner


@pytest.fixture(autouse=True)
def _put_back() -> Iterator[None]:
    """Put the session back."""
    before = session()
    yield
    begin(before)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an activated licence server and an activation centre, of today, and close them."""
    place = tmp_path_factory.mktemp("own")
    site = Site.founded(place / "site", now=int(time.time()), parts=None)
    site.activate(wish("user", "2022", 1))
    site.close()
    shutil.copytree(site.folder, place / "server")
    found(place / "centre", Founding("The centre", PHONES), PASSPHRASE, SYSTEM, cost=COST)
    return place


@pytest.fixture
def place(made: Path, tmp_path: Path) -> Path:
    """Give copies of both."""
    for name in ("server", "centre"):
        shutil.copytree(made / name, tmp_path / name)
    return tmp_path


def told(*arguments: object, place: Path) -> Any:
    """Ask for a script, on a machine whose servers are there; give the answer."""
    here = Settings(server=Server(folder=str(place / "server")), centre=Centre(folder=str(place / "centre")))
    begin(Session(Loaded(here, {}), json=True))
    result = CliRunner().invoke(app, [str(one) for one in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    answer = json.loads(result.stdout)
    assert result.exit_code == answer["exit"]
    return answer


def found_in(answer: Any) -> set[tuple[str, str]]:
    """List the rules that spoke, each with its outcome."""
    return {(one["rule"], one["outcome"]) for one in answer["findings"]}


def test_this_machines_servers_are_asked_when_nothing_is_named(place: Path) -> None:
    """Both, each by its own name; what is Windows' is not asked."""
    answer = told(place=place)
    assert answer["exit"] == 2
    assert found_in(answer) == {("own-no-recovery-key", "error")}
    assert len({one["subject"] for one in answer["findings"]}) == 2
    assert {one["rule"][:4] for one in told("--all", place=place)["findings"]} == {"own-"}
    assert "calvox backup key" in answer["findings"][0]["remedy"]


def test_a_folder_that_is_named(place: Path, tmp_path: Path) -> None:
    """Wherever it lies; beside facts of a Windows site it is one of many."""
    (answer,) = told(place / "centre", place=tmp_path / "nowhere")["findings"]
    assert (answer["rule"], answer["subject"]) == ("own-no-recovery-key", "The centre")


def test_without_any_there_is_nothing_to_look_at(tmp_path: Path) -> None:
    """Which is said, and a folder of something else is no store of ours."""
    with pytest.raises(BadInput, match="nothing to look at"):
        told(place=tmp_path)
    with pytest.raises(NotFound, match="no site folder"):
        told(tmp_path, place=tmp_path)


def test_a_key_and_a_backup_put_it_right(place: Path) -> None:
    """Nothing is left to say, and the exit code is 0."""
    context = open_centre(Centre(folder=str(place / "centre")), None)
    context.journal.run(lambda tx: tx.append(RecoveryKeyMade(recipient="age1", by="ada")))
    backup = BackupMade(archive=b"a" * 32, size=1, position=1, head=b"h" * 32, recipient="age1", by="ada")
    context.journal.run(lambda tx: tx.append(backup))
    context.close()
    answer = told(place / "centre", place=place)
    assert (answer["exit"], answer["findings"]) == (0, [])


def test_an_edited_ledger_is_a_finding_and_the_rest_unknown(place: Path) -> None:
    """Not an error of the command."""
    connection = apsw.Connection(str(place / "server" / "journal.db"))
    connection.set_busy_timeout(5_000)
    connection.execute("UPDATE pack SET quantity = 1000")
    connection.close()
    answer = told(place / "server", place=place)
    assert answer["exit"] == 2
    assert ("own-journal-broken", "error") in found_in(answer)
    assert ("own-no-recovery-key", "unknown") in found_in(answer)
    assert answer["counts"]["ok"] == 0


def test_an_edit_that_opening_does_not_see_is_found_in_a_short_journal(place: Path) -> None:
    """The whole of it is verified, as at a start."""
    connection = apsw.Connection(str(place / "centre" / "journal.db"))
    connection.set_busy_timeout(5_000)
    connection.execute("UPDATE telephone SET number = '+33 1 99 00 66 66'")
    connection.close()
    answer = told(place / "centre", place=place)
    assert {("own-journal-broken", "error"), ("own-no-recovery-key", "error")} <= found_in(answer)


def test_one_that_cannot_be_asked_is_unknown_and_not_left_out(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the reason; exit code 3."""
    shutil.rmtree(place / "centre")

    def denied(folder: Path) -> Kind | None:
        raise Denied("Nobody may look")  # type: ignore[arg-type]

    monkeypatch.setattr(own_stores, "kind_of", denied)
    answer = told(place=place)
    assert answer["exit"] == 3
    assert {one["outcome"] for one in answer["findings"]} == {"unknown"}
    assert "Nobody may look" in answer["findings"][0]["missing"][0]
    with pytest.raises(Denied):
        told(place / "server", place=place)


def test_a_retired_one_has_nothing_to_be_asked(place: Path) -> None:
    """Named, it says so; on this machine, the others are asked."""
    (place / "server" / "retired.json").write_text("{}")

    def retired(folder: Path) -> Any:
        raise Retired("retired")  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            own_stores, "_owner", lambda kind, folder: retired(folder) if kind is Kind.SERVER else OWNER(kind, folder)
        )
        assert {one["subject"] for one in told(place=place)["findings"]} == {"The centre"}
        with pytest.raises(Retired):
            told(place / "server", place=place)


@pytest.mark.process
def test_a_serving_one_is_asked_and_not_opened(place: Path) -> None:
    """Through its socket; its certificate counts then. What was edited under it is found, and it serves no longer on it."""
    words = ("doctor", str(place / "server"), "--all")
    with ServerProcess(place / "server") as process:
        done = command(*words, cwd=place)
        connection = apsw.Connection(str(place / "server" / "journal.db"))
        connection.set_busy_timeout(5_000)
        connection.execute("UPDATE pack SET quantity = 1000")
        connection.close()
        edited = json.loads(command(*words, cwd=place).stdout)
        assert process.process.wait(20) != 0
    assert ("own-journal-broken", "error") in found_in(edited)
    answer = json.loads(done.stdout)
    assert done.returncode == 2
    spoken = {one["rule"]: one["outcome"] for one in answer["findings"]}
    assert (spoken["own-no-recovery-key"], spoken["own-certificate-ending"]) == ("error", "ok")
    assert "unknown" not in spoken.values()
