"""Results that somebody carries: read, bounded, refused by name, and explained whatever they hold."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calvox.common.errors import BadInput
from calvox.windows.actions.answers import LICENSING, SERVICE, WBEM, explain, words_of
from calvox.windows.actions.catalogue import ACTIONS
from calvox.windows.actions.outcome import Verdict
from calvox.windows.actions.result import is_result, read_result
from tests.windows.actions.acting import NOW, ORDER, order_of, result_file
from tests.windows.surveying import LS


def test_a_result_is_read() -> None:
    """With or without a byte order mark; numbers of HRESULT are taken without their sign."""
    result = read_result(result_file(code=-2147217400))
    assert (result.order, result.machine, result.user) == (ORDER, LS, "CORP\\Zoé")
    assert (result.outcome, result.code) == ("done", 0x80041008)
    assert (result.before, result.after) == ({"Published": False}, {"Published": True})
    assert read_result(b"\xef\xbb\xbf" + result_file()).code == 0
    assert read_result(result_file(outcome="unknown", after=None)).after is None
    assert read_result(result_file(code=-1)).code == -1


def test_a_result_is_told_from_a_bundle() -> None:
    """By its format."""
    assert is_result(result_file())
    assert not is_result(b'{"format": "calvox-windows-bundle-1"}')


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"format": "else"}, "no result of this format"),
        ({"order": "0" * 31}, "order"),
        ({"order": "G" * 32}, "order"),
        ({"action": "../x"}, "action"),
        ({"machine": ""}, "machine"),
        ({"time": "yesterday"}, "time"),
        ({"outcome": "perhaps"}, "outcome"),
        ({"code": "0"}, "code"),
        ({"code": True}, "code"),
        ({"code": 1 << 32}, "code"),
        ({"code": 1.5}, "well-formed"),
        ({"before": []}, "before"),
        ({"before": None}, "before"),
        ({"after": "x"}, "after"),
        ({"user": 5}, "user"),
        ({"user": "u" * 1001}, "user"),
        ({"more": 1}, "more"),
        ({"before": {"a": [[[[[[1]]]]]]}}, "before"),
        ({"before": {"a": list(range(2001))}}, "before"),
        ({"before": {"a": 1 << 65}}, "well-formed"),
        ({"before": {"a\u202e": 1, "a": 2}}, "given twice"),
    ],
)
def test_what_cannot_be_is_named(changes: dict[str, Any], why: str) -> None:
    """Each fault by the key that has it."""
    with pytest.raises(BadInput, match=why):
        read_result(result_file(**changes))


def test_damage_is_found() -> None:
    """Any byte that is another one within what the hash covers, a hash in the wrong place, a key twice, too many bytes."""
    good = result_file()
    for at in range(0, good.index(b',"sha256"'), 7):
        bad = good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :]
        with pytest.raises(BadInput):
            read_result(bad)
    with pytest.raises(BadInput, match="hash does not fit"):
        read_result(good.replace(b'"Published":true', b'"Published":null'))
    with pytest.raises(BadInput, match="at the end"):
        read_result(b'{"sha256":"' + b"0" * 64 + b'",' + good[1 : good.index(b',"sha256"')] + b"}")
    with pytest.raises(BadInput):
        read_result(good.replace(b'"code":0', b'"code":0,"code":0'))
    with pytest.raises(BadInput, match="larger"):
        read_result(good + b" " * (1 << 20))
    with pytest.raises(BadInput, match="nested"):
        read_result(b"[" * 100_000)
    with pytest.raises(BadInput, match="UTF-8"):
        read_result(b'{"a":"\xff"}')


def test_nothing_unshowable_comes_through() -> None:
    """Control and bidirectional characters are taken out of every text."""
    result = read_result(result_file(user="a\u202eb\x1b[31m", before={"a": "\u202e\x00x"}))
    assert result.user == "a b [31m"
    assert result.before == {"a": "x"}


@settings(max_examples=300)
@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace")))
def test_garbage_raises_our_own_error_alone(data: bytes) -> None:
    """Whatever it is."""
    with pytest.raises(BadInput):
        read_result(data)


@settings(max_examples=200)
@given(st.data())
def test_a_spoilt_result_raises_our_own_error_or_reads(data: st.DataObject) -> None:
    """Bytes cut out, put in or changed."""
    good = result_file()
    begin = data.draw(st.integers(0, len(good)))
    end = data.draw(st.integers(begin, min(len(good), begin + 8)))
    bad = good[:begin] + data.draw(st.binary(max_size=8)) + good[end:]
    try:
        result = read_result(bad)
    except BadInput:
        return
    assert result.order


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = [
    "ActivationStatus",
    "IdIsTheCode",
    "Packs",
    "Cals",
    "Reports",
    "IsMember",
    "State",
    "StartMode",
    "LicensingType",
    "SpecifiedLSList",
    "LicenseServer",
    "Mode",
    "Answer",
    "KeyPackId",
    "TotalLicenses",
    "LicenseId",
    "LicenseStatus",
    "Published",
    "Installed",
    "PolicySourceLicensingType",
    "NextRevokeAllowedOn",
    "ProductType",
    "ProductVersionID",
]
ROWS = st.lists(st.dictionaries(st.sampled_from(NAMES), JSON, max_size=4) | JSON, max_size=3)
STATES = st.dictionaries(
    st.sampled_from(NAMES), JSON | ROWS | st.dictionaries(st.sampled_from(NAMES), JSON), max_size=6
)


@settings(max_examples=400, deadline=None)
@given(
    name=st.sampled_from(sorted(ACTIONS)),
    outcome=st.sampled_from(["done", "unchanged", "failed", "rehearsed", "unknown"]),
    code=st.integers(-1, 2**32 - 1) | st.sampled_from([0, *WBEM]),
    before=STATES,
    after=st.none() | STATES,
)
def test_any_state_is_explained(
    name: str, outcome: Verdict, code: int, before: dict[str, Any], after: dict[str, Any] | None
) -> None:
    """A state from a file may hold anything: it is judged and told without an error, in both languages."""
    order = order_of(name)
    words = explain(order.action, order.values, outcome, code, before, after, NOW)
    assert all(str(one) and one.into("fr") for one in words)
    order.action.holds(before, order.values)
    order.action.reached(before, after or {}, order.values)


def test_every_code_has_words_and_a_next_step() -> None:
    """Microsoft's names stand there to be looked up; an unknown number is told as such."""
    for code, (said, advice) in {**WBEM, **LICENSING, **SERVICE}.items():
        assert str(said).endswith(".") or str(said).endswith("?"), hex(code)
        assert len(str(advice)) > 8
    assert "0x8004DEAD" in str(words_of(ACTIONS["publish"], 0x8004DEAD)[0])
    assert "not documented" in str(words_of(ACTIONS["publish"], 0x8004DEAD)[0])
    assert words_of(ACTIONS["start-service"], 5) != words_of(ACTIONS["publish"], 5)
    assert str(words_of(ACTIONS["activate-server"], 0x80041008)[0]) == "Windows does not take the code."


