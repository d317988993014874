"""An activation centre as a real process, whose desk a browser shows: with one agreement, one caller and a supervisor."""

import json
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from playwright.sync_api import Browser

from calvox.apps.centre.process import Founding, found, open_centre, owner
from calvox.apps.owner import Owner
from calvox.centre.agreements import AddAgreement, NewCaller, NewLine
from calvox.common.clock import SYSTEM
from calvox.common.settings import Centre as Chosen
from calvox.people.accounts import add_person, set_password
from tests.apps.processes import environment
from tests.browser.showing import PASSWORD, Shown
from tests.centre.world import AGREEMENT, CALL_WORD, CALLER, COST, PASSPHRASE, PHONES

COMMAND = [sys.executable, "-c", "from calvox.cli.main import main; main()", "--json", "centre", "serve"]


class Centre:
    """A serving centre, which may be killed and started again."""

    def __init__(self, folder: Path, browser: Browser) -> None:
        self.folder, self.secret = folder / "centre", folder / "passphrase"
        self.at = "127.0.0.1:0"
        self._prepare()
        self.start()
        self.desk = Shown(browser, self.people)

    def _prepare(self) -> None:
        """Make the folder."""
        self.secret.write_text(PASSPHRASE)
        found(self.folder, Founding("Centre d'essai", PHONES), PASSPHRASE, SYSTEM, cost=COST)
        line, caller = NewLine(0, 7, 100), NewCaller(CALLER, CALL_WORD, "+33 6")
        self.owner.call("agreement-add", AddAgreement("Mairie", 6, "S", "P", (line,), (caller,), AGREEMENT))
        context = open_centre(Chosen(folder=str(self.folder)), None)
        add_person(context, "sam", "supervisor", PASSWORD, "root")
        set_password(context, "sam", PASSWORD, "root")
        add_person(context, "olga", "operator", PASSWORD, "sam")
        context.close()

    def start(self) -> None:
        """Start it, again at the same address."""
        options = ["--folder", str(self.folder), "--passphrase-file", str(self.secret), "--listen", "127.0.0.1:0"]
        env = environment(CALVOX_CENTRE_PEOPLE_LISTEN=self.at)
        self.process = subprocess.Popen([*COMMAND, *options], stdout=subprocess.PIPE, env=env, text=True)
        assert self.process.stdout is not None
        self.people = str(json.loads(self.process.stdout.readline())["people"])
        self.at = "127.0.0.1:" + self.people.rpartition(":")[2]

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait(20)
        if self.process.stdout is not None:
            self.process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    @property
    def owner(self) -> Owner[Any]:
        """The register as the command line sees it."""
        return owner(Chosen(folder=str(self.folder)), None)
