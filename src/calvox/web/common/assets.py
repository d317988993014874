"""Styles, scripts and pictures, each at an address that holds its hash, so that a browser may keep it for ever."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from calvox.common.i18n import LANGUAGES, Language
from calvox.wire.phone.wordlists import words

FOLDER = Path(__file__).parent / "assets"
PREFIX = "/assets/"
MEDIA = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
"""The kinds of files that are served; licences lie beside them and are not."""


@dataclass(frozen=True, slots=True)
class Asset:
    """A file that pages refer to."""

    address: str
    """Its path on the server."""
    body: bytes
    media_type: str
    packed: bytes
    """The same, packed by gzip: an asset holds no secret that its length could betray."""


@cache
def assets() -> Mapping[str, Asset]:
    """Read all, by file name."""
    files = {path.name: _read(path) for path in sorted(FOLDER.iterdir()) if path.suffix in MEDIA}
    return files | {f"words.{language}.txt": _list_of_words(language) for language in LANGUAGES}


@cache
def served() -> Mapping[str, Asset]:
    """Give all by address: what is not in here is not served."""
    return {asset.address: asset for asset in assets().values()}


def address_of(name: str) -> str:
    """Tell where an asset is."""
    return assets()[name].address


def _read(path: Path) -> Asset:
    return _made(path.stem, path.suffix, path.read_bytes(), MEDIA[path.suffix])


def _list_of_words(language: Language) -> Asset:
    """Give a language's list, for a page in which words are typed."""
    return _made(f"words.{language}", ".txt", "\n".join(words(language)).encode(), "text/plain; charset=utf-8")


def _made(stem: str, suffix: str, body: bytes, media_type: str) -> Asset:
    return Asset(
        f"{PREFIX}{stem}.{sha256(body).hexdigest()[:16]}{suffix}", body, media_type, gzip.compress(body, mtime=0)
    )
