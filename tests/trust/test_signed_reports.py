"""The signed report: what was signed is read, what was changed is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calvox.common.errors import BadInput, CalvoxError, Tampered
from calvox.trust.keys import SigningKey
from calvox.trust.signed_reports import LARGEST, Origin, TableLine, line, read_signed, signed

KEY, OTHER = SigningKey(b"k" * 32), SigningKey(b"o" * 32)
ORIGIN = Origin(
    server_id="ab" * 18,
    epoch=1,
    generation=0,
    centre="Centre",
    made=1_800_000_000,
    position=7,
    head="cd" * 32,
    by="eve",
)
ROWS: list[list[int | str | None]] = [["pc-1\n\u202e<b>", 3, None], ['{"table":"x"}', 0, "é"]]
LINES = [line(ORIGIN), line(TableLine("devices", "", ["holder", "count", "until"])), *map(line, ROWS)]
FILE = b"".join(signed(LINES, KEY))


def test_what_was_signed_is_read() -> None:
    """Origin, tables, cells of any kind; by its own key, and by the one that the reader knows."""
    for key in (b"", KEY.public):
        told = read_signed(FILE, key)
        assert told.origin == ORIGIN
        assert told.key == KEY.public.hex()
        (table,) = told.tables
        assert (table.table, table.columns, table.rows) == ("devices", ["holder", "count", "until"], ROWS)


@pytest.mark.parametrize("at", range(len(FILE)))
def test_no_byte_can_be_changed(at: int) -> None:
    """Every single byte, the last line's and the line ends among them."""
    changed = FILE[:at] + bytes((FILE[at] ^ 1,)) + FILE[at + 1 :]
    with pytest.raises(Tampered):
        read_signed(changed)


@given(st.integers(0, len(FILE) - 1), st.integers(0, len(FILE)), st.binary(max_size=20))
def test_nothing_can_be_cut_or_put_in(at: int, end: int, piece: bytes) -> None:
    """Whatever stands in a stretch's place."""
    changed = FILE[:at] + piece + FILE[max(at, end) :]
    if changed != FILE:
        with pytest.raises((Tampered, BadInput)):
            read_signed(changed)


@given(st.binary(max_size=300))
def test_garbage_is_no_report(data: bytes) -> None:
    """It raises our own error alone."""
    with pytest.raises(CalvoxError):
        read_signed(data)


def test_another_key_is_told() -> None:
    """A report that a stranger signed is as good as a changed one to whoever knows the right key."""
    forged = b"".join(signed(LINES, OTHER))
    assert read_signed(forged).key == OTHER.public.hex()
    with pytest.raises(Tampered, match="another key"):
        read_signed(forged, KEY.public)


def test_a_good_signature_over_something_else() -> None:
    """Rows without a table, or no lines at all, are refused."""
    for lines in ([], [line(["x"])], [line(ORIGIN), line([1])], [line(ORIGIN), b"{}\n"], [line({"format": "OTHER"})]):
        with pytest.raises((BadInput, Tampered)):
            read_signed(b"".join(signed(lines, KEY)), KEY.public)


def test_a_file_may_not_be_huge() -> None:
    """It is not even hashed."""
    with pytest.raises(BadInput, match="larger"):
        read_signed(bytes(LARGEST + 1))


def test_the_last_line_is_written_in_one_way_alone() -> None:
    """The same values with a blank, capitals or another order are not what was signed."""
    body, last = FILE[: FILE.rindex(b"\n", 0, -1) + 1], FILE[FILE.rindex(b"\n", 0, -1) + 1 :]
    capitals = last.replace(KEY.public.hex().encode(), KEY.public.hex().upper().encode())
    spaced = last.replace(
        KEY.public.hex().encode(), b" ".join((KEY.public.hex()[:2].encode(), KEY.public.hex()[2:].encode()))
    )
    for changed in (last.replace(b":", b": ", 1), capitals, spaced, last[:-1] + b" \n", last[:-1]):
        assert changed != last
        with pytest.raises(Tampered):
            read_signed(body + changed)
