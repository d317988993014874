"""The glossary's forbidden phrases, sought in the names that our code gives and in the texts that it shows."""

import ast
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "calvox"
CATALOGUES = SOURCE / "common" / "locale"
GLOSSARY = ROOT / "docs" / "glossary.md"


@dataclass(frozen=True, slots=True)
class Phrase:
    """One row of the table."""

    words: tuple[str, ...]
    """The phrase, as `words_of` cuts it."""
    languages: frozenset[str]
    """"en", "fr" or both."""
    allowed: tuple[str, ...]
    """Beginnings of paths in src/calvox where it may stand."""

    def stands_in(self, words: list[str]) -> bool:
        """Tell whether these words hold the phrase, its plural, or it written as one word."""
        joined = "".join(self.words)
        if any(word in (joined, joined + "s") for word in words):
            return True
        starts = range(len(words) - len(self.words) + 1)
        return any(all(words[s + i] in (w, w + "s") for i, w in enumerate(self.words)) for s in starts)

    def may_stand_at(self, place: str) -> bool:
        """Tell whether a path in src/calvox is one of those allowed."""
        return any(place.startswith(beginning) for beginning in self.allowed)


def words_of(text: str) -> list[str]:
    """Cut a text into words, case and accents set aside."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe"))
    return re.findall(r"\w+", "".join(c for c in plain if not unicodedata.combining(c)))


def words_of_name(name: str) -> list[str]:
    """Cut an identifier at underscores and capitals."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]


def phrases_of(glossary: str) -> list[Phrase]:
    """Read the table under the heading "Forbidden phrases"."""
    _, _, section = glossary.partition("\n## Forbidden phrases\n")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if line[:1] == "|"]
    assert rows[0] == ["phrase", "language", "say", "allowed in"]
    return [_phrase(phrase, language, allowed) for phrase, language, _, allowed in rows[2:]]


def _phrase(phrase: str, language: str, allowed: str) -> Phrase:
    languages = {"en": {"en"}, "fr": {"fr"}, "both": {"en", "fr"}}[language]
    places = () if allowed == "nowhere" else tuple(place.strip() for place in allowed.split(","))
    return Phrase(tuple(words_of(phrase)), frozenset(languages), places)


