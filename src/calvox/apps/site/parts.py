"""What each bundle says, remembered while a process goes on: a bundle never changes, and reading it costs the most.

A bundle is known by its hash, which is taken each time; so a file that was changed is read anew, and told of. What is kept are
plain values that nobody can change; the ones unasked for longest go first.
"""

import threading
from collections import OrderedDict
from hashlib import sha256

from calvox.windows.bundle import read_bundle
from calvox.windows.facts_from import Part, facts_from

MOST = 2_000
"""Bundles that are remembered."""
_known: "OrderedDict[bytes, Part]" = OrderedDict()
_lock = threading.Lock()


def part_of(data: bytes) -> Part:
    """Gather what one bundle says.

    Raises:
        BadInput: it is none, is too large, or is damaged.
    """
    digest = sha256(data).digest()
    with _lock:
        known = _known.get(digest)
        if known is not None:
            _known.move_to_end(digest)
            return known
    part = facts_from(read_bundle(data))
    with _lock:
        _known[digest] = part
        while len(_known) > MOST:
            _known.popitem(last=False)
    return part
