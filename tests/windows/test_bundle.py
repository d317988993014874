"""Bundles: what is written is read again, and what is hostile is refused quickly and in bounded memory."""

import json
import time
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calvox.common.errors import BadInput
from calvox.windows import bundle as bundles
from calvox.windows.bundle import FORMAT, Bundle, Item, read_bundle, shown, write_bundle
from calvox.windows.facts_from import facts_from
from calvox.windows.items import ITEMS, ROWS

FOLDER = Path(__file__).parent / "bundles"
FILES = sorted(FOLDER.glob("*.json"))
TIME = "2026-11-02T11:00:00Z"


def table(**changes: Any) -> dict[str, Any]:
    """Build the outermost table of a small bundle, without a hash."""
    item: dict[str, Any] = {"name": "reach", "source": "a test", "time": TIME, "value": {"rows": []}, "error": None}
    head: dict[str, Any] = {
        "format": FORMAT,
        "collector": {"version": "1"},
        "machine": "ls1",
        "collected": TIME,
        "user": "me",
    }
    tail = {"language_mode": "", "items": [item], "administrator": True, "sha256": None}
    return head | tail | changes


def with_value(value: Any) -> bytes:
    """Build a bundle with one item of this value."""
    item = {"name": "reach", "source": "a test", "time": TIME, "value": value, "error": None}
    return json.dumps(table(items=[item])).encode()


def small() -> Bundle:
    """Build a bundle of two items."""
    read = Item("reach", "a test", 5, {"rows": [{"Server": "é <b>=1+1</b>", "Name": None, "Port135": True}]})
    failed = Item("clock", "w32tm", 6, None, "not found")
    return Bundle("ls1.corp.example", 7, "CORP\\me", True, "FullLanguage", "1", True, {"reach": read, "clock": failed})


@pytest.mark.parametrize("hashed", [True, False])
def test_round_trip(hashed: bool) -> None:
    """What is written is read again, hash or none."""
    bundle = small()
    bundle = Bundle(bundle.machine, 7, bundle.user, None, "", "1", hashed, bundle.items)
    assert read_bundle(write_bundle(bundle)) == bundle


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_files_survive(file: Path) -> None:
    """Every bundle here is read, and survives writing."""
    bundle = read_bundle(file.read_bytes())
    assert read_bundle(write_bundle(bundle)) == bundle
    assert set(bundle.items) <= set(ITEMS)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_keys_are_those_of_the_table(file: Path) -> None:
    """Every key stands in the table of items."""
    for name, item in read_bundle(file.read_bytes()).items.items():
        rows = (item.value or {}).get(ROWS, [])
        used = set(item.value or ()) | {key for row in rows for key in row}
        assert used <= set(ITEMS[name]), name


def test_byte_order_mark_and_line_ends() -> None:
    """Windows' marks and line ends do no harm."""
    data = b"\xef\xbb\xbf" + json.dumps(table(), indent=1).replace("\n", "\r\n").encode()
    assert read_bundle(data).machine == "ls1"


def test_damage_is_found() -> None:
    """One changed character inside the items is found."""
    data = write_bundle(small())
    with pytest.raises(BadInput, match=r"ls1\.corp\.example, sha256"):
        read_bundle(data.replace(b"w32tm", b"w32tn"))


def test_texts_are_kept_but_harmless() -> None:
    """HTML and formulas stay; control and bidirectional characters go."""
    cell = '=HYPERLINK("x")<script>\u202e\x1b[31m\x00\ud800'
    bundle = read_bundle(with_value({"rows": [{"Server": cell}]}))
    value = bundle.items["reach"].value
    assert value is not None
    assert value["rows"][0]["Server"] == '=HYPERLINK("x")<script> [31m'
    assert shown("a\nb\u202e" + "c" * 100, 10) == "a b cccccc…"[:9] + "…"


