"""What a call is about, as plain values: what is known of the licence server, who calls, what was bought.

It is made when a call is opened and stands in the site's journal as it was then. A value that was not known then may be
filled in from newer facts; one that was known is never changed.
"""

from collections.abc import Mapping
from typing import TypeVar

import msgspec

from calvox.common.errors import Tampered
from calvox.common.i18n import t
from calvox.core.contacts import Caller as Caller
from calvox.core.contacts import Telephone as Telephone
from calvox.core.purchases import Purchase
from calvox.doctor.facts import Fact, LicenceServer
from calvox.windows.calls.kinds import CallKind

T = TypeVar("T", bound=msgspec.Struct)


class Struct(msgspec.Struct, frozen=True, kw_only=True):
    """Base of everything here."""


class Source(Struct, frozen=True):
    """The licence server that CALs are migrated from."""

    name: str
    server_id: str = ""
    """Its licence server ID; empty if it is not known."""


class Dossier(Struct, frozen=True):
    """Everything that a sheet is made from."""

    kind: CallKind
    server: str
    """Name of the licence server."""
    activated: bool | None = None
    """None: not known."""
    product_id: str = ""
    """Empty: not known."""
    server_id: str = ""
    """Empty: it has none, or it is not known."""
    why: dict[str, str] = {}
    """Why a fact is not known, by its name, in the words of whoever read it."""
    read: int = 0
    """When the licence server was read, seconds UTC; 0 = never."""
    caller: Caller = Caller()
    number: int = 0
    """Number of the purchase in site.toml, from 1; 0 = none."""
    purchase: Purchase | None = None
    source: Source | None = None
    former: str = ""
    """The licence key pack ID that was given for this purchase before, if it stands in the journal."""
    telephones: tuple[Telephone, ...] = ()
    against: tuple[str, ...] = ()
    """What spoke against the call when it was opened nevertheless."""


FACTS = ("activated", "product_id", "server_id")


def of_server(server: LicenceServer) -> dict[str, object]:
    """Give the part of a dossier that the licence server's facts tell."""
    facts: Mapping[str, Fact[object]] = {name: getattr(server, name) for name in FACTS}
    known = {name: fact.value for name, fact in facts.items() if fact.value is not None}
    why = {name: fact.why for name, fact in facts.items() if fact.value is None}
    read = max(fact.time for fact in facts.values())
    return {"server": server.machine.name, "why": why, "read": read, **known}


def write_dossier(dossier: Dossier) -> str:
    """Write it as JSON, for the journal."""
    return msgspec.json.encode(dossier).decode()


def read_dossier(text: str) -> Dossier:
    """Read what stands in the journal.

    Raises:
        Tampered: it is no dossier.
    """
    try:
        return msgspec.json.decode(text, type=Dossier)
    except msgspec.MsgspecError as error:
        raise Tampered(t("The sheet of a call cannot be read: {why}", why=str(error))) from error


def filled(then: Dossier, now: Dossier) -> Dossier:
    """Fill in what was not known when the call was opened."""
    after: Dossier = _filled(then, now)
    parts = {name: _part(getattr(then, name), getattr(now, name)) for name in ("caller", "purchase", "source")}
    number = then.number or now.number
    return msgspec.structs.replace(after, against=then.against, why=now.why, number=number, **parts)


def _part(then: T | None, now: T | None) -> T | None:
    return now if then is None else then if now is None else _filled(then, now)


def _filled(then: T, now: T) -> T:
    gaps = {name: getattr(now, name) for name in then.__struct_fields__ if _is_gap(getattr(then, name))}
    return msgspec.structs.replace(then, **gaps)


def _is_gap(value: object) -> bool:
    """Tell what was not known; that a server is not activated is known."""
    return value is None or value in ("", ())
