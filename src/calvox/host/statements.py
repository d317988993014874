"""What a licence server signed for this host, kept in its folder: policy, revocation list, outage voucher.

Rules: nothing is kept that does not verify, or whose number is below the one held. What is read from the folder is verified
again; a file that does not verify counts as absent. A licence server that was enrolled anew, with another ID, is followed if it
says so under the ID that this host knows; what was signed under an earlier ID still verifies.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TypeVar

import msgspec

from calvox.common.errors import BadInput, BadSignature, CalvoxError
from calvox.common.files import read_whole, write_whole
from calvox.host.state import Enrolled, HostFolder
from calvox.trust.policies import LIMIT, Policy, Revoked, Voucher, open_policy, open_revoked, open_voucher
from calvox.trust.tokens import SERVER_ID_SIZE, Pinned
from calvox.wire.hostapi import Statements

T = TypeVar("T")
POLICY, REVOKED, VOUCHER = "policy", "revoked", "voucher"


class Known(msgspec.Struct, frozen=True):
    """The statements of one licence server."""

    policy: Policy | None = None
    policy_number: int = 0
    revoked: Revoked | None = None
    revoked_number: int = 0
    voucher: Voucher | None = None
    voucher_number: int = 0

    def is_revoked(self, cal_id: bytes) -> bool:
        """Tell whether a CAL must not be honoured any more."""
        return self.revoked is not None and cal_id in self.revoked.cal_ids


def stamp(folder: HostFolder) -> int:
    """Tell when the statements were kept last; a change tells that another process kept newer ones."""
    try:
        return (folder.path / REVOKED).stat().st_mtime_ns
    except OSError:
        return 0


def load(folder: HostFolder) -> Known:
    """Read what is kept."""
    own = folder.enrolled
    policy = _read(folder, POLICY, own, open_policy)
    revoked = _read(folder, REVOKED, own, lambda data, pinned: open_revoked(data, pinned, own.host))
    voucher = _read(folder, VOUCHER, own, lambda data, pinned: open_voucher(data, pinned, own.host))
    return Known(policy[1], policy[0], revoked[1], revoked[0], voucher[1], voucher[0])


def keep(folder: HostFolder, told: Statements, held: Known) -> Known:
    """Verify what a server sent, and keep it.

    Raises:
        BadInput, BadSignature: it does not verify, or is older than what is held; nothing of it is kept.
    """
    known = folder.enrolled
    own = _followed(known, told.succession, held.policy_number)
    policy = open_policy(told.policy, own.pinned, at_least=held.policy_number)
    revoked = open_revoked(told.revoked, own.pinned, own.host, at_least=held.revoked_number)
    voucher: tuple[int, Voucher | None] = (held.voucher_number, None)
    if told.voucher:
        voucher = open_voucher(told.voucher, own.pinned, own.host, at_least=held.voucher_number)
    if own is not known:
        folder.follow(own)
    write_whole(folder.path / POLICY, told.policy)
    if told.voucher:
        write_whole(folder.path / VOUCHER, told.voucher)
    else:
        (folder.path / VOUCHER).unlink(missing_ok=True)
    # The list comes last: its time is how others see that something is new.
    write_whole(folder.path / REVOKED, told.revoked)
    return Known(policy[1], policy[0], revoked[1], revoked[0], voucher[1], voucher[0])


def _followed(own: Enrolled, succession: Iterable[bytes], at_least: int) -> Enrolled:
    """Follow the licence server into a later epoch, if it says so under the ID that this host knows."""
    for data in succession:
        try:
            _, said = open_policy(data, own.pinned, at_least=at_least)
        except (BadInput, BadSignature):
            continue
        if len(said.next_server_id) == SERVER_ID_SIZE and said.next_epoch > own.epoch:
            return own.following(said.next_server_id, said.next_epoch)
    return own


def drop_voucher(folder: HostFolder, held: Known) -> Known:
    """Forget a voucher that was settled."""
    (folder.path / VOUCHER).unlink(missing_ok=True)
    return msgspec.structs.replace(held, voucher=None)


def _read(
    folder: HostFolder, name: str, own: Enrolled, read: Callable[[bytes, Pinned], tuple[int, T]]
) -> tuple[int, T | None]:
    for pinned in own.pins:
        with suppress(CalvoxError):
            return read(read_whole(folder.path / name, limit=2 * LIMIT), pinned)
    return 0, None
