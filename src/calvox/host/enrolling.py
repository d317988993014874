"""Enrolment: this machine becomes a session host of a licence server, or of one more.

Rules: the server's authority is compared with the code before anything is sent. The clock file is written before the
enrolment counts, so that an enrolled host always had one.
"""

import ssl
from pathlib import Path

from calvox.common.clock import SYSTEM, World
from calvox.common.errors import BadInput
from calvox.common.i18n import t
from calvox.host.clockfile import CLOCK, Clock, ClockFile
from calvox.host.state import Enrolled, HostFolder, folder_for
from calvox.host.transport import ask, fetch, open_session
from calvox.trust.certificates import make_signing_request, new_key
from calvox.trust.enrolment import EnrolmentCode
from calvox.wire import hostapi


async def enrol(folder: Path, server: str, code_text: str, *, seconds: float = 10, world: World = SYSTEM) -> Enrolled:
    """Enrol this machine as a session host; one that is enrolled already is enrolled with one more licence server.

    Args:
        folder: Where the host's files will lie.
        server: Address of the licence server: https://name:port.
        code_text: The one-time code that its administrator made.
        seconds: How long the server may take to answer.
        world: Clock and randomness.

    Raises:
        BadCode: the code was mis-typed.
        BadInput: the address is not one of https.
        BadSignature: the server is not the one that the code is from; nothing was sent to it.
        Denied: the code is not good any more.
        Conflict: this host is enrolled with that server already.
    """
    code = EnrolmentCode.read(code_text)
    if not server.lower().startswith("https://"):
        raise BadInput(t("“{server}” is no address of a licence server; write it as https://name:port", server=server))
    authority = await _authority(server, code, seconds)
    state = folder_for(folder, server, authority)
    key = state.begin(new_key())
    context = ssl.create_default_context(cadata=authority.decode())
    asked = hostapi.EnrolAsk(code.secret, make_signing_request(key, "calvox session host").decode())
    async with open_session(context, seconds) as session:
        told = await ask(session, server, "POST", hostapi.ENROL, asked, hostapi.EnrolAnswer)
    enrolled = Enrolled(server, told.host, told.name, told.version, told.server_id, told.epoch, told.public_key)
    if state.path == folder and not (folder / CLOCK).exists():
        now = world.now()
        ClockFile(HostFolder(folder)).save(Clock(now, now))
    state.finish(enrolled, told.certificate, told.authority)
    return enrolled


async def _authority(server: str, code: EnrolmentCode, seconds: float) -> bytes:
    """Fetch the authority's certificate over an unverified line, and compare it with the code."""
    unverified = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    unverified.check_hostname, unverified.verify_mode = False, ssl.CERT_NONE
    async with open_session(unverified, seconds) as session:
        body = await fetch(session, server, "GET", hostapi.AUTHORITY, b"", {})
    code.check_authority(body)
    return body
