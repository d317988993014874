"""After the story: go on serving, say where everything is, and let the reader in by a link each."""

import time
from pathlib import Path

from calvox.apps.demo.processes import Processes
from calvox.apps.demo.stage import Stage
from calvox.common.errors import Unreachable
from calvox.common.i18n import Text, t
from calvox.common.settings import Settings

ADMINISTRATOR, SUPERVISOR = "anne", "sophie"
"""Who logs in to the licence server, and to the activation centre."""


def password_file(stage: Stage) -> Path:
    """Name the file with the password of both."""
    return stage.folder / "secrets" / "password"


def go_on_serving(stage: Stage, processes: Processes, addresses: dict[str, str], settings: Settings) -> None:
    """Serve until interrupted.

    Raises:
        Unreachable: a part has ended by itself.
    """
    stage.title(t("Serving; Ctrl-C ends it all"))
    folder = stage.settings.parent.name
    stage.tell(t("Activation centre: {address} (page), commands: calvox centre …", address=addresses["centre"]))
    stage.tell(t("Licence server: {address} (session hosts), commands: calvox server …", address=addresses["server"]))
    if settings.server.people_listen:
        _let_in(stage, t("Manager of the licence server"), "server", ADMINISTRATOR)
    if settings.centre.people_listen:
        _let_in(stage, t("Call desk of the activation centre"), "centre", SUPERVISOR)
    _tell_the_rest(stage, folder)
    _watch(stage, processes)


def _let_in(stage: Stage, what: Text, of: str, name: str) -> None:
    address = stage.run("people", "link", name, "--of", of, shown=False)["address"]
    stage.tell(t("{what}, once within ten minutes, as {name}:", what=what, name=name))
    stage.link(address)


def _tell_the_rest(stage: Stage, folder: str) -> None:
    stage.tell(
        t(
            "Later: log in as {administrator} or {supervisor} with the password in {path}. The browser is to trust the "
            "certificates that were made here.",
            administrator=ADMINISTRATOR,
            supervisor=SUPERVISOR,
            path=f"{folder}/secrets/password",
        )
    )
    stage.tell(
        t(
            "Give every command the story's settings: .venv/bin/calvox --settings {folder}/calvox.toml server status",
            folder=folder,
        )
    )
    stage.tell(
        t(
            "All data lies in {folder}/; “make run” goes on from there, “make run ARGS=--fresh” starts anew.",
            folder=folder,
        )
    )


def _watch(stage: Stage, processes: Processes) -> None:
    while True:
        ended = processes.ended()
        if ended is not None:
            raise Unreachable(
                t("{name} has ended", name=ended),
                hint=t("Its log tells why: {path}", path=str(stage.folder / "logs" / f"{ended}.log")),
            )
        time.sleep(0.5)
