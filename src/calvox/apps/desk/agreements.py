"""A new agreement from the desk, by the same use case as on the command line."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from starlette.responses import Response

from calvox.apps.desk.pages import Visit, is_supervisor
from calvox.centre.agreements import AddAgreement, NewCaller, NewLine
from calvox.common.errors import BadInput, Conflict, Denied, rendering
from calvox.common.i18n import t
from calvox.web.desk import menu
from calvox.web.desk.new_agreement import CALLERS, LINES, new_agreement
from calvox.wire.phone.request import read_agreement

Fields = Mapping[str, str]


async def ask_agreement(visit: Visit) -> Response:
    """Show the form."""
    if not is_supervisor(visit):
        raise Denied(t("Only a supervisor enters agreements"))
    return visit.page(new_agreement(), menu.AGREEMENTS)


async def add(visit: Visit) -> Response:
    """Enter the agreement; what is wrong with it is told on the form, with what was typed."""
    fields = await visit.form()
    try:
        shown = await visit.case("agreement-add", _asked(fields, visit.desk.zone))
    except (BadInput, Conflict) as error:
        return visit.page(new_agreement(fields, error), menu.AGREEMENTS, status=rendering(error).status)
    return visit.go_to(f"{menu.AGREEMENTS}/{shown.number}?done=agreement")


def _asked(fields: Fields, zone: ZoneInfo) -> AddAgreement:
    number = fields.get("number", "").strip()
    lines = [n for n in range(1, LINES + 1) if fields.get(f"quantity-{n}", "").strip()]
    callers = [n for n in range(1, CALLERS + 1) if fields.get(f"name-{n}", "").strip()]
    return AddAgreement(
        customer=fields.get("customer", "").strip(),
        programme=whole(fields.get("programme", ""), "programme"),
        sku=fields.get("sku", "").strip(),
        proof=fields.get("proof", "").strip(),
        lines=tuple(_line(fields, n, zone) for n in lines),
        callers=tuple(_caller(fields, n) for n in callers),
        number=read_agreement(number) if number else None,
        ends=_after(fields.get("ends", ""), zone),
    )


def _line(fields: Fields, n: int, zone: ZoneInfo) -> NewLine:
    kind, version, quantity = (whole(fields.get(f"{name}-{n}", ""), name) for name in ("kind", "version", "quantity"))
    return NewLine(kind, version, quantity, _after(fields.get(f"ends-{n}", ""), zone))


def _caller(fields: Fields, n: int) -> NewCaller:
    return NewCaller(
        fields.get(f"name-{n}", "").strip(), fields.get(f"word-{n}", ""), fields.get(f"phone-{n}", "").strip()
    )


def whole(text: str, name: str) -> int:
    """Read a whole number; spaces that set thousands apart do not count.

    Raises:
        BadInput: it is none, or has more than nine digits.
    """
    digits = text.replace(" ", "").replace("\u202f", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 9):
        raise BadInput(t("The field “{name}” is a whole number", name=name))
    return int(digits)


def _after(text: str, zone: ZoneInfo) -> int:
    """Give the first second after a day in the site's zone; 0 for no day."""
    if not text.strip():
        return 0
    try:
        after = date.fromisoformat(text.strip()) + timedelta(days=1)
    except (ValueError, OverflowError) as error:
        raise BadInput(t("“{text}” is no date; write it as 2028-12-31", text=text[:40])) from error
    return int(datetime(after.year, after.month, after.day, tzinfo=zone).timestamp())
