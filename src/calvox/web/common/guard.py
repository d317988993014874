"""The guard of forms: a form is ours only if the browser says so and if it holds what only our pages hold.

Rules: every change asks for both, the same origin and the session's own token. The token is derived from the session's
secret, so nothing is stored, and whoever holds it cannot find the secret. A log-in has no session yet: there the origin
alone is asked.
"""

import hmac
from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import parse_qsl

from calvox.common.errors import BadInput, Denied
from calvox.common.i18n import t

FIELD = "token-of-form"
MOST_FIELDS = 64
_BACK = t("Go back to the page, load it anew, and send the form from there.")


def token_of(secret: str) -> str:
    """Derive the token that a session's forms hold."""
    return hmac.digest(secret.encode(), b"calvox form", sha256).hex()


def check_token(secret: str, shown: str) -> None:
    """Refuse a form that holds no good token.

    Raises:
        Denied: it does not.
    """
    if not hmac.compare_digest(token_of(secret).encode(), shown.encode()):
        raise Denied(t("This form is not of this session"), hint=_BACK)


def check_origin(headers: Mapping[str, str], own: str) -> None:
    """Refuse a form that another site sent.

    Args:
        headers: The request's.
        own: Our own origin, as https://calvox.example:7405.

    Raises:
        Denied: another site did, or the browser does not say.
    """
    if headers.get("origin") != own or headers.get("sec-fetch-site", "same-origin") != "same-origin":
        raise Denied(t("This form was not sent from a page of this server"), hint=_BACK)


def fields_of(body: bytes) -> dict[str, str]:
    """Read a form's fields.

    Raises:
        BadInput: it is no form, holds too many fields, or one twice.
    """
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, max_num_fields=MOST_FIELDS, encoding="utf-8", errors="strict"
        )
    except ValueError as error:
        raise BadInput(t("The form is not well formed"), hint=_BACK) from error
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise BadInput(t("The form holds a field twice"), hint=_BACK)
    return fields
