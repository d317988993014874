"""A browser before the site manager, in process: it keeps cookies, sends a page's own forms, and drops files."""

import re
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from calvox.web.common.guard import FIELD
from tests.apps.asgi import Told, ask

OWN = "http://site.example"
HOST = {"Host": "site.example"}
EDGE = "an-edge-that-no-file-holds"


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

    def post(self, path: str, fields: dict[str, str] | None = None, *, origin: str = OWN, token: str | None = None, partial: bool = False) -> Told:  # fmt: skip
        """Send a form of the page that is shown."""
        sent = {**(fields or {}), FIELD: self.token if token is None else token}
        return self._send(path, urlencode(sent).encode(), origin, partial=partial)

    def drop(self, path: str, files: dict[str, bytes], *, origin: str = OWN, token: str | None = None) -> Told:
        """Send files, by the names that the browser tells."""
        parts = [_part(f'name="{FIELD}"', (self.token if token is None else token).encode())]
        for name, body in files.items():
            escaped = name.replace('"', "%22")
            parts.append(_part(f'name="files"; filename="{escaped}"', body))
        body = b"".join(parts) + f"--{EDGE}--\r\n".encode()
        return self._send(path, body, origin, kind=f"multipart/form-data; boundary={EDGE}")

    def _send(
        self,
        path: str,
        body: bytes,
        origin: str,
        *,
        partial: bool = False,
        kind: str = "application/x-www-form-urlencoded",
    ) -> Told:
        headers = {**HOST, **self._cookie(), "Content-Type": kind, **({"Origin": origin} if origin else {})}
        headers |= {"HX-Request": "true"} if partial else {}
        return self._keep(ask(self._app, "POST", path, body, headers=headers))

    def _cookie(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}

    def _keep(self, told: Told) -> Told:
        jar = SimpleCookie(told.headers.get("set-cookie", ""))
        self.cookies |= {name: morsel.value for name, morsel in jar.items()}
        self.told = told
        return told


def _part(what: str, body: bytes) -> bytes:
    return f"--{EDGE}\r\nContent-Disposition: form-data; {what}\r\n\r\n".encode() + body + b"\r\n"
