"""The list of authorised users: the files it comes from, and what a month's report says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calvox.common.errors import BadInput
from calvox.core.authorised import authorised_in, read_names, seen_in
from calvox.core.entries import CalExpired, CalIssued, CalReleased, CalReleasedByHand, CalRenewed

FIRST, AFTER = 1_000, 2_000


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", []),
        ("alice\nbob\n", ["alice", "bob"]),
        ("alice\r\n\r\n bob \r\nalice\n", ["alice", "bob"]),
        ("\ufeffname\nalice\n", ["alice"]),
        ("User;Department\nalice;Sales\nbob;\n", ["alice", "bob"]),
        ("Department\tlogin\nSales\talice\n", ["alice"]),
        ('"name","SamAccountName"\n"Alice, Dr","alice"\n', ["alice"]),
        (
            "#TYPE Microsoft.ActiveDirectory.Management.ADPrincipal\n"
            '"distinguishedName","name","objectClass","SamAccountName"\n'
            '"CN=Alice,OU=Users,DC=example,DC=org","Alice","user","alice"\n',
            ["alice"],
        ),
        ("CN=Alice\n", ["CN=Alice"]),
    ],
)
def test_names_are_read_from_lists_and_tables(text: str, names: list[str]) -> None:
    """With the marks that the directory's tools leave, each name once."""
    assert read_names(text) == names


def test_a_column_can_be_named() -> None:
    """Whatever its case; else the first that is known is taken."""
    table = "mail,name\nalice@example.org,alice\n"
    assert read_names(table) == ["alice"]
    assert read_names(table, "MAIL") == ["alice@example.org"]


@pytest.mark.parametrize(
    ("text", "column", "told"),
    [
        ("a,b\nc,d\n", "", "No column"),
        ("name\nalice\n", "mail", "no column “mail”"),
        ("", "mail", ""),
        ("name,x\n,1\n", "", "Line 2"),
        ("alice\nb\x00b\n", "", "Line 2"),
        ("x" * 256, "", "Line 1"),
        ("name,x\nalice\nbob,1\n,\n", "", "Line 4"),
    ],
)
def test_what_cannot_be_read_is_named(text: str, column: str, told: str) -> None:
    """By its column or line; an empty file holds nobody."""
    if not told:
        assert read_names(text, column) == []
        return
    with pytest.raises(BadInput, match=told):
        read_names(text, column)


@given(text=st.text(max_size=200), column=st.text(max_size=5))
def test_garbage_is_read_or_refused(text: str, column: str) -> None:
    """With our own error, and never a name that could not be shown."""
    try:
        names = read_names(text, column)
    except BadInput:
        return
    assert all(name and name.isprintable() and name == name.strip() for name in names)
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("since", "until", "within"),
    [
        (0, 0, True),
        (0, 1_000, False),
        (0, 1_001, True),
        (1_000, 1_000, False),
        (1_500, 1_501, True),
        (1_999, 0, True),
        (2_000, 0, False),
    ],
)
def test_who_was_authorised_at_any_time_of_a_month_counts(since: int, until: int, within: bool) -> None:
    """Its first second belongs to it, the one after it does not; 0 is still."""
    assert bool(authorised_in([{"since": since, "until": until}], FIRST, AFTER)) is within


def issued(cal: bytes, until: int, *, holder: bytes = b"h", cal_type: int = 1, replaces: bytes = b"") -> CalIssued:
    """Give a per-user CAL out."""
    return CalIssued(
        cal_id=cal,
        cal_type=cal_type,
        version=7,
        holder=holder,
        host=b"",
        valid_until=until,
        temporary=False,
        pack=1,
        replaces=replaces,
        replaces_pack=0,
    )


@pytest.mark.parametrize(
    ("facts", "seen"),
    [
        ([(500, issued(b"a", 999))], False),
        ([(500, issued(b"a", 1_000))], True),
        (
            [(500, issued(b"a", 5_000)), (999, CalReleasedByHand(cal_id=b"a", pack=1, holder=b"h", why="", by=""))],
            False,
        ),
        ([(500, issued(b"a", 5_000)), (1_001, CalReleased(cal_id=b"a", pack=1, why="asked"))], True),
        ([(500, issued(b"a", 900)), (1_500, CalExpired(cal_id=b"a", pack=1))], False),
        ([(500, issued(b"a", 900)), (800, CalRenewed(cal_id=b"a", host=b"", valid_until=3_000))], True),
        ([(1_999, issued(b"a", 5_000))], True),
        ([(2_000, issued(b"a", 5_000))], False),
        ([(1_500, issued(b"a", 5_000, cal_type=0))], False),
        ([(500, issued(b"a", 5_000)), (600, issued(b"b", 700, replaces=b"a"))], False),
    ],
)
def test_who_had_a_per_user_cal_at_any_time_of_a_month_was_seen(facts: list[tuple[int, CalIssued]], seen: bool) -> None:
    """Its end counts, not the moment at which a sweep came by."""
    assert (seen_in(facts, FIRST, AFTER) == {b"h"}) is seen
