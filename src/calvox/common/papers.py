"""The one way to make a paper: typeset as PDF, or written as a page of HTML.

Rules:
- Texts come from other people's machines. They are handed over as data, JSON for typst and escaped values for HTML, and are
  never read as markup. What steers a text (control and bidirectional characters) is shown by its number, [U+202E].
- A PDF is tagged and archival (PDF/UA-1 and PDF/A-2a), uses the fonts in the typst wheel alone, and is the same, byte for byte,
  for the same data, time and version of typst. A character that none of these fonts has is shown by its number, too.
- A page has no script, loads nothing, and says so in its content security policy.
- Each template lies beside the code that makes its data, as NAME.typ and NAME.html; what all papers share lies in `layouts/`.
"""

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from calvox.common.errors import CalvoxError, NotFound
from calvox.common.i18n import Language, Text, language_of, t

if TYPE_CHECKING:
    from jinja2 import Environment
    from typst import Fonts

LAYOUTS = Path(__file__).parent / "layouts"
STANDARDS = ("a-2a", "ua-1")
FAMILIES = ("Libertinus Serif", "DejaVu Sans Mono")
"""Fonts that the layout asks for; the typst wheel brings them."""
LONGEST = 2_000
"""Characters of one text that are shown."""
ROUNDS = 4
"""Times that characters without a glyph are looked for, before all that are not common are shown by number."""
LATIN = 0x17F
"""Up to here every character has a glyph."""
COMMON = range(0x2010, 0x20AD)
"""Punctuation and the euro sign have one, too."""
STEERING = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
"""Categories of characters that a paper must not be given as they are."""
_NO_GLYPH = re.compile(r'the text `"(.+?)"` could not be displayed', re.DOTALL)
_LINES = re.compile(r"[ \t\r\n\f\v\x85]+")
_ESCAPE = re.compile(r"\\u\{([0-9a-fA-F]+)\}")


@dataclass(frozen=True, slots=True)
class Paper:
    """What is shown, in one language; whatever is not plain in the data is shown by its `str` in that language."""

    template: Path
    """The template's place, without its ending."""
    data: Mapping[str, Any]
    """What the template shows: words and values alike."""
    language: Language
    title: Text | str
    foot: Sequence[Text | str] = ()
    """What stands at the foot of each page: the site, the time."""
    made: int = 0
    """When it was made, seconds UTC: the date inside the PDF."""

    @property
    def digest(self) -> str:
        """Give the hash of what is shown: title, language and data, and not the time."""
        return sha256(_encoded(self._plain)).hexdigest()

    def told(self) -> dict[str, Any]:
        """Give everything that a template is given."""
        told = self._plain
        with language_of(self.language):
            digest = str(t("data {digest}", digest=" ".join(re.findall("....", self.digest[:16]))))
            foot = [_clean(str(part)) for part in self.foot]
        return {**told, "foot": [*foot, digest]}

    @property
    def _plain(self) -> dict[str, Any]:
        with language_of(self.language):
            return {"title": _clean(str(self.title)), "language": self.language, "data": _plain(self.data)}


def typeset(paper: Paper) -> bytes:
    """Make a PDF.

    Raises:
        NotFound: typst, its fonts or the template are not there.
        CalvoxError: the template is at fault.
    """
    told, missing = paper.told(), set[str]()
    for _ in range(ROUNDS):
        answer = _compiled(paper, _by_number(told, missing))
        if isinstance(answer, bytes):
            return answer
        missing |= answer
    answer = _compiled(paper, _by_number(told, missing, everything=True))
    if isinstance(answer, bytes):
        return answer
    raise CalvoxError(t("No font of typst's shows: {signs}", signs=" ".join(sorted(answer))))


