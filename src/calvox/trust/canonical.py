"""Canonical bytes: one value, one byte string.

Decides how whatever is hashed or signed is written: deterministic CBOR (RFC 8949 §4.2.1), of integers of 64 bits, byte
strings, texts, booleans, nothing, lists, and maps whose keys are integers, texts or byte strings.

Rules:
- Keys stand in the bytewise order of their encodings. (`cbor2`'s own "canonical" puts shorter keys first, an older rule
  that differs as soon as a map mixes kinds of keys; so the keys are ordered here.)
- What is read is accepted only if it is exactly what would be written: shortest heads, ordered keys, none twice, no
  tags, floats, undefined or indefinite lengths, nothing left over.
- Hostile input costs time and memory in proportion to its own length: a length is believed only once its bytes are
  there, and nesting ends at `DEPTH`.

It leaves to its callers what a value means.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import cbor2

from calvox.common.errors import BadInput
from calvox.common.i18n import t

DEPTH = 32
"""Containers within containers, at most; the same when writing and when reading."""

_INT_END = 1 << 64
_PLAIN = frozenset({bytes, str, bool, type(None)})
_SIMPLE = {0xF4: False, 0xF5: True, 0xF6: None}


def encode(value: object) -> bytes:
    """Write a value; a tuple is written as a list.

    Raises:
        BadInput: The value has no canonical form here (a float, a set, an integer beyond 64 bits, too deep).
    """
    try:
        return cbor2.dumps(_ordered(value, DEPTH))
    except UnicodeEncodeError as error:
        raise BadInput(t("A text holds half a character")) from error


def encode_in_order(items: Mapping[Any, object]) -> bytes:
    """Write a map whose keys stand in canonical order already, which is not checked again."""
    if _plain(items.values()):
        try:
            return cbor2.dumps(items)
        except UnicodeEncodeError as error:
            raise BadInput(t("A text holds half a character")) from error
    return encode(dict(items))


def encode_fields(names: Sequence[str], values: Sequence[object]) -> tuple[bytes, bytes]:
    """Write a map whose names stand in canonical order already, and its values alone as a list."""
    if not _plain(values):
        return encode(dict(zip(names, values, strict=True))), encode(values)
    try:
        return cbor2.dumps(dict(zip(names, values, strict=True))), cbor2.dumps(values)
    except UnicodeEncodeError as error:
        raise BadInput(t("A text holds half a character")) from error


def _plain(values: Iterable[object]) -> bool:
    for value in values:
        kind = type(value)
        if kind not in _PLAIN and not (kind is int and -_INT_END <= value < _INT_END):  # type: ignore[operator]
            return False
    return True


def in_order(keys: Iterable[Any]) -> tuple[Any, ...]:
    """Put keys into canonical order."""
    return tuple(sorted(keys, key=lambda key: _key(key)[0]))


def _ordered(value: object, depth: int) -> object:
    if type(value) in _PLAIN:
        return value
    match value:
        case int() if -_INT_END <= value < _INT_END:
            return int(value)
        case dict() if depth:
            keyed = [(_key(key), item) for key, item in value.items()]
            return {key: _ordered(item, depth - 1) for (_, key), item in sorted(keyed, key=_place)}
        case list() | tuple() if depth:
            if _plain(value):
                return value
            return [_ordered(item, depth - 1) for item in value]
        case bytes() | str():
            return value
    raise BadInput(t("A {kind} has no canonical form here", kind=type(value).__name__))


def _place(pair: tuple[tuple[bytes, object], object]) -> bytes:
    return pair[0][0]


@lru_cache(maxsize=1024, typed=True)
def _key(key: object) -> tuple[bytes, object]:
    """Find where a key stands; the few field names of entries and claims come again and again."""
    if isinstance(key, bool) or not isinstance(key, int | str | bytes):
        raise BadInput(t("A {kind} cannot be a key", kind=type(key).__name__))
    plain = _ordered(key, 0)
    return cbor2.dumps(plain), plain


def decode(data: bytes, *, limit: int) -> object:
    """Read a value of at most `limit` bytes.

    Raises:
        BadInput: These are not the canonical bytes of any value.
    """
    if len(data) > limit:
        raise BadInput(t("{size} bytes are too many: at most {limit}", size=len(data), limit=limit))
    value, end = _item(data, 0, DEPTH)
    if end != len(data):
        raise BadInput(t("Something follows the end, at byte {place}", place=end))
    return value


def _item(data: bytes, start: int, depth: int) -> tuple[object, int]:
    """Read the item that begins at `start`; tell where it ends."""
    major, argument, place = _head(data, start)
    match major:
        case 0:
            return argument, place
        case 1:
            return -1 - argument, place
        case 2 | 3:
            return _string(data, place, argument, text=major == 3)
        case 4 if depth:
            return _list(data, place, argument, depth - 1)
        case 5 if depth:
            return _map(data, place, argument, depth - 1)
        case 7 if data[start] in _SIMPLE:
            return _SIMPLE[data[start]], place
    raise _refusal(start)


def _head(data: bytes, start: int) -> tuple[int, int, int]:
    """Read major type and argument, which must be written in its shortest form."""
    if start >= len(data):
        raise BadInput(t("Cut short"))
    major, short = divmod(data[start], 32)
    if short < 24:
        return major, short, start + 1
    if short > 27 or major > 5:
        raise _refusal(start)
    size = 1 << (short - 24)
    place = start + 1 + size
    argument = int.from_bytes(data[start + 1 : place])
    if place > len(data):
        raise BadInput(t("Cut short"))
    if argument < (24 if size == 1 else 1 << (4 * size)):
        raise _refusal(start)
    return major, argument, place


def _string(data: bytes, start: int, size: int, *, text: bool) -> tuple[bytes | str, int]:
    end = start + size
    if end > len(data):
        raise BadInput(t("Cut short"))
    if not text:
        return data[start:end], end
    try:
        return data[start:end].decode(), end
    except UnicodeDecodeError as error:
        raise _refusal(start) from error


def _list(data: bytes, place: int, size: int, depth: int) -> tuple[list[object], int]:
    items: list[object] = []
    for _ in range(size):
        item, place = _item(data, place, depth)
        items.append(item)
    return items, place


def _map(data: bytes, place: int, size: int, depth: int) -> tuple[dict[object, object], int]:
    items: dict[object, object] = {}
    before = b""
    for _ in range(size):
        start = place
        key, place = _item(data, start, 0)
        written = data[start:place]
        if written <= before or written[0] >= 0x80:
            raise _refusal(start)
        before = written
        items[key], place = _item(data, place, depth)
    return items, place


def _refusal(place: int) -> BadInput:
    return BadInput(t("Not canonical, at byte {place}", place=place))
