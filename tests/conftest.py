"""What all tests share: long runs stay out of `make test`, and no test makes those after it wait for everybody else."""

import os
from collections.abc import Iterator

import pytest

collect_ignore = [] if os.environ.get("CALVOX_SOAK") else ["soak"]


@pytest.fixture(scope="session", autouse=True)
def as_quick_as_others() -> Iterator[None]:
    """Keep the priority: a backup made within a test's process would lower it for all that follows, and for what that starts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "nice", lambda _: 0, raising=False)
        patch.setattr(os, "sched_setscheduler", lambda *_: None, raising=False)
        yield
