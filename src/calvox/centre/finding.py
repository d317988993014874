"""Licence servers and agreements, found by what a caller can tell.

A licence server has no name at the centre: it is found by its server ID, by the customer whose agreement it called for, by
that agreement's number or by a caller's name. Case and accents are set aside.
"""

from collections.abc import Iterable, Iterator

import msgspec

from calvox.centre.agreements import AgreementShown, agreement_shown
from calvox.centre.callers import LONGEST_NAME
from calvox.centre.context import Context
from calvox.centre.servers import ServerShown, server_shown
from calvox.common.errors import BadInput
from calvox.common.i18n import t
from calvox.core.book import Row
from calvox.journal.interface import Reader
from calvox.wire.phone.wordlists import plain

MOST_FOUND = 50
FEW = 200
"""So many rows are read by their keys; more, by reading all once."""
SERVER_ID_DIGITS = 36


class FindServers(msgspec.Struct, frozen=True):
    """Find licence servers."""

    text: str = ""
    """A server ID in hexadecimal, or part of a customer's or caller's name or of an agreement's number; empty: any."""
    state: str = ""
    """"active", "retired" or "blacklisted"; empty: any."""
    agreement: int | None = None
    """Only those that called for this agreement."""


class ServerFound(msgspec.Struct, frozen=True):
    """A licence server, and whose it seems to be."""

    server: ServerShown
    customers: list[str]
    agreements: list[int]


class ServersFound(msgspec.Struct, frozen=True):
    """What was found."""

    servers: list[ServerFound]
    """Those heard of last come first."""
    more: bool
    """Whether there are more than these."""


class FindAgreements(msgspec.Struct, frozen=True):
    """Find agreements."""

    text: str = ""
    """Part of a number, or of a customer's or caller's name; empty: any."""


class AgreementsFound(msgspec.Struct, frozen=True):
    """What was found."""

    agreements: list[AgreementShown]
    """By their numbers."""
    more: bool
    """Whether there are more than these."""


def find_servers(context: Context, request: FindServers, _: str) -> ServersFound:
    """Find licence servers, those heard of last first.

    Raises:
        BadInput: the text is longer than any name.
    """
    with context.journal.read() as reader:
        ids = _servers_of(reader, request)
        found: list[ServerFound] = []
        for row in _rows_of(reader, ids):
            if request.state not in ("", row["state"]):
                continue
            if len(found) == MOST_FOUND:
                return ServersFound(found, True)
            found.append(_found(reader, row))
    return ServersFound(found, False)


def find_agreements(context: Context, request: FindAgreements, _: str) -> AgreementsFound:
    """Find agreements, by their numbers.

    Raises:
        BadInput: the text is longer than any name.
    """
    sought = _sought(request.text)
    with context.journal.read() as reader:
        numbers = _numbers(reader, sought)
        now = context.world.now()
        shown = [agreement_shown(reader, number, now) for number in numbers[:MOST_FOUND]]
    return AgreementsFound(shown, len(numbers) > MOST_FOUND)


def _numbers(reader: Reader, sought: str) -> list[int]:
    """List the agreements that may be meant; where nothing is sought, only as many as are shown, and one."""
    if not sought:
        return [row["agreement"] for row in reader.select("agreement", order="agreement", limit=MOST_FOUND + 1)]
    return sorted(set(_agreements(reader, sought)) | _of_callers(reader, sought))


def _servers_of(reader: Reader, request: FindServers) -> set[bytes] | None:
    """Find the server IDs that may be meant; None: any."""
    if request.agreement is None:
        return _matching(reader, _sought(request.text))
    return {row["server_id"] for row in reader.select("confirmation", {"agreement": request.agreement})}


def _rows_of(reader: Reader, ids: set[bytes] | None) -> Iterable[Row]:
    """Read licence servers, those heard of last first; a few are read one by one."""
    if ids is None or len(ids) > FEW:
        every = reader.select("server", order="-first_seen")
        return every if ids is None else (row for row in every if row["server_id"] in ids)
    rows = [row for one in ids if (row := reader.get("server", (one,))) is not None]
    return sorted(rows, key=lambda row: int(row["first_seen"]), reverse=True)


def _sought(text: str) -> str:
    if len(text) > LONGEST_NAME:
        raise BadInput(t("The field “{name}” is one line of 1 to {most} signs", name="text", most=LONGEST_NAME))
    return " ".join(plain(text).split())


def _of_callers(reader: Reader, sought: str) -> set[int]:
    callers = [row["caller"] for row in reader.select("caller") if sought in row["caller"]]
    return {row["agreement"] for caller in callers for row in reader.select("authorisation", {"caller": caller})}


def _matching(reader: Reader, sought: str) -> set[bytes] | None:
    """Find the server IDs that a text may mean; None: any."""
    if not sought:
        return None
    whole = sought.replace(" ", "")
    if len(whole) == SERVER_ID_DIGITS and all(sign in "0123456789abcdef" for sign in whole):
        return {bytes.fromhex(whole)}
    numbers = set(_agreements(reader, sought))
    callers = {row["caller"] for row in reader.select("caller") if sought in row["caller"]}
    if not callers and len(numbers) <= FEW:
        return {row["server_id"] for number in numbers for row in reader.select("confirmation", {"agreement": number})}
    every = reader.select("confirmation")
    return {row["server_id"] for row in every if row["agreement"] in numbers or row["caller"] in callers}


def _agreements(reader: Reader, sought: str) -> Iterator[int]:
    digits = sought.replace(" ", "").replace("-", "")
    for row in reader.select("agreement"):
        number = f"{row['agreement']:012d}"
        if (digits.isdigit() and digits in number) or sought in " ".join(plain(row["customer"]).split()):
            yield row["agreement"]


def _found(reader: Reader, row: Row) -> ServerFound:
    where = {"server_id": row["server_id"]}
    numbers = sorted({one["agreement"] for one in reader.select("confirmation", where)})
    names = [(reader.get("agreement", (number,)) or {})["customer"] for number in numbers]
    server = server_shown(reader, row["server_id"])
    assert server is not None
    return ServerFound(server, sorted(set(names)), numbers)
