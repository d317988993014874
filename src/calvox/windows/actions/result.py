"""The result of a script, as a file that somebody carries back.

Rules:
- It is hostile until read: its size, its nesting and every value is bounded before it is believed, and a key more or less is a
  fault. Control and bidirectional characters are taken out of texts.
- Its hash covers everything before it, exactly as it stands in the file. It finds damage, not lies.
"""

import hashlib
import json
import re
from typing import Any, Final, cast

import msgspec

from calvox.common.errors import BadInput
from calvox.common.i18n import Text, t
from calvox.windows.actions.outcome import Verdict
from calvox.windows.actions.values import State
from calvox.windows.bundle import shown
from calvox.windows.moments import moment

FORMAT: Final = "calvox-windows-result-1"
MOST_BYTES, MOST_DEPTH, MOST_ENTRIES, MOST_TEXT = 1 << 20, 6, 2_000, 1_000
"""Bounds: bytes of a file, nesting, entries of one list or table, characters of a text."""
MOST_NESTED = 16
"""Brackets in a row of their opening, before anything is parsed."""
OUTCOMES = ("done", "unchanged", "failed", "rehearsed", "unknown")
_KEYS = {"format", "order", "action", "machine", "user", "time", "outcome", "code", "before", "after", "sha256"}
_TAIL = re.compile(r',"sha256":"([0-9a-f]{64})"\}\s*\Z')
_ORDER = re.compile(r"[0-9a-f]{32}")
_NAME = re.compile(r"[a-z][a-z-]{0,63}")


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What a script wrote."""

    order: str
    action: str
    machine: str
    user: str
    time: int
    outcome: Verdict
    code: int
    before: State
    after: State | None
    """None: it could not be read, or the script did not end."""


def is_result(data: bytes) -> bool:
    """Tell a result from other files by its format, wherever it stands in a small file."""
    return len(data) <= MOST_BYTES and f'"{FORMAT}"'.encode() in data


def read_result(data: bytes) -> Result:
    """Read a result file.

    Raises:
        BadInput: it is none, is too large, or is damaged.
    """
    if len(data) > MOST_BYTES:
        raise BadInput(t("The result is larger than {most} bytes", most=MOST_BYTES))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(t("The result is not in UTF-8, at byte {at}", at=error.start)) from error
    top = _parsed(text)
    if top.get("format") != FORMAT:
        raise BadInput(t("This is no result of this format: {format} was expected", format=FORMAT))
    if missing := sorted(_KEYS ^ top.keys()):
        raise _wrong(shown(missing[0], 40), t("this key is missing or unknown"))
    tail = _TAIL.search(text)
    if tail is None:
        raise _wrong("sha256", t("it must stand at the end"))
    if tail[1] != hashlib.sha256(f"{text[: tail.start()]}}}".encode()).hexdigest():
        raise _wrong("sha256", t("the hash does not fit: the file was damaged or changed"))
    return _result(top)


def _parsed(text: str) -> dict[str, Any]:
    depth = deepest = 0
    for mark in re.findall(r'"(?:[^"\\]|\\.)*+(?:"|\Z)|[\[\]{}]', text, re.DOTALL):
        depth += (mark in "[{") - (mark in "]}")
        deepest = max(deepest, depth)
    if deepest > MOST_NESTED:
        raise BadInput(t("The result is nested too deeply"))
    try:
        top = json.loads(
            text, object_pairs_hook=_table, parse_constant=_no_number, parse_float=_no_number, parse_int=_whole
        )
    except (ValueError, RecursionError) as error:
        why = shown(str(error), 80) if isinstance(error, ValueError) else "depth"
        raise BadInput(t("The result is not well-formed JSON: {why}", why=why)) from error
    if not isinstance(top, dict):
        raise BadInput(t("This is no result of this format: {format} was expected", format=FORMAT))
    return top


def _table(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        raise ValueError("a key given twice")
    return table


def _no_number(text: str) -> Any:
    raise ValueError(f"{text[:20]} is no whole number")


def _whole(text: str) -> int:
    if len(text) > 20 or abs(int(text)) >= 1 << 64:
        raise ValueError("a number too large")
    return int(text)


def _result(top: dict[str, Any]) -> Result:
    texts = {key: _text(key, top[key]) for key in ("order", "action", "machine", "user", "time", "outcome")}
    time = moment(texts["time"])
    for key, good in (
        ("order", _ORDER.fullmatch(texts["order"])),
        ("action", _NAME.fullmatch(texts["action"])),
        ("machine", texts["machine"]),
        ("time", time is not None),
        ("outcome", texts["outcome"] in OUTCOMES),
        ("code", type(top["code"]) is int and -1 << 31 <= top["code"] < 1 << 32),
        ("before", isinstance(top["before"], dict)),
        ("after", top["after"] is None or isinstance(top["after"], dict)),
    ):
        if not good:
            raise _wrong(key, t("its value cannot be"))
    code = top["code"]
    return Result(
        order=texts["order"],
        action=texts["action"],
        machine=texts["machine"],
        user=texts["user"],
        time=time or 0,
        outcome=cast(Verdict, texts["outcome"]),
        code=code if code >= -1 else code & 0xFFFFFFFF,
        before=_clean("before", top["before"], MOST_DEPTH),
        after=None if top["after"] is None else _clean("after", top["after"], MOST_DEPTH),
    )


def _clean(key: str, value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return _text(key, value)
    if not isinstance(value, list | dict):
        return value
    if depth == 0 or len(value) > MOST_ENTRIES:
        raise _wrong(key, t("it is too large or nested too deeply"))
    if isinstance(value, list):
        return [_clean(key, one, depth - 1) for one in value]
    clean = {_text(key, name): _clean(key, one, depth - 1) for name, one in value.items()}
    if len(clean) != len(value):
        raise _wrong(key, t("a key is given twice"))
    return clean


def _text(key: str, value: Any) -> str:
    if not isinstance(value, str) or len(value) > MOST_TEXT:
        raise _wrong(key, t("a text of at most {most} characters was expected", most=MOST_TEXT))
    return shown(value, MOST_TEXT)


def _wrong(key: str, why: Text) -> BadInput:
    return BadInput(t("The result, {key}: {why}", key=key, why=why))
