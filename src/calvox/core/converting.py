"""Converting CALs between device and user: what is moved, under which number it stands, and how much may go.

Rules: the converted CALs of pack 3 stand as lot 1027, of the other type; converted back, they stand in pack 3 again. A pack
and its lot together are always what the centre signed. A device pack never goes below what is issued from it, nor does a
user pack whose over-use is enforced. Per-session CALs are not converted.
"""

from calvox.core.pools import OverUse, Pack, Policy
from calvox.core.products import CalType

LOT = 1024
"""What a lot's number has beyond its pack's; a request's sequence ends at 1023. Each epoch has both anew (`reenrolling`)."""


def partner(number: int) -> int:
    """Give the lot of a signed pack, or the signed pack of a lot."""
    return number ^ LOT


def signed_pack(number: int) -> int:
    """Give the sequence of the request that a pack or lot comes from; 0 stays none."""
    return number % LOT


def is_lot(number: int) -> bool:
    """Tell whether a number is a lot's."""
    return bool(number & LOT)


def other_type(cal_type: CalType) -> CalType | None:
    """Give what CALs become; None if they cannot be converted."""
    return {CalType.DEVICE: CalType.USER, CalType.USER: CalType.DEVICE}.get(cal_type)


def convertible(pack: Pack, cal_type: CalType, site: Policy) -> int:
    """Count the CALs of a pack that may be converted."""
    kept = pack.issued if cal_type is CalType.DEVICE or pack.policy(site) is OverUse.ENFORCE else 0
    return max(0, pack.quantity - kept)
