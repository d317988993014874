"""What decides whether a repaired code is the one that was meant.

Each function makes an oracle for `repair`: something that the groups' own checks do not know. A wrong x passes with
probability 2^-127, a wrong request with 2^-40, a wrong proof with 2^-110. A server ID has nothing of the kind, and its
oracle only sets aside what no server ID looks like.
"""

from calvox.common.errors import BadCode
from calvox.trust.confirmations import plausible_x
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.confirmation import confirmation_parts
from calvox.wire.phone.forms import bytes_of
from calvox.wire.phone.identity import retirement_matches, server_id_fields
from calvox.wire.phone.message import Kind
from calvox.wire.phone.repair import Oracle
from calvox.wire.phone.request import unpack_request


def confirmation_fits(kind: Kind | None = None) -> Oracle:
    """Accept a code whose x some signature has, of the kind awaited if there is one, else of any known kind."""

    def accepts(number: int) -> bool:
        found, x = confirmation_parts(number)
        return found is not None and kind in (None, found) and plausible_x(x)

    return accepts


def request_fits(server_id: bytes) -> Oracle:
    """Accept a request of this server, by its tag and digest."""

    def accepts(number: int) -> bool:
        try:
            unpack_request(server_id, bytes_of(CodeType.REQUEST, number))
        except BadCode:
            return False
        return True

    return accepts


def retirement_fits(server_id: bytes) -> Oracle:
    """Accept the retirement proof of this server."""

    def accepts(number: int) -> bool:
        try:
            retirement_matches(server_id, number)
        except BadCode:
            return False
        return True

    return accepts


def server_id_fits(number: int) -> bool:
    """Accept whatever has the format and product of a server ID."""
    try:
        server_id_fields(bytes_of(CodeType.SERVER_ID, number))
    except BadCode:
        return False
    return True
