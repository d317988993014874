r"""Registry files for `reg import`: the licensing of a session host, by its own settings or by policy values, and back again.

Rules:
- UTF-16LE with a byte-order mark, CR LF, the heading of version 5.00; a list of texts is written as hex(7).
- Windows reads the list of licence servers at the documented place under `Services\TermService`. The place that the
  French procedure names, under `Control\Terminal Server\RCM`, is never written.
- The way back names the same values and no others; it removes them, and says that the mode is not configured.
"""

from collections.abc import Iterable, Mapping

from calvox.common.errors import BadInput
from calvox.common.i18n import t
from calvox.windows.artefacts.checks import licensing_checked
from calvox.windows.artefacts.given import NUMBERS, HostLicensing, KitInput
from calvox.windows.queries import KEYS, POLICY

Value = int | str | tuple[str, ...] | None
"""A number (DWORD), a text, a list of texts; None removes the value."""
HEADING = "Windows Registry Editor Version 5.00"
NOT_CONFIGURED = 5
"""What Windows calls a host without a mode."""
CORE, LIST = KEYS["registry_licensing_core"], KEYS["registry_license_servers"]
WIDTH = 24
"""Bytes of a list on one line."""


def host_values(given: HostLicensing) -> dict[str, dict[str, Value]]:
    """Give a host's own settings: key → name → value."""
    return {
        CORE: {"LicensingMode": NUMBERS[given.mode]},
        LIST: {"SpecifiedLicenseServers": given.servers},
    }


def policy_values(given: HostLicensing) -> dict[str, dict[str, Value]]:
    """Give the values of the two policies: key → name → value."""
    return {POLICY: {"LicenseServers": ",".join(given.servers), "LicensingMode": NUMBERS[given.mode]}}


def host_registry(given: KitInput) -> dict[str, bytes]:
    """Make the files of a host's own settings."""
    licensing = licensing_checked(given.licensing)
    values = host_values(licensing)
    back: dict[str, dict[str, Value]] = {
        CORE: {"LicensingMode": NOT_CONFIGURED},
        LIST: {"SpecifiedLicenseServers": None},
    }
    return {
        "licensing.reg": reg_file(values, ("Licensing of a session host, by its own settings.", *ABOUT)),
        "licensing-undo.reg": reg_file(back, ("Takes licensing.reg back: no mode, no licence servers.", *ABOUT)),
    }


def policy_registry(given: KitInput) -> dict[str, bytes]:
    """Make the files of the policy values."""
    values = policy_values(licensing_checked(given.licensing))
    back = {key: dict.fromkeys(named, None) for key, named in values.items()}
    return {
        "policy.reg": reg_file(values, ("Licensing of a session host, as its policy values.", *ABOUT)),
        "policy-undo.reg": reg_file(back, ("Takes policy.reg back.", *ABOUT)),
    }


ABOUT = (
    "Written by Calvox from the site's description. Import it as an administrator.",
    "It has never been imported on any Windows yet; it was read back by Wine.",
)


def reg_file(keys: Mapping[str, Mapping[str, Value]], about: Iterable[str] = ()) -> bytes:
    """Write a registry file of HKEY_LOCAL_MACHINE.

    Raises:
        BadInput: a name or text has a character that such a file cannot hold.
    """
    lines = [HEADING, "", *(f"; {_plain(line)}" for line in about), ""]
    for key, values in keys.items():
        lines.append(f"[HKEY_LOCAL_MACHINE\\{_plain(key)}]")
        lines.extend(f"{_quoted(name)}={_value(name, value)}" for name, value in values.items())
        lines.append("")
    return b"\xff\xfe" + "\r\n".join(lines).encode("utf-16-le")


def _value(name: str, value: Value) -> str:
    match value:
        case None:
            return "-"
        case int():
            return f"dword:{value:08x}"
        case str():
            return _quoted(value)
        case _:
            return _list(name, value)


def _list(name: str, texts: tuple[str, ...]) -> str:
    """Write a list: every text with its end, then the end of the list, in lines of a readable length."""
    data = multi_text(texts)
    lines = [data[at : at + WIDTH].hex(",") for at in range(0, len(data), WIDTH)]
    return "hex(7):" + ",\\\r\n  ".join(lines)


def multi_text(texts: tuple[str, ...]) -> bytes:
    """Encode a list of texts as the registry keeps it.

    Raises:
        BadInput: a text is empty, or has a character that ends it.
    """
    if not all(texts):
        raise BadInput(t("A list in the registry cannot hold an empty text"))
    return "".join(_plain(text) + "\0" for text in (*texts,)).encode("utf-16-le") + b"\0\0"


def _quoted(text: str) -> str:
    return '"' + _plain(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _plain(text: str) -> str:
    if not text.isprintable():
        raise BadInput(t("“{text}” has a character that a registry file cannot hold", text=ascii(text)[1:-1]))
    return text
