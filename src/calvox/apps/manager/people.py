"""The page of the people who may log in, and what an administrator does with their accounts."""

from collections.abc import Mapping
from typing import Literal

import msgspec
from starlette.responses import Response

from calvox.apps.browser import Endpoint, Visit, WithPeople, converted
from calvox.apps.people_api.cases import AddPerson, ListPeople, OnePerson, SetPassword
from calvox.common.errors import BadInput, CalvoxError, Conflict, NotFound, rendering
from calvox.common.i18n import Text, t
from calvox.people.accounts import PersonShown
from calvox.web.manager import menu, people

DONE: Mapping[str, Text] = {
    "add": t("The account was made."),
    "password": t("The password was set."),
    "log-out": t("Every session of this person was ended."),
    "remove": t("The account was taken away."),
}
"""What the page after a change says."""


class TypedPerson(msgspec.Struct, frozen=True):
    """What a form on the page holds."""

    name: str
    role: str = ""
    password: str = ""
    sure: Literal["yes", ""] = ""


async def show_people(visit: Visit[WithPeople]) -> Response:
    """Show the accounts."""
    return await _page(visit)


async def act_on_person(visit: Visit[WithPeople]) -> Response:
    """Add somebody, set a password, end sessions, or take an account away; what is refused is told on the page."""
    act, form = visit.request.path_params["act"], converted(await visit.form(), TypedPerson)
    asked: Mapping[str, msgspec.Struct] = {
        "add": AddPerson(form.name, form.role, form.password),
        "password": SetPassword(form.name, form.password),
        "log-out": OnePerson(form.name),
        "remove": OnePerson(form.name),
    }
    if act not in asked:
        raise NotFound(t("There is no page {path}", path=visit.request.url.path))
    try:
        if act == "remove" and not form.sure:
            hint = t("Tick “Yes, this is what I want” after reading what will be done.")
            raise BadInput(t("Nothing was done yet"), hint=hint)
        await visit.case(f"person-{act}", asked[act])
    except (BadInput, Conflict, NotFound) as error:
        return await _page(visit, error, form if act == "add" else None)
    return visit.go_to(f"{menu.PEOPLE}?done={act}")


async def _page(
    visit: Visit[WithPeople], trouble: CalvoxError | None = None, typed: TypedPerson | None = None
) -> Response:
    listed: list[PersonShown] = await visit.case("people", ListPeople())
    name, role = (typed.name, typed.role) if typed else ("", "")
    page = people.people(listed, visit.somebody.name, trouble, name, role)
    said = DONE.get(visit.request.query_params.get("done", ""))
    return visit.page(page, menu.PEOPLE, said=said, status=rendering(trouble).status if trouble else 200)


ENDPOINTS = (
    Endpoint("GET", "/people", show_people),
    Endpoint("POST", "/people/{act}", act_on_person),
)
"""Its routes."""
