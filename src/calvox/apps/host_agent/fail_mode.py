"""The policy's word on what happens when this process does not answer, left beside its socket for PAM's file to read."""

from contextlib import suppress
from pathlib import Path

import structlog

from calvox.common.errors import NotFound, StoreFailed
from calvox.common.files import read_whole, write_whole
from calvox.host.pam import FAIL_MODE
from calvox.trust.policies import Policy

log = structlog.get_logger()


def leave_fail_mode(policy: Policy | None, folder: Path) -> None:
    """Write it where it changed; without a policy there is no file, and PAM's own line counts."""
    path, wanted = folder / FAIL_MODE, None if policy is None else b"open\n" if policy.fail_open else b"closed\n"
    try:
        if wanted is None:
            path.unlink(missing_ok=True)
        elif _held(path) != wanted:
            write_whole(path, wanted, mode=0o644)
    except (OSError, StoreFailed) as error:
        log.warning("what PAM does without this process could not be written", path=str(path), why=str(error))


def _held(path: Path) -> bytes:
    with suppress(NotFound):
        return read_whole(path)
    return b""
