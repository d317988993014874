"""A licence server with two calls behind it, and the four papers that are made of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from calvox.common.i18n import Language, language_of
from calvox.common.papers import Paper
from calvox.core.purchases import Purchase
from calvox.doctor.facts import Site
from calvox.windows.artefacts.given import BackupGiven, HostLicensing
from calvox.windows.calls.dossier import Caller, Dossier, Telephone
from calvox.windows.calls.kinds import CallKind
from calvox.windows.calls.sheet import CallSheet, sheet
from calvox.windows.checklist import Checklist, checklist
from calvox.windows.papers import TEMPLATES, shown
from calvox.windows.papers.call_shown import call_sheet_data
from calvox.windows.papers.call_table import CallTable, call_table
from calvox.windows.papers.rows import Row
from calvox.windows.papers.tracking import Tracking, tracking
from calvox.windows.record import Call, Code, Record
from tests.doctor.sites import NOW, READ, healthy

ZONE = ZoneInfo("Europe/Paris")
SERVER = "ls1.corp.example"
SERVER_ID, PACK_ID = "ABCDE" * 7, "PPPPPQQQQQRRRRRSSSSSTTTTTUUUUUVVVVV"
AUTHORISATION = "AUTHZ12345AUTHZ"
OPEN = Purchase(
    programme="open",
    cal_type="user",
    version="2022",
    quantity=50,
    sku="SKU-USER",
    licence_number="12345678",
    authorisation_number=AUTHORISATION,
    contract="C-77",
)
AGREED = Purchase(programme="enterprise", cal_type="device", version="2022", quantity=20, agreement_number="7654321")
BOUGHT = (OPEN, AGREED)
CALLER = Caller(company="Fonderies de l’Œuvre", country="France", first_name="Zoé", last_name="Lefèvre")
LICENSING = HostLicensing(mode="user", servers=(SERVER,))
BACKUP = BackupGiven(folder="D:\\Sauvegardes", second="\\\\nas\\lserver")


def code(call: int, slot: str, text: str, **changes: Any) -> Code:
    """Make a code that was typed twice and entered."""
    values: dict[str, Any] = {
        "check": "twice",
        "by": "anne",
        "heard": READ - 5_000,
        "entered": READ - 4_000,
        "how": "winrm",
        "quantity": 0,
        "pack_id": 0,
        "read_back": "",
    }
    return Code(call=call, slot=slot, code=text, **(values | changes))


def call(number: int, kind: str, *codes: Code, purchase: int = 0, **changes: Any) -> Call:
    """Make a call that was ended well."""
    values: dict[str, Any] = {
        "server": SERVER,
        "source": "",
        "sheet": "{}",
        "by": "anne",
        "opened": READ - 6_000,
        "outcome": "done",
        "note": "",
        "ended": READ - 1_000,
    }
    return Call(call=number, kind=kind, purchase=purchase, codes=codes, **(values | changes))


ACTIVATED = call(1, "activate", code(1, "server-id", SERVER_ID, read_back="the server is active"))
INSTALLED = call(
    2,
    "install",
    code(2, "pack-id", PACK_ID, pack_id=2, quantity=50, how="script", by="bruno", check="read-back"),
    purchase=1,
)
RECORD = Record(calls=(ACTIVATED, INSTALLED))


def tracked(site: Site | None = None, record: Record = RECORD, **changes: Any) -> Tracking:
    """Fill the tracking sheet of the first licence server."""
    known = site or healthy()
    values: dict[str, Any] = {"purchases": BOUGHT, "licensing": LICENSING, "backup": BACKUP}
    return tracking(known, known.licence_servers[0], record=record, **(values | changes))


def checked(site: Site | None = None, purchases: tuple[Purchase, ...] = BOUGHT) -> Checklist:
    """Go through the checklist of the first licence server."""
    known = site or healthy()
    return checklist(known, known.licence_servers[0], purchases, NOW)


def called(site: Site | None = None, record: Record = RECORD, number: int = 0, **changes: Any) -> CallTable:
    """Fill the call table of the first licence server."""
    known = site or healthy()
    values: dict[str, Any] = {"purchases": BOUGHT, "caller": CALLER}
    return call_table(known.licence_servers[0], record=record, done=checked(known), call=number, **(values | changes))


def sheet_for(kind: CallKind = CallKind.INSTALL, *, heard: str = "", **changes: Any) -> CallSheet:
    """Make the sheet of a call."""
    values: dict[str, Any] = {
        "kind": kind,
        "server": SERVER,
        "activated": kind is not CallKind.ACTIVATE,
        "product_id": "00000-111-2222222-33333",
        "server_id": SERVER_ID,
        "read": READ,
        "caller": CALLER,
        "number": 1,
        "purchase": OPEN,
        "telephones": (Telephone(country="FR", number="number of the wizard", hours="8 h–18 h"),),
    }
    return sheet(Dossier(**(values | changes)), call=2, heard=heard)


def papers(language: Language, site: Site | None = None) -> dict[str, Paper]:
    """Make all four, and the call sheet of an activation whose code was heard, in one language."""
    with language_of(language):
        makers: dict[str, Callable[[], tuple[object, dict[str, Any]]]] = {
            "tracking": lambda: (shown.TRACKING, shown.tracking_data(tracked(site), ZONE)),
            "checklist": lambda: (shown.CHECKLIST, shown.checklist_data(checked(site), ZONE)),
            "call-table": lambda: (shown.CALL_TABLE, shown.call_table_data(called(site), ZONE)),
            "call-sheet": lambda: ("Call sheet", call_sheet_data(sheet_for())),
            "call-sheet-heard": lambda: (
                "Call sheet",
                call_sheet_data(sheet_for(CallKind.ACTIVATE, heard=PACK_ID, telephones=())),
            ),
            "call-sheet-free": lambda: ("Call sheet", call_sheet_data(sheet_for(CallKind.DEACTIVATE))),
        }
        made = {name: make() for name, make in makers.items()}
        return {name: _paper(name, str(title), data, language) for name, (title, data) in made.items()}


def _paper(name: str, title: str, data: dict[str, Any], language: Language) -> Paper:
    template: Path = TEMPLATES / ("call-sheet" if name.startswith("call-sheet") else name)
    return Paper(template, data, language, title, ("Usine",), NOW)


def row(sheet: Tracking | tuple[Row, ...], name: str) -> list[tuple[str, str, str]]:
    """Give the values of one row as texts: what, where from, note."""
    rows = sheet.rows if isinstance(sheet, Tracking) else sheet
    (found,) = (one for one in rows if one.name == name)
    return [(str(value.text), str(value.source), str(value.note)) for value in found.values]


def with_facts(site: Site, **facts: Any) -> Site:
    """Replace facts of the first licence server."""
    server = msgspec.structs.replace(site.licence_servers[0], **facts)
    return msgspec.structs.replace(site, licence_servers=(server, *site.licence_servers[1:]))
