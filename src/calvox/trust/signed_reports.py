"""CALVOX-REPORT-1: a report that is signed by the licence server which made it, as lines of JSON that anybody can read.

Decides how such a file is written and checked. The first line says who made it, when, and at which place of the ledger; a
line for each table names its columns, a line for each row gives its cells; the last line bears the server's Ed25519 key and
its signature over label and SHA-256 of all lines before.

Rules:
- The signature is checked before a line is read. Whatever is wrong is told as a changed file, in bounded time.
- The key in the file proves nothing by itself: a reader compares it with the one that they know.

What the figures mean is left to the caller.
"""

import hashlib
from collections.abc import Iterable, Iterator

import msgspec

from calvox.common.errors import BadInput, BadSignature, Tampered
from calvox.common.i18n import Text, t
from calvox.trust.keys import KEY_SIZE, SIGNATURE_SIZE, SigningKey, verify

FORMAT = "CALVOX-REPORT-1"
LARGEST = 128 << 20
"""Bytes of the largest file that is read."""
Cell = int | str | None


class Origin(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The first line: where a report comes from."""

    format: str = FORMAT
    server_id: str
    """Hexadecimal."""
    epoch: int
    generation: int
    centre: str
    """Name of the activation centre that the server trusts."""
    made: int
    """Seconds since 1970-01-01 UTC, licensing time."""
    position: int
    """Entries in the ledger when it was made."""
    head: str
    """Hash of the last of them, hexadecimal."""
    by: str
    """Who asked for it."""


class TableLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The line before a table's rows."""

    table: str
    about: str
    """What it is limited to, as a month; empty: nothing."""
    columns: list[str]


class SignatureLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The last line."""

    key: str
    """Hexadecimal, as is the next."""
    signature: str


class SignedTable(msgspec.Struct, frozen=True):
    """A table that was read."""

    table: str
    about: str
    columns: list[str]
    rows: list[list[Cell]]


class SignedReport(msgspec.Struct, frozen=True):
    """A report whose signature is good."""

    origin: Origin
    key: str
    """Hexadecimal."""
    tables: list[SignedTable]


def line(value: object) -> bytes:
    """Write one line, without blanks, always alike."""
    return msgspec.json.encode(value) + b"\n"


def signed(lines: Iterable[bytes], key: SigningKey) -> Iterator[bytes]:
    """Give the lines, and the one that signs them."""
    digest = hashlib.sha256()
    for one in lines:
        digest.update(one)
        yield one
    yield line(SignatureLine(key.public.hex(), key.sign(_message(digest.digest())).hex()))


def read_signed(data: bytes, key: bytes = b"") -> SignedReport:
    """Read a report and check it, by the key that one knows, else by its own.

    Raises:
        BadInput: it is no signed report, or too large.
        Tampered: it is not what was signed, or another key signed it.
    """
    if len(data) > LARGEST:
        raise BadInput(t("The report is larger than {most} bytes", most=LARGEST))
    body, last = _parted(data)
    own = _bytes(last.key, KEY_SIZE)
    if key and own != key:
        raise _changed(t("The report was signed by another key than the one that you gave"))
    try:
        verify(own, _message(hashlib.sha256(body).digest()), _bytes(last.signature, SIGNATURE_SIZE))
    except BadSignature as error:
        raise _changed(t("The report is not what was signed")) from error
    return _read(body, last.key)


def _message(digest: bytes) -> bytes:
    return FORMAT.encode() + digest


def _parted(data: bytes) -> tuple[bytes, SignatureLine]:
    """Part what was signed from the signature's line, which is written in one way alone."""
    at = data.rfind(b"\n", 0, len(data) - 1) + 1
    body, last = data[:at], data[at:]
    try:
        told = msgspec.json.decode(last, type=SignatureLine)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _no_report(body) from error
    if line(told) != last:
        raise _changed(t("The report is not what was signed"))
    return body, told


def _no_report(body: bytes) -> BadInput | Tampered:
    if FORMAT.encode() in body[:200]:
        return _changed(t("The report’s signature is missing or damaged"))
    return BadInput(t("This is no signed report"), hint=t("“calvox report export --signed FILE” makes one."))


def _bytes(text: str, size: int) -> bytes:
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    # Hexadecimal digits may be written in two ways, with blanks in many: ours is one.
    if len(found) != size or found.hex() != text:
        raise _changed(t("The report’s signature is missing or damaged"))
    return found


def _changed(message: Text) -> Tampered:
    return Tampered(message, hint=t("Ask for it anew, and compare the key by another way."))


def _read(body: bytes, key: str) -> SignedReport:
    """Read what was signed; a good signature over something else is an error of who signed."""
    lines = body.split(b"\n")[:-1]
    tables: list[SignedTable] = []
    try:
        origin = msgspec.json.decode(lines[0] if lines else b"", type=Origin)
        for one in lines[1:]:
            if one.startswith(b"{"):
                told = msgspec.json.decode(one, type=TableLine)
                tables.append(SignedTable(told.table, told.about, told.columns, []))
            else:
                tables[-1].rows.append(msgspec.json.decode(one, type=list[Cell]))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, IndexError) as error:
        raise BadInput(t("What was signed is no report: {why}", why=str(error))) from error
    if origin.format != FORMAT:
        raise BadInput(t("The report has the format {format}, which is not known", format=origin.format))
    return SignedReport(origin, key, tables)
