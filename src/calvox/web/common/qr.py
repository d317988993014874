"""A QR code as a picture within a page: SVG with plain attributes, dark on white in every colour scheme."""

import segno


def qr_svg(text: str) -> str:
    """Draw a text; what comes back holds nothing of it but modules."""
    made: str = segno.make(text, error="m").svg_inline(border=4, light="#fff", omitsize=True, svgclass="qr-code")
    return made
