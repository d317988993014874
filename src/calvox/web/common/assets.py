"""Styles, scripts and pictures, each at an address that holds its hash, so that a browser may keep it for ever."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

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


@cache
def assets() -> Mapping[str, Asset]:
    """Read all, by file name."""
    return {path.name: _read(path) for path in sorted(FOLDER.iterdir()) if path.suffix in MEDIA}


@cache
def served() -> Mapping[str, Asset]:
    """Give all by address: what is not in here is not served."""
    return {asset.address: asset for asset in assets().values()}


def address_of(name: str) -> str:
    """Tell where an asset is."""
    return assets()[name].address


def _read(path: Path) -> Asset:
    body = path.read_bytes()
    digest = sha256(body).hexdigest()[:16]
    return Asset(f"{PREFIX}{path.stem}.{digest}{path.suffix}", body, MEDIA[path.suffix])
