"""Readers of parameters: from what somebody types to a value that Windows may be given.

Rules:
- A code is read as a call reads it (`codes`), into Windows' own form: capitals, no hyphens or spaces. Whether it is right only
  Windows knows; no check digit is published, and none is made up.
- Names are checked for form alone: what would end a name in a list or a literal is refused.
"""

import re
import unicodedata
from collections.abc import Callable

from calvox.common.errors import BadInput
from calvox.common.i18n import t
from calvox.windows.actions.action import Parameter
from calvox.windows.actions.values import Value
from calvox.windows.codes import Slot, read_code

MOST_SERVERS = 16
"""Licence servers of a host."""
MOST = 2**32 - 2
"""Largest number; the one above stands for “not counted”."""
_NAME = re.compile(r"[^\W_](?:[\w.-]{0,252}[^\W_])?")
_ADDRESS = re.compile(r"[0-9A-Fa-f:]{2,45}")
_DEVICE = re.compile(r"[\w][\w .$-]{0,62}")
MODES = {"device": 2, "user": 4}
"""LicensingType of each mode."""


def is_address(text: str) -> bool:
    """Tell an address from a name."""
    return ":" in text or text.replace(".", "").isdigit()


def machine_named(text: str) -> str:
    """Check the name of the machine on which a script shall run.

    Raises:
        BadInput: it is none, or an address: the script compares it with the machine's own name.
    """
    name = unicodedata.normalize("NFC", text.strip())
    if not _NAME.fullmatch(name) or is_address(name):
        raise BadInput(
            t("machine: “{text}” is no name of a machine", text=text[:80]),
            hint=t("Write its name, with its domain if it has one; the script refuses to run on another."),
        )
    return name


def _server(text: str) -> str:
    name = unicodedata.normalize("NFC", text.strip())
    if not (_NAME.fullmatch(name) or (":" in name and _ADDRESS.fullmatch(name))):
        raise BadInput(t("“{text}” is no name or address of a server", text=text[:80]))
    return name


def _servers(text: str) -> Value:
    names = tuple(_server(part) for part in re.split(r"[,;]", text) if part.strip())
    if not 0 < len(names) <= MOST_SERVERS or len({name.casefold() for name in names}) < len(names):
        raise BadInput(
            t("servers: 1 to {most} different names are awaited, with commas between them", most=MOST_SERVERS)
        )
    return names


def _code(slot: Slot) -> Callable[[str], Value]:
    return lambda text: read_code(slot, text)


def _mode(text: str) -> Value:
    if text.strip() not in MODES:
        raise BadInput(t("mode: device or user is awaited, not “{text}”", text=text[:40]))
    return text.strip()


def _number(name: str, least: int) -> Parameter:
    def read(text: str) -> Value:
        plain = text.strip()
        if not (plain.isascii() and plain.isdigit() and len(plain) < 12 and least <= int(plain) <= MOST):
            raise BadInput(t("{name}: a whole number from {least} is awaited, not “{text}”", name=name, least=least, text=text[:40]))  # fmt: skip
        return int(plain)

    return Parameter(name, _TITLES[name], read)


def _device(text: str) -> Value:
    name = unicodedata.normalize("NFC", text.strip())
    if not _DEVICE.fullmatch(name):
        raise BadInput(t("device: “{text}” is no name of a computer", text=text[:80]))
    return name


_TITLES = {
    "pack": t("Windows' number of the pack (KeyPackId)"),
    "count": t("how many CALs"),
    "keep": t("how many CALs shall remain in the pack"),
    "issued": t("Windows' number of the issued CAL (LicenseId)"),
}
CODE, PACK_CODE = (
    Parameter("code", t("the code that the clearing house gave, 35 letters and digits"), _code(slot), secret=True)
    for slot in (Slot.SERVER_ID, Slot.PACK_ID)
)
CONFIRMATION = Parameter(
    "code", t("the confirmation code that the clearing house gave"), _code(Slot.CONFIRMATION_CODE), secret=True
)
SOURCE = Parameter("source_name", t("the licence server from which CALs come, its name or address"), _server)
SOURCE_ID = Parameter(
    "source_id",
    t("the licence server ID of the server from which CALs come, 35 letters and digits"),
    _code(Slot.SERVER_ID),
    secret=True,
)
MODE = Parameter("mode", t("device or user"), _mode, needed=False)
SERVERS = Parameter("servers", t("licence servers, with commas between them"), _servers, needed=False)
BROKER = Parameter("broker", t("the connection broker, if the script runs on another machine"), _server, needed=False)
DEVICE = Parameter("device", t("the device that holds the CAL, as Windows names it"), _device)
PACK, COUNT, KEEP, ISSUED = (
    _number(name, least) for name, least in (("pack", 1), ("count", 1), ("keep", 0), ("issued", 1))
)
