"""A disk that gets full at any write of a work: an error of ours says so, nothing is half, and with room again the work is done.

A long run (`make soak`) lets it get full at every write, a short one at some; `tests/real/test_disks.py` has disks that are full.
"""

import shutil
from pathlib import Path

import pytest

from calvox.common.errors import CalvoxError, StoreFailed
from tests.faults.disk import filling
from tests.faults.test_steps import EVERY
from tests.faults.works import WORKS

FULL_AT = 9
"""At how many writes a short run lets the disk get full."""
LEFT_OVER = (".new", ".partial", ".restored")


def unfinished(root: Path) -> list[str]:
    """List what was begun and not ended."""
    found = [path for path in root.rglob("*") if path.name.endswith(LEFT_OVER) or path.name.startswith(".backup-")]
    return sorted(str(path.relative_to(root)) for path in found)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", WORKS)
def test_a_disk_that_gets_full(name: str, tmp_path: Path) -> None:
    """Whenever it does: the words of the system and a hint, no remains, the state before or after, and no second try in vain."""
    work = WORKS[name]
    (tmp_path / "made").mkdir()
    work.make(tmp_path / "made")
    places = tmp_path / "count"
    shutil.copytree(tmp_path / "made", places)
    with filling(places, 1 << 30) as room:
        work.run(places)
    writes = (1 << 30) - room.left
    for left in (
        range(writes) if EVERY else sorted({round(number * (writes - 1) / (FULL_AT - 1)) for number in range(FULL_AT)})
    ):
        place = tmp_path / str(left)
        shutil.copytree(tmp_path / "made", place)
        with filling(place, left) as room:
            failed: CalvoxError | None = None
            try:
                work.run(place)
            except CalvoxError as error:
                failed = error
        assert room.refused, left
        if failed is not None:
            assert isinstance(failed, StoreFailed), (left, failed)
            assert any(word in str(failed) for word in ("No space left", "full")), (left, str(failed))
            assert failed.hint is not None, left
            assert unfinished(place) == [], left
        done = work.judge(place)
        assert done or failed is not None, left
        if not done:
            work.run(place)
            assert work.judge(place), left
