"""What a licence server signed for this host, kept in its folder: policy, revocation list, outage voucher.

Rules: nothing is kept that does not verify, or whose number is below the one held. What is read from the folder is verified
again; a file that does not verify counts as absent.
"""

from collections.abc import Callable
from typing import TypeVar

import msgspec

from calvox.common.errors import CalvoxError
from calvox.common.files import read_whole, write_whole
from calvox.host.state import HostFolder
from calvox.trust.policies import LIMIT, Policy, Revoked, Voucher, open_policy, open_revoked, open_voucher
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
    policy = _read(folder, POLICY, lambda data: open_policy(data, own.pinned))
    revoked = _read(folder, REVOKED, lambda data: open_revoked(data, own.pinned, own.host))
    voucher = _read(folder, VOUCHER, lambda data: open_voucher(data, own.pinned, own.host))
    return Known(policy[1], policy[0], revoked[1], revoked[0], voucher[1], voucher[0])


def keep(folder: HostFolder, told: Statements, held: Known) -> Known:
    """Verify what a server sent, and keep it.

    Raises:
        BadInput, BadSignature: it does not verify, or is older than what is held; nothing of it is kept.
    """
    own = folder.enrolled
    policy = open_policy(told.policy, own.pinned, at_least=held.policy_number)
    revoked = open_revoked(told.revoked, own.pinned, own.host, at_least=held.revoked_number)
    voucher: tuple[int, Voucher | None] = (held.voucher_number, None)
    if told.voucher:
        voucher = open_voucher(told.voucher, own.pinned, own.host, at_least=held.voucher_number)
    write_whole(folder.path / POLICY, told.policy)
    if told.voucher:
        write_whole(folder.path / VOUCHER, told.voucher)
    else:
        (folder.path / VOUCHER).unlink(missing_ok=True)
    # The list comes last: its time is how others see that something is new.
    write_whole(folder.path / REVOKED, told.revoked)
    return Known(policy[1], policy[0], revoked[1], revoked[0], voucher[1], voucher[0])


def drop_voucher(folder: HostFolder, held: Known) -> Known:
    """Forget a voucher that was settled."""
    (folder.path / VOUCHER).unlink(missing_ok=True)
    return msgspec.structs.replace(held, voucher=None)


def _read(folder: HostFolder, name: str, read: Callable[[bytes], tuple[int, T]]) -> tuple[int, T | None]:
    try:
        return read(read_whole(folder.path / name, limit=2 * LIMIT))
    except CalvoxError:
        return 0, None
