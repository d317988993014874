"""A session host and a licence server a version apart understand each other."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from calvox.wire import hostapi

RECORDED: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "host-api-v1.json").read_text(encoding="utf-8")
)["messages"]
KINDS = {
    kind.__name__: kind
    for kind in vars(hostapi).values()
    if isinstance(kind, type) and kind.__module__ == hostapi.__name__
}


def holds(written: Any, told: Any) -> bool:
    """Tell whether all that was told stands in what is written, at every depth."""
    if isinstance(told, dict):
        return all(name in written and holds(written[name], value) for name, value in told.items())
    if isinstance(told, list):
        return len(written) == len(told) and all(map(holds, written, told))
    return bool(written == told)


@pytest.mark.parametrize("name", RECORDED)
def test_what_version_1_said_is_still_understood(name: str) -> None:
    """A message as the first release wrote it, with no field that came later, is read."""
    told: Any = msgspec.convert(RECORDED[name], KINDS[name])
    assert holds(msgspec.json.decode(msgspec.json.encode(told)), RECORDED[name])


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_message_was_recorded(name: str) -> None:
    """A new kind of message says here what its first version looked like."""
    assert name in RECORDED


@pytest.mark.parametrize("name", RECORDED)
def test_what_a_later_version_adds_is_ignored(name: str) -> None:
    """At the top and within."""
    more = json.loads(json.dumps(RECORDED[name]), object_hook=lambda table: {**table, "later": {"deep": [1, None]}})
    assert msgspec.convert(more, KINDS[name]) == msgspec.convert(RECORDED[name], KINDS[name])


@pytest.mark.parametrize("name", RECORDED)
def test_what_the_first_version_demanded_is_still_demanded(name: str) -> None:
    """A message without one of its fields is refused, and never filled with a guess."""
    for field in RECORDED[name]:
        short = {key: value for key, value in RECORDED[name].items() if key != field}
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(short, KINDS[name])
