"""Reading papers back: a PDF's text, words and ink by poppler, a page's text and addresses by Python's own parser."""

import os
import re
import shutil
import subprocess
import unicodedata
from html.parser import HTMLParser

import pytest

VOID = {"meta", "link", "br", "img", "input", "hr", "wbr"}


def poppler(program: str, pdf: bytes, *options: str) -> bytes:
    """Run one of poppler's programs on a PDF; without it the test is skipped, and in CI it fails."""
    if shutil.which(program) is None:
        if os.environ.get("CI"):
            pytest.fail(f"{program} is missing: install poppler-utils")
        pytest.skip(f"{program} (poppler-utils) is not installed")
    done = subprocess.run(
        [program, *options, "-", *([] if program == "pdftoppm" else ["-"])], input=pdf, capture_output=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def text_of(pdf: bytes) -> str:
    """Give everything that a PDF shows, page by page, in the order in which it is drawn."""
    return poppler("pdftotext", pdf, "-raw").decode()


def pages_of(pdf: bytes) -> int:
    """Count the pages."""
    return text_of(pdf).count("\f")


def ends_of_words(pdf: bytes) -> list[float]:
    """List how far to the right each word goes, in points."""
    boxes = poppler("pdftotext", pdf, "-bbox").decode()
    return [float(end) for end in re.findall(r'<word [^>]*xMax="([\d.]+)"', boxes)]


def lowest_word(pdf: bytes) -> float:
    """Tell how far down a page the lowest word goes, in points."""
    boxes = poppler("pdftotext", pdf, "-bbox").decode()
    return max(float(end) for end in re.findall(r'<word [^>]*yMax="([\d.]+)"', boxes))


def ink_of(pdf: bytes) -> list[float]:
    """Give the share of dark pixels on each page."""
    pictures = poppler("pdftoppm", pdf, "-r", "40", "-gray")
    shares = []
    while pictures:
        kind, size, most, rest = pictures.split(b"\n", 3)
        assert (kind, most) == (b"P5", b"255")
        width, height = map(int, size.split())
        pixels, pictures = rest[: width * height], rest[width * height :]
        shares.append(sum(pixel < 128 for pixel in pixels) / len(pixels))
    return shares


def squeezed(text: str) -> str:
    """Take out spaces, line breaks and marks of direction, which a layout may add; compose accents, part ligatures."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(sign for sign in plain if not sign.isspace() and unicodedata.category(sign) != "Cf")


class Page(HTMLParser):
    """A page that was parsed: its tags are balanced, and what it says and loads is known."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.said: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a tag."""
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the tag that is open."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Gather what is shown."""
        if self.open and self.open[-1] != "style":
            self.said.append(data)

    @property
    def text(self) -> str:
        """Give everything that the page shows."""
        return "".join(self.said)

    @property
    def loads(self) -> list[str]:
        """List what it would load or run."""
        active = {"script", "iframe", "object", "embed", "link", "img", "form", "base"}
        places = [name for name, _ in self.attributes if name in ("src", "href", "action", "data") or name[:2] == "on"]
        return [tag for tag in self.tags if tag in active] + places
