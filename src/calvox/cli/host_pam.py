"""`calvox host pam`: let PAM ask this session host who may open a session."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from calvox.apps.host_agent.process import socket_of
from calvox.cli.session import settings, show
from calvox.common.errors import StoreFailed
from calvox.common.i18n import t
from calvox.host import pam_setup

app = typer.Typer(no_args_is_help=True, help=str(t("Let PAM ask this session host who may open a session.")))

To = Annotated[Path, typer.Option("--to", help=str(t("Folder of root's in which the file for PAM stays.")))]
Socket = Annotated[Path | None, typer.Option(help=str(t("The process's socket; default: as the settings say.")))]
Fail = Annotated[
    Literal["open", "closed"],
    typer.Option(help=str(t("Without the process, and where no signed policy was fetched: open lets people in."))),
]


@app.command(help=str(t("Copy the file for PAM, and show the lines that you then add to PAM's own files.")))
def install(
    to: To = pam_setup.FOLDER,
    socket: Socket = None,
    fail: Fail = "open",
    print_only: Annotated[bool, typer.Option("--print", help=str(t("Show the lines, and copy nothing.")))] = False,
) -> None:
    """Install."""
    lines = pam_setup.Lines(to, socket or socket_of(settings().host).absolute(), fail)
    try:
        written = [] if print_only else [str(path) for path in pam_setup.install(to)]
    except OSError as error:
        raise StoreFailed(t("{path}: {why}", path=str(to), why=str(error))) from error
    text = [*(str(t("Written: {path}", path=path)) for path in written), *_told(lines)]
    told = {"written": written, "account": lines.account, "session": list(lines.session)}
    show(told, lambda screen: screen.print("\n".join(text), markup=False, soft_wrap=True))


def _told(lines: pam_setup.Lines) -> list[str]:
    return [
        str(
            t("In /etc/pam.d/sshd, after the other lines that begin with “account”; for xrdp, in xrdp-sesman likewise:")
        ),
        lines.account,
        str(t("Only for a service that does not ask in “account”: both lines at the very end, in this order:")),
        *lines.session,
        str(t("Keep a root shell open while you try it. The page “PAM” of the documents says more.")),
    ]
