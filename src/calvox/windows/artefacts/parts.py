"""Parts of artefacts that lie as files beside the code: the bodies of longer scripts, and texts for people.

Rules: a script's body gets nothing put into it; the site's values stand before it, as literals. A text is UTF-8 with a
byte-order mark and CR LF, so that every editor of Windows shows its accents.
"""

from importlib import resources

from calvox.windows.powershell import script_bytes


def part(name: str) -> str:
    """Read a part."""
    return resources.files("calvox.windows").joinpath("data", "artefacts", name).read_text(encoding="utf-8")


def text_bytes(text: str) -> bytes:
    """Encode a text for people."""
    return script_bytes(text)
