"""What came of an action, whichever way it was tried."""

from typing import Literal

import msgspec

from calvox.common.i18n import Text

How = Literal["winrm", "script"]
Verdict = Literal["done", "unchanged", "failed", "rehearsed", "unknown"]
"""`unchanged`: it was so already; `rehearsed`: nothing was to be changed; `unknown`: the connection was lost after the call, and
nothing could be read back."""


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What was tried, what Windows answered, and what that means."""

    order: str
    """32 hexadecimal digits."""
    action: str
    machine: str
    given: str
    """Its parameters as JSON; of codes only a mark by which they are told apart."""
    how: How
    outcome: Verdict
    code: int
    """What Windows answered; 0 = success, or that Windows was not asked; -1 = an error without a number."""
    before: str
    """The values before, as JSON."""
    after: str
    """The values after, as JSON; empty if they could not be read."""
    time: int
    """When it was tried there, seconds UTC."""
    user: str = ""
    """Account on the machine."""
    said: Text = Text("", {})
    """What came of it, in plain words."""
    advice: Text = Text("", {})
    """What to do next."""
    call: int = 0
    """The call it belongs to; 0 = none."""
    new: bool = True
    """False: this result had been entered before."""

    @property
    def good(self) -> bool:
        """Tell whether the machine is now as it was wanted."""
        return self.outcome in ("done", "unchanged")
