"""The centre's one page for everyone: who this is, the words to compare, and where to call.

Rules: nothing in it runs; every value is escaped; the policy that goes with it allows its own style and nothing else.
"""

import base64
import hashlib
from collections.abc import Mapping
from html import escape

from calvox.common.i18n import Text, current_language, t
from calvox.wire.card import CentreCard, fingerprint_words

_STYLE = (
    "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem}"
    "body{color:#1b1b1b;background:#fff}"
    "td,th{text-align:left;padding:.2rem 1rem .2rem 0}.words{font-size:1.4rem}"
)


def headers() -> Mapping[str, str]:
    """Give the headers that go with the page."""
    digest = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }


def page(card: CentreCard) -> str:
    """Write the page in the current language."""
    rows = "".join(
        f"<tr><td>{escape(phone.country)}</td><td>{escape(phone.number)}</td><td>{escape(phone.hours)}</td></tr>"
        for phone in card.telephones
    )
    heads = "".join(f"<th scope=col>{_say(text)}</th>" for text in (t("Country"), t("Number"), t("Hours")))
    what, prints = t("Calvox activation centre"), t("Fingerprint")
    compare, phones, link = t("Compare these words aloud in the first call."), t("Telephone"), t("Centre card")
    return (
        f'<!doctype html><html lang="{current_language()}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(card.name)} – Calvox</title><style>{_STYLE}</style></head><body><main>"
        f"<h1>{escape(card.name)}</h1><p>{_say(what)}</p>"
        f"<h2>{_say(prints)}</h2>"
        f"<p>{_say(compare)}</p>{_words(card)}"
        f"<h2>{_say(phones)}</h2><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        f'<p><a href="/card.json">{_say(link)}</a></p></main></body></html>'
    )


def _words(card: CentreCard) -> str:
    both = {"fr": fingerprint_words(card.key, "fr"), "en": fingerprint_words(card.key, "en")}
    order = sorted(both, key=lambda language: language != current_language())
    return "".join(f'<p class="words" lang="{lang}">{escape(" ".join(both[lang]))}</p>' for lang in order)


def _say(text: Text) -> str:
    return escape(str(text))
