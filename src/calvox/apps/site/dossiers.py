"""What a call is about, gathered from a site's description, facts and journal; and what speaks against the call.

A dossier is made when a call is opened. While the call is open it is made again, and fills in what was not known then.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from calvox.apps.site.gathering import facts_of, server_of
from calvox.common.errors import BadInput, NotFound
from calvox.common.i18n import Text, t
from calvox.core.purchases import Purchase
from calvox.doctor.facts import LicenceServer, Machine, Site, short_name
from calvox.site.folder import SiteFolder
from calvox.windows.calls.dossier import Dossier, Source, filled, of_server, read_dossier
from calvox.windows.calls.kinds import ABOUT, CallKind
from calvox.windows.calls.sheet import sheet
from calvox.windows.codes import Slot, read_code, read_product_id
from calvox.windows.precheck import Condition, State, precheck
from calvox.windows.record import Call

OF_SERVER = {"administrator", "fresh", "service-running", "service-automatic", "backup"}
"""Conditions that hold for a call about no purchase."""
TOLD = {"cal-serves-host", "cal-fits-mode", "numbers"}
"""Conditions whose text, where they fail, is what was found instead."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a call is to be about."""

    kind: CallKind
    """What it is for."""
    server: str = ""
    """The licence server; needed if the site has several."""
    number: int = 0
    """Number of the purchase in site.toml, from 1; 0: the only one."""
    source: str = ""
    """Where CALs are migrated from."""
    source_id: str = ""
    """Its licence server ID, if no facts tell it."""
    product_id: str = ""
    """The Product ID, if no facts tell it."""


def new_dossier(site: SiteFolder, known: Site, server: LicenceServer, wish: Wish, past: Iterable[Call]) -> Dossier:
    """Gather what a call is about.

    Raises:
        BadInput: several purchases may be meant, or an ID cannot be one.
        NotFound: there is no such purchase.
    """
    description = site.description
    number, purchase = _purchase(description.purchases, wish)
    values: dict[str, Any] = of_server(server)
    if wish.product_id:
        values["product_id"] = read_product_id(wish.product_id)
    return Dossier(
        kind=wish.kind,
        caller=description.contact,
        telephones=description.telephones,
        number=number,
        purchase=purchase,
        source=_source(known, wish),
        former=_former(past, server.machine.name, number),
        **values,
    )


def _purchase(purchases: tuple[Purchase, ...], wish: Wish) -> tuple[int, Purchase | None]:
    number, bought = wish.number, ABOUT[wish.kind].bought
    if not number and len(purchases) == 1 and (bought or wish.kind is CallKind.ACTIVATE):
        number = 1
    if not number and len(purchases) > 1 and bought:
        hint = t("Choose one with --purchase, counting from 1.")
        raise BadInput(t("There are several purchases in site.toml: {count}", count=len(purchases)), hint=hint)
    if not number:
        return 0, None
    if not 1 <= number <= len(purchases):
        raise NotFound(t("There is no purchase {number} in site.toml", number=number))
    return number, purchases[number - 1]


def _source(known: Site, wish: Wish) -> Source | None:
    if not wish.source:
        return None
    told = read_code(Slot.SERVER_ID, wish.source_id) if wish.source_id else ""
    server = server_known(known, wish.source)
    if server is None:
        return Source(name=wish.source, server_id=told)
    return Source(name=server.machine.name, server_id=told or server.server_id.value or "")


def _former(past: Iterable[Call], server: str, number: int) -> str:
    """Find the licence key pack ID that was entered last for this purchase."""
    about = [c for c in past if number and c.purchase == number and short_name(c.server) == short_name(server)]
    codes = [code.code for call in about for code in call.codes if code.entered and code.slot == Slot.PACK_ID]
    return codes[-1] if codes else ""


def server_known(known: Site, name: str) -> LicenceServer | None:
    """Find a licence server by name, if it was collected."""
    return next((s for s in known.licence_servers if short_name(s.machine.name) == short_name(name)), None)


def server_meant(known: Site, name: str, *, anyway: bool) -> LicenceServer:
    """Find the licence server that is meant; `anyway` takes one that was never collected by its name.

    Raises:
        NotFound, BadInput: as `server_of`.
    """
    try:
        return server_of(known, name)
    except NotFound:
        if not (anyway and name):
            raise
    return LicenceServer(machine=Machine(name=name))


# Against it


def against(known: Site, server: LicenceServer, dossier: Dossier, now: int) -> list[Text]:
    """List what speaks against a call, each once."""
    made = sheet(dossier)
    bought = [dossier.purchase] if dossier.purchase is not None else []
    of_purchases = ABOUT[dossier.kind].bought or dossier.kind is CallKind.ACTIVATE
    because = precheck(known, server, bought, now).because
    found = [_reason(one) for one in because if of_purchases or one.name in OF_SERVER]
    return list({str(text): text for text in (*made.warnings, *made.unknown, *found)}.values())


def _reason(condition: Condition) -> Text:
    """Say that a condition does not hold; some of them say so themselves."""
    if condition.state is State.UNKNOWN:
        return t("not known: {text}", text=condition.text)
    return condition.text if condition.name in TOLD else t("not so: {text}", text=condition.text)


# Later


def dossier_of(site: SiteFolder, call: Call, past: Iterable[Call]) -> Dossier:
    """Give what a call is about; while it is open, what was not known then is filled in from newer facts."""
    then = read_dossier(call.sheet)
    if call.outcome:
        return then
    known = facts_of(site)
    server = server_known(known, call.server) or LicenceServer(machine=Machine(name=call.server))
    wish = Wish(then.kind, call.server, number=then.number, source=call.source)
    try:
        return filled(then, new_dossier(site, known, server, wish, past))
    except (BadInput, NotFound):
        # The description was changed since, so that it no longer tells which purchase this call is about.
        return then
