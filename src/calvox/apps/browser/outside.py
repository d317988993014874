"""Who asks for something and is not logged in: where they are sent, and how they come back to it.

Rules:
- The address of the page comes along, and after the log-in they are there again. An address that is not plainly one of ours
  is the first page's: a link leads nobody elsewhere.
- A form that arrives without a session is carried out by nobody. Its fields stand hidden in the log-in page, so nothing is
  kept here for strangers; after the log-in they are shown, and sent again by a button. Secrets among them are dropped.
- Files are not kept, nor is a form that is too long.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from starlette.responses import Response

from calvox.apps.browser.desk import WithPeople
from calvox.apps.browser.visit import FORM_LIMIT, Visit
from calvox.apps.people_api.app import LOG_IN_LIMIT
from calvox.common.errors import CalvoxError, NotLoggedIn, rendering
from calvox.common.i18n import Text, t
from calvox.web.common.again import AgainPage, SecretField
from calvox.web.common.guard import FIELD, fields_of
from calvox.web.common.log_in import LogInPage

DOOR = "/log-in"
ENDED = t("This session has ended")
SECRETS: Mapping[str, Text] = {
    "password": t("Password"),
    "old": t("Present password"),
    "new": t("New password"),
    "again": t("New password, once more"),
    "call_word": t("Call word"),
    "word": t("Call word"),
}
"""Fields whose values are never kept, and what they are called; those that a number follows, too, as word-1."""
KEPT_LIMIT = LOG_IN_LIMIT + 3 * FORM_LIMIT
"""Bytes of a log-in with a form that waits for it: in a form, each sign of another takes three at the most."""
_OURS = re.compile(r"/(?![/\\])[!-\[\]-~]{0,2000}")
_TYPED = "*"
"""Stands for a secret, which is asked for again."""
_FORM = "application/x-www-form-urlencoded"


def own_path(text: str) -> str:
    """Give an address of ours, without its origin; the first page's for what is none."""
    return text if _OURS.fullmatch(text) else "/"


def page_before(visit: Visit[Any]) -> str:
    """Tell from which of our own pages the browser comes."""
    told = visit.request.headers.get("hx-current-url") or visit.request.headers.get("referer", "")
    parts = urlsplit(told)
    if f"{parts.scheme}://{parts.netloc}" != visit.origin:
        return "/"
    return own_path(f"{parts.path}?{parts.query}" if parts.query else parts.path)


async def outside(visit: Visit[Any], *, keep: bool) -> Response:
    """Answer whoever is not logged in.

    Args:
        visit: What they asked.
        keep: Whether a form is worth keeping.
    """
    if not isinstance(visit.desk, WithPeople):
        return visit.go_to(DOOR)
    if visit.request.method != "POST":
        return visit.go_to(_door(page_before(visit) if visit.partial else _asked(visit)))
    fields = await _kept(visit) if keep and not visit.partial else None
    if fields is None:
        return visit.go_to(_door(page_before(visit)))
    page = LogInPage(then=page_before(visit), form=own_path(_path(visit)), fields=urlencode(fields))
    said = ENDED if visit.secret else None
    return visit.page(page, status=rendering(NotLoggedIn(ENDED)).status, said=said)


def again(form: str, before: str, fields: str) -> AgainPage:
    """Make the page on which a form that waited is shown.

    Raises:
        BadInput: what was kept of it is no form.
    """
    held = fields_of(fields.encode("ascii", "replace"))
    held.pop(FIELD, None)
    secrets = [SecretField(name, label) for name, value in held.items() if value and (label := _secret(name))]
    dropped = {one.name for one in secrets}
    plain = {name: value for name, value in held.items() if name not in dropped}
    return AgainPage(own_path(form), own_path(before), plain, secrets)


async def _kept(visit: Visit[Any]) -> dict[str, str] | None:
    """Read what a form holds, with a sign for each secret that was typed; None where it cannot be kept."""
    if not visit.request.headers.get("content-type", _FORM).startswith(_FORM):
        return None
    try:
        fields = await visit.form()
    except CalvoxError:
        return None
    return {name: _TYPED if value and _secret(name) else value for name, value in fields.items()}


def _secret(name: str) -> Text | None:
    return SECRETS.get(re.sub(r"-\d+$", "", name))


def _door(then: str) -> str:
    return DOOR if then == "/" else f"{DOOR}?{urlencode({'then': then})}"


def _asked(visit: Visit[Any]) -> str:
    query = visit.request.url.query
    return own_path(f"{_path(visit)}?{query}" if query else _path(visit))


def _path(visit: Visit[Any]) -> str:
    return quote(str(visit.request.scope["path"]), safe="/:@!$&'()*+,;=~-._")
