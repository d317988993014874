"""The headers of every page and asset.

Nothing is loaded from outside, no script or style stands in a page, no other site may frame it. The referrer policy is not
“no-referrer”, for a browser would then send “Origin: null” with a form of ours.
"""

from collections.abc import Mapping

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
SAFE: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""What every answer bears."""
PAGE: Mapping[str, str] = {**SAFE, "Cache-Control": "no-store"}
"""A page holds names and secrets: no browser keeps it."""
ASSET: Mapping[str, str] = {**SAFE, "Cache-Control": "public, max-age=31536000, immutable", "Vary": "Accept-Encoding"}
"""An asset's address holds its hash: it never changes."""
