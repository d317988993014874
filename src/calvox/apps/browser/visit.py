"""One request of a browser: who asks, in which language, with which form; and what answers it.

Rules:
- A session's secret is kept in a cookie that no script reads, that is sent to this server alone and with no request that
  another site caused.
- A change asks for our origin before anything is read, and for the session's token before anything is done.
- What may be done is a use case by its name, under the same rule as everywhere: an auditor's only read.
- A form and its files are held to a size before they are looked at.
"""

import re
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from calvox.apps.browser.desk import Desk, WithPeople
from calvox.apps.serving import bounded_body
from calvox.common.errors import BadInput, NotLoggedIn
from calvox.common.i18n import LANGUAGES, Language, Text, fitting_language, language_of, t
from calvox.journal.interface import Journal, Reader
from calvox.people.log_in import Who
from calvox.web.common.guard import FIELD, MOST_FIELDS, check_origin, check_token, fields_of, token_of
from calvox.web.common.headers import PAGE
from calvox.web.common.pages import Frame, Page, write

LANGUAGE_COOKIE = "calvox-language"
FORM_TYPE = "application/x-www-form-urlencoded"
"""What a form without files is sent as."""
FORM_LIMIT = 16 << 10
"""Bytes of a form."""
MOST_FILES = 16
"""Files that a form may bring."""
_NAMED = re.compile(r"`(?:\$\.)?([a-z_]+)`$")
"""Where msgspec names the field that it cannot read."""
MOST = (1 << 63) - 1
"""No number of an entry is higher."""
D = TypeVar("D", bound=Desk)
P = TypeVar("P", bound=WithPeople)
S = TypeVar("S", bound=msgspec.Struct)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that a form brought."""

    field: str
    file_name: str
    """As the browser told it: never a path to write to."""
    body: bytes


@dataclass(slots=True)
class Visit(Generic[D]):
    """One request."""

    desk: D
    request: Request
    who: Who | None = None
    """Who is logged in."""
    begun: str = ""
    """The secret of a session that begins with this very request."""

    @property
    def secret(self) -> str:
        """The session's secret that the browser shows; empty: none."""
        return self.begun or self.request.cookies.get(self.desk.face.cookie, "")

    @property
    def knows(self) -> str:
        """What the browser keeps of whom it let in before."""
        return self.request.cookies.get(self.desk.face.knows, "")

    def within(self, secret: str, who: Who) -> "Visit[D]":
        """Give the same visit within a session that has just begun."""
        return Visit(self.desk, self.request, who, secret)

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

    @property
    def partial(self) -> bool:
        """Whether htmx asks for a part of a page."""
        return self.request.headers.get("hx-request") == "true"

    @property
    def address(self) -> str:
        """From which address they ask."""
        return self.request.client.host if self.request.client else ""

    async def find_who(self) -> None:
        """Find who is logged in.

        Raises:
            NotLoggedIn: nobody is, or no longer.
        """
        if not self.secret:
            raise NotLoggedIn(t("Nobody is logged in"))
        self.who = await self.run(self.desk.who, self.secret)

    def check_origin(self) -> None:
        """Refuse a form that another site sent."""
        check_origin(self.request.headers, self.origin)

    @property
    def origin(self) -> str:
        """Our own origin, as the browser reached it."""
        return f"{self.request.url.scheme}://{self.request.url.netloc}"

    async def form(self, limit: int = FORM_LIMIT) -> dict[str, str]:
        """Read the form that was sent; within a session, only one of its own."""
        return self._own(fields_of(await bounded_body(self.request, limit)))

    async def files(self, limit: int) -> tuple[dict[str, str], list[Upload]]:
        """Read a form with files, all together no longer than the limit in bytes; within a session, only one of its own.

        Raises:
            BadInput: it is too long or not well formed.
        """
        if self.request.headers.get("content-type", "").startswith(FORM_TYPE):
            return await self.form(limit), []
        fields, uploads = await _parts(self.request.headers, await bounded_body(self.request, limit), limit)
        return self._own(fields), uploads

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

    async def read(self: "Visit[P]", look: Callable[..., T], *arguments: Any) -> T:
        """Look at the journal."""
        return await self.run(_looked, self.desk.journal, look, *arguments)

    async def case(self, name: str, asked: msgspec.Struct) -> Any:
        """Run a use case.

        Raises:
            Denied: an auditor asks for one that changes something.
        """
        return await self.run(self.desk.run, name, asked, self.somebody)

    def page(self, page: Page, here: str = "", *, status: int = 200, said: Text | None = None) -> Response:
        """Answer with a page."""
        face = self.desk.face
        frame = Frame(face.name, self.language, self.desk.zone, here=here, said=said)
        if self.who is not None:
            frame = Frame(
                face.name,
                self.language,
                frame.zone,
                links=() if self.who.change else face.links,
                here=here,
                person=self.who.name,
                role=face.roles.get(self.who.role, ""),
                changes=self.who.role in face.changes,
                token=token_of(self.secret),
                said=said,
                commands={} if self.who.change else face.commands,
            )
        return Response(write(page, frame), status, PAGE, "text/html; charset=utf-8")

    def download(self, body: bytes, file_name: str, media_type: str) -> Response:
        """Answer with a file that the browser keeps."""
        told = f"attachment; filename*=UTF-8''{quote(file_name, safe='')}"
        return Response(body, 200, {**PAGE, "Content-Disposition": told}, media_type)

    def go_to(self, path: str) -> Response:
        """Send the browser to another page; htmx goes there as a whole."""
        if self.partial:
            return Response(status_code=200, headers={**PAGE, "HX-Redirect": path})
        return RedirectResponse(path, 303, PAGE)

    def _own(self, fields: dict[str, str]) -> dict[str, str]:
        shown = fields.pop(FIELD, "")
        if self.who is not None:
            check_token(self.secret, shown)
        return fields


def converted(fields: dict[str, str], kind: type[S]) -> S:
    """Read fields as what they stand for.

    Raises:
        BadInput: one is missing or not well formed.
    """
    try:
        return msgspec.convert(fields, kind, strict=False)
    except msgspec.ValidationError as error:
        named = _NAMED.search(str(error))
        if named:
            raise BadInput(t("The field “{field}” is not well formed", field=named[1])) from error
        raise BadInput(t("The request is not well formed: {why}", why=str(error))) from error


async def _parts(headers: Headers, body: bytes, limit: int) -> tuple[dict[str, str], list[Upload]]:
    """Take a multipart body apart; it is in memory already, and no part is longer than the whole."""

    async def once() -> AsyncGenerator[bytes]:
        yield body

    try:
        form = await MultiPartParser(
            headers, once(), max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=limit
        ).parse()
    except (MultiPartException, KeyError, UnicodeDecodeError) as error:
        raise BadInput(t("The form is not well formed")) from error
    fields: dict[str, str] = {}
    uploads: list[Upload] = []
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            uploads.append(Upload(name, value.filename or "", await value.read()))
        elif name in fields:
            raise BadInput(t("The form holds a field twice"))
        else:
            fields[name] = value
    await form.close()
    return fields, uploads


def _looked(journal: Journal, look: Callable[..., T], *arguments: Any) -> T:
    reader: Reader
    with journal.read() as reader:
        return look(reader, *arguments)
