"""Work aside that leaves time to those who are being served: it rests for as long as it worked, a moment at a time."""

import time
from collections.abc import Callable

STEP = 0.02
"""Seconds of work between two rests."""


def sharing(tell: Callable[[float], None]) -> Callable[[float], None]:
    """Give what is called with how much is done, 0 to 1: it tells that, and rests when it is time to."""
    began = [time.monotonic()]

    def progress(part: float) -> None:
        tell(part)
        worked = time.monotonic() - began[0]
        if worked > STEP:
            time.sleep(worked)
            began[0] = time.monotonic()

    return progress
