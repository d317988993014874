"""A command line that is not understood, and one that asks before it goes on."""

import json
from pathlib import Path

import pytest
import typer

from calvox.apps.licence_server.host_cases import MakeCode, Nothing
from calvox.apps.licence_server.process import owner
from calvox.cli.usage import usage_error
from calvox.common.errors import BadInput
from calvox.common.settings import Server, Settings
from tests.apps.processes import command, stocked_folder

MISTAKES = [
    (["server", "hosts", "approve"], "argument host is missing", "server hosts approve --help"),
    (["server", "enrolment-code", "--name", "a"], "option --version is missing", "enrolment-code --help"),
    (["server", "hosts", "aprove"], "no command aprove", "approve"),
    (["server", "hosts", "list", "--fodler", "x"], "no option --fodler", "--folder"),
    (["server", "hosts", "list", "--folder"], "--folder wants a value", "--help"),
    (["server", "enrolment-code", "--approved=3"], "--approved takes no value", "--help"),
    (["report", "cals", "--limit", "x"], "--limit is not good: it is a whole number", "report cals --help"),
    (["server", "hosts", "list", "much"], "more than the command takes: much", "hosts list --help"),
    (["server", "hosts"], "What shall be done is missing", "server hosts --help"),
]


@pytest.mark.parametrize(("words", "message", "hint"), MISTAKES)
def test_a_mistake_is_an_error_of_ours(words: list[str], message: str, hint: str, tmp_path: Path) -> None:
    """In JSON it is one object, with the exit code of what is not well formed."""
    done = command(*words, cwd=tmp_path)
    told = json.loads(done.stderr)
    assert (done.returncode, told["code"]) == (2, "bad-input")
    assert message in told["message"]
    assert hint in told["hint"]


def test_what_is_not_known_keeps_its_words() -> None:
    """And what is no mistake of the command line is left alone."""
    told = usage_error(typer.BadParameter("{odd} value"))
    assert isinstance(told, BadInput)
    assert "{odd} value" in str(told)
    assert usage_error(ValueError("x")) is None


def states(folder: Path) -> list[str]:
    """Tell how the hosts of a licence server stand."""
    told = owner(Settings(server=Server(folder=str(folder)))).call("hosts", Nothing())
    return [host.state.name for host in told]


def test_a_host_is_shut_out_only_when_somebody_says_so(tmp_path: Path) -> None:
    """There is no way back, so a person is asked, and a script says --yes."""
    from calvox.server.hosts import enrol
    from calvox.server.store import open_server
    from calvox.trust.certificates import make_signing_request, new_key
    from calvox.trust.enrolment import EnrolmentCode

    folder = stocked_folder(tmp_path)
    settings = Settings(server=Server(folder=str(folder)))
    made = owner(settings).call("enrolment-code", MakeCode("rdsh-1", "2022", approved=True))
    server = open_server(settings)
    enrol(server, EnrolmentCode.read(made.code).stored_hash(), make_signing_request(new_key(), "rdsh-1"))
    server.close()
    words = ["server", "hosts", "revoke", "rdsh-1", "--folder", str(folder)]
    refused = command(*words, cwd=tmp_path)
    assert (refused.returncode, "--yes" in refused.stderr, states(folder)) == (2, True, ["ENROLLED"])
    assert command(*words, "--yes", cwd=tmp_path).returncode == 0
    assert states(folder) == ["REVOKED"]


@pytest.mark.parametrize(("answers", "done"), [("no\n", False), ("perhaps\nyes\n", True), ("o\n", True)])
def test_a_person_is_asked_until_the_answer_is_yes_or_no(
    answers: str, done: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In either language."""
    from io import StringIO

    from calvox.cli.session import Session, begin, confirmed
    from calvox.common.i18n import t
    from calvox.common.settings import Loaded

    begin(Session(Loaded(Settings(), {})))
    monkeypatch.setattr("sys.stdin", StringIO(answers))
    assert confirmed(t("Shall it be done?"), yes=False) is done
    assert ("Nothing was done." in capsys.readouterr().out) is not done
