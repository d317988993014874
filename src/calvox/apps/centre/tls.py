"""The centre's own authority and certificate, in the folder `tls`: made at init, made anew before they end.

The certificate, its key and the authority stand in one file, so that they are always written together.
"""

import asyncio
import ssl
from collections.abc import Callable, Sequence
from pathlib import Path

import structlog

from calvox.common.clock import DAY, World
from calvox.common.errors import BadSettings, StoreFailed
from calvox.common.files import read_whole, write_whole
from calvox.trust.certificates import expires_at, issue_server_certificate, make_authority, new_key

log = structlog.get_logger()
RENEW_DAYS = 60
"""The certificate is made anew when it has fewer days left."""
LOOK_SECONDS = 3600


def make_tls(folder: Path, names: tuple[str, ...], world: World) -> None:
    """Make the authority of a new centre, and its certificate for these names."""
    place = folder / "tls"
    place.mkdir(mode=0o700, exist_ok=True)
    key = new_key()
    write_whole(place / "authority.key", key)
    write_whole(place / "authority.pem", make_authority(key, "Calvox activation centre authority", world.now()))
    write_whole(place / "names", "\n".join(names).encode())
    _issue(place, world)


def names_of(folder: Path) -> list[str]:
    """Read the names and addresses that the certificate bears."""
    return read_whole(folder / "tls" / "names").decode().split()


def certificate_file(folder: Path) -> Path:
    """Name the file with key and certificate."""
    return folder / "tls" / "tls.pem"


def renew(folder: Path, world: World) -> None:
    """Make the certificate anew when it nears its end."""
    if expires_at(certificate(folder)) - world.now() < RENEW_DAYS * DAY:
        _issue(folder / "tls", world)


def public_context(folder: Path) -> ssl.SSLContext:
    """Make the context for the page that everyone reaches."""
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.minimum_version = ssl.TLSVersion.TLSv1_3
    tls.load_cert_chain(certificate_file(folder))
    return tls


def certificate_ends(folder: Path) -> int:
    """Tell when the certificate ends, seconds UTC."""
    return expires_at(certificate(folder))


def certificate(folder: Path) -> bytes:
    """Read the certificate, without the key that stands before it."""
    data = read_whole(certificate_file(folder))
    return data[data.index(b"-----BEGIN CERTIFICATE") :]


async def keep_certificates(folder: Path, world: World, refreshes: Sequence[Callable[[], None]]) -> None:
    """Make the certificate anew in time, and let each listener take up what was exchanged meanwhile."""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        try:
            renew(folder, world)
        except StoreFailed as error:
            log.error("the certificate could not be made anew; it is tried again", why=str(error))
        for refresh in refreshes:
            try:
                refresh()
            except BadSettings as error:
                log.error("a certificate could not be taken up; the one before goes on", why=str(error))


def _issue(place: Path, world: World) -> None:
    key, names = new_key(), read_whole(place / "names").decode().split()
    authority = read_whole(place / "authority.pem")
    made = issue_server_certificate(read_whole(place / "authority.key"), authority, key, names, world.now())
    write_whole(place / "tls.pem", key + made + authority)
