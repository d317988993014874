"""`calvox codes write` and `calvox codes read`."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from calvox.cli.codes import app
from calvox.common.errors import BadInput, CalvoxError, WrongKind
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.forms import Form, write
from tests.wire.phone.vectors import CASES, FORM_KEYS, codes

CASE = CASES[2]
LINES: list[str] = CASE["confirmation"]["words_fr"]


def run(*arguments: str, typed: str | bytes = "") -> Result:
    """Run a command on some input."""
    return CliRunner().invoke(app, arguments, input=typed)


def read(code_type: str, form: str, lines: list[str]) -> tuple[int, dict[str, Any]]:
    """Read groups and give the exit code and the answer."""
    result = run("read", code_type, "--form", form, typed="\n".join(lines) + "\n")
    assert result.exception is None or isinstance(result.exception, SystemExit)
    answer: dict[str, Any] = json.loads(result.stdout)
    return result.exit_code, answer


@pytest.mark.parametrize("form", Form)
def test_every_code_of_a_case_in_both_directions(form: Form) -> None:
    """Bytes to groups and back."""
    for code_type, code in codes(CASE):
        written = run("write", code_type, "--form", form, code["hex"])
        assert written.stdout.splitlines() == code[FORM_KEYS[form]]
        assert written.exit_code == 0
        assert read(code_type, form, written.stdout.splitlines()) == (0, {"status": "ok", "hex": code["hex"]})


def test_a_misheard_group_is_named_with_suggestions() -> None:
    """The third line has a wrong word: it alone is named, and the right line is among at most eight suggestions."""
    lines = list(LINES)
    lines[2] = " ".join(["abandon", *lines[2].split()[1:]])
    exit_code, answer = read("confirmation", "words-fr", lines)
    assert exit_code == 2
    assert answer["status"] == "misheard"
    assert answer["groups"] == [3]
    assert list(answer["suggestions"]) == ["3"]
    assert LINES[2] in answer["suggestions"]["3"]
    assert len(answer["suggestions"]["3"]) <= 8


def test_a_word_that_is_not_listed_is_misheard() -> None:
    """No traceback, and the unheard word is solved."""
    lines = list(LINES)
    lines[6] = " ".join(["xylophone", *lines[6].split()[1:]])
    exit_code, answer = read("confirmation", "words-fr", lines)
    assert (exit_code, answer["groups"]) == (2, [7])
    assert LINES[6] in answer["suggestions"]["7"]


def test_a_hopeless_group_has_no_suggestions() -> None:
    """Named, but nothing is proposed."""
    exit_code, answer = read("request", "digits", ["?"] * 9)
    assert exit_code == 2
    assert answer["groups"] == list(range(1, 10))
    assert answer["suggestions"] == {}


def test_missing_groups_are_misheard() -> None:
    """A line that was left out is noticed from there on."""
    _, answer = read("confirmation", "words-fr", LINES[:2] + LINES[3:])
    assert answer["groups"] == [3, 4, 5, 6, 7]


def test_blank_lines_between_groups_do_not_count() -> None:
    """A text pasted with gaps is read; a gap in a group's place is that group, unheard."""
    gaps = [part for line in LINES for part in (line, "", "")]
    assert read("confirmation", "words-fr", gaps)[0] == 0
    _, answer = read("confirmation", "words-fr", [*LINES[:3], "", *LINES[4:]])
    assert answer["groups"] == [4]


def test_groups_that_hold_and_are_no_confirmation() -> None:
    """All groups hold and no signature has this x: no group can be named, and the reason is given."""
    for number in (5, 1 << 384):
        exit_code, answer = read("confirmation", "digits", write(Form.DIGITS, CodeType.CONFIRMATION, number))
        assert (exit_code, answer["groups"], answer["suggestions"]) == (2, [], {})
        assert answer["reason"]


def test_another_type_is_refused_by_name() -> None:
    """A server ID where a request is wanted."""
    result = run("read", "request", "--form", "digits", typed="\n".join(CASE["server_id"]["digits"]))
    assert isinstance(result.exception, WrongKind)


@pytest.mark.parametrize("data", ["", "zz", "00" * 17, "00" * 19, "ff" * 18, "0x" + "00" * 17, " " * 36, "٠" * 36])
def test_bytes_to_write_are_validated(data: str) -> None:
    """Only as many hexadecimal digits as the code has, within its bits."""
    assert isinstance(run("write", "server-id", "--form", "digits", data).exception, BadInput)


@pytest.mark.parametrize("typed", [b"\xff\xfe", b"1\n" * 200, b"1" * 70_000, b"\n" * 65_537])
def test_input_is_bounded(typed: bytes) -> None:
    """Not UTF-8, too many lines or too many bytes are refused."""
    assert isinstance(run("read", "request", "--form", "digits", typed=typed).exception, BadInput)


@pytest.mark.parametrize("arguments", [("read", "key", "--form", "digits"), ("read", "request", "--form", "morse")])
def test_unknown_types_and_forms_are_usage_errors(arguments: tuple[str, ...]) -> None:
    """The command line names what it knows."""
    assert run(*arguments).exit_code == 2


@settings(derandomize=True, max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(CodeType), st.sampled_from(Form), st.one_of(st.binary(max_size=300), st.text(max_size=300)))
def test_garbage_never_ends_in_a_traceback(code_type: CodeType, form: Form, typed: bytes | str) -> None:
    """Whatever is piped in ends in an answer or one of our errors."""
    result = run("read", code_type, "--form", form, typed=typed)
    assert result.exception is None or isinstance(result.exception, CalvoxError | SystemExit)
