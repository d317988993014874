"""What programs of a machine say to its session-host process: one JSON object a line over a Unix socket; bytes are base64.

The field `op` names what is asked. An answer is a line with `ok`, or with `error` (code, message, hint). An unknown field is
ignored, so that a program and a host a version apart work together.
"""

from typing import Literal

import msgspec

from calvox.wire.hostapi import CalTypeName

LONGEST_LINE = 16 << 10
"""Bytes of a line, its end included."""
SECONDS = 2.0
"""Seconds within which a session's question is answered."""
SOCKET = "agent.sock"


class Ask(msgspec.Struct, frozen=True, tag_field="op", kw_only=True):
    """Base of what is asked."""

    language: str = ""
    """Language of the texts in the answer: "fr", "en"; else the process's own."""


class Status(Ask, frozen=True, tag="status"):
    """How does this host stand?"""


class Acquire(Ask, frozen=True, tag="acquire", kw_only=True):
    """A CAL for a holder."""

    cal_type: CalTypeName
    name: str
    authenticated: bool = False
    """Whether somebody has logged on from this device since its first contact."""
    pid: int = 0
    """Per session: the process with whose end the session ends; 0: not known."""


class Release(Ask, frozen=True, tag="release", kw_only=True):
    """A session's CAL goes back."""

    name: str


class SessionOpen(Ask, frozen=True, tag="session-open", kw_only=True):
    """Somebody who was authenticated wants to open a session."""

    user: str
    tty: str = ""
    rhost: str = ""
    """Where they come from; empty: from this machine."""
    service: str = ""
    """The program that lets them in: sshd, xrdp-sesman."""
    session: str = ""
    """What tells two sessions of the same user apart; whatever was said here is said at the end too."""
    pid: int = 0
    """The process with whose end the session ends; 0: not known."""


class SessionClose(Ask, frozen=True, tag="session-close", kw_only=True):
    """That session has ended."""

    user: str
    tty: str = ""
    rhost: str = ""
    service: str = ""
    session: str = ""
    pid: int = 0


Question = Status | Acquire | Release | SessionOpen | SessionClose


class CalTold(msgspec.Struct, frozen=True):
    """A CAL."""

    cal_type: CalTypeName
    name: str
    valid_until: int
    """Last second, UTC."""
    cal_id: bytes = b""
    """16 bytes; empty: out of the outage voucher."""
    temporary: bool = False
    outage: bool = False
    """Whether it is out of the outage voucher: no token proves it."""
    token: bytes = b""


class Acquired(msgspec.Struct, frozen=True):
    """A CAL, or a refusal."""

    cal: CalTold | None = None
    refused: str = ""
    """Code of the reason."""
    why: str = ""


class Released(msgspec.Struct, frozen=True):
    """Whether there was anything to give back."""

    released: bool


class SessionOpened(msgspec.Struct, frozen=True):
    """May the session be opened?"""

    verdict: Literal["allow", "deny"]
    ground: str
    """Why: cal, outage-cal, administrator, console, grace, fail-open, refused, grace-over, no-server."""
    message: str = ""
    """What to show to the person; empty: nothing."""
    cal: CalTold | None = None


class ServerLine(msgspec.Struct, frozen=True):
    """A licence server, as this host sees it."""

    address: str
    enrolled: bool = True
    """Whether this host is enrolled with it; if not, the policy or a setting names it in vain."""
    in_use: bool = False
    """Whether it is the one that is asked first now."""
    answers: bool | None = None
    """None: not asked yet."""
    activated: bool | None = None
    contact: int = 0
    """When it answered last, seconds UTC; 0 = not since this process began."""
    problem: str = ""
    """What it said instead of serving this host."""
    certificate_ends: int = 0
    """Last second of this host's certificate for it, UTC."""


class CalLine(msgspec.Struct, frozen=True):
    """A CAL that this host holds."""

    cal_type: CalTypeName
    name: str
    version: int
    temporary: bool
    valid_until: int
    server: str


class AgentStatus(msgspec.Struct, frozen=True, kw_only=True):
    """How a session host stands."""

    name: str
    version: int
    now: int
    """Licensing time, seconds UTC."""
    running: bool
    """Whether the host's process runs; if not, this was read from its folder."""
    state: Literal["grace", "grace-over", "licensed", "outage"]
    clock: str = "good"
    """What is thought of the machine's clock: good, clock-behind, clock-ahead, lost."""
    days_left: int = 0
    """Days of grace."""
    grace_ends: int = 0
    """Last second of grace, UTC; 0 = not known, or no matter any more."""
    warning: str = ""
    mode: CalTypeName = "user"
    fail_open: bool = True
    servers: tuple[ServerLine, ...] = ()
    contact: int = 0
    """When a licence server answered last, seconds UTC; 0 = never."""
    policy: int = 0
    """Number of the policy; 0 = none was set."""
    policy_issued: int = 0
    revoked: int = 0
    """CALs on the revocation list."""
    revoked_issued: int = 0
    """When that list was signed, seconds UTC; 0 = there is none."""
    voucher: str = ""
    """Identifier of the outage voucher; empty: none."""
    voucher_count: int = 0
    voucher_left: int = 0
    voucher_used: int = 0
    """Given out and not settled yet."""
    voucher_hours: int = 0
    voucher_until: int = 0
    cals: tuple[CalLine, ...] = ()


class Fault(msgspec.Struct, frozen=True):
    """An error; see the error codes."""

    code: str
    message: str
    hint: str = ""
