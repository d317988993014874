"""Spoken codes: writing, reading, repairing them, control words, the server ID."""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random

from bench.lines import Group, Lap, Line, Scale, Unit
from bench.timing import milliseconds, over, rate
from calvox.wire.phone.codec import CodeType, decode, encode
from calvox.wire.phone.forms import Form, Heard, read_group, write
from calvox.wire.phone.identity import retirement_secret
from calvox.wire.phone.message import Kind, control_words, message_body
from calvox.wire.phone.oracles import confirmation_fits
from calvox.wire.phone.repair import Whole, repair
from tests.wire.phone.vectors import CASES, call_of, code_of

CODE = CodeType.CONFIRMATION
WORDS = Form.WORDS_EN
FLOOR = "the same number to bytes, to hex and back"


def _read(form: Form, texts: Sequence[str]) -> int:
    groups = [[symbol or 0 for symbol in read_group(form, text)] for text in texts]
    return decode(form.encoding, CODE, groups)


def _round_trip(number: int) -> int:
    return int(number.to_bytes(CODE.width, "big").hex(), 16)


@contextmanager
def _codec(folder: Path, scale: Scale) -> Iterator[list[Lap]]:
    numbers = [code_of(case) for case in CASES]
    laps = [rate(over(numbers, _round_trip), scale.seconds)]
    for form in Form:
        texts = [write(form, CODE, number) for number in numbers]
        assert [_read(form, some) for some in texts] == numbers
        laps.append(rate(over(numbers, partial(write, form, CODE)), scale.seconds))
        laps.append(rate(over(texts, partial(_read, form)), scale.seconds))
    yield laps


def _misheard(random: Random, number: int) -> list[Heard]:
    """Give the groups of a code with one wrong word in it."""
    groups: list[Heard] = list(encode(WORDS.encoding, CODE, number))
    index, place = random.randrange(len(groups)), random.randrange(WORDS.encoding.symbols)
    said = groups[index]
    right = said[place] or 0
    # Two words as far apart as the check prime are one to a group's check.
    wrong = random.choice([s for s in range(WORDS.encoding.base) if (s - right) % WORDS.encoding.check])
    groups[index] = (*said[:place], wrong, *said[place + 1 :])
    return groups


@contextmanager
def _repair(folder: Path, scale: Scale) -> Iterator[list[Lap]]:
    random, accepts = Random(1), confirmation_fits()  # The same words are wrong in every run.
    numbers = [code_of(case) for case in CASES]
    heard = [_misheard(random, number) for number in numbers]
    found = [repair(WORDS, CODE, groups, accepts) for groups in heard]
    assert [whole.number for whole in found if isinstance(whole, Whole)] == numbers
    texts = [write(WORDS, CODE, number) for number in numbers]
    yield [
        milliseconds(over(texts, lambda some: _read(WORDS, some)), scale.seconds),
        milliseconds(over(heard, lambda groups: repair(WORDS, CODE, groups, accepts)), scale.seconds),
    ]


def _control(call: tuple[Kind, bytes, list[bytes]]) -> tuple[str, str]:
    return control_words(*call, "en")


@contextmanager
def _control_words(folder: Path, scale: Scale) -> Iterator[list[Lap]]:
    calls = [call_of(case) for case in CASES]
    bodies = [message_body(*call) for call in calls]
    yield [
        rate(over(bodies, lambda body: hashlib.sha256(body).digest()), scale.seconds),
        rate(over(calls, _control), scale.seconds),
    ]


@contextmanager
def _server_id(folder: Path, scale: Scale) -> Iterator[list[Lap]]:
    secret, record = bytes(32), bytes(100)
    settings = {"n": 1 << 15, "r": 8, "p": 1, "maxmem": 64 << 20, "dklen": 14}
    yield [
        milliseconds(lambda: hashlib.scrypt(secret, salt=secret, **settings), scale.seconds),
        milliseconds(lambda: retirement_secret(secret, secret, record, 1), scale.seconds),
    ]


def _codec_lines() -> Iterator[Line]:
    yield Line(FLOOR, Unit.RATE)
    for form in Form:
        yield Line(f"confirmation written, {form}", Unit.RATE, (FLOOR,))
        yield Line(f"confirmation read, {form}", Unit.RATE, (FLOOR,))


READ, HASHED, SCRYPT = "confirmation in words, nothing misheard", "SHA-256 of the same bytes", "scrypt alone"
GROUPS = (
    Group("codes", tuple(_codec_lines()), _codec),
    Group("codes", (Line(READ, Unit.TIME), Line("one wrong word in it repaired", Unit.TIME, (READ,))), _repair),
    Group("codes", (Line(HASHED, Unit.RATE), Line("control words", Unit.RATE, (HASHED,))), _control_words),
    Group("codes", (Line(SCRYPT, Unit.TIME), Line("server ID from its secrets", Unit.TIME, (SCRYPT,))), _server_id),
)
