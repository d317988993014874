"""Versions, CAL types and programmes by their words and numbers."""

import pytest

from calvox.common.errors import BadInput
from calvox.core.products import (
    VERSIONS,
    CalType,
    Programme,
    cal_type_named,
    programme_named,
    serves,
    version_name,
    version_named,
)
from calvox.wire.phone import request


@pytest.mark.parametrize("number", VERSIONS)
def test_each_version_is_found_by_its_name_and_number(number: int) -> None:
    """With and without spaces, in any case."""
    name = version_name(number)
    assert [version_named(text) for text in (name, name.lower().replace(" ", ""), str(number))] == [number] * 3


def test_versions_have_the_numbers_of_windows() -> None:
    """2012 R2 is 4, and 2025 follows as 8."""
    assert VERSIONS == {4: "2012 R2", 5: "2016", 6: "2019", 7: "2022", 8: "2025"}
    assert version_name(99) == "#99"


def test_types_and_programmes_have_the_numbers_that_are_spoken() -> None:
    """Requests carry these numbers, so they can never change."""
    assert [(kind.label, int(kind)) for kind in CalType] == [("device", 0), ("user", 1), ("session", 2)]
    assert [int(kind) for kind in CalType] == [int(kind) for kind in request.CalType]
    labels = ["select", "enterprise", "campus", "school", "spla", "other", "open", "retail"]
    assert [(programme.label, int(programme)) for programme in Programme] == list(zip(labels, range(8), strict=True))


@pytest.mark.parametrize("kind", CalType)
def test_each_type_is_found_by_its_word(kind: CalType) -> None:
    """With "per-" or without; its text has words for a person."""
    assert cal_type_named(kind.label) is cal_type_named(f"Per-{kind.label}") is kind
    assert kind.text.into("en") == f"per {kind.label}"


@pytest.mark.parametrize("programme", Programme)
def test_each_programme_is_found_by_its_word(programme: Programme) -> None:
    """In any case."""
    assert programme_named(programme.label.upper()) is programme


@pytest.mark.parametrize("find", [version_named, cal_type_named, programme_named])
@pytest.mark.parametrize("text", ["", "2023", "per", "девайс", "x" * 10_000])
def test_what_is_not_known_is_told_with_what_is(find: object, text: str) -> None:
    """The message lists the words that there are."""
    with pytest.raises(BadInput, match="there are"):
        find(text)  # type: ignore[operator]


def test_a_cal_serves_older_hosts_and_never_newer_ones() -> None:
    """Its own version included."""
    assert {(cal, host) for cal in VERSIONS for host in VERSIONS if serves(cal, host)} == {
        (cal, host) for cal in VERSIONS for host in VERSIONS if host <= cal
    }
