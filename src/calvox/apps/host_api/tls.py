"""TLS towards session hosts: our certificate; the peer's, if it shows one, must be of an authority that is trusted.

Whether the peer's is valid now is not TLS's to say, which would ask the machine's clock: one that was set ahead would shut
every host out. `app.peer_host` asks licensing time.
"""

import ssl
from pathlib import Path

from calvox.server.keys import Keys

NO_CHECK_TIME = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME of OpenSSL, which the module ssl does not name."""


def tls_context(keys: Keys) -> ssl.SSLContext:
    """Make the context."""
    return context_of(keys.folder, keys.trusted)


def context_of(folder: Path, trusted: bytes) -> ssl.SSLContext:
    """Make the context from a folder of keys and the authorities that are trusted."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_OPTIONAL
    context.verify_flags |= NO_CHECK_TIME
    _load(context, folder, trusted)
    return context


def refresh(context: ssl.SSLContext, keys: Keys) -> None:
    """Take up a certificate that was made anew, and trust an authority that was added; new connections see it.

    An authority that was replaced is trusted by TLS until the process ends; `app.peer_host` refuses what it issued.
    """
    _load(context, keys.folder, keys.trusted)


def _load(context: ssl.SSLContext, folder: Path, trusted: bytes) -> None:
    context.load_cert_chain(folder / "tls.pem", folder / "tls.key")
    context.load_verify_locations(cadata=trusted.decode())
