"""QR codes in pictures: PNG of every plain kind, grey pixels, and garbage that costs nothing."""

import contextlib
import io
import struct
import time
import zlib

import pytest
import segno
from hypothesis import given, settings
from hypothesis import strategies as st

from calvox.common.errors import BadInput
from calvox.wire.pictures import LARGEST_FILE, MOST_PIXELS, is_picture, read_picture, read_qr

TEXT = "CVX1C:" + "0123456789ABCDEFGHJK" * 5
CODE = segno.make(TEXT, error="m")
ROWS = [bytes(0 if dark else 255 for dark in row) for row in CODE.matrix_iter(scale=3, border=4)]
SIDE = len(ROWS)


def by_segno(**how: object) -> bytes:
    """Draw the code with the library that the centre uses."""
    made = io.BytesIO()
    CODE.save(made, kind="png", scale=3, border=4, **how)
    return made.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    """Write a part of a PNG file."""
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(rows: list[bytes], width: int, colour: int, *, depth: int = 8, interlaced: int = 0, more: bytes = b"") -> bytes:
    """Write a PNG file of rows that bear their filter."""
    head = struct.pack(">IIBBBBB", width, len(rows), depth, colour, 0, 0, interlaced)
    parts = chunk(b"IHDR", head) + more + chunk(b"IDAT", zlib.compress(b"".join(rows))) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def filtered(kind: int, row: bytes, before: bytes, step: int) -> bytes:
    """Filter a row as the PNG standard says."""
    made = [kind]
    for at, value in enumerate(row):
        left, corner = (row[at - step], before[at - step]) if at >= step else (0, 0)
        up = before[at]
        guess = left + up - corner
        nearest = min((abs(guess - one), place, one) for place, one in enumerate((left, up, corner)))[2]
        made.append((value - (0, left, up, (left + up) >> 1, nearest)[kind]) & 255)
    return bytes(made)


COLOURS = {
    0: lambda grey: bytes([grey]),
    2: lambda grey: bytes([grey, grey, grey]),
    4: lambda grey: bytes([grey, 255]),
    6: lambda grey: bytes([0, 0, 0, 255 - grey]),
}
"""How a grey pixel is written by colour type; in the last what is white is seen through."""


@pytest.mark.parametrize("kind", range(5))
@pytest.mark.parametrize("colour", COLOURS)
def test_every_filter_and_colour_is_read(kind: int, colour: int) -> None:
    """The pixels come out as they went in, and the code in them is read."""
    wide = [b"".join(COLOURS[colour](grey) for grey in row) for row in ROWS]
    step = len(COLOURS[colour](0))
    rows = [filtered(kind, row, before, step) for before, row in zip([bytes(SIDE * step), *wide], wide, strict=False)]
    data = png(rows, SIDE, colour)
    assert read_picture(data).pixels == b"".join(ROWS)
    assert read_qr(data) == [TEXT]


@pytest.mark.parametrize("how", [{}, {"dark": "#123"}, {"dark": "#123", "light": "#fed"}, {"light": None}])
def test_what_the_centre_draws_is_read(how: dict[str, object]) -> None:
    """In one bit, in a palette, on nothing."""
    assert is_picture(by_segno(**how))
    assert read_qr(by_segno(**how)) == [TEXT]


def test_grey_pixels_are_read() -> None:
    """As a page of ours sends them; one byte too few or too many is told."""
    data = b"P5\n%d %d\n255\n" % (SIDE, SIDE) + b"".join(ROWS)
    assert read_qr(data) == [TEXT]
    for wrong in (data[:-1], data + b"x", b"P5 0 0 255 "):
        with pytest.raises(BadInput):
            read_picture(wrong)


def test_a_picture_without_a_code_holds_none() -> None:
    """It is read, and nothing found."""
    assert read_qr(b"P5 40 40 255 " + bytes(1600)) == []


@pytest.mark.parametrize(
    "wrong",
    [
        b"",
        b"GIF89a",
        by_segno()[:60],
        by_segno()[:-40],
        png([], 0, 0),
        png([b"\x05" + bytes(8)], 8, 0),
        png([bytes(9)], 8, 1),
        png([bytes(9)], 8, 3),
        png([bytes(17)], 8, 0, depth=16),
        png([bytes(9)], 8, 0, interlaced=1),
        b"\x89PNG\r\n\x1a\n" + chunk(b"IDAT", b""),
        b"\x89PNG\r\n\x1a\n" + b"\xff" * 40,
        bytes(LARGEST_FILE + 1),
    ],
)
def test_what_is_no_picture_is_refused(wrong: bytes) -> None:
    """Cut off, of an unknown filter, colour, depth or order, or too large."""
    with pytest.raises(BadInput):
        read_picture(wrong)


def test_a_picture_of_too_many_pixels_is_refused() -> None:
    """Though its bytes are few, as in one bit a pixel."""
    wide = png([bytes(513)] * 4096, 4096, 0, depth=1)
    for data in (wide, b"P5 4096 4096 255 " + bytes(4096)):
        with pytest.raises(BadInput, match="pixels"):
            read_picture(data)


def test_a_picture_that_would_unpack_to_too_much_is_refused_at_once() -> None:
    """Its size is believed before anything is unpacked, and never more is unpacked than it says."""
    bomb = zlib.compress(bytes(64 << 20))
    for width, height in ((MOST_PIXELS, 2), (1 << 31, 1), (1500, 1500), (8, 8)):
        head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
        data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", bomb)
        begun = time.perf_counter()
        if (width, height) == (8, 8):
            assert len(read_picture(data).pixels) == 64
        else:
            with pytest.raises(BadInput):
                read_picture(data)
        assert time.perf_counter() - begun < 0.5


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.integers(0, len(by_segno()) - 1), st.integers(0, 255))
def test_garbage_raises_our_own_error_alone(garbage: bytes, at: int, value: int) -> None:
    """Random bytes, and a good file of which one byte is changed."""
    good = by_segno()
    for data in (
        garbage,
        b"\x89PNG\r\n\x1a\n" + garbage,
        b"P5 9 9 255 " + garbage,
        good[:at] + bytes([value]) + good[at + 1 :],
    ):
        with contextlib.suppress(BadInput):
            read_picture(data)
