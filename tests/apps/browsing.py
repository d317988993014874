"""A browser before an application of ours, in process: it keeps cookies, sends a page's own forms, and drops files."""

import re
from collections.abc import Mapping
from http.cookies import SimpleCookie
from types import MappingProxyType
from typing import Any
from urllib.parse import urlencode

from calvox.web.common.guard import FIELD
from tests.apps.asgi import Told, ask

OWN = "http://calvox.example"
HOST = {"Host": "calvox.example"}
EDGE = "an-edge-that-no-file-holds"
FORM = "application/x-www-form-urlencoded"
NONE: Mapping[str, str] = MappingProxyType({})


class Browser:
    """One profile."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self.cookies: dict[str, str] = {}
        self.told = Told(0, {}, b"")

    @property
    def page(self) -> str:
        """The page that is shown."""
        return self.told.body.decode()

    @property
    def token(self) -> str:
        """The token of the shown page's forms."""
        found = re.search(f'name="{FIELD}" value="([0-9a-f]+)"', self.page)
        return found[1] if found else ""

    def get(self, path: str, **headers: str) -> Told:
        """Ask for a page."""
        return self._keep(ask(self._app, "GET", path, headers={**HOST, **self._cookie(), **headers}))

    def post(
        self,
        path: str,
        form: Mapping[str, str] = NONE,
        /,
        *,
        origin: str = OWN,
        token: str | None = None,
        **fields: str,
    ) -> Told:
        """Send a form of the page that is shown."""
        sent = {**form, **fields, FIELD: self.token if token is None else token}
        return self._send(path, urlencode(sent).encode(), FORM, origin)

    def post_part(self, path: str, form: Mapping[str, str]) -> Told:
        """Send a form of the page that is shown as htmx does, which wants a part of the answer."""
        sent = urlencode({**form, FIELD: self.token}).encode()
        return self._send(path, sent, FORM, OWN, {"HX-Request": "true"})

    def drop(
        self,
        path: str,
        files: Mapping[str, bytes],
        fields: Mapping[str, str] = NONE,
        *,
        field: str = "files",
        origin: str = OWN,
        token: str | None = None,
    ) -> Told:
        """Send files, by the names that the browser tells, with the other fields of their form."""
        sent = {**fields, FIELD: self.token if token is None else token}
        parts = [_part(f'name="{name}"', text.encode()) for name, text in sent.items()]
        for name, body in files.items():
            escaped = name.replace('"', "%22")
            parts.append(_part(f'name="{field}"; filename="{escaped}"', body))
        body = b"".join(parts) + f"--{EDGE}--\r\n".encode()
        return self._send(path, body, f"multipart/form-data; boundary={EDGE}", origin)

    def send_raw(self, path: str, body: str, headers: Mapping[str, str]) -> int:
        """Send a body of any kind from a page of ours; give the status."""
        return self._send(path, body.encode(), "", OWN, headers).status

    def _send(self, path: str, body: bytes, kind: str, origin: str, more: Mapping[str, str] = NONE) -> Told:
        told = {"Content-Type": kind, "Origin": origin}
        headers = {**HOST, **self._cookie(), **{name: value for name, value in told.items() if value}, **more}
        return self._keep(ask(self._app, "POST", path, body, headers=headers))

    def _cookie(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}

    def _keep(self, told: Told) -> Told:
        for cookie in told.cookies:
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(cookie).items()}
        self.told = told
        return told


def _part(what: str, body: bytes) -> bytes:
    return f"--{EDGE}\r\nContent-Disposition: form-data; {what}\r\n\r\n".encode() + body + b"\r\n"
