"""From texts of WS-Management to the typed values of `calvox.windows.items`.

Rules:
- The type belongs to the key, as in Windows' class; what does not fit it is left out as null, never guessed.
- Only the keys of the table are kept: whatever else a machine sends goes nowhere.
- Texts are cut at the bounds of a bundle, so that what is written can be read.
"""

import re
from collections.abc import Iterable
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import pkcs7

from calvox.common.clock import utc
from calvox.windows.bundle import MOST_TEXT, shown
from calvox.windows.moments import moment
from calvox.windows.wsman import SELECTORS, Row, Value

NUMBERS = frozenset(
    {
        "ProductType", "OSLanguage", "DomainRole", "ServerRole", "ReturnValue", "ActivationStatus", "KeyPackId",
        "KeyPackType", "ProductVersionID", "TotalLicenses", "IssuedLicenses", "AvailableLicenses", "LicenseId",
        "LicenseStatus", "FreeSpace", "Size", "TerminalServerMode", "LicensingType", "PossibleLicensingTypes",
        "PolicySourceLicensingType", "PolicySourceConfiguredLicenseServers", "DaysLeft", "TsToLsConnectivityStatus",
        "SessionDirectoryActive",
    }
)  # fmt: skip
"""Keys whose values are whole numbers."""
FLAGS = frozenset(
    {"PartOfDomain", "Published", "Registered", "IsMember", "OnDC", "Enabled", "UseCentralLicensingSettings"}
)
"""Keys whose values are true or false; 0 and 1 are taken for them."""
LISTS = frozenset({"SpecifiedLSList", "LicenseServers", "SpecifiedLicenseServers"})
"""Keys whose values are lists of texts, also where there is one or none."""
MOST_LIST = 1_000
"""Texts kept of one list."""
_WHOLE = re.compile(r"-?[0-9]{1,19}")
_ZONED = re.compile(r".*(?:Z|[+-]\d\d:\d\d|[+-]\d{3})")


def typed(row: Row, keys: Iterable[str]) -> dict[str, Any]:
    """Give the values of these keys, each in its type."""
    return {key: _typed(key, row.get(key)) for key in keys}


def text(value: Value) -> str:
    """Give a text fit for a bundle, or nothing."""
    return shown(value, MOST_TEXT) if isinstance(value, str) else ""


def number(value: Value) -> int | None:
    """Give a whole number, or None."""
    return int(value) if isinstance(value, str) and _WHOLE.fullmatch(value.strip()) else None


def texts(value: Value) -> list[str]:
    """Give a list of texts, however many there are."""
    several = value if isinstance(value, list) else [value]
    return [found for found in map(text, several[:MOST_LIST]) if found]


def flag(value: Value) -> bool | None:
    """Give true or false, or None."""
    return (
        {"true": True, "1": True, "false": False, "0": False}.get(value.strip().lower())
        if isinstance(value, str)
        else None
    )


def _typed(key: str, value: Value) -> Any:
    if key in NUMBERS:
        return number(value)
    if key in FLAGS:
        return flag(value)
    if key in LISTS:
        return texts(value)
    return text(value) or None


def member(value: Value) -> str | None:
    r"""Give the account that a reference points to, as DOMAIN\name."""
    keys = value.get(SELECTORS) if isinstance(value, dict) else None
    if not isinstance(keys, dict):
        return None
    domain, name = text(keys.get("Domain")), text(keys.get("Name"))
    return f"{domain}\\{name}" if domain and name else name or None


def entries(value: Value) -> list[Row]:
    """Give the tables within a result, wherever they stand: the entries of a report."""
    if isinstance(value, list):
        return [found for one in value for found in entries(one)]
    if not isinstance(value, dict):
        return []
    return [value] if "User" in value else [found for one in value.values() for found in entries(one)]


def zoned(value: Value) -> int | None:
    """Give a time that says its zone, in seconds since 1970-01-01 UTC; without a zone it could be hours off."""
    return moment(value) if isinstance(value, str) and _ZONED.fullmatch(value) else None


def summary(rows: list[Row], most: int) -> list[dict[str, Any]]:
    """Give the newest event of each provider and number, and how many there were, newest first."""
    newest: dict[tuple[str, int], dict[str, Any]] = {}
    for row in rows:
        code, provider = number(row.get("EventCode")), text(row.get("SourceName"))
        written = row.get("TimeGenerated")
        time = moment(written) if isinstance(written, str) else None
        if code is None or time is None:
            continue
        before = newest.get((provider, code))
        count = 1 + (before["Count"] if before else 0)
        if before is None or utc(time) > before["TimeCreated"]:
            before = {
                "Id": code,
                "ProviderName": provider,
                "TimeCreated": utc(time),
                "Message": text(row.get("Message")),
            }
        newest[provider, code] = {**before, "Count": count}
    return sorted(newest.values(), key=lambda event: event["TimeCreated"], reverse=True)[:most]


def ends(data: bytes) -> int | None:
    """Give the earliest end of the certificates in a registry value; None where its form is not a documented one."""
    for load in (_one, pkcs7.load_der_pkcs7_certificates):
        try:
            found = load(data)
            return min(int(one.not_valid_after_utc.timestamp()) for one in found)
        except Exception:  # noqa: S112  # a foreign form; parsers of hostile bytes raise what they like
            continue
    return None


def _one(data: bytes) -> list[x509.Certificate]:
    return [x509.load_der_x509_certificate(data)]
