"""What a work that was cut off left is ended or removed by the next start, which says so."""

import json
import shutil
from pathlib import Path

import pytest

from calvox.apps.continuity.restoring import drop_restore, finish_restore
from calvox.common.errors import NotFound
from calvox.common.files import built_beside
from calvox.journal.restored import restored_beside
from calvox.server.keys import NEXT, load_keys
from tests.apps.processes import ServerProcess, stocked_folder
from tests.world import Site, wish


def test_an_empty_folder_that_systemd_made_hides_no_restore(tmp_path: Path) -> None:
    """Between the two moves of a restore `StateDirectory` makes one; the restored store takes its place."""
    site = Site.founded(tmp_path)
    site.close()
    site.folder.rename(restored_beside(site.folder))
    site.folder.mkdir()
    with pytest.raises(NotFound) as caught:
        site.open()
    assert "cut off before its last step" in str(caught.value.hint)
    assert finish_restore(site.folder)
    site.open()
    site.close()


def test_nothing_is_dropped_while_it_may_be_all_there_is(tmp_path: Path) -> None:
    """Where no store is, what stands beside its place is kept."""
    place = tmp_path / "server"
    restored_beside(place).mkdir()
    assert drop_restore(place) == []
    assert restored_beside(place).exists()


def test_a_store_that_was_being_made_is_told(tmp_path: Path) -> None:
    """By the path of its remains, in which secrets may lie."""
    place = tmp_path / "server"
    built_beside(place).mkdir()
    with pytest.raises(NotFound) as caught:
        load_keys(place)
    assert ".server.new goes then" in str(caught.value.hint)


def test_an_exchange_whose_folder_was_half_removed_is_over(tmp_path: Path) -> None:
    """A start with one of its two files gone goes on with the authority that it has."""
    site = Site.founded(tmp_path)
    site.close()
    (site.folder / "keys" / NEXT).mkdir()
    (site.folder / "keys" / NEXT / "authority.pem").write_bytes(b"left")
    assert load_keys(site.folder).next_authority == b""
    site.open()
    site.close()


@pytest.mark.process
def test_a_start_says_what_was_cut_off_and_removes_it(tmp_path: Path) -> None:
    """A restore before its moves, and files that were being written: it serves the server that it has."""
    folder = stocked_folder(tmp_path, wish("user", "2022", 5))
    shutil.copytree(folder, restored_beside(folder))
    left = (folder / ".alerts.json.1.2.new", folder / "keys" / ".root.1.2.new")
    for path in left:
        path.write_bytes(b"half")
    with ServerProcess(folder) as server:
        assert server.status().activated
    lines = [json.loads(line) for line in (folder / "process.log").read_text().splitlines()]
    told = {line["path"] for line in lines if line["level"] == "warning" and "path" in line}
    assert told >= {str(restored_beside(folder)), *map(str, left)}
    assert not any(path.exists() for path in (restored_beside(folder), *left))