def test_a_day_that_lies_behind_is_no_reason() -> None:
    """NextRevokeAllowedOn holds something valid only where the quota was the reason."""
    order = order_of("revoke-cal")
    cals: dict[str, Any] = {"Cals": [{"LicenseId": 3, "KeyPackId": 21, "LicenseStatus": 2}]}
    for day, told in (
        ("1601-01-01T00:00:00Z", "WBEM_E_FAILED"),
        ("2099-03-01T00:00:00Z", "20 %"),
        (None, "WBEM_E_FAILED"),
    ):
        after = cals | {"Answer": {"RevokableCals": 0, "NextRevokeAllowedOn": day}}
        assert told in str(explain(order.action, order.values, "failed", 0x80041001, cals, after, NOW)[0])


def test_zero_is_activated() -> None:
    """Windows' polarity: 0 is activated, 1 is not; the words follow it."""
    order = order_of("activate-server")
    yes, no = {"ActivationStatus": 0, "IdIsTheCode": True}, {"ActivationStatus": 1, "IdIsTheCode": None}
    assert order.action.holds(yes, order.values)
    assert not order.action.holds(no, order.values)
    assert str(explain(order.action, order.values, "done", 0, no, yes, NOW)[0]) == "Done: activated."
    assert json.loads(order.given)["code"].startswith("#")
