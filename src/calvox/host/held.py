"""A CAL that this host holds, and a refusal: what asking for one may come to."""

from dataclasses import dataclass

from calvox.core.products import CalType
from calvox.host.state import Enrolled, StoredCal
from calvox.trust.tokens import Claims, Token, check_token


@dataclass(frozen=True, slots=True)
class HeldCal:
    """A CAL whose token was verified."""

    name: str
    """How people call its holder."""
    claims: Claims
    """What the token says."""
    token: bytes
    """The token, to be shown to whoever asks."""
    server: str = ""
    """Address of the licence server that it is from."""

    @property
    def cal_type(self) -> CalType:
        """What it is counted by."""
        return CalType(self.claims.cal_type)


@dataclass(frozen=True, slots=True)
class Wish:
    """A CAL that is asked for."""

    cal_type: CalType
    name: str
    """The device's, user's or session's."""
    authenticated: bool = False
    """Whether somebody has logged on from this device since its first contact."""
    process: str = ""
    """Per session: the process with whose end the session ends; see `calvox.host.processes`."""
    used: int = 0
    """When its holder was here last, seconds UTC, where it is asked for in their absence; 0: they are here now."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """No CAL, and why."""

    reason: str
    """Code of the reason."""
    why: str
    """The reason, for a person."""


def verified(stored: StoredCal, own: Enrolled, now: int) -> HeldCal:
    """Verify a token alone, without asking anybody.

    Raises:
        BadToken: it proves nothing now; the reason is named.
    """
    claims = check_token(
        stored.token,
        own.pinned_for(stored.token),
        at=now,
        host=own.host,
        holder=stored.holder,
        host_version=own.version,
    )
    return HeldCal(stored.name, claims, stored.token, own.server)


def position(cal: HeldCal) -> int:
    """Tell at which position of the ledger a token's batch ends; the highest is the newest."""
    return Token.from_bytes(cal.token).seal.position
