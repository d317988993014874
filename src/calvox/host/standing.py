"""How a session host stands towards its licence servers, and whom it lets in: pure, one table and one decision.

Rules:
- A host is in one state at a time. Grace lasts 120 days from its enrolment; the first token from an activated licence server
  ends it for good. A host whose clock file is missing or was changed has no grace left until such a token comes.
- An administrator, and whoever sits at the console, is never refused.
- In grace nobody is refused for want of a CAL. Afterwards a licence server's refusal counts. Where no server answers, the CAL
  that somebody holds counts, then one from the outage voucher, then what the policy says.

It leaves to its callers: asking servers, keeping state and time, telling people.
"""

from dataclasses import dataclass
from enum import StrEnum

from calvox.common.clock import DAY
from calvox.common.i18n import Text, t
from calvox.core.standing import GRACE_DAYS, State, days_until

WARNING_DAYS = (30, 14, 7, 3, 1)
"""Days left at which a warning is given, once each."""


class Known(StrEnum):
    """What a host comes to know."""

    TOKEN = "token"  # noqa: S105 - no password
    """An activated licence server gave it a token."""
    ANSWER = "answer"
    """A licence server answered."""
    SILENCE = "silence"
    """None of them answers."""
    END = "end"
    """The days of grace are over."""
    LOST = "lost"
    """The clock file is missing, or is not what this host wrote."""


_G, _O, _L, _X = State.GRACE, State.GRACE_OVER, State.LICENSED, State.OUTAGE
TABLE: dict[State, dict[Known, State]] = {
    _G: {Known.TOKEN: _L, Known.ANSWER: _G, Known.SILENCE: _G, Known.END: _O, Known.LOST: _O},
    _O: {Known.TOKEN: _L, Known.ANSWER: _O, Known.SILENCE: _O, Known.END: _O, Known.LOST: _O},
    _L: {Known.TOKEN: _L, Known.ANSWER: _L, Known.SILENCE: _X, Known.END: _L, Known.LOST: _O},
    _X: {Known.TOKEN: _L, Known.ANSWER: _L, Known.SILENCE: _X, Known.END: _X, Known.LOST: _O},
}
"""State, what is known, next state."""


def next_state(state: State, known: Known) -> State:
    """Tell the state after something came to be known."""
    return TABLE[state][known]


def grace_ends(enrolled: int) -> int:
    """Tell the last second of grace, UTC."""
    return enrolled + GRACE_DAYS * DAY


def days_left(state: State, enrolled: int, now: int) -> int:
    """Count the days of grace that are left, a begun one as a whole; 0 in every other state."""
    return days_until(grace_ends(enrolled), now) if state is State.GRACE else 0


def warning_due(left: int, warned: int) -> int:
    """Tell the warning that is due with so many days left, 0 if none.

    Args:
        left: Days of grace that are left.
        warned: The last warning given; 0 = none yet.
    """
    reached = [day for day in WARNING_DAYS if left <= day]
    return reached[-1] if left > 0 and reached and (not warned or reached[-1] < warned) else 0


def grace_warning(left: int) -> Text:
    """Warn of the end of grace."""
    if left == 1:
        return t("This session host serves without CALs for one more day at most; then people are refused")
    return t("This session host serves without CALs for {days} more days; then people are refused", days=left)


class Answer(StrEnum):
    """What came of asking for somebody's CAL."""

    CAL = "cal"
    """A CAL that counts, from a server or held."""
    OUTAGE_CAL = "outage-cal"
    """A CAL of the outage voucher."""
    REFUSED = "refused"
    """A licence server answered, and gave none."""
    NOBODY = "nobody"
    """No licence server answers, and there is no CAL to fall back on."""


class Ground(StrEnum):
    """Why somebody is let in or not."""

    CAL = "cal"
    OUTAGE_CAL = "outage-cal"
    ADMINISTRATOR = "administrator"
    CONSOLE = "console"
    GRACE = "grace"
    FAIL_OPEN = "fail-open"
    REFUSED = "refused"
    GRACE_OVER = "grace-over"
    NO_SERVER = "no-server"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether somebody may open a session."""

    allowed: bool
    ground: Ground
    message: Text | None = None
    """What the person is told; None: nothing."""


@dataclass(frozen=True, slots=True)
class Logon:
    """What is known of somebody who wants to open a session."""

    administrator: bool = False
    """Whether this machine's administrators count them among themselves."""
    console: bool = False
    """Whether they sit at the machine."""

    @property
    def never_refused(self) -> Ground | None:
        """Tell why they are let in without being asked for a CAL."""
        if self.administrator:
            return Ground.ADMINISTRATOR
        return Ground.CONSOLE if self.console else None


def judge(logon: Logon, state: State, left: int, answer: Answer, why: Text | str, *, fail_open: bool) -> Verdict:
    """Decide on one session.

    Args:
        logon: Who wants in.
        state: How this host stands.
        left: Days of grace that are left.
        answer: What came of asking for their CAL.
        why: A server's reason for refusing, for a person.
        fail_open: Whether the policy lets people in when nobody can decide.
    """
    if logon.never_refused:
        return Verdict(True, logon.never_refused)
    if answer in (Answer.CAL, Answer.OUTAGE_CAL):
        return Verdict(True, Ground(answer))
    if state is State.GRACE:
        return Verdict(True, Ground.GRACE, grace_warning(left) if left <= WARNING_DAYS[0] else None)
    if answer is Answer.REFUSED:
        return Verdict(False, Ground.REFUSED, _refused(why))
    if state is State.GRACE_OVER:
        return Verdict(False, Ground.GRACE_OVER, _ENDED)
    if fail_open:
        return Verdict(True, Ground.FAIL_OPEN, t("No licence server answers; you are let in without a CAL this time."))
    return Verdict(False, Ground.NO_SERVER, _SILENT)


def _refused(why: Text | str) -> Text:
    return t("You cannot open a session here now: {why}. Please tell your administrator.", why=why)


_ENDED = t(
    "You cannot open a session here now: this computer's time without CALs has ended, and no licence server answers. "
    "Please tell your administrator."
)
_SILENT = t(
    "You cannot open a session here now: no licence server answers. Please try later, or tell your administrator."
)
