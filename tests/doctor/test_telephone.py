"""What is mended by a call to Microsoft leads to the command that prepares the call."""

import re

import pytest

from calvox.doctor import causes
from calvox.doctor.rules import every_rule, server_events

COMMAND = "calvox windows call"
CALLS = re.compile("by telephone|method Telephone|call Microsoft|be reissued", re.IGNORECASE)


def remedies() -> dict[str, str]:
    """Give what the doctor says is to be done, wherever it names a call."""
    found = {rule.name: str(rule.remedy) for rule in every_rule()}
    found |= {
        name: str(one.todo) for name, one in vars(server_events).items() if isinstance(one, server_events.Meaning)
    }
    found |= {f"cause {name}": str(one.remedy) for name, one in vars(causes).items() if isinstance(one, causes.Cause)}
    return {name: text for name, text in found.items() if CALLS.search(text)}


@pytest.mark.parametrize("name", remedies())
def test_a_call_is_prepared_by_the_command(name: str) -> None:
    """Whoever reads it need not look for it."""
    assert COMMAND in remedies()[name]


def test_calls_are_named_in_many_places() -> None:
    """So the test above reads what it should."""
    assert {"server-not-activated", "server-no-packs", "CERTIFICATE", "cause CALS_REMOVED"} <= set(remedies())
