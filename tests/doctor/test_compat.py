"""Which CAL for which host and which licence server."""

import pytest

from calvox.common.errors import BadInput
from calvox.core.products import VERSIONS, serves
from calvox.doctor.compat import NAMES, Verdict, table, why

Y, I, N = Verdict.WORKS, Verdict.INFERRED, Verdict.DOES_NOT  # noqa: E741

# Written down from Microsoft's tables, one row a host or licence server: CALs of 2008, 2012, 2016, 2019, 2022, 2025.
CAL_ON_HOST = [
    [Y, Y, Y, Y, I, I],
    [N, Y, Y, Y, I, I],
    [N, N, Y, Y, Y, Y],
    [N, N, N, Y, Y, Y],
    [N, N, N, N, Y, Y],
    [N, N, N, N, N, Y],
]
CAL_ON_SERVER = [
    [Y, N, N, N, N, N],
    [Y, Y, N, N, N, N],
    [Y, Y, Y, N, N, N],
    [Y, Y, Y, Y, N, N],
    [I, I, Y, Y, Y, N],
    [I, I, Y, Y, Y, Y],
]


@pytest.mark.parametrize(("at", "rows"), [(0, CAL_ON_HOST), (1, CAL_ON_SERVER)])
def test_the_tables_say_what_microsoft_s_say(at: int, rows: list[list[Verdict]]) -> None:
    """Cell by cell."""
    assert [[cell.verdict for cell in row] for row in table()[at].cells] == rows


def test_a_licence_server_is_not_older_than_its_hosts() -> None:
    """A host of 2019 with a licence server of 2016 is the known trap."""
    answer = why(6, 6, 5)
    assert answer.verdict is N
    assert "2016" in str(answer.cells[2].why)
    assert "2019" in str(answer.cells[2].why)


def test_cells_know_their_place_and_say_why() -> None:
    """Rows and columns are the versions in order; each why names both, in a sentence of its own."""
    for one in table():
        assert [[(cell.row, cell.column) for cell in row] for row in one.cells] == [
            [(r, c) for c in NAMES] for r in NAMES
        ]
        for row in one.cells:
            for cell in row:
                assert NAMES[cell.row] in str(cell.why)
                assert NAMES[cell.column] in str(cell.why)


@pytest.mark.parametrize("cal", VERSIONS)
@pytest.mark.parametrize("host", VERSIONS)
def test_it_agrees_with_what_our_own_licence_server_does(cal: int, host: int) -> None:
    """The same rule, whoever issues."""
    assert (why(cal, host, max(cal, host)).verdict is not N) == serves(cal, host)


def test_2008_and_2008_r2_are_one() -> None:
    """ProductVersionID 2 and 3."""
    assert why(2, 3, 3).verdict is Y


@pytest.mark.parametrize("number", [-1, 0, 1, 9, 2022])
def test_unknown_versions_are_refused(number: int) -> None:
    """With their number."""
    for versions in ((number, 5, 5), (5, number, 5), (5, 5, number)):
        with pytest.raises(BadInput, match=str(number)):
            why(*versions)
