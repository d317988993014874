"""Give a per-user pack its own policy for over-use, or the site's again."""

import msgspec

from calvox.common.errors import BadInput
from calvox.common.i18n import t
from calvox.core.entries import PackPolicySet
from calvox.core.pools import OverUse
from calvox.core.products import CalType
from calvox.journal.interface import Transaction
from calvox.server.packs import the_pack
from calvox.server.store import LicenceServer

SITE = "site"
"""The word for having no policy of its own."""


class PolicySet(msgspec.Struct, frozen=True):
    """The policy that holds from now on."""

    pack: int
    over_use: str
    """allow, warn or enforce."""
    own: bool
    """Whether it is the pack's own; else the site's."""


def set_policy(server: LicenceServer, pack: int, over_use: str, by: str) -> PolicySet:
    """Set a pack's policy: allow, warn, enforce, or “site” for the site's.

    Raises:
        NotFound: there is no such pack.
        BadInput: there is no such policy, or the pack is not per user.
    """
    chosen = "" if over_use == SITE else _named(over_use)

    def work(tx: Transaction) -> PolicySet:
        row = the_pack(tx, pack)
        if row["cal_type"] != CalType.USER:
            raise BadInput(
                t("Only per-user packs have a policy for over-use"),
                hint=t("Per-device and per-session CALs are never issued beyond their packs."),
            )
        if row["over_use"] != chosen:
            tx.append(PackPolicySet(pack=pack, over_use=chosen, by=by))
        return PolicySet(pack, chosen or str(server.policy.over_use), bool(chosen))

    return server.journal.run(work).value


def _named(text: str) -> str:
    if text not in set(OverUse):
        known = ", ".join([*OverUse, SITE])
        raise BadInput(t("“{text}” is no policy; there are {known}", text=text, known=known))
    return text
