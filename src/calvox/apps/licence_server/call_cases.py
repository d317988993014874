"""The licence server's use cases about a call to the activation centre: prepare it, type what is read out, finish it."""

import msgspec

from calvox.apps.licence_server.host_cases import Nothing
from calvox.apps.owner import UseCase
from calvox.common.i18n import Language
from calvox.server import call, confirm
from calvox.server.calling import Calling, calling
from calvox.server.store import LicenceServer
from calvox.server.typed import TypedLine, enter_lines, typed
from calvox.wire.phone.forms import Form
from calvox.wire.phone.judged import JudgedCode


class PrepareCall(msgspec.Struct, frozen=True):
    """Prepare a call."""

    activate: bool
    packs: tuple[call.PackWish, ...] = ()


class AskCalling(msgspec.Struct, frozen=True):
    """How it stands with the centre."""

    country: str = ""
    """Where one calls from, as FR; empty: the centre's first telephone."""


class AskTyped(msgspec.Struct, frozen=True):
    """The lines as they are typed."""

    form: Form | None = None
    """None: the one that was typed last."""
    language: Language = "en"


class EnterGroup(msgspec.Struct, frozen=True):
    """Type a group of the confirmation."""

    form: Form
    text: str
    number: int = 0
    """From 1; 0: the next one that is missing."""
    language: Language = "en"


class EnterLines(msgspec.Struct, frozen=True):
    """Type lines of the confirmation, whole or not."""

    form: Form
    lines: tuple[TypedLine, ...]
    language: Language = "en"


class EnterFile(msgspec.Struct, frozen=True):
    """Take the confirmation from a file or QR code."""

    text: str


Entered = confirm.Misheard | confirm.Progress


def _call(server: LicenceServer, asked: Nothing, by: str) -> call.OpenCall:
    with server.journal.read() as reader:
        return call.the_open_call(reader)


def _calling(server: LicenceServer, asked: AskCalling, by: str) -> Calling:
    with server.journal.read() as reader:
        return calling(server, reader, asked.country)


def _typing(server: LicenceServer, asked: Nothing, by: str) -> confirm.Progress:
    with server.journal.read() as reader:
        return confirm.typing(reader)


def _typed(server: LicenceServer, asked: AskTyped, by: str) -> JudgedCode:
    with server.journal.read() as reader:
        return typed(reader, asked.form, asked.language)


def _entered(server: LicenceServer, asked: EnterGroup, by: str) -> Entered:
    return confirm.enter_group(server, asked.form, asked.number, asked.text, asked.language)


CALL_CASES: dict[str, UseCase[LicenceServer]] = {
    "calling": UseCase(AskCalling, Calling, _calling, reads=True),
    "call-prepare": UseCase(
        PrepareCall,
        call.OpenCall,
        lambda server, asked, by: call.prepare(server, activate=asked.activate, wishes=asked.packs, by=by),
    ),
    "call-show": UseCase(Nothing, call.OpenCall, _call, reads=True),
    "call-give-up": UseCase(Nothing, None, lambda server, asked, by: call.give_up(server)),
    "typing": UseCase(Nothing, confirm.Progress, _typing, reads=True),
    "typed": UseCase(AskTyped, JudgedCode, _typed, reads=True),
    "enter-group": UseCase(EnterGroup, Entered, _entered),
    "enter-lines": UseCase(
        EnterLines,
        JudgedCode,
        lambda server, asked, by: enter_lines(server, asked.form, asked.lines, asked.language),
    ),
    "enter-file": UseCase(
        EnterFile, confirm.Progress, lambda server, asked, by: confirm.enter_file(server, asked.text)
    ),
    "finish": UseCase(Nothing, confirm.Answer, lambda server, asked, by: confirm.finish(server, by)),
}
"""By their names."""
