"""The one tree of errors: something is wrong, and this is what to do next.

A refusal (no CAL free, a quantity above what was bought) is not an error but a value with a reason. Every foreign
exception becomes one of these at the edge where it arises. Each class has a row in `RENDERINGS`, which the three fronts
share: exit code, HTTP status, title of a page.
"""

from dataclasses import dataclass
from typing import ClassVar

from calvox.common.i18n import Text, t


class CalvoxError(Exception):
    """Base of all; by itself it stands for a fault of ours."""

    code: ClassVar[str] = "internal"

    def __init__(self, message: Text, *, hint: Text | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return str(self.message)


class BadInput(CalvoxError):
    """What was given is not well formed; the message names the field, group or line."""

    code = "bad-input"


class TooLong(BadInput):
    """What was sent is longer than is read."""

    code = "too-long"


class BadCode(BadInput):
    """A spoken code cannot be what it should be: too long, too short, foreign symbols, a failed check."""

    code = "bad-code"


class WrongKind(BadCode):
    """A good code, but of another kind than the one awaited here."""

    code = "wrong-kind"


class BadSettings(BadInput):
    """A setting is unknown, of the wrong type or out of range."""

    code = "bad-settings"


class NotFound(CalvoxError):
    """The thing named does not exist."""

    code = "not-found"


class Conflict(CalvoxError):
    """The thing is not in the state that this action needs."""

    code = "conflict"


class ClockWrong(CalvoxError):
    """The machine has lost the time; what would be entered or signed now would be wrong for ever."""

    code = "clock-wrong"


class Refused(CalvoxError):
    """No CAL, where a program wanted one for a block of its code; everywhere else a refusal is a value."""

    code = "refused"

    def __init__(self, message: Text, *, hint: Text | None = None, reason: str = "") -> None:
        super().__init__(message, hint=hint)
        self.reason = reason
        """Code of the reason."""


class Denied(CalvoxError):
    """Whoever asks has not proven that they may."""

    code = "denied"


class NotLoggedIn(Denied):
    """Whoever asks has not said who they are, or no longer."""

    code = "not-logged-in"


class Unreachable(CalvoxError):
    """The other process does not answer."""

    code = "unreachable"


class AnswerLost(Unreachable):
    """The request was perhaps done; its answer did not arrive."""

    code = "answer-lost"


class Retired(Unreachable):
    """The licence server gives nothing any more, for ever; hosts ask the next one, as if it did not answer."""

    code = "retired"


class Busy(CalvoxError):
    """Another process owns this store."""

    code = "busy"


class TooMany(CalvoxError):
    """Whoever asks must wait; `wait` says how long."""

    code = "too-many"

    def __init__(self, message: Text, *, hint: Text | None = None, wait: int = 1) -> None:
        super().__init__(message, hint=hint)
        self.wait = wait
        """Seconds."""


class KeyLocked(CalvoxError):
    """The signing key has not been unlocked."""

    code = "key-locked"


class BadSignature(CalvoxError):
    """A signature, certificate or token does not verify."""

    code = "bad-signature"


class BadToken(BadSignature):
    """A token is malformed, stale, or signed by someone else."""

    code = "bad-token"


class Tampered(CalvoxError):
    """A journal, or something derived from it, is not what was written."""

    code = "tampered"


class StoreFailed(CalvoxError):
    """The store could not write or read: disk full, read-only, damaged."""

    code = "store-failed"


@dataclass(frozen=True, slots=True)
class Rendering:
    """How the fronts present one error code."""

    exit: int
    """Exit code of the command line."""
    status: int
    """HTTP status."""
    title: Text
    """Title of the page, and first words on a terminal."""


REFUSED_EXIT = 4
"""Exit code of a command that was understood and answered with a refusal, which is a value and no error."""

RENDERINGS: dict[str, Rendering] = {
    "internal": Rendering(70, 500, t("Internal error")),
    "bad-input": Rendering(2, 422, t("Not well formed")),
    "too-long": Rendering(2, 413, t("Too long")),
    "bad-code": Rendering(2, 422, t("Not a good code")),
    "wrong-kind": Rendering(2, 422, t("A code of another kind")),
    "bad-settings": Rendering(78, 500, t("Wrong setting")),
    "not-found": Rendering(3, 404, t("Not found")),
    "conflict": Rendering(5, 409, t("Not possible now")),
    "clock-wrong": Rendering(15, 503, t("Clock is wrong")),
    "refused": Rendering(14, 409, t("Refused")),
    "denied": Rendering(6, 403, t("Not allowed")),
    "not-logged-in": Rendering(6, 401, t("Not logged in")),
    "unreachable": Rendering(7, 503, t("No answer")),
    "answer-lost": Rendering(7, 503, t("Answer lost")),
    "retired": Rendering(7, 503, t("Retired for good")),
    "busy": Rendering(8, 503, t("In use")),
    "too-many": Rendering(13, 429, t("Too much at once")),
    "key-locked": Rendering(9, 503, t("Signing key locked")),
    "bad-signature": Rendering(10, 422, t("Signature not valid")),
    "bad-token": Rendering(10, 422, t("Token not valid")),
    "tampered": Rendering(11, 503, t("Journal not intact")),
    "store-failed": Rendering(12, 503, t("Store failed")),
}


def rendering(error: CalvoxError) -> Rendering:
    """Find the row of an error."""
    return RENDERINGS[error.code]


def every_error(root: type[CalvoxError] = CalvoxError) -> list[type[CalvoxError]]:
    """List the tree, root first."""
    return [root, *(kind for child in root.__subclasses__() for kind in every_error(child))]


def error_named(code: str) -> type[CalvoxError]:
    """Find the class of a code that arrived over a wire; an unknown code is an internal error."""
    return next((kind for kind in every_error() if kind.code == code), CalvoxError)
