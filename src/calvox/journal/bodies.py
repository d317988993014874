"""Facts as the canonical bytes that an entry holds, and back."""

from functools import cache

import msgspec

from calvox.common.errors import BadInput, Conflict, Tampered
from calvox.common.i18n import Text, t
from calvox.core.book import Book, Fact
from calvox.trust.canonical import decode, encode_fields, in_order

BODY_LIMIT = 1 << 20
"""Bytes that the body of one entry may have."""


def body_of(fact: Fact) -> bytes:
    """Write a fact as canonical bytes."""
    return written(fact)[0]


def written(fact: Fact) -> tuple[bytes, bytes]:
    """Write a fact as canonical bytes, and its values alone in the order of `fields_of`."""
    fields = fields_of(type(fact))
    return encode_fields(fields, [getattr(fact, name) for name in fields])


@cache
def fields_of(kind: type[Fact]) -> tuple[str, ...]:
    """Name a kind's fields, in canonical order."""
    return in_order(kind.__struct_fields__)


def demand_known(book: Book, kind: str, version: int) -> None:
    """Check that this version of Calvox knows a kind of entry; ask only of an entry whose batch bears its signature.

    Raises:
        Conflict: only a newer one can have written it.
    """
    if not any(fact.__name__ == kind and version == fact.VERSION for fact in book.facts):
        raise written_by_newer(t("an entry of kind {kind}, version {version}", kind=kind, version=version))


def written_by_newer(what: Text) -> Conflict:
    """Make the error for a journal on which this version must not go on."""
    return Conflict(
        t("The journal was written by a newer Calvox than this one: it holds {what}", what=what),
        hint=t("Install that version of Calvox or a newer one. Nothing was changed."),
    )


def fact_of(book: Book, kind: str, version: int, body: bytes) -> Fact:
    """Read a fact.

    Raises:
        Tampered: no released entry has this kind and version, or the body does not fit it.
    """
    for fact in book.facts:
        if fact.__name__ == kind and version == fact.VERSION:
            return _convert(fact, body)
    raise Tampered(t("No entry of kind {kind}, version {version} is known", kind=kind, version=version))


def _convert(fact: type[Fact], body: bytes) -> Fact:
    try:
        return msgspec.convert(decode(body, limit=BODY_LIMIT), fact, builtin_types=(bytes,))
    except (msgspec.ValidationError, BadInput) as error:
        raise Tampered(
            t("The body of a {kind} is not well formed: {why}", kind=fact.__name__, why=str(error))
        ) from error
