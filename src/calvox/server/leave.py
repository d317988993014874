"""Users who left: their CALs go back and their authorisation ends, with the entries that say why and by whom."""

from collections.abc import Sequence

import msgspec

from calvox.core.products import CalType
from calvox.core.remarks import remark
from calvox.journal.interface import Transaction
from calvox.server.authorise import end_authorisation
from calvox.server.holders import cals_of
from calvox.server.release import give_back
from calvox.server.store import LicenceServer


class Left(msgspec.Struct, frozen=True):
    """What came of users' leaving."""

    released: int
    """Per-user CALs that went back."""
    unauthorised: int
    """Users who are no longer authorised."""
    unknown: list[str]
    """Names that had neither."""


def leave(server: LicenceServer, names: Sequence[str], why: str, by: str) -> Left:
    """Let users go.

    Raises:
        BadInput: a name or the reason is not well formed.
    """
    said = remark(why)

    def work(tx: Transaction) -> Left:
        outcomes = {name: _leave(tx, name, said, by) for name in names}
        unknown = [name for name, (cals, was) in outcomes.items() if not cals and not was]
        return Left(sum(cals for cals, _ in outcomes.values()), sum(was for _, was in outcomes.values()), unknown)

    return server.journal.run(work).value


def _leave(tx: Transaction, name: str, why: str, by: str) -> tuple[int, bool]:
    cals = cals_of(tx, CalType.USER, name)
    for row in cals:
        give_back(tx, row, why, by)
    return len(cals), end_authorisation(tx, name, why, by)
