"""Errors on their way from one process to another, as JSON in the reader's language."""

import msgspec

from calvox.common.errors import CalvoxError, error_named
from calvox.common.i18n import Text


class WireError(msgspec.Struct, frozen=True):
    """An error as one process tells it to another, in the reader's language."""

    code: str
    message: str
    hint: str = ""


def error_body(error: CalvoxError) -> bytes:
    """Write an error in the current language."""
    return msgspec.json.encode(WireError(error.code, str(error.message), str(error.hint or "")))


def error_from(body: bytes) -> CalvoxError:
    """Read an error; a body that is none becomes an internal error."""
    try:
        told = msgspec.json.decode(body, type=WireError)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        told = WireError("internal", body[:200].decode("utf-8", "replace"))
    hint = Text("{text}", {"text": told.hint}) if told.hint else None
    return error_named(told.code)(Text("{text}", {"text": told.message}), hint=hint)
