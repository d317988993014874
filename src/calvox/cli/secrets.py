"""Passphrases and passwords: from a file, from the first line of a pipe, or typed without being shown."""

import getpass
import sys
from pathlib import Path

from calvox.common.errors import BadInput
from calvox.common.files import read_whole
from calvox.common.i18n import Text, t

LONGEST = 1024
"""Bytes of a secret, at most."""


def read_secret(question: Text, file: Path | None, *, twice: bool = False) -> str:
    """Read a secret; "-" is the first line of standard input. Only the line's end is taken off.

    Raises:
        BadInput: two typings differ, or there is nothing to read.
    """
    if file is not None and str(file) != "-":
        return _line(read_whole(file, limit=LONGEST).decode("utf-8", "replace"), str(file))
    if file is not None or not sys.stdin.isatty():
        return _line(sys.stdin.readline(LONGEST), "-")
    secret = getpass.getpass(f"{question} ")
    again = t("Again:")
    if twice and getpass.getpass(f"{again} ") != secret:
        raise BadInput(t("The two typings differ"))
    return secret


def _line(text: str, source: str) -> str:
    line = text.split("\n", 1)[0].rstrip("\r")
    if not line:
        raise BadInput(t("{source} holds no secret", source=source))
    return line