REFUSED: dict[str, Callable[[], bytes]] = {
    "empty": lambda: b"",
    "no-json": lambda: b"MZ\x90\x00",
    "utf-16": lambda: json.dumps(table()).encode("utf-16"),
    "bad-utf-8": lambda: json.dumps(table()).encode()[:-1] + b"\xff}",
    "list": lambda: b"[1]",
    "format": lambda: json.dumps(table(format="other")).encode(),
    "no-machine": lambda: json.dumps(table(machine="\u202e")).encode(),
    "unknown-key": lambda: json.dumps(table(more=1)).encode(),
    "missing-key": lambda: json.dumps({k: v for k, v in table().items() if k != "user"}).encode(),
    "more-after": lambda: json.dumps(table()).encode() + b"{}",
    "top-key-twice": lambda: b'{"format": "x",' + json.dumps(table()).encode()[1:],
    "key-twice": lambda: with_value({"a": 1}).replace(b'{"a": 1}', b'{"a": 1, "a": 2}'),
    "key-twice-when-clean": lambda: with_value({"a": 1, "a\x00": 2}),
    "nan": lambda: with_value({"a": float("nan")}),
    "infinity": lambda: with_value({"a": float("-inf")}),
    "huge-float": lambda: with_value({"a": 1}).replace(b'"a": 1', b'"a": 1e999'),
    "huge-number": lambda: with_value({"a": 1}).replace(b'"a": 1', b'"a": ' + b"9" * 100_000),
    "too-long": lambda: with_value({"a": "x" * 8_193}),
    "long-key": lambda: with_value({"x" * 8_193: 1}),
    "too-many-keys": lambda: with_value({str(n): n for n in range(101)}),
    "too-many-rows": lambda: with_value({"rows": [0] * 20_001}),
    "too-deep": lambda: with_value({"rows": [{"a": [[1]]}]}),
    "far-too-deep": lambda: with_value({"a": 1}).replace(b"1}", b"[" * 400_000 + b"]" * 400_000 + b"}"),
    "never-closed": lambda: with_value({"a": 1}).replace(b"1}", b'"' + b'\\"' * 2_000_000),
    "too-many-values": lambda: with_value({"a": [0] * 1_000_001}),
    "too-large": lambda: b" " * (32 * 2**20 + 1),
    "too-many-items": lambda: json.dumps(table(items=[{}] * 201)).encode(),
    "item-twice": lambda: json.dumps(table(items=table()["items"] * 2)).encode(),
    "item-name": lambda: json.dumps(table(items=[table()["items"][0] | {"name": "../x"}])).encode(),
    "item-key": lambda: json.dumps(table(items=[table()["items"][0] | {"more": 1}])).encode(),
    "value-list": lambda: with_value([1]),
    "neither": lambda: with_value(None),
    "item-time": lambda: json.dumps(table(items=[table()["items"][0] | {"time": "soon"}])).encode(),
    "administrator": lambda: json.dumps(table(administrator="yes")).encode(),
    "collector": lambda: json.dumps(table(collector=[])).encode(),
    "items": lambda: json.dumps(table(items={})).encode(),
    "hash": lambda: json.dumps(table(sha256=5)).encode(),
}


@pytest.mark.parametrize("name", REFUSED)
def test_hostile(name: str) -> None:
    """Each is refused quickly, with a short message."""
    data = REFUSED[name]()
    began = time.monotonic()
    with pytest.raises(BadInput) as caught:
        read_bundle(data)
    assert time.monotonic() - began < 3
    assert len(str(caught.value)) < 400


def test_the_message_names_machine_and_item() -> None:
    """Whoever carried the bundle learns what to look at."""
    with pytest.raises(BadInput, match="ls1, reach: "):
        read_bundle(with_value({"a": "x" * 8_193}))


def test_the_largest_is_read_in_bounded_time_and_memory() -> None:
    """A bundle near the bounds takes seconds, and memory in proportion."""
    rows = [{"Server": "x" * 200, "Name": True} for _ in range(20_000)]
    data = with_value({"rows": rows})
    tracemalloc.start()
    began = time.monotonic()
    try:
        bundle = read_bundle(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert time.monotonic() - began < 5
    assert peak < 12 * len(data)
    assert len((bundle.items["reach"].value or {})["rows"]) == 20_000


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**65), 2**65) | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    """Bytes that are no bundle are refused, never a crash."""
    with pytest.raises(BadInput):
        read_bundle(data)


@given(st.sampled_from(FILES), st.integers(0, 20_000), st.binary(min_size=1, max_size=3))
def test_any_damage(file: Path, at: int, put: bytes) -> None:
    """A damaged bundle is refused or read, never a crash."""
    data = bytearray(file.read_bytes())
    at %= len(data)
    data[at : at + len(put)] = put
    with suppress(BadInput):
        facts_from(read_bundle(bytes(data)))


@given(st.dictionaries(st.sampled_from(sorted(bundles._KEYS)), values, max_size=4))
def test_any_top(changes: dict[str, Any]) -> None:
    """Wrong types at the top are refused, never a crash."""
    with suppress(BadInput):
        facts_from(read_bundle(json.dumps(table(**changes)).encode()))


@given(st.sampled_from(sorted(ITEMS)), st.data())
def test_any_value_of_an_item(name: str, data: st.DataObject) -> None:
    """Wrong types inside an item are refused, never a crash."""
    keys = [key for key in ITEMS[name] if key != ROWS]
    row = st.dictionaries(st.sampled_from(keys), values, max_size=6)
    value = data.draw(st.builds(lambda own, rows: own | {ROWS: rows}, row, st.lists(row, max_size=3) | values))
    item = {"name": name, "source": "", "time": TIME, "value": value, "error": None}
    with suppress(BadInput):
        facts_from(read_bundle(json.dumps(table(items=[item])).encode()))
