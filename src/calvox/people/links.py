"""Links by which somebody may log in once: made by the machine's owner, good for ten minutes.

Rules:
- Of a link's code (32 random bytes) only the hash is kept, with a proof under the store's own secret. Each person has one at
  the most: a further one, a new password and the account's removal end it.
- It is used up by the session that it begins, in one transaction. A lock by wrong passwords does not hold it back, for who
  can make it could as well set a new password.
- That one was made is an entry, for whoever has it acts in that person's name.
"""

import hmac
from hashlib import sha256

from calvox.common.errors import NotLoggedIn, Tampered
from calvox.common.i18n import t
from calvox.core.peopling import LinkMade
from calvox.journal.interface import Transaction
from calvox.people.accounts import the_person
from calvox.people.secrets import SIZE, read_shown, shown
from calvox.people.store import Peopled

LASTS = 600
"""Seconds for which a link is good."""
PATH = "/come-in?code="
"""Where in an application the code is taken."""


def make_link(store: Peopled, name: str, by: str) -> str:
    """Make a link for somebody; give its path with the code, which is kept nowhere.

    Raises:
        NotFound: there is no such account.
    """
    code = store.world.random(SIZE)

    def work(tx: Transaction) -> None:
        person, until = str(the_person(tx, name, store.roles)["person"]), tx.now + LASTS
        proof = _proof(store, code, person, until)
        tx.put("link", {"person": person, "code": sha256(code).digest(), "until": until, "proof": proof})
        tx.append(LinkMade(person=person, by=by))

    store.journal.run(work)
    return PATH + shown(code)


def take_link(tx: Transaction, store: Peopled, text: str) -> str:
    """Use a link up by its code; give whose it is.

    Raises:
        NotLoggedIn: there is no such link, or it is used up or too old.
        Tampered: it was not made here.
    """
    code = read_shown(text)
    row = next(tx.select("link", {"code": sha256(code).digest()}, limit=1), None) if code else None
    if code is None or row is None or row["until"] <= tx.now:
        raise NotLoggedIn(
            t("This link is not good any more"),
            hint=t("Have another one made: “{link}”.", link=store.roles.command("link", "NAME")),
        )
    if not hmac.compare_digest(row["proof"], _proof(store, code, row["person"], row["until"])):
        raise Tampered(t("This link was not made by this server"))
    tx.drop("link", (row["person"],))
    return str(row["person"])


def _proof(store: Peopled, code: bytes, person: str, until: int) -> bytes:
    return store.proof(b"CALVOX-LINK-1", code, person.encode(), until.to_bytes(8, "big"))
