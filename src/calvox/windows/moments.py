"""Times as Windows writes them.

Rules:
- Understood are ISO 8601 with Z or an offset, and CIM datetimes (20380101081108.000000-000, offset in minutes).
- A time without an offset is taken for UTC. What is no time is None, and the caller decides what that means.
"""

import re
from datetime import UTC, datetime

_CIM = re.compile(r"(\d{14})\.(\d{6})([+-])(\d{3})")
_ISO = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?(Z|[+-]\d\d:\d\d)?")

LAST = 2_145_830_400
"""2037-12-31: Windows means “never” by a date near the end of its clock, which is January 2038 or later."""


def moment(text: str) -> int | None:
    """Read a time as seconds since 1970-01-01 UTC, or None."""
    try:
        if found := _CIM.fullmatch(text):
            local = datetime.strptime(found[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
            return int(local.timestamp()) - 60 * int(found[3] + found[4])
        if found := _ISO.fullmatch(text):
            zone = "+00:00" if found[2] in (None, "Z") else found[2]
            return int(datetime.fromisoformat(found[1] + zone).timestamp())
    except (ValueError, OverflowError):
        return None
    return None


def expiry(text: str) -> int | None:
    """Read a date of expiry: 0 is never, which Windows writes as a date in 2038 or later."""
    time = moment(text)
    if time is None:
        return None
    return 0 if time >= LAST or time <= 0 else time
