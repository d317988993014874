"""Reads a QR code from a picture: a PNG file, or the grey pixels that a page of ours makes of any picture (PGM).

A picture comes from anywhere, so it is held to a size in bytes and in pixels before it is unpacked, only the plain kinds of
PNG are read (no interlacing, up to 8 bits a sample), and garbage raises `BadInput`, nothing else. Other formats are for the
browser, which knows them all and hands on grey pixels. What the code means is left to `phone.filetext`.
"""

import re
import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

from calvox.common.errors import BadInput, NotFound
from calvox.common.i18n import t

LARGEST_FILE = 1 << 21
"""Bytes of a picture."""
MOST_PIXELS = 1_600 * 1_600
MOST_RAW = 4 << 20
"""Bytes that a PNG may unpack to."""
MOST_TEXT = 2_000
_PNG = b"\x89PNG\r\n\x1a\n"
_PGM = re.compile(rb"P5\s(\d{1,4})\s(\d{1,4})\s255\s")
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Samples of a pixel by colour type."""
_DEPTHS = {0: (1, 2, 4, 8), 2: (8,), 3: (1, 2, 4, 8), 4: (8,), 6: (8,)}


@dataclass(frozen=True, slots=True)
class Grey:
    """A picture in grey, a byte a pixel."""

    width: int
    height: int
    pixels: bytes


@dataclass(frozen=True, slots=True)
class _Kind:
    """How a PNG writes its pixels."""

    width: int
    height: int
    depth: int
    colour: int

    @property
    def step(self) -> int:
        """Bytes from a sample to the same one of the next pixel."""
        return max(1, _CHANNELS[self.colour] * self.depth // 8)

    @property
    def row(self) -> int:
        """Bytes of a row without its filter."""
        return (self.width * _CHANNELS[self.colour] * self.depth + 7) // 8


def read_qr(data: bytes) -> list[str]:
    """Read the texts of all QR codes in a picture.

    Raises:
        BadInput: it is no such picture, or too large.
        NotFound: what reads QR codes is not installed.
    """
    grey = read_picture(data)
    try:
        import zxingcpp
    except ImportError as error:
        raise NotFound(t("The package zxing-cpp is not installed"), hint=t("Install calvox[server].")) from error
    shaped = memoryview(grey.pixels).cast("B", shape=[grey.height, grey.width])
    found = zxingcpp.read_barcodes(shaped, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    return [one.text[:MOST_TEXT] for one in found]


def is_picture(data: bytes) -> bool:
    """Tell whether this begins as a picture does that can be read here."""
    return data.startswith(_PNG) or _PGM.match(data) is not None


def read_picture(data: bytes) -> Grey:
    """Unpack a picture.

    Raises:
        BadInput: it is no such picture, or too large.
    """
    if len(data) > LARGEST_FILE:
        raise BadInput(t("A picture has at most {limit} bytes", limit=LARGEST_FILE))
    head = _PGM.match(data)
    if head is not None:
        width, height = int(head[1]), int(head[2])
        _check_size(width, height)
        return _whole(width, height, data[head.end() :])
    if not data.startswith(_PNG):
        raise BadInput(t("This is no picture that can be read here"), hint=t("Save it as PNG, without interlacing."))
    try:
        return _png(data)
    except (struct.error, zlib.error, ValueError, IndexError, KeyError) as error:
        raise BadInput(t("This PNG file is not whole")) from error


def _check_size(width: int, height: int) -> None:
    if not (width and height and width * height <= MOST_PIXELS):
        hint = t("Cut the picture down to the QR code.")
        raise BadInput(t("A picture has at most {most} pixels", most=MOST_PIXELS), hint=hint)


def _whole(width: int, height: int, pixels: bytes) -> Grey:
    if len(pixels) != width * height:
        raise BadInput(t("This picture is not whole"))
    return Grey(width, height, pixels)


def _png(data: bytes) -> Grey:
    packed, palette, kind = [], b"", None
    for name, body in _chunks(data):
        if name == b"IHDR":
            kind = _kind(body)
        elif name == b"PLTE":
            palette = body
        elif name == b"IDAT":
            packed.append(body)
    if kind is None or (kind.colour == 3 and not palette):
        raise ValueError
    raw = zlib.decompressobj().decompress(b"".join(packed), kind.height * (kind.row + 1))
    rows = _unfiltered(kind, raw)
    tell = _teller(kind, palette)
    return _whole(kind.width, kind.height, b"".join(tell(row)[: kind.width] for row in rows))


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_PNG)
    while at < len(data):
        size, name = struct.unpack_from(">I4s", data, at)
        if size > len(data):
            raise ValueError
        yield name, data[at + 8 : at + 8 + size]
        at += 12 + size
        if name == b"IEND":
            return


def _kind(body: bytes) -> _Kind:
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", body)
    _check_size(width, height)
    if interlaced or depth not in _DEPTHS[colour]:
        raise BadInput(t("This kind of PNG is not read here"), hint=t("Save it as PNG, without interlacing."))
    kind = _Kind(width, height, depth, colour)
    if kind.row * height > MOST_RAW:
        raise BadInput(t("This picture is too large"), hint=t("Cut the picture down to the QR code."))
    return kind


def _unfiltered(kind: _Kind, raw: bytes) -> Iterator[bytes]:
    before, step = bytes(kind.row), kind.step
    for at in range(0, kind.height * (kind.row + 1), kind.row + 1):
        line = raw[at + 1 : at + 1 + kind.row]
        if len(line) != kind.row:
            raise ValueError
        before = _FILTERS[raw[at]](line, before, step)
        yield before


def _left(line: bytes, before: bytes, step: int) -> bytes:
    made = bytearray(len(line))
    for part in range(step):
        made[part::step] = bytes(_running(line[part::step]))
    return bytes(made)


def _running(values: bytes) -> Iterator[int]:
    total = 0
    for value in values:
        total = (total + value) & 255
        yield total


def _sum(one: int, other: int) -> int:
    return (one + other) & 255


def _up(line: bytes, before: bytes, step: int) -> bytes:
    return bytes(map(_sum, line, before))


def _average(line: bytes, before: bytes, step: int) -> bytes:
    made = bytearray(step) + line
    for at in range(step, len(made)):
        made[at] = (made[at] + ((made[at - step] + before[at - step]) >> 1)) & 255
    return bytes(made[step:])


def _paeth(line: bytes, before: bytes, step: int) -> bytes:
    made, above = bytearray(step) + line, bytes(step) + before
    for at in range(step, len(made)):
        left, up, corner = made[at - step], above[at], above[at - step]
        by_left, by_up, by_corner = abs(up - corner), abs(left - corner), abs(left + up - 2 * corner)
        near = left if by_left <= by_up and by_left <= by_corner else up if by_up <= by_corner else corner
        made[at] = (made[at] + near) & 255
    return bytes(made[step:])


_FILTERS: dict[int, Callable[[bytes, bytes, int], bytes]] = {
    0: lambda line, before, step: line,
    1: _left,
    2: _up,
    3: _average,
    4: _paeth,
}


def _teller(kind: _Kind, palette: bytes) -> Callable[[bytes], bytes]:
    """Give what makes grey of a row; of colours green alone counts, and what is seen through is white."""
    if kind.colour == 2:
        return itemgetter(slice(1, None, 3))
    if kind.colour in (4, 6):
        return partial(_on_white, green=kind.colour // 2 - 2, step=kind.step)
    greys = (
        palette[1::3] if kind.colour == 3 else bytes(255 * n // ((1 << kind.depth) - 1) for n in range(1 << kind.depth))
    )
    greys = greys.ljust(256, b"\xff")[:256]
    spread = [
        bytes(greys[byte >> place & ((1 << kind.depth) - 1)] for place in _places(kind.depth)) for byte in range(256)
    ]
    return lambda row: b"".join([spread[byte] for byte in row])


def _places(depth: int) -> range:
    return range(8 - depth, -1, -depth)


def _on_white(row: bytes, green: int, step: int) -> bytes:
    return bytes(
        grey if alpha > 127 else 255 for grey, alpha in zip(row[green::step], row[step - 1 :: step], strict=True)
    )
