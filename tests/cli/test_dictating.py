"""A confirmation that is typed at a terminal: a code of Microsoft's is refused by name, and the typing goes on."""

import io
import sys
from typing import Any

import pytest

from calvox.apps.licence_server.call_cases import EnterGroup
from calvox.cli.dictating import dictate
from calvox.server.confirm import Progress
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.dictation import begin
from calvox.wire.phone.forms import Form, write

CUT = write(Form.CHARACTERS, CodeType.CONFIRMATION, 1 << 300)


class Typed:
    """A licence server that keeps what is typed."""

    def __init__(self) -> None:
        self.state = begin(Form.CHARACTERS, CodeType.CONFIRMATION)

    def call(self, name: str, asked: Any) -> Any:
        """Answer as a licence server does."""
        if name == "finish":
            return "finished"
        if isinstance(asked, EnterGroup):
            self.state, _ = self.state.enter(asked.number - 1, asked.text)
        missing = tuple(at + 1 for at in self.state.missing)
        return Progress(str(Form.CHARACTERS), self.state.texts, (), missing)


def test_a_code_of_microsofts_is_refused_and_the_group_asked_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Typed in the place of the third group; what stood before stands."""
    typed = [*CUT[:2], "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE-FFFFF-GGGGG", *CUT[2:]]
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(typed) + "\n"))
    server = Typed()
    assert dictate(server, Form.CHARACTERS) == "finished"  # type: ignore[arg-type]
    assert server.state.texts == tuple(CUT)
    assert "Microsoft's" in capsys.readouterr().out
