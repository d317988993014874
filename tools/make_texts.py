"""Gather every `t("…")` of the source into the French catalogue, keep its translations, and compile it.

`--check` changes nothing and fails if anything would change, is not translated, is unused, or lacks a placeholder.
"""

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "calvox"
FRENCH = SOURCE / "common" / "locale" / "fr" / "LC_MESSAGES" / "calvox.po"
HEADER = "# French texts of Calvox. `make texts` gathers, merges and compiles them.\n"


def gathered() -> Catalog:
    """Gather the messages of the source."""
    catalog = Catalog(project="calvox", charset="utf-8", header_comment=HEADER.strip())
    found = extract_from_dir(SOURCE, [("**.py", "python")], keywords={"t": None}, comment_tags=())
    for name, _line, message, _comments, _context in sorted(found, key=lambda row: (row[0], row[1])):
        catalog.add(message, locations=[(f"src/calvox/{name}", 0)])
    return catalog


def merged() -> Catalog:
    """Merge the messages with the translations that exist."""
    existing = Catalog(locale="fr", charset="utf-8")
    if FRENCH.exists():
        with FRENCH.open("rb") as file:
            existing = read_po(file, locale="fr", charset="utf-8")
    known = {message.id: message.string for message in existing if message.id}
    result = Catalog(locale="fr", charset="utf-8", header_comment=HEADER.strip())
    for message in gathered():
        if message.id:
            places = [(place, 0) for place in sorted({place for place, _ in message.locations})]
            result.add(message.id, known.get(message.id, ""), locations=places)
    return result


def written(catalog: Catalog) -> tuple[bytes, bytes]:
    """Write a catalogue as .po and .mo, without dates, so that equal texts give equal bytes."""
    text, compiled = io.BytesIO(), io.BytesIO()
    write_po(text, catalog, width=116, omit_header=True, sort_output=True, include_lineno=False)
    head = f'{HEADER}msgid ""\nmsgstr ""\n"Language: fr\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    body = head.encode() + text.getvalue()
    write_mo(compiled, read_po(io.BytesIO(body), locale="fr", charset="utf-8"))
    return body, _without_dates(compiled.getvalue())


def _without_dates(compiled: bytes) -> bytes:
    """Blank the dates that Babel puts into the compiled header, keeping every length."""
    return re.sub(rb"(\d{4}-\d\d-\d\d \d\d:\d\d[+-]\d{4})", b"2000-01-01 00:00+0000", compiled)


def faults(catalog: Catalog) -> Iterator[str]:
    """List the messages that are not translated, or whose placeholders differ."""
    for message in catalog:
        if message.id:
            yield from _faults_of(message)


def _faults_of(message: Message) -> Iterator[str]:
    if not message.string:
        yield f"not translated: {message.id!r}"
    elif _holes(str(message.id)) != _holes(str(message.string)):
        yield f"other placeholders: {message.id!r}"


def _holes(text: str) -> list[str]:
    return sorted(re.findall(r"{(\w*)}", text))


def main() -> int:
    """Write the catalogues, or check them."""
    catalog = merged()
    text, compiled = written(catalog)
    found = list(faults(catalog))
    if "--check" in sys.argv:
        stale = [path for path, data in ((FRENCH, text), (FRENCH.with_suffix(".mo"), compiled)) if _differs(path, data)]
        found += [f"out of date, run make texts: {path.name}" for path in stale]
    else:
        FRENCH.write_bytes(text)
        FRENCH.with_suffix(".mo").write_bytes(compiled)
    for fault in found:
        print(fault)
    print(f"{len(list(catalog)) - 1} messages, {len(found)} faults")
    return 1 if found and "--check" in sys.argv else 0


def _differs(path: Path, data: bytes) -> bool:
    return not path.exists() or path.read_bytes() != data


if __name__ == "__main__":
    sys.exit(main())
