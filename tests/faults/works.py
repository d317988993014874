"""The works that must be done or not done: each with the state before it, and how the next start tells which.

A judge opens what a fault left as the next start does, holds it to be whole, and tells whether the work is done. Where it is not,
the work can be done again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.faults import call_works as call
from tests.faults import store_works as store


@dataclass(frozen=True)
class Work:
    """A work, done below a root."""

    make: Callable[[Path], None]
    """Builds the state before it, in an empty folder."""
    run: Callable[[Path], object]
    """Does it."""
    judge: Callable[[Path], bool]
    """Opens what is there, holds it to be whole, and tells whether it is done."""


WORKS = {
    "create": Work(store.backed_up, store.back_up, store.judge_backup),
    "restore": Work(store.backed_up, store.restored, store.judge_restore),
    "restore anew": Work(store.lost, store.restored, store.judge_restore_anew),
    "restore a centre": Work(store.centre_backed_up, store.centre_restored, store.judge_centre_restore),
    "retire": Work(call.frozen, call.retired, call.judge_retirement),
    "reissue at the server": Work(call.called, call.reissued, call.judge_reissue),
    "reissue at the centre": Work(call.centre_with_server, call.signed_there, call.judge_signing),
    "enrol anew": Work(call.changed, call.enrolled_anew, call.judge_enrolment),
    "re-entry": Work(call.with_a_token_ahead, call.reentered, call.judge_reentry),
}
"""A migration is a retirement, then a reissue on either side."""
