"""`calvox centre` on the command line: for scripts, and as a dialogue."""

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from calvox.apps.centre.process import Founding, found
from calvox.cli.main import main
from calvox.common.clock import SYSTEM
from calvox.common.i18n import language_of
from calvox.wire.card import Telephone, read_card
from calvox.wire.phone.codec import CodeType, decode
from calvox.wire.phone.filetext import read_file_text
from calvox.wire.phone.forms import Form, number_of, read_group, write
from tests.centre.test_desk import spoken
from tests.centre.world import AGREEMENT, CALL_WORD, CALLER, COST, PASSPHRASE, SECRET, SERVER, lighten

SERVER_NUMBER = number_of(CodeType.SERVER_ID, SERVER)


@dataclass(frozen=True)
class Done:
    """A command that has run."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it told a script."""
        return json.loads(self.out)


Run = Callable[..., Done]


@pytest.fixture
def calvox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run commands in this process, on a centre of their own."""
    lighten(monkeypatch)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANG", "C")
    monkeypatch.setenv("CALVOX_CENTRE_FOLDER", str(tmp_path / "centre"))
    monkeypatch.setenv("CALVOX_CENTRE_PASSPHRASE_FILE", str(tmp_path / "passphrase"))
    (tmp_path / "passphrase").write_text(PASSPHRASE)
    (tmp_path / "word").write_text(CALL_WORD + "\n")
    (tmp_path / "password").write_text("a good password\n")

    def run(*arguments: str, typed: str = "") -> Done:
        monkeypatch.setattr(sys, "argv", ["calvox", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed.encode()), "utf-8"))
        with language_of("en"), pytest.raises(SystemExit) as ended:
            main()
        out, err = capsys.readouterr()
        return Done(int(ended.value.code or 0), out, err)

    return run


@pytest.fixture
def centre(calvox: Run, tmp_path: Path) -> Run:
    """The same, with a centre made and an agreement entered."""
    found(tmp_path / "centre", Founding("Essai", [Telephone("FR", "+33 1", "9-18")]), PASSPHRASE, SYSTEM, cost=COST)
    done = calvox(
        *("centre", "agreement", "add", "--customer", "Mairie", "--programme", "open", "--sku", "S", "--proof", "P"),
        *("--line", "device:2022:100", "--line", "user:2025:10:2027-12-31", "--caller", f"{CALLER}:+33 6"),
        *("--number", f"{AGREEMENT:012d}", "--call-word-file", "word"),
    )
    assert done.code == 0, done.err
    return calvox


def prepare(centre: Run, *more: str, server: str = SERVER.hex(), agreement: str = f"{AGREEMENT:012d}") -> Done:
    """Prepare a call as a script does."""
    who = ("--caller", CALLER, "--call-word-file", "word", "--server-id", server, "--agreement", agreement)
    return centre("--json", "centre", "call", *who, *more)


def test_a_centre_is_made_with_its_card(calvox: Run, tmp_path: Path) -> None:
    """With the settings' passphrase file, and the real cost of the key."""
    first = ("--supervisor", "sue", "--password-file", "password")
    done = calvox(
        "centre", "init", "--name", "Essai", "--telephone", "FR:+33 1 23:lun-ven 9:00-18:00", *first, "--json"
    )
    assert done.code == 0, done.err
    card = read_card((tmp_path / "centre" / "centre-card.json").read_bytes())
    assert (card.name, card.telephones[0].hours) == ("Essai", "lun-ven 9:00-18:00")
    assert done.json["card"]["public_key"] == card.public_key
    assert [len(words) for words in done.json["fingerprint"].values()] == [6, 6]
    assert " ".join(done.json["fingerprint"]["fr"]) in calvox("centre", "card").out
    assert calvox("centre", "card", "--qr").out.count("█") > 500
    assert calvox("centre", "init", "--name", "Essai", "--telephone", "FR:+33 1:9-18", *first).code == 5
    assert calvox("journal", "verify", "--of", "centre", "--json").json["entries"] == 3
    (sue,) = calvox("people", "list", "--of", "centre", "--json").json
    assert (sue["name"], sue["role"], sue["change"]) == ("sue", "supervisor", False)


def test_options_go_before_settings(calvox: Run, tmp_path: Path) -> None:
    """The folder named by --folder is the one."""
    assert calvox("centre", "card", "--folder", str(tmp_path / "elsewhere")).code == 3
    (tmp_path / "short").write_text("short")
    named = (
        "--folder",
        str(tmp_path / "b"),
        "--passphrase-file",
        str(tmp_path / "short"),
        "--password-file",
        "password",
    )
    assert calvox("centre", "init", "--name", "B", "--telephone", "FR:+33 1:9-18", *named).code == 2
    assert not (tmp_path / "b").exists()


