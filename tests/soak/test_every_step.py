"""Every state that a kill or a power cut can leave, and a disk that gets full at every write: `make soak`."""

from tests.faults.conftest import _remembered as _remembered
from tests.faults.test_full_disk import test_a_disk_that_gets_full as test_a_disk_that_gets_full
from tests.faults.test_retirement_kills import test_a_command_that_is_killed_at_each_step as _each_kill
from tests.faults.test_steps import test_a_work_is_done_or_not_done as test_a_work_is_done_or_not_done

test_a_command_that_is_killed_at_each_step = _each_kill
