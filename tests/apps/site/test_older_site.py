"""A site's journal that the first schema wrote, kept as text: it is brought up, holds what it held, and goes on."""

from pathlib import Path

import pytest

from calvox.common.clock import World
from calvox.common.errors import Tampered
from calvox.common.files import write_whole
from calvox.site.book import CallEnded
from calvox.site.description import FILE, new_description
from calvox.site.folder import KEY, SiteFolder, open_site
from calvox.trust.keys import new_private_key
from tests.journal.older import lay_out, read_back, written

DUMP, NAME, END = "site-schema-1.sql", "Lycée d'essai", 14
WORLD = World(now=lambda: 1_800_000_600, random=lambda size: bytes(range(size)))


def older(folder: Path, *statements: str) -> SiteFolder:
    """Lay the older journal out beside the key that it was made with, and open it."""
    write_whole(folder / KEY, new_private_key(WORLD.random(32)))
    write_whole(folder / FILE, new_description(NAME).encode())
    assert lay_out(folder, DUMP, *statements) == END
    return open_site(folder, WORLD)


def test_its_entries_are_what_they_were(tmp_path: Path) -> None:
    """Bodies and hashes come out as the first schema had them; all of it verifies, now and when opened again."""
    site = older(tmp_path)
    for _ in range(2):
        with site.journal.read() as reader:
            assert read_back(reader) == written(DUMP)
        assert site.journal.verify().position == END
        site.close()
        site = open_site(tmp_path, WORLD)
    site.close()


def test_it_holds_what_it_held_and_goes_on(tmp_path: Path) -> None:
    """Calls, codes, actions, plans and papers are there as they were; the call that was open is ended now."""
    site = older(tmp_path)
    with site.journal.read() as reader:
        calls = [(row["call"], row["kind"], row["outcome"]) for row in reader.select("call", order="call")]
        (code,) = reader.select("code")
        (action,) = reader.select("action")
        (plan,) = reader.select("plan")
        assert [reader.count(name) for name in ("bundle", "backup", "prepared", "step", "paper")] == [1] * 5
    assert calls == [(1, "install", "done"), (2, "reactivate", "")]
    assert (code["code"], code["quantity"], code["pack_id"], code["by"]) == ("AAAAABBBBB", 50, 4, "bob")
    assert (action["outcome"], plan["outcome"]) == ("done", "given-up")
    site.journal.run(lambda tx: tx.append(CallEnded(call=2, outcome="given-up", note="", by="ada")))
    assert site.journal.verify().position == END + 1
    site.close()


@pytest.mark.parametrize("sequence", [4, END])
def test_what_was_changed_before_is_found_after(tmp_path: Path, sequence: int) -> None:
    """Bringing a journal up heals nothing."""
    with pytest.raises(Tampered, match=f"Entry {sequence} "):
        older(tmp_path, f"UPDATE entry SET time = time + 1 WHERE sequence = {sequence}").journal.verify()
