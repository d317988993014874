"""Confirmations: signing, verifying, the search for the issue day."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from py_arkworks_bls12381 import G1Point
from py_ecc.bls.hash_to_curve import hash_to_G1
from py_ecc.bls.point_compression import decompress_G1, decompress_G2
from py_ecc.bls.typing import G1Compressed, G2Compressed
from py_ecc.fields import optimized_bls12_381_FQ12 as FQ12
from py_ecc.optimized_bls12_381.optimized_curve import G2, neg
from py_ecc.optimized_bls12_381.optimized_pairing import pairing
from pyblst import BlstP1Element

from bench.lines import Group, Lap, Line, Scale, Unit
from bench.timing import milliseconds
from calvox.centre import bls
from calvox.trust.confirmations import DST, plausible_x, verify
from calvox.wire.phone.confirmation import Accepted, confirmation_parts, judge
from tests.wire.phone.vectors import CASES, PUBLIC_KEY, SECRET_KEY, call_of, code_of

CASE = CASES[2]
MESSAGE, SIGNATURE, DAY = bytes.fromhex(CASE["message"]), bytes.fromhex(CASE["signature"]), int(CASE["issue_day"])
ASTRAY = 400
"""Days by which the clock is wrong."""


def _blst() -> bytes:
    return bytes(BlstP1Element.hash_to_group(MESSAGE, DST).scalar_mul(SECRET_KEY).compress())


def _py_ecc() -> None:
    key = G2Compressed((int.from_bytes(PUBLIC_KEY[:48], "big"), int.from_bytes(PUBLIC_KEY[48:], "big")))
    signature = decompress_G1(G1Compressed(int.from_bytes(SIGNATURE, "big")))
    point = hash_to_G1(MESSAGE, DST, hashlib.sha256)  # type: ignore[arg-type]
    assert pairing(neg(G2), signature) * pairing(decompress_G2(key), point) == FQ12.one()


def _search(today: int) -> None:
    verdict = judge(PUBLIC_KEY, *call_of(CASE), today, code_of(CASE))
    assert isinstance(verdict, Accepted)
    assert verdict.clock_offset_days == today - DAY


@contextmanager
def _signing(folder: Path, scale: Scale) -> Iterator[list[Lap]]:
    assert bls.sign(SECRET_KEY, MESSAGE) == SIGNATURE == _blst()
    yield [
        milliseconds(_blst, scale.seconds),
        milliseconds(lambda: bls.sign(SECRET_KEY, MESSAGE), scale.seconds),
    ]


@contextmanager
def _verifying(folder: Path, scale: Scale) -> Iterator[list[Lap]]:
    _, x = confirmation_parts(code_of(CASE))
    yield [
        milliseconds(lambda: verify(PUBLIC_KEY, MESSAGE, SIGNATURE), scale.seconds),
        milliseconds(_py_ecc, scale.seconds),
        milliseconds(lambda: G1Point.from_compressed_bytes(SIGNATURE), scale.seconds),
        milliseconds(lambda: plausible_x(x), scale.seconds),
        milliseconds(lambda: _search(DAY), scale.seconds),
        milliseconds(lambda: _search(DAY + ASTRAY), scale.seconds),
    ]


BLST, VERIFIED, POINT = "signature by blst alone", "verified, arkworks", "point read by arkworks alone"
GROUPS = (
    Group(
        "confirmations",
        (Line(BLST, Unit.TIME), Line("signed, and verified by the other library", Unit.TIME, (BLST,))),
        _signing,
    ),
    Group(
        "confirmations",
        (
            Line(VERIFIED, Unit.TIME),
            Line("verified, py_ecc", Unit.TIME, (VERIFIED,)),
            Line(POINT, Unit.TIME),
            Line("is this x a signature's?", Unit.TIME, (POINT,)),
            Line("judged, clock right", Unit.TIME, (VERIFIED,)),
            Line(f"judged, clock {ASTRAY} days wrong", Unit.TIME, (VERIFIED,)),
        ),
        _verifying,
    ),
)
