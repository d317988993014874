"""Registry.pol: what is written is read back, its bytes are those of the published format, and garbage raises our error only."""

import struct

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from calvox.common.errors import BadInput
from calvox.windows.artefacts.registry_pol import (
    LARGEST,
    LONGEST_KEY,
    LONGEST_NAME,
    MOST_DATA,
    Setting,
    number_setting,
    pull_policy,
    push_policy,
    text_setting,
)

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)
SETTINGS = st.builds(Setting, TEXTS.filter(bool), TEXTS, st.integers(0, 0xFFFFFFFF), st.binary(max_size=200))
WHOLE = push_policy([text_setting("K", "é", "a;b]"), number_setting("K\\L", "[", 4)])


def test_bytes_of_the_published_format() -> None:
    """Written out by hand: PReg, 1, and one value with its brackets and semicolons."""
    wide = "utf-16-le"
    by_hand = b"PReg\x01\0\0\0" + "[".encode(wide) + "Software\\K\0;N\0;".encode(wide)
    by_hand += b"\x04\0\0\0" + ";".encode(wide) + b"\x04\0\0\0" + ";".encode(wide) + b"\x02\0\0\0" + "]".encode(wide)
    assert push_policy([number_setting("Software\\K", "N", 2)]) == by_hand
    assert pull_policy(by_hand) == [Setting("Software\\K", "N", 4, b"\x02\0\0\0")]


def test_a_text_ends_with_its_end() -> None:
    """As REG_SZ does."""
    assert text_setting("K", "N", "é").data == b"\xe9\0\0\0"


@given(st.lists(SETTINGS, max_size=6))
def test_what_is_pushed_is_pulled(settings: list[Setting]) -> None:
    """Any key, name, type and data."""
    assert pull_policy(push_policy(settings)) == settings


@given(st.lists(SETTINGS, min_size=1, max_size=3), st.data())
def test_a_file_cut_short_is_told(settings: list[Setting], data: st.DataObject) -> None:
    """Wherever it ends, except between two values."""
    whole = push_policy(settings)
    cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
    ends = {len(push_policy(settings[:count])) for count in range(len(settings))}
    if len(cut) in ends:
        assert pull_policy(cut) == settings[: len(pull_policy(cut))]
    else:
        with pytest.raises(BadInput):
            pull_policy(cut)


@given(st.binary(max_size=300))
@example(b"PReg\x01\0\0\0[")
@example(b"PReg\x02\0\0\0")
def test_garbage_raises_our_error_only(garbage: bytes) -> None:
    """With and without a good beginning."""
    for data in (garbage, b"PReg\x01\0\0\0" + garbage):
        try:
            settings = pull_policy(data)
        except BadInput:
            continue
        assert push_policy(settings) == data


@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 255))
def test_a_changed_byte_is_told_or_read(at: int, byte: int) -> None:
    """And what is read would be written so."""
    changed = WHOLE[:at] + bytes([byte]) + WHOLE[at + 1 :]
    try:
        settings = pull_policy(changed)
    except BadInput:
        return
    assert push_policy(settings) == changed


@pytest.mark.parametrize(
    "setting",
    [
        Setting("", "N", 1, b""),
        Setting("K\0L", "N", 1, b""),
        Setting("K", "\ud800", 1, b""),
        Setting("K" * (LONGEST_KEY + 1), "N", 1, b""),
        Setting("K", "N" * (LONGEST_NAME + 1), 1, b""),
        Setting("K", "N", 3, b"x" * (MOST_DATA + 1)),
    ],
)
def test_what_does_not_fit_is_refused(setting: Setting) -> None:
    """Without a key, with an end inside, or too long."""
    with pytest.raises(BadInput, match=r"Registry\.pol"):
        push_policy([setting])


def test_the_reader_is_bounded() -> None:
    """A size of four gigabytes reserves nothing, and a file beyond the bound is not looked at."""
    wide = "utf-16-le"
    lying = (
        b"PReg\x01\0\0\0" + "[K\0;N\0;".encode(wide) + struct.pack("<I", 3) + ";".encode(wide) + b"\xff" * 4 + b";\0"
    )
    whole = push_policy([Setting("K", "N", 3, b"x" * MOST_DATA)])
    assert len(pull_policy(whole)) == 1
    longer = whole.replace(struct.pack("<I", MOST_DATA), struct.pack("<I", MOST_DATA + 1))[:-2] + b"x]\0"
    for data in (
        longer,
        lying,
        WHOLE + b"\0" * LARGEST,
        b"PReg\x01\0\0\0" + "[".encode(wide) + b"K\0" * (LONGEST_KEY + 2),
    ):
        with pytest.raises(BadInput):
            pull_policy(data)
