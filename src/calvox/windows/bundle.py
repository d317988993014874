"""Bundles: what was read on one Windows machine, as a file that somebody carries.

Rules:
- A bundle is hostile until read: everything is bounded before it is believed (`BOUNDS` below), and a fault is BadInput
  that names the machine and the item.
- Texts stay texts: HTML and formulas are kept as they stand; control and bidirectional characters are taken out.
- The hash covers the text of `items` exactly as it stands in the file. It finds damage, not lies.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from calvox.common.clock import utc
from calvox.common.errors import BadInput
from calvox.common.i18n import Text, t
from calvox.windows.moments import moment

FORMAT: Final = "calvox-windows-bundle-1"
"""What `format` must be."""

MOST_BYTES, MOST_MARKS, MOST_DEPTH = 32 << 20, 1_000_000, 7
"""Bounds of a file: bytes, commas and brackets, nesting (bundle, items, item, value, rows, row, list)."""
MOST_ITEMS, MOST_ROWS, MOST_KEYS, MOST_TEXT = 200, 20_000, 100, 8_192
"""Bounds of its parts: items, entries of a list, keys of a table, characters of a text."""
MOST_NUMBER = 2**64
"""Bound of a whole number, either side of zero."""

_KEYS = {"format", "collector", "machine", "collected", "user", "language_mode", "items", "administrator", "sha256"}
_ITEM_KEYS = {"name", "source", "time", "value", "error"}
_ITEM_NAME = re.compile(r"[a-z0-9_]{1,64}(\.[a-z0-9_]{1,64})?")
_UNSHOWABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]+"
)
_SPACE = re.compile(r"[ \t\r\n]*")


class Item(msgspec.Struct, frozen=True):
    """One thing that was read, or tried to be."""

    name: str
    """One of `items.ITEMS`; others are kept and mean nothing."""
    source: str
    """Class, registry key, command or file."""
    time: int
    """When it was read, seconds since 1970-01-01 UTC."""
    value: dict[str, Any] | None
    """What was read, with the keys of `items.ITEMS`; None if it could not be."""
    error: str = ""
    """Why it could not be read."""


class Bundle(msgspec.Struct, frozen=True):
    """Everything that was read on one machine."""

    machine: str
    """Fully qualified name, or the bare one in a workgroup."""
    collected: int
    """When the reading ended, seconds since 1970-01-01 UTC."""
    user: str
    """Account that read."""
    administrator: bool | None
    """Whether it was a local administrator, elevated; None is unknown."""
    language_mode: str
    """PowerShell's, or "" where none was used."""
    version: str
    """Of the collector or survey that wrote it."""
    hashed: bool
    """Whether the file carries a hash of its items, which then fits."""
    items: Mapping[str, Item]
    """By name, in the file's order."""


_BRACKETS = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\Z)|[\[\]{}]', re.DOTALL)
MOST_NESTED = 64
"""Brackets within brackets, before anything is parsed; what an item may hold is bounded more closely later."""


def shown(text: str, most: int) -> str:
    """Make a text from elsewhere fit to be shown on one line: no control or bidirectional characters, not too long."""
    clean = _UNSHOWABLE.sub(" ", text).strip()
    return clean if len(clean) <= most else clean[: most - 1] + "…"


def read_bundle(data: bytes) -> Bundle:
    """Read a bundle file.

    Raises:
        BadInput: it is none, is too large, or is damaged.
    """
    if len(data) > MOST_BYTES:
        raise BadInput(t("The bundle is larger than {most} bytes", most=MOST_BYTES))
    if sum(data.count(mark) for mark in b",[]{}") > MOST_MARKS:
        raise BadInput(t("The bundle holds more than {most} values", most=MOST_MARKS))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(t("The bundle is not in UTF-8, at byte {at}", at=error.start)) from error
    if _depth(text) > MOST_NESTED:
        raise BadInput(t("The bundle is not well-formed JSON: {why}", why=t("nested too deeply")))
    top, raw_items = _parts(text)
    machine = shown(top["machine"], 255) if isinstance(top.get("machine"), str) else ""
    if top.get("format") != FORMAT:
        raise BadInput(t("This is no bundle of this format: {format} was expected", format=FORMAT))
    if missing := sorted(_KEYS - top.keys()) + sorted(top.keys() - _KEYS):
        raise _wrong(machine, shown(missing[0], 40), t("this key is missing or unknown"))
    digest = top["sha256"]
    if digest is not None and digest != hashlib.sha256(raw_items.encode()).hexdigest():
        raise _wrong(machine, "sha256", t("the hash does not fit: the file was damaged or changed"))
    return _bundle(machine, top, digest is not None)


def _depth(text: str) -> int:
    """Count how deeply brackets are nested outside texts: a parser that recurses must not see more than it bears."""
    depth = deepest = 0
    for found in _BRACKETS.finditer(text):
        mark = found[0][0]
        if mark in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif mark in "]}":
            depth -= 1
    return deepest


def write_bundle(bundle: Bundle) -> bytes:
    """Write a bundle file, as the collector does; it has a hash if the bundle says so."""
    items = json.dumps([_item_table(item) for item in bundle.items.values()], separators=(",", ":"), allow_nan=False)
    digest = hashlib.sha256(items.encode()).hexdigest() if bundle.hashed else None
    head = {
        "format": FORMAT,
        "collector": {"version": bundle.version},
        "machine": bundle.machine,
        "collected": utc(bundle.collected),
        "user": bundle.user,
        "language_mode": bundle.language_mode,
    }
    tail = {"administrator": bundle.administrator, "sha256": digest}
    return f'{json.dumps(head)[:-1]}, "items": {items}, {json.dumps(tail)[1:]}\n'.encode("ascii")