def test_a_centre_has_no_account_without_a_password(calvox: Run, tmp_path: Path) -> None:
    """Nothing is made with none, or one that is too short."""
    (tmp_path / "weak").write_text("secret\n")
    for words in ([], ["--password-file", "weak"]):
        assert calvox("centre", "init", "--name", "Essai", "--telephone", "FR:+33 1:9-18", *words).code == 2
    assert not (tmp_path / "centre").exists()


@pytest.mark.parametrize("telephone", ["FR", "FR:+33 1", "fr:+33 1:9-18", "FR:abc:9-18", "FR:+33 1:"])
def test_a_wrong_telephone_makes_no_centre(calvox: Run, tmp_path: Path, telephone: str) -> None:
    """The card must be good first."""
    told = ("--telephone", telephone, "--password-file", "password")
    assert calvox("centre", "init", "--name", "Essai", *told).code == 2
    assert not (tmp_path / "centre").exists()


def test_agreements_are_listed_and_shown(centre: Run) -> None:
    """For a person and for a script."""
    (listed,) = centre("--json", "centre", "agreement", "list").json
    shown = centre("--json", "centre", "agreement", "show", "123 456 789 012").json
    assert listed == shown
    assert shown["number"] == "123456789012"
    assert shown["lines"][1] == {
        "line": 2,
        "cal_type": "user",
        "version": "2025",
        "quantity": 10,
        "taken": 0,
        "coming": 0,
        "ends": "2028-01-01T00:00:00Z",
    }
    assert "2027-12-31" in centre("centre", "agreement", "show", "123456789012").out
    assert "Mairie" in centre("centre", "agreement", "list").out
    assert centre("centre", "agreement", "show", "5").code == 3
    assert CALL_WORD not in centre("--json", "centre", "agreement", "list").out


