"""The certificate that the site manager shows to a browser: made in the site folder, or put there by the site.

`manager.pem` and `manager.key` lie in the site folder. Where there are none, a certificate is made that nobody vouches for: the
browser warns once, and the process prints the fingerprint to compare. Put your own files in their place, and they are served.
One of ours is made anew when it nears its end or bears another name.
"""

import ssl
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from calvox.common.clock import DAY, World
from calvox.common.errors import BadSettings
from calvox.common.files import read_whole, write_whole
from calvox.common.i18n import t
from calvox.trust.certificates import expires_at, issue_server_certificate, make_authority, new_key

CERTIFICATE, KEY, BEARS = "manager.pem", "manager.key", "manager.names"
NEAR_END = 30 * DAY
"""Seconds before its end at which one of ours is made anew."""
AUTHORITY = "Calvox site manager"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a browser is shown."""

    context: ssl.SSLContext
    fingerprint: str
    """SHA-256 of the certificate, hexadecimal in pairs, as browsers show it."""
    own: bool
    """Whether we made it, so that browsers warn."""


def certificate(folder: Path, names: tuple[str, ...], world: World) -> Shown:
    """Take up the certificate of a site folder, and make one where there is none.

    Raises:
        BadSettings: certificate and key do not fit.
    """
    _renew(folder, names, world)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    try:
        context.load_cert_chain(folder / CERTIFICATE, folder / KEY, password=lambda: "")
        pem = read_whole(folder / CERTIFICATE).decode("ascii")
        first = pem[: pem.index(_END) + len(_END)]
        der = ssl.PEM_cert_to_DER_cert(first[first.index("-----BEGIN") :])
    except (OSError, ValueError) as error:
        raise BadSettings(
            t(
                "{certificate} and {key} are not a certificate and its key: {why}",
                certificate=CERTIFICATE,
                key=KEY,
                why=str(error),
            ),
            hint=t("Put files that fit each other into the site folder, or take both away: then they are made."),
        ) from error
    return Shown(context, sha256(der).hexdigest(), (folder / BEARS).exists())


_END = "-----END CERTIFICATE-----"


def _renew(folder: Path, names: tuple[str, ...], world: World) -> None:
    """Make a certificate if there is none, or one of ours that is no longer good; the site's own is left alone."""
    path, bears, wanted = folder / CERTIFICATE, folder / BEARS, "\n".join(names).encode()
    if path.exists() and not bears.exists():
        return
    if path.exists() and read_whole(bears) == wanted and expires_at(read_whole(path)) - world.now() > NEAR_END:
        return
    authority_key, key = new_key(), new_key()
    authority = make_authority(authority_key, AUTHORITY, world.now())
    made = issue_server_certificate(authority_key, authority, key, list(names), world.now())
    # The names are said last: whoever is cut off before that makes all of them anew at the next start.
    write_whole(bears, b"")
    write_whole(folder / KEY, key)
    write_whole(path, made + authority)
    write_whole(bears, wanted)
