"""The two kinds of store that are backed up, and in what they differ: their book, their files, how they are opened."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from calvox.apps.owner import Owner
from calvox.core.book import Book
from calvox.journal.sqlite import DATABASE, HEAD
from calvox.trust.keys import SigningKey


@dataclass(frozen=True)
class Kept:
    """A store that is backed up."""

    book: Book
    folder: Path
    """Its data folder."""
    beside: tuple[str, ...]
    """Files and folders beside the journal that belong to it."""
    open: Callable[[Path], Any]
    """Opens the store in a folder and checks every signature of the activation centre in it; it has `journal` and `close`."""
    owner_of: Callable[[Path], str]
    """Tells whose store is in a folder, in hexadecimal."""
    signer_of: Callable[[Path], SigningKey]
    """Gives the key with which the store in a folder seals its journal."""
    owner: Owner[Any]
    """Its use cases."""

    def names(self, folder: Path) -> list[str]:
        """List the files that make up the store in a folder, the journal first."""
        found = [DATABASE, HEAD]
        for name in self.beside:
            path = folder / name
            inside = sorted(one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]
            found += [str(one.relative_to(folder)) for one in inside if one.exists() and not one.name.startswith(".")]
        return found
