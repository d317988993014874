"""One request of a browser: who asks, in which language, with which form; and the page that answers it.

Rules:
- A session is that of the people's listener; its secret is kept in a cookie that no script reads, that is sent to this
  server alone and with no request that another site caused.
- A change asks for our origin before anything is read, and for the session's token before anything is done.
- What may be done is a use case by its name, under the same rule as everywhere: an auditor's only read.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from calvox.apps.people_api.app import PeopleDesk, may
from calvox.apps.serving import bounded_body
from calvox.common.errors import BadInput, Denied, NotLoggedIn
from calvox.common.i18n import LANGUAGES, Language, Text, fitting_language, language_of, t
from calvox.core.peopling import Role
from calvox.journal.interface import Reader
from calvox.people.log_in import Who
from calvox.web.common.guard import FIELD, check_origin, check_token, fields_of, token_of
from calvox.web.common.headers import PAGE
from calvox.web.common.pages import Frame, Page, write
from calvox.web.manager.menu import LINKS, NAME, ROLES

COOKIE, LANGUAGE_COOKIE = "__Host-calvox", "calvox-language"
FORM_LIMIT = 16 << 10
"""Bytes of a form."""
MOST = (1 << 63) - 1
"""No number of an entry is higher."""
S = TypeVar("S", bound=msgspec.Struct)
T = TypeVar("T")


@dataclass(slots=True)
class Visit:
    """One request."""

    desk: PeopleDesk
    request: Request
    who: Who | None = None
    """Who is logged in."""

    @property
    def secret(self) -> str:
        """The session's secret that the browser shows; empty: none."""
        return self.request.cookies.get(COOKIE, "")

    @property
    def somebody(self) -> Who:
        """Who is logged in.

        Raises:
            NotLoggedIn: nobody is.
        """
        if self.who is None:
            raise NotLoggedIn(t("Nobody is logged in"))
        return self.who

    @property
    def language(self) -> Language:
        """The language that was chosen here, else the browser's."""
        chosen = self.request.cookies.get(LANGUAGE_COOKIE)
        known = next((language for language in LANGUAGES if language == chosen), None)
        return known or fitting_language(self.request.headers.get("accept-language"))

    async def find_who(self) -> None:
        """Find who is logged in.

        Raises:
            NotLoggedIn: nobody is, or no longer.
        """
        if not self.secret:
            raise NotLoggedIn(t("Nobody is logged in"))
        self.who = await self.run(self.desk.door.who, self.secret)

    def check_origin(self) -> None:
        """Refuse a form that another site sent."""
        url = self.request.url
        check_origin(self.request.headers, f"{url.scheme}://{url.netloc}")

    async def form(self, limit: int = FORM_LIMIT) -> dict[str, str]:
        """Read the form that was sent; within a session, only one of its own."""
        fields = fields_of(await bounded_body(self.request, limit))
        shown = fields.pop(FIELD, "")
        if self.who is not None:
            check_token(self.secret, shown)
        return fields

    def asked(self, kind: type[S]) -> S:
        """Read what the address asks for.

        Raises:
            BadInput: it is not well formed.
        """
        return converted(dict(self.request.query_params), kind)

    async def run(self, work: Callable[..., T], *arguments: Any) -> T:
        """Work aside, in the reader's language."""
        with language_of(self.language):
            return await run_in_threadpool(work, *arguments)

    async def read(self, look: Callable[..., T], *arguments: Any) -> T:
        """Look at the ledger."""
        return await self.run(_looked, self.desk, look, *arguments)

    async def case(self, name: str, asked: msgspec.Struct) -> Any:
        """Run a use case.

        Raises:
            Denied: an auditor asks for one that changes something.
        """
        case, who = self.desk.cases[name], self.somebody
        if not may(who, case):
            raise Denied(t("An auditor changes nothing"), hint=t("Ask an administrator."))
        return await self.run(case.run, self.desk.server, asked, who.name)

    def page(self, page: Page, here: str = "", *, status: int = 200, said: Text | None = None) -> Response:
        """Answer with a page."""
        frame = Frame(NAME, self.language, self.desk.server.settings.zone, here=here, said=said)
        if self.who is not None:
            frame = Frame(
                NAME,
                self.language,
                frame.zone,
                links=() if self.who.change else LINKS,
                here=here,
                person=self.who.name,
                role=ROLES[self.who.role],
                changes=self.who.role is Role.ADMINISTRATOR,
                token=token_of(self.secret),
                said=said,
            )
        return Response(write(page, frame), status, PAGE, "text/html; charset=utf-8")

    def go_to(self, path: str) -> Response:
        """Send the browser to another page; htmx goes there as a whole."""
        if self.request.headers.get("hx-request"):
            return Response(status_code=200, headers={**PAGE, "HX-Redirect": path})
        return RedirectResponse(path, 303, PAGE)


def converted(fields: dict[str, str], kind: type[S]) -> S:
    """Read fields as what they stand for.

    Raises:
        BadInput: one is missing or not well formed.
    """
    try:
        return msgspec.convert(fields, kind, strict=False)
    except msgspec.ValidationError as error:
        raise BadInput(t("The request is not well formed: {why}", why=str(error))) from error


def _looked(desk: PeopleDesk, look: Callable[..., T], *arguments: Any) -> T:
    reader: Reader
    with desk.server.journal.read() as reader:
        return look(reader, *arguments)
