"""Which licence server a command is about: the one of --folder, else of the settings."""

from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from calvox.apps.licence_server.process import owner
from calvox.apps.owner import Owner
from calvox.cli.session import settings
from calvox.common.i18n import t
from calvox.common.settings import Settings

Folder = Annotated[Path | None, typer.Option(help=str(t("The server's folder; default: setting server.folder.")))]


def server_settings(folder: Path | None) -> Settings:
    """Give the settings with this folder."""
    own = settings()
    if folder is None:
        return own
    return msgspec.structs.replace(own, server=msgspec.structs.replace(own.server, folder=str(folder)))


def server_owner(folder: Path | None) -> Owner[Any]:
    """Give the licence server of a folder, or of the settings."""
    return owner(server_settings(folder))
