"""The collector script, to be carried to a Windows machine.

Rules: it is written with CRLF and a byte order mark, as Windows PowerShell expects of a script; its SHA-256 is told, so that
whoever runs it can compare. A file that exists is never written over.
"""

import hashlib
from importlib import resources
from pathlib import Path

from calvox.common.errors import Conflict, StoreFailed
from calvox.common.i18n import t


def collector_script() -> bytes:
    """Give the script as it is written."""
    text = resources.files("calvox.windows").joinpath("data", "collector.ps1").read_text(encoding="utf-8")
    return b"\xef\xbb\xbf" + text.replace("\r\n", "\n").replace("\n", "\r\n").encode("utf-8")


def write_collector(path: Path) -> str:
    """Write the script, and give its SHA-256 in hexadecimal.

    Raises:
        Conflict: the file exists.
        StoreFailed: it cannot be written.
    """
    script = collector_script()
    try:
        with path.open("xb") as file:
            file.write(script)
    except FileExistsError as error:
        raise Conflict(t("{path} exists already", path=str(path))) from error
    except OSError as error:
        raise StoreFailed(t("{path}: {why}", path=str(path), why=str(error))) from error
    return hashlib.sha256(script).hexdigest()
