"""One tree of errors, each with its row, and their way over a wire."""

import json

import pytest

from calvox.common.errors import (
    REFUSED_EXIT,
    RENDERINGS,
    BadToken,
    CalvoxError,
    Denied,
    error_named,
    every_error,
    rendering,
)
from calvox.common.i18n import language_of, t
from calvox.common.wire_errors import error_body, error_from


@pytest.mark.parametrize("kind", every_error(), ids=lambda kind: kind.__name__)
def test_every_error_has_a_code_of_its_own_and_a_row(kind: type[CalvoxError]) -> None:
    """And a sentence that says when it is raised."""
    assert "code" in vars(kind)
    assert rendering(kind(t("x"))) is RENDERINGS[kind.code]
    assert kind.__doc__
    assert error_named(kind.code) is kind


def test_no_row_is_left_over() -> None:
    """Each code belongs to one class."""
    codes = [kind.code for kind in every_error()]
    assert sorted(codes) == sorted(RENDERINGS)


def test_exit_codes_tell_what_happened() -> None:
    """None says success, a plain failure of the shell, or a refusal, which is no error."""
    exits = {row.exit for row in RENDERINGS.values()}
    assert not exits & {0, 1, REFUSED_EXIT, 126, 127}
    assert all(2 <= number <= 78 for number in exits)


def test_kinds_of_fault_have_exits_apart() -> None:
    """Only errors that want the same of the reader share one."""
    shared: dict[int, set[str]] = {}
    for code, row in RENDERINGS.items():
        shared.setdefault(row.exit, set()).add(code)
    assert [codes for codes in shared.values() if len(codes) > 1] == [
        {"bad-input", "too-long", "bad-code", "wrong-kind"},
        {"denied", "not-logged-in"},
        {"unreachable", "answer-lost", "retired"},
        {"bad-signature", "bad-token"},
    ]


def test_statuses_are_errors_of_http() -> None:
    """The client's faults are told from ours."""
    assert all(400 <= row.status <= 599 for row in RENDERINGS.values())
    assert RENDERINGS["denied"].status == 403
    assert RENDERINGS["too-long"].status == 413
    assert RENDERINGS["internal"].status == 500


def test_an_error_shows_its_message() -> None:
    """In the language of the moment."""
    error = Denied(t("User {name} may not", name="eve"), hint=t("Ask"))
    assert str(error) == "User eve may not"
    assert str(error.hint) == "Ask"


@pytest.mark.parametrize("kind", every_error(), ids=lambda kind: kind.__name__)
def test_an_error_goes_over_a_wire_as_what_it_is(kind: type[CalvoxError]) -> None:
    """Class, message and hint; braces in a text stay braces."""
    there = error_from(error_body(kind(t("Mind the {what}", what="{gap}"), hint=t("Step"))))
    assert type(there) is kind
    assert (str(there), str(there.hint)) == ("Mind the {gap}", "Step")
    assert error_from(error_body(kind(t("x")))).hint is None


def test_an_error_is_written_in_the_readers_language() -> None:
    """A text that is in no catalogue stays English."""
    with language_of("fr"):
        told = json.loads(error_body(Denied(t("no such text in any catalogue"))))
    assert told == {"code": "denied", "message": "no such text in any catalogue", "hint": ""}


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"null", b"[]", b'{"code":1}', b'{"code":"\xff","message":""}', b"\xff" * 999, b"[" * 99_999],
)
def test_a_body_that_is_no_error_is_a_fault_of_the_other_side(body: bytes) -> None:
    """Shortened, and in words that can be shown."""
    error = error_from(body)
    assert type(error) is CalvoxError
    assert len(str(error)) <= 200


def test_an_unknown_code_is_a_fault_of_the_other_side() -> None:
    """A newer server may know more codes; its message is kept."""
    error = error_from(b'{"code":"too-new","message":"m","hint":"h","more":1}')
    assert (type(error), str(error)) == (CalvoxError, "m")


def test_what_is_narrower_is_caught_as_the_wider() -> None:
    """A bad token is a bad signature."""
    assert issubclass(error_named("bad-token"), error_named("bad-signature"))
    assert BadToken.code == "bad-token"
