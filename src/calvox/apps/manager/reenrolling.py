"""The page on which a licence server is enrolled anew after changed hardware, or when its sequences are used up."""

from starlette.responses import Response

from calvox.apps.browser import Endpoint, Visit, WithPeople
from calvox.apps.licence_server.host_cases import Nothing
from calvox.common.errors import BadInput, CalvoxError, Conflict, rendering
from calvox.common.i18n import t
from calvox.web.manager import menu
from calvox.web.manager.reenrol import ReenrolPage

Here = Visit[WithPeople]


async def show(visit: Here) -> Response:
    """Say how it stands and what it means."""
    return visit.page(ReenrolPage(await visit.case("reenrolment", Nothing())), menu.REENROL)


async def begin(visit: Here) -> Response:
    """Open the call, and go to its sheet; what is refused is told on the page."""
    fields = await visit.form()
    try:
        if fields.get("sure") != "yes":
            raise BadInput(
                t("Nothing was done yet"), hint=t("Tick “Yes, this is what I want” after reading what will be done.")
            )
        await visit.case("call-prepare-reenrolment", Nothing())
    except (BadInput, Conflict) as error:
        return await _again(visit, error)
    return visit.go_to(menu.CALL)


async def _again(visit: Here, trouble: CalvoxError) -> Response:
    page = ReenrolPage(await visit.case("reenrolment", Nothing()), trouble)
    return visit.page(page, menu.REENROL, status=rendering(trouble).status)


ENDPOINTS = (Endpoint("GET", "/re-enrol", show), Endpoint("POST", "/re-enrol", begin))
"""Their routes."""