def names_in(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and identifier of each name that the code gives; names of others are only used, and are left out."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield node.lineno, name
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
                yield node.lineno, name
            case ast.Attribute(value=ast.Name(id="self" | "cls"), attr=name, ctx=ast.Store()):
                yield node.lineno, name
            case ast.alias(asname=str(name)) | ast.ExceptHandler(name=str(name)):
                yield node.lineno, name
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield node.lineno, name


def texts_in(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and message of each `t("…")`."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="t") | ast.Attribute(attr="t"), args=[ast.Constant(value=str(text)), *_]):
                yield node.lineno, text


def offences_in_code(code: str, place: str, phrases: list[Phrase]) -> list[str]:
    """List what a module at this path in src/calvox should not say, as "file:line: what"."""
    tree = ast.parse(code)
    said = [(1, part, words_of_name(part)) for part in Path(place).with_suffix("").parts]
    said += [(line, name, words_of_name(name)) for line, name in names_in(tree)]
    said += [(line, text, words_of(text)) for line, text in texts_in(tree)]
    return [
        f"{place}:{line}: {shown!r} says {' '.join(phrase.words)!r}"
        for phrase in phrases
        if "en" in phrase.languages and not phrase.may_stand_at(place)
        for line, shown, words in said
        if phrase.stands_in(words)
    ]


def offences_in_catalogue(catalogue: bytes, place: str, language: str, phrases: list[Phrase]) -> list[str]:
    """List what translations should not say; where their messages stand decides whether they may."""
    found = []
    for message in read_po(BytesIO(catalogue), locale=language):
        if not message.id:
            continue
        places = [file.partition("src/calvox/")[2] or file for file, _ in message.locations]
        texts = [message.string] if isinstance(message.string, str) else list(message.string or ())
        for phrase in phrases:
            allowed = bool(places) and all(phrase.may_stand_at(p) for p in places)
            if language in phrase.languages and not allowed and any(phrase.stands_in(words_of(text)) for text in texts):
                found.append(f"{place}:{message.lineno}: {message.string!r} says {' '.join(phrase.words)!r}")
    return found


PHRASES = phrases_of(GLOSSARY.read_text(encoding="utf-8"))


def test_the_code_keeps_to_the_glossary() -> None:
    """No name and no English text in src/calvox holds a forbidden phrase outside its places."""
    modules = sorted(SOURCE.rglob("*.py"))
    assert modules
    found = [
        offence
        for path in modules
        for offence in offences_in_code(path.read_text("utf-8"), str(path.relative_to(SOURCE)), PHRASES)
    ]
    assert not found, "\n".join(found)


def test_the_translations_keep_to_the_glossary() -> None:
    """No translation in a catalogue holds a forbidden phrase outside its places."""
    found = [
        offence
        for path in sorted(CATALOGUES.glob("*/LC_MESSAGES/*.po"))
        for offence in offences_in_catalogue(path.read_bytes(), str(path.relative_to(SOURCE)), path.parts[-3], PHRASES)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("code", "line"),
    [
        ("def install_key_pack(): ...", 1),
        ("\nclass KeyPack: ...", 2),
        ("keypack = 1", 1),
        ("def f(activation_id): ...", 1),
        ("async def f(*, session_node): ...", 1),
        ("class A:\n    def f(self):\n        self.tickets = 1", 3),
        ("class A:\n    tenant: int", 2),
        ("import calvox.core as tenant", 1),
        ("for licenses in []: ...", 1),
        ("try: ...\nexcept OSError as ticket: ...", 2),
        ('\n\nt("Give the Activation ID {x}", x=1)', 3),
        ('i18n.t("Call the "\n    "clearing house")', 1),
    ],
)
def test_a_forbidden_phrase_is_found(code: str, line: int) -> None:
    """The checker names file and line of a bad name or text in a module where it may not stand."""
    found = offences_in_code(code, "server/pack.py", PHRASES)
    assert found
    assert all(offence.startswith(f"server/pack.py:{line}: ") for offence in found)


@pytest.mark.parametrize(
    "code",
    [
        "context.num_tickets = 0",
        "x = node.license",
        '"""Never say ticket."""',
        'log("ticket")',
        "from ssl import MemoryBIO as Memory",
        "def licensed_hosts(licensing_time): ...",
        't("The key, then the pack: no CAL")',
    ],
)
def test_what_is_not_ours_or_not_shown_passes(code: str) -> None:
    """Names of other libraries, comments and near misses raise no alarm."""
    assert not offences_in_code(code, "server/pack.py", PHRASES)


def test_a_phrase_may_stand_where_the_table_says() -> None:
    """Microsoft's words are allowed in the Windows kit, and a bad file name is found elsewhere."""
    assert not offences_in_code('def key_pack(): t("key packs")', "windows/sheet.py", PHRASES)
    assert offences_in_code("", "server/key_pack.py", PHRASES) == ["server/key_pack.py:1: 'key_pack' says 'key pack'"]


def test_a_bad_translation_is_found() -> None:
    """The checker names the line of a bad translation, and allows it where all its messages may say so."""
    po = '#: {}\nmsgid "Confirmation"\nmsgstr "L’ID de confirmation"\n'

    def check(places: str) -> list[str]:
        return offences_in_catalogue(po.format(places).encode(), "fr.po", "fr", PHRASES)

    assert [offence.split(" ")[0] for offence in check("src/calvox/server/id.py:3")] == ["fr.po:2:"]
    assert not check("src/calvox/windows/sheet.py:3")
    assert check("src/calvox/windows/sheet.py:3 src/calvox/server/id.py:3")


def test_accents_plurals_and_capitals_make_no_difference() -> None:
    """A French phrase is found with other accents, in the plural and after an apostrophe."""
    po = 'msgid "x"\nmsgstr "Les NŒUDS"\n\nmsgid "y"\nmsgstr "l\'identifiant d’activation des détenteurs"\n'
    assert len(offences_in_catalogue(po.encode(), "fr.po", "fr", PHRASES)) == 3