def test_an_end_date_includes_its_day_in_the_sites_zone(centre: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """And is shown as it was given."""
    monkeypatch.setenv("CALVOX_INTERFACE_ZONE", "Europe/Paris")
    done = centre(
        *(
            "--json",
            "centre",
            "agreement",
            "add",
            "--customer",
            "B",
            "--programme",
            "spla",
            "--sku",
            "S",
            "--proof",
            "P",
        ),
        *("--line", "device:2022:5:2027-06-30", "--caller", "Paul Petit", "--ends", "2027-12-31"),
        typed="tournesol\n",
    )
    assert done.code == 0, done.err
    assert done.json["ends"] == "2027-12-31T23:00:00Z"
    assert done.json["lines"][0]["ends"] == "2027-06-30T22:00:00Z"
    assert "2027-06-30" in centre("centre", "agreement", "show", done.json["number"]).out


@pytest.mark.parametrize(
    "options",
    [
        ("--line", "device:2022"),
        ("--line", "device:2022:5:soon"),
        ("--line", "device:2022:-5"),
        ("--line", "device:1999:5"),
        ("--line", "chair:2022:5"),
        ("--line", "device:2022:5", "--programme", "gift"),
        ("--line", "device:2022:5", "--number", "12x"),
        ("--line", "device:2022:5", "--ends", "2027-02-30"),
        ("--line", "device:2022:5", "--caller", "Anne"),
    ],
)
def test_what_is_wrong_with_an_agreement_is_named(centre: Run, options: tuple[str, ...]) -> None:
    """Exit code 2, a message, and no trace of Python."""
    usual = ("--customer", "B", "--programme", "open", "--sku", "S", "--proof", "P", "--caller", "Paul")
    done = centre("centre", "agreement", "add", *usual, "--call-word-file", "word", *options)
    assert done.code == 2
    assert done.err
    assert "Traceback" not in done.err


def test_a_script_prepares_signs_and_reads_again(centre: Run) -> None:
    """The JSON shapes that scripts rely on."""
    prepared = prepare(centre, "--line", "device:2022:20:1:2028-06").json
    assert prepared["kind"] == "activate-and-packs"
    assert prepared["agreement"] == "123456789012"
    assert [len(words) for words in prepared["control_words"].values()] == [2, 2]
    (line,) = prepared["lines"]
    assert (line["cal_type"], line["version"], line["quantity"], line["expires"]) == (
        "device",
        "2022",
        20,
        "2028-06-30",
    )
    (waiting,) = centre("--json", "centre", "calls").json
    assert waiting["call"] == prepared["call"]
    assert prepared["call"] in centre("centre", "calls").out
    signed = centre("--json", "centre", "sign", prepared["call"], "--form", "words-fr").json
    assert (len(signed["groups"]), signed["form"], signed["call"]) == (7, "words-fr", prepared["call"])
    number = int(signed["confirmation"], 16)
    assert read_file_text(signed["text"]) == number
    read = [tuple(s if s is not None else -1 for s in read_group(Form.WORDS_FR, group)) for group in signed["groups"]]
    assert decode(Form.WORDS_FR.encoding, CodeType.CONFIRMATION, read) == number
    for what in (prepared["call"], SERVER.hex(), " ".join(write(Form.WORDS_EN, CodeType.SERVER_ID, SERVER_NUMBER))):
        assert centre("--json", "centre", "read", what, "--form", "words-fr").json == signed
    again = prepare(centre, "--line", "device:2022:20:1:2028-06").json
    assert (again["already_signed"], again["call"]) == (True, prepared["call"])


def test_words_and_forms_are_shown_for_people(centre: Run) -> None:
    """One numbered group a line, in the reader's language if no form is named."""
    call = prepare(centre).json["call"]
    assert centre("centre", "sign", call, "--form", "digits").out.count("\n") == 25
    french = centre("--lang", "fr", "centre", "read", call).out
    assert centre("centre", "read", call, "--form", "words-fr").out.splitlines()[1:] == french.splitlines()[1:]


@pytest.mark.parametrize("form", list(Form))
def test_a_server_id_is_taken_in_any_form(centre: Run, form: Form) -> None:
    """As it is copied from a call sheet."""
    groups = write(form, CodeType.SERVER_ID, SERVER_NUMBER)
    assert prepare(centre, server=" ".join(groups)).json["server_id"] == SERVER.hex()
    assert prepare(centre, server="-".join(groups) if form.language is None else "\n".join(groups)).code == 0
    misheard = prepare(centre, server=" ".join([groups[1], *groups[1:]]))
    assert misheard.code == 2
    assert "Group 1 was mis-heard" in misheard.err


def test_a_spoken_request_is_taken(centre: Run) -> None:
    """In words, beside lines."""
    number = number_of(CodeType.REQUEST, bytes.fromhex(spoken()))
    words = " ".join(write(Form.WORDS_FR, CodeType.REQUEST, number))
    lines = prepare(centre, "--request", words, "--line", "device:2022:1:2").json["lines"]
    assert lines[0]["request"] == spoken()


def test_a_refusal_has_its_own_exit_code(centre: Run) -> None:
    """For a script with code and reason, for a person in words."""
    done = prepare(centre, "--line", "device:2022:101:1")
    assert done.code == 4
    assert done.json["refused"] == "more-than-left"
    assert "101" in done.json["reason"]
    call = prepare(centre).json["call"]
    differ = centre("centre", "sign", call, "--differ")
    assert differ.code == 4
    assert differ.out.startswith("Refused: ")


def test_a_script_must_say_everything(centre: Run) -> None:
    """It is never asked."""
    done = centre("--json", "centre", "call", "--caller", CALLER)
    assert done.code == 2
    assert "--call-word-file" in json.loads(done.err)["message"]


@pytest.mark.parametrize("line", ["device:2022:5", "device:2022:5:x", "device:2022:5:1:2019-01", "device:2022:5:1:06"])
def test_a_wrong_line_is_named(centre: Run, line: str) -> None:
    """Exit code 2."""
    assert prepare(centre, "--line", line).code == 2


def test_a_wrong_passphrase_signs_nothing(centre: Run, tmp_path: Path) -> None:
    """The call waits for the right one."""
    call = prepare(centre).json["call"]
    (tmp_path / "passphrase").write_text("another passphrase")
    assert centre("centre", "sign", call).code == 6
    (tmp_path / "passphrase").write_text(PASSPHRASE)
    assert centre("centre", "sign", call).code == 0


def test_servers_are_retired_and_blacklisted(centre: Run) -> None:
    """By proof in words, and by decision."""
    prepare(centre)
    proof = " ".join(write(Form.WORDS_FR, CodeType.RETIREMENT, SECRET))
    wrong = " ".join(write(Form.WORDS_FR, CodeType.RETIREMENT, SECRET + 9))
    assert centre("centre", "retire", SERVER.hex(), "--proof", wrong).code == 2
    assert centre("--json", "centre", "retire", SERVER.hex(), "--proof", proof).json[0]["state"] == "retired"
    assert prepare(centre).json["refused"] == "server-retired"
    assert centre("centre", "blacklist", SERVER.hex(), "--why", "stolen").code == 5
    assert "retired" in centre("centre", "servers").out


def test_a_locked_caller_is_unlocked(centre: Run, tmp_path: Path) -> None:
    """By a command of the supervisor."""
    (tmp_path / "word").write_text("wrong word\n")
    for _ in range(3):
        assert prepare(centre).json["refused"] == "wrong-call-word"
    (tmp_path / "word").write_text(CALL_WORD)
    assert prepare(centre).json["refused"] == "caller-locked"
    assert centre("centre", "unlock-caller", "elodie martin").code == 0
    assert prepare(centre).code == 0


def dialogue(*answers: str) -> str:
    """Write what the operator types."""
    return "".join(f"{answer}\n" for answer in answers)


GROUPS = write(Form.WORDS_FR, CodeType.SERVER_ID, SERVER_NUMBER)


def test_the_whole_call_as_a_dialogue(centre: Run) -> None:
    """A wrong group is told at once and typed again; the confirmation is read out group by group."""
    wrong = " ".join(["abaisser", *GROUPS[1].split()[1:]])
    packs = (
        "device:2022:20:1",
        "nonsense",
        "?",
        *write(Form.WORDS_FR, CodeType.REQUEST, int(spoken(sequence=2), 16)),
        "",
    )
    end = ("perhaps", "oui", *[""] * 6)
    typed = dialogue(CALLER, CALL_WORD, GROUPS[0], wrong, *GROUPS[1:], "123 456 789 012", *packs, *end)
    done = centre("--lang", "fr", "centre", "call", typed=typed)
    assert done.code == 0, done.err
    signed = centre("--json", "centre", "read", SERVER.hex(), "--form", "words-fr").json
    assert all(group in done.out for group in signed["groups"])
    assert len(signed["requests"]) == 2
    assert GROUPS[1] in done.out.partition("✗")[2]


def test_a_suggestion_is_chosen_by_its_number(centre: Run) -> None:
    """One syllable is less than six words."""
    heard = GROUPS[0].split()
    wrong = " ".join(["?", *heard[1:]])
    typed = dialogue(CALLER, CALL_WORD, wrong, "1", *GROUPS[1:], "123456789012", "", "oui", *[""] * 6)
    assert centre("--lang", "fr", "centre", "call", typed=typed).code == 0


def test_what_was_typed_is_kept(centre: Run) -> None:
    """After the line dropped in the middle, the next call goes on there; “!” begins again."""
    first = centre("--lang", "fr", "centre", "call", typed=dialogue(CALLER, CALL_WORD, GROUPS[0], GROUPS[1]))
    assert first.code == 2
    rest = (GROUPS[2], "123456789012", "", "oui", *[""] * 6)
    second = centre("--lang", "fr", "centre", "call", typed=dialogue(CALLER, CALL_WORD, *rest))
    assert second.code == 0, second.err
    assert f"1: {GROUPS[0]}" in second.out
    third = centre("--lang", "fr", "centre", "call", typed=dialogue(CALLER, CALL_WORD, GROUPS[0], GROUPS[1]))
    assert third.code == 2
    fourth = dialogue(CALLER, CALL_WORD, "<", GROUPS[1], "!", *GROUPS, "123456789012", "", "oui", *[""] * 6)
    assert centre("--lang", "fr", "centre", "call", typed=fourth).code == 0


@pytest.mark.parametrize("form", list(Form))
def test_any_form_may_be_typed(centre: Run, form: Form) -> None:
    """The first group tells which; a whole code in one line will do too."""
    groups = write(form, CodeType.SERVER_ID, SERVER_NUMBER)
    end = ("123456789012", "", "yes", *[""] * 6)
    assert centre("centre", "call", typed=dialogue(CALLER, CALL_WORD, *groups, *end)).code == 0
    assert centre("centre", "call", typed=dialogue(CALLER, CALL_WORD, " ".join(groups), *end)).code == 0


def test_a_wrong_call_word_ends_the_call_at_once(centre: Run) -> None:
    """Before anything is dictated."""
    done = centre("centre", "call", typed=dialogue(CALLER, "wrong word"))
    assert done.code == 4
    assert "call word" in done.out


def test_control_words_that_differ_sign_nothing(centre: Run) -> None:
    """The refusal is shown, and the call is gone."""
    typed = dialogue(CALLER, CALL_WORD, SERVER.hex(), "123456789012", "device:2022:20:1", "", "no")
    assert centre("centre", "call", typed=typed).code == 4
    assert centre("--json", "centre", "calls").json == []
    assert centre("centre", "read", SERVER.hex()).code == 3
