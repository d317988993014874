"""The rules of CALs against their model, for long: `make soak`. CALVOX_SOAK_HISTORIES (2000) says how long."""

import os

import pytest
from hypothesis import HealthCheck, Phase, settings

from tests.core.test_against_model import AgainstTheModel

HISTORIES = int(os.environ.get("CALVOX_SOAK_HISTORIES", "2000"))
STEPS = 120


class LongAgainstTheModel(AgainstTheModel):
    """The same server and model, in longer histories."""


TestLongAgainstTheModel = pytest.mark.timeout(HISTORIES * 60)(LongAgainstTheModel.TestCase)
TestLongAgainstTheModel.settings = settings(
    max_examples=HISTORIES,
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink],
)