def _item_table(item: Item) -> dict[str, Any]:
    return {
        "name": item.name,
        "source": item.source,
        "time": utc(item.time),
        "value": item.value,
        "error": item.error or None,
    }


def _parts(text: str) -> tuple[dict[str, Any], str]:
    """Parse the outermost table, and give the text of its items as it stands."""
    top: dict[str, Any] = {}
    raw_items = ""
    try:
        at = _after(text, 0, "{")
        while True:
            key, at = _DECODER.raw_decode(text, _space(text, at))
            begin = _space(text, _after(text, at, ":"))
            value, at = _DECODER.raw_decode(text, begin)
            if not isinstance(key, str) or key in top:
                raise ValueError(str(key))
            top[key] = value
            raw_items = text[begin:at] if key == "items" else raw_items
            at = _space(text, at)
            if text[at : at + 1] != ",":
                break
            at += 1
        if _space(text, _after(text, at, "}")) != len(text):
            raise ValueError("more after the end")
    except (ValueError, RecursionError) as error:
        why = shown(str(error), 80) if isinstance(error, ValueError) else "depth"
        raise BadInput(t("The bundle is not well-formed JSON: {why}", why=why)) from error
    return top, raw_items


def _space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def _after(text: str, at: int, mark: str) -> int:
    at = _space(text, at)
    if text[at : at + 1] != mark:
        raise ValueError(f"no {mark} at {at}")
    return at + 1


def _table(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        raise ValueError("a key given twice")
    return table


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number")


def _whole(text: str) -> int:
    if len(text) > 20 or abs(int(text)) >= MOST_NUMBER:
        raise ValueError("a number too large")
    return int(text)


def _broken(text: str) -> float:
    number = float(text)
    if abs(number) >= MOST_NUMBER:
        raise ValueError("a number too large")
    return number


_DECODER = json.JSONDecoder(
    object_pairs_hook=_table, parse_constant=_no_number, parse_int=_whole, parse_float=_broken, strict=False
)


def _bundle(machine: str, top: dict[str, Any], hashed: bool) -> Bundle:
    if not machine:
        raise BadInput(t("The bundle names no machine"))
    collector, listed, administrator = top["collector"], top["items"], top["administrator"]
    if not isinstance(collector, dict) or collector.keys() != {"version"}:
        raise _wrong(machine, "collector", t("it must be a table with its version"))
    if not isinstance(listed, list) or len(listed) > MOST_ITEMS:
        raise _wrong(machine, "items", t("it must be a list of at most {most}", most=MOST_ITEMS))
    if administrator is not None and not isinstance(administrator, bool):
        raise _wrong(machine, "administrator", t("it must be true, false or null"))
    items: dict[str, Item] = {}
    for entry in listed:
        item = _item(machine, entry)
        if item.name in items:
            raise _wrong(machine, item.name, t("it is given twice"))
        items[item.name] = item
    return Bundle(
        machine=machine,
        collected=_time(machine, "collected", top["collected"]),
        user=_text(machine, "user", top["user"]),
        administrator=administrator,
        language_mode=_text(machine, "language_mode", top["language_mode"]),
        version=_text(machine, "collector", collector["version"]),
        hashed=hashed,
        items=items,
    )


def _item(machine: str, entry: Any) -> Item:
    name = entry.get("name") if isinstance(entry, dict) else None
    if not isinstance(name, str) or not _ITEM_NAME.fullmatch(name):
        raise _wrong(machine, "items", t("an item has no name, or one that cannot be"))
    if entry.keys() != _ITEM_KEYS:
        raise _wrong(machine, name, t("it must have name, source, time, value and error, and nothing else"))
    value, error = entry["value"], entry["error"]
    if value is not None and not isinstance(value, dict):
        raise _wrong(machine, name, t("its value must be a table or null"))
    if (value is None) == (error is None):
        raise _wrong(machine, name, t("it must have a value or an error, not both"))
    return Item(
        name=name,
        source=_text(machine, name, entry["source"]),
        time=_time(machine, name, entry["time"]),
        value=None if value is None else _clean(machine, name, value, MOST_DEPTH - 3),
        error="" if error is None else _text(machine, name, error) or "error",
    )


def _clean(machine: str, item: str, value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return _text(machine, item, value)
    if not isinstance(value, list | dict):
        return value
    if depth == 0:
        raise _wrong(machine, item, t("it is nested too deeply"))
    if isinstance(value, list):
        if len(value) > MOST_ROWS:
            raise _wrong(machine, item, t("it has more than {most} rows", most=MOST_ROWS))
        return [_clean(machine, item, one, depth - 1) for one in value]
    if len(value) > MOST_KEYS:
        raise _wrong(machine, item, t("it has more than {most} keys", most=MOST_KEYS))
    clean = {_text(machine, item, key): _clean(machine, item, one, depth - 1) for key, one in value.items()}
    if len(clean) != len(value):
        raise _wrong(machine, item, t("a key is given twice"))
    return clean


def _text(machine: str, item: str, value: Any) -> str:
    if not isinstance(value, str):
        raise _wrong(machine, item, t("a text was expected"))
    if len(value) > MOST_TEXT:
        raise _wrong(machine, item, t("a text is longer than {most} characters", most=MOST_TEXT))
    return _UNSHOWABLE.sub(" ", value).strip()


def _time(machine: str, item: str, value: Any) -> int:
    time = moment(value) if isinstance(value, str) else None
    if time is None:
        raise _wrong(machine, item, t("a time such as 2026-11-24T10:59:00Z was expected"))
    return time


def _wrong(machine: str, item: str, why: Text) -> BadInput:
    return BadInput(t("{machine}, {item}: {why}", machine=machine or "?", item=item, why=why))
