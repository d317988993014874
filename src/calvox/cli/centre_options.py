"""What the command line of the activation centre is given: options, files with secrets, and lines written with colons."""

import getpass
import os
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from calvox.apps.centre.process import AskPassphrase, owner, passphrase_stored
from calvox.apps.owner import Owner
from calvox.centre.agreements import NewLine
from calvox.centre.calls import AskedLine
from calvox.centre.context import Context
from calvox.cli.session import settings
from calvox.common import settings as settings_of
from calvox.common.errors import BadInput
from calvox.common.files import read_whole
from calvox.common.i18n import t
from calvox.core.products import cal_type_named, version_named
from calvox.wire.card import Telephone
from calvox.wire.phone.request import expiry_month

FolderOption = Annotated[Path | None, typer.Option("--folder", help=str(t("Folder of the activation centre.")))]
PassphraseOption = Annotated[
    Path | None, typer.Option("--passphrase-file", help=str(t("File with the signing key's passphrase.")))
]


def chosen(folder: Path | None, passphrase_file: Path | None = None) -> settings_of.Centre:
    """Give the centre's settings, with what this command says instead."""
    given = {"folder": folder, "passphrase_file": passphrase_file}
    return msgspec.structs.replace(settings().centre, **{n: str(value) for n, value in given.items() if value})


def asking(centre: settings_of.Centre) -> AskPassphrase | None:
    """Find who gives the passphrase: a file, systemd, or the terminal; None if there is none of them."""
    stored = passphrase_stored(centre.passphrase_file)
    if stored is None and sys.stdin.isatty():
        question = t("Passphrase of the signing key:")
        return lambda: getpass.getpass(f"{question} ")
    return stored


def owner_of(folder: Path | None, passphrase_file: Path | None = None) -> Owner[Context]:
    """Find the centre that a command is about."""
    centre = chosen(folder, passphrase_file)
    return owner(centre, asking(centre), site=settings())


def call(owner: Owner[Context], name: str, request: msgspec.Struct) -> Any:
    """Run a use case of the centre."""
    return owner.call(name, request)


def new_passphrase(centre: settings_of.Centre) -> str:
    """Get the passphrase of a new key, typed twice at a terminal.

    Raises:
        BadInput: there is no file, no credential and no terminal, or the two differ.
    """
    ask = asking(centre)
    if ask is None:
        raise BadInput(t("There is no passphrase"), hint=t("Give --passphrase-file, or start at a terminal."))
    first = ask()
    if passphrase_stored(centre.passphrase_file) is None and first != ask():
        raise BadInput(t("The two passphrases differ"))
    return first


def secret_lines(file: str) -> list[str]:
    """Read secrets, one a line, from a file or from standard input ("-")."""
    data = sys.stdin.buffer.read(1 << 16) if file == "-" else read_whole(Path(file), limit=1 << 16)
    try:
        return [line for line in data.decode("utf-8").splitlines() if line.strip()]
    except UnicodeDecodeError as error:
        raise BadInput(t("The input is not UTF-8")) from error


def secret(file: str | None, question: Any) -> str:
    """Read one secret: from a file, hidden at a terminal, or from the next line of a pipe."""
    if file:
        return next(iter(secret_lines(file)), "")
    if sys.stdin.isatty() and os.isatty(sys.stdin.fileno()):
        return getpass.getpass(f"{question} ")
    return sys.stdin.readline(4096).strip()


def telephone(text: str) -> Telephone:
    """Read COUNTRY:NUMBER:HOURS."""
    parts = text.split(":", 2)
    if len(parts) != 3:
        raise BadInput(t("“{text}” is no telephone: COUNTRY:NUMBER:HOURS", text=text))
    return Telephone(*(part.strip() for part in parts))


def bought_line(text: str) -> NewLine:
    """Read TYPE:VERSION:QUANTITY, with :YYYY-MM-DD if it ends."""
    parts = text.split(":")
    if len(parts) not in (3, 4):
        raise BadInput(t("“{text}” is no line: TYPE:VERSION:QUANTITY[:YYYY-MM-DD]", text=text))
    ends = end_of(parts[3]) if len(parts) == 4 else 0
    return NewLine(cal_type_named(parts[0]), version_named(parts[1]), whole_number(parts[2]), ends)


def asked_line(text: str) -> AskedLine:
    """Read TYPE:VERSION:QUANTITY:SEQUENCE, with :YYYY-MM if it expires."""
    parts = text.split(":")
    if len(parts) not in (4, 5):
        raise BadInput(t("“{text}” is no line: TYPE:VERSION:QUANTITY:SEQUENCE[:YYYY-MM]", text=text))
    expiry = expiry_month(_day(f"{parts[4]}-01")) if len(parts) == 5 else 0
    numbers = (whole_number(parts[2]), whole_number(parts[3]), expiry)
    return AskedLine(cal_type_named(parts[0]), version_named(parts[1]), *numbers)


def end_of(text: str) -> int:
    """Give the first second after a day in the site's zone; 0 for no day."""
    if not text:
        return 0
    after = _day(text) + timedelta(days=1)
    return int(datetime(after.year, after.month, after.day, tzinfo=settings().zone).astimezone(UTC).timestamp())


def whole_number(text: str) -> int:
    """Read a number of at most nine digits."""
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise BadInput(t("“{text}” is no whole number", text=text[:40]))
    return int(text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInput(t("“{text}” is no date", text=text[:40])) from error
