"""The receiver's four answers, and the search for the issue day."""

from datetime import date

import pytest

from calvox.centre.bls import keygen, public_key
from calvox.common.errors import BadInput, BadSignature
from calvox.wire.phone.confirmation import (
    FIRST_DAY,
    LAST_DAY,
    Accepted,
    MisHeard,
    OtherData,
    OtherKind,
    confirmation_code,
    confirmation_parts,
    days_to_try,
    judge,
)
from calvox.wire.phone.message import Kind
from tests.wire.phone.vectors import CASES, PUBLIC_KEY, call_of, code_of

CASE = CASES[2]
DAY = CASE["issue_day"]
KIND, SERVER, REQUESTS = call_of(CASE)
CODE = code_of(CASE)
EPOCH = date(1970, 1, 1)


def test_one_wrong_bit_is_misheard() -> None:
    """An x that no signature has was mis-heard, whatever its kind says."""
    for bit in (0, 100, 379):
        assert judge(PUBLIC_KEY, KIND, SERVER, REQUESTS, DAY, CODE ^ 1 << bit) == MisHeard()


def test_the_identity_and_coordinates_too_large_are_misheard() -> None:
    """No number stands for the identity, and none above p is taken."""
    for x in (0, 1, (1 << 381) - 1):
        assert judge(PUBLIC_KEY, KIND, SERVER, REQUESTS, DAY, KIND << 381 | x) == MisHeard()


def test_another_kind_is_named() -> None:
    """A good code of another kind, known or not, is told apart from a mis-hearing."""
    x = CODE % (1 << 381)
    assert judge(PUBLIC_KEY, KIND, SERVER, REQUESTS, DAY, Kind.THAW << 381 | x) == OtherKind(Kind.THAW)
    assert judge(PUBLIC_KEY, KIND, SERVER, REQUESTS, DAY, 9 << 381 | x) == OtherKind(None)
    assert confirmation_parts(9 << 381 | x) == (None, x)


def test_other_data_is_told_apart() -> None:
    """Heard right, but a request fewer, or another centre's key: it signs something else."""
    near = [DAY, DAY - 1, DAY + 1]
    assert judge(PUBLIC_KEY, KIND, SERVER, REQUESTS[:-1], DAY, CODE, days=near) == OtherData()
    other = public_key(keygen(bytes(32)))
    assert judge(other, KIND, SERVER, REQUESTS, DAY, CODE, days=near) == OtherData()
    assert judge(PUBLIC_KEY, Kind.PACKS, SERVER, REQUESTS, DAY, 1 << 381 | CODE % (1 << 381), days=near) == OtherData()


@pytest.mark.parametrize("offset", [-1, 1, 1095])
def test_a_wrong_clock_is_found_out(offset: int) -> None:
    """A day or three years off, the issue day is found and the clock's error told."""
    verdict = judge(PUBLIC_KEY, KIND, SERVER, REQUESTS, DAY + offset, CODE)
    assert verdict == Accepted(DAY, bytes.fromhex(CASE["signature"]), offset)


def test_a_clock_at_1970_is_found_out() -> None:
    """Far from every neighbour, each day of the years is tried, and somebody is told how far that has come."""
    told: list[float] = []
    days = [day for day in days_to_try(0) if not 1100 < day < DAY - 40]
    verdict = judge(PUBLIC_KEY, KIND, SERVER, REQUESTS, 0, CODE, days=days, progress=told.append)
    assert isinstance(verdict, Accepted)
    assert verdict.clock_offset_days == -DAY
    assert told == sorted(told)
    assert told
    assert all(0 < fraction < 1 for fraction in told)


def test_days_are_tried_from_the_nearest_each_once() -> None:
    """Own day, then ±1 to ±1100, then all of 2024 to 2060."""
    today = 21000
    days = days_to_try(today)
    assert days[:5] == [today, today - 1, today + 1, today - 2, today + 2]
    assert days[2200] == today + 1100
    assert days[2201] == FIRST_DAY == (date(2024, 1, 1) - EPOCH).days
    assert len(set(days)) == len(days)
    assert set(days) >= set(range(FIRST_DAY, LAST_DAY + 1))
    assert max(days) == LAST_DAY == (date(2060, 12, 31) - EPOCH).days
    assert min(days_to_try(0)) == 0
    assert max(days_to_try((1 << 32) - 1)) == (1 << 32) - 1


def test_bad_arguments_are_errors_not_answers() -> None:
    """A bad key, number of requests, code or signature is nobody's mis-hearing."""
    with pytest.raises(BadSignature):
        judge(b"\xc0" + bytes(95), KIND, SERVER, REQUESTS, DAY, CODE)
    with pytest.raises(BadInput):
        judge(PUBLIC_KEY, Kind.ACTIVATE, SERVER, REQUESTS, DAY, CODE)
    for code in (-1, 1 << 385):
        with pytest.raises(BadInput):
            judge(PUBLIC_KEY, KIND, SERVER, REQUESTS, DAY, code)
    with pytest.raises(BadInput):
        confirmation_code(KIND, PUBLIC_KEY)
    with pytest.raises(BadSignature):
        confirmation_code(KIND, b"\x00" * 48)
