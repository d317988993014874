"""The policy's word for PAM lies beside the socket for as long as there is a policy."""

import stat
from pathlib import Path

from calvox.apps.host_agent.fail_mode import leave_fail_mode
from calvox.host.pam import FAIL_MODE, Wanted, fail_mode
from calvox.trust.policies import Policy


def a_policy(fail_open: bool) -> Policy:
    """Make one."""
    return Policy(server_id=b"s" * 18, epoch=1, generation=1, issued=1, fail_open=fail_open)


def test_pam_reads_what_the_policy_says(tmp_path: Path) -> None:
    """Against its own line, which counts again when there is no policy."""
    closed, open_ = (Wanted(str(tmp_path / "agent.sock"), word) for word in ("closed", "open"))
    leave_fail_mode(None, tmp_path)
    assert (fail_mode(closed), fail_mode(open_)) == ("closed", "open")
    for word, wanted in ((True, "open"), (False, "closed"), (False, "closed")):
        leave_fail_mode(a_policy(word), tmp_path)
        assert fail_mode(closed) == fail_mode(open_) == wanted
    assert stat.S_IMODE((tmp_path / FAIL_MODE).stat().st_mode) & 0o022 == 0
    leave_fail_mode(None, tmp_path)
    assert (fail_mode(closed), fail_mode(open_)) == ("closed", "open")


def test_a_folder_that_takes_no_file_stops_nothing(tmp_path: Path) -> None:
    """The process goes on."""
    leave_fail_mode(a_policy(True), tmp_path / "gone")
    (tmp_path / FAIL_MODE).mkdir()
    leave_fail_mode(a_policy(True), tmp_path)