def page(paper: Paper) -> str:
    """Make a page of HTML.

    Raises:
        NotFound: Jinja2 or the template are not there.
        CalvoxError: the template is at fault.
    """
    jinja = _jinja()
    try:
        template = _environment(paper.template.parent).get_template(f"{paper.template.name}.html")
        made: str = template.render(paper.told())
    except jinja.TemplateNotFound as error:
        raise NotFound(t("There is no template {name}", name=str(error.name))) from error
    except jinja.TemplateError as error:
        raise CalvoxError(
            t("The template {name} is at fault: {why}", name=paper.template.name, why=str(error))
        ) from error
    return made


# Typst


def _compiled(paper: Paper, told: object) -> bytes | set[str]:
    """Compile once; characters that have no glyph are an answer."""
    typst = _typst()
    source = b"\n".join(_source(place) for place in (LAYOUTS / "paper.typ", paper.template.with_suffix(".typ")))
    inputs, fonts = {"paper": _encoded(told).decode()}, _fonts()
    try:
        made: bytes = typst.compile(
            source, font_paths=fonts, sys_inputs=inputs, pdf_standards=list(STANDARDS), timestamp=paper.made
        )
    except typst.TypstError as error:
        texts = _NO_GLYPH.findall(error.diagnostic)
        if texts:
            return {sign for text in texts for sign in _ESCAPE.sub(_unescaped, text) if ord(sign) > LATIN}
        why = error.diagnostic or error.message
        raise CalvoxError(t("The template {name} is at fault: {why}", name=paper.template.name, why=why)) from error
    return made


def _typst() -> Any:
    try:
        import typst
    except ImportError as error:
        raise NotFound(
            t("The package typst is not installed"),
            hint=t("Install calvox[server], or calvox[windows] for site folders."),
        ) from error
    return typst


@cache
def _fonts() -> "Fonts":
    fonts: Fonts = _typst().Fonts(include_system_fonts=False)
    if lacking := sorted({*FAMILIES} - {*fonts.families()}):
        names = ", ".join(lacking)
        raise NotFound(
            t("This build of typst lacks the fonts {names}", names=names), hint=t("Install typst’s own wheel.")
        )
    return fonts


def _source(place: Path) -> bytes:
    try:
        return place.read_bytes()
    except OSError as error:
        raise NotFound(t("There is no template {name}", name=place.name)) from error


def _unescaped(escape: re.Match[str]) -> str:
    return chr(int(escape[1], 16))


# HTML


def _jinja() -> Any:
    try:
        import jinja2
    except ImportError as error:
        raise NotFound(
            t("The package jinja2 is not installed"),
            hint=t("Install calvox[server], or calvox[windows] for site folders."),
        ) from error
    return jinja2


@cache
def _environment(folder: Path) -> "Environment":
    jinja = _jinja()
    environment: Environment = jinja.Environment(
        loader=jinja.FileSystemLoader([folder, LAYOUTS]),
        autoescape=True,
        undefined=jinja.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    return environment


# Data


def _plain(value: object) -> Any:
    """Make a value fit for JSON, every text of it clean."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return _clean(str(value))


def _clean(text: str) -> str:
    """Compose accents, make one line, cut what is too long, and number what steers a text."""
    line = _LINES.sub(" ", unicodedata.normalize("NFC", text)).strip()
    cut = line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"
    return "".join(_number(sign) if unicodedata.category(sign) in STEERING else sign for sign in cut)


def _by_number(value: Any, missing: set[str], *, everything: bool = False) -> Any:
    """Show by number the characters that have no glyph; `everything` takes all that are not common for such."""
    if isinstance(value, dict):
        return {name: _by_number(one, missing, everything=everything) for name, one in value.items()}
    if isinstance(value, list):
        return [_by_number(one, missing, everything=everything) for one in value]
    if not isinstance(value, str):
        return value
    rare = {s for s in value if ord(s) > LATIN and ord(s) not in COMMON} if everything else missing
    return "".join(_number(s) if s in rare else s for s in value)


def _number(sign: str) -> str:
    return f"[U+{ord(sign):04X}]"


def _encoded(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
