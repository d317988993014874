"""What the rules about our own servers share: which of them a rule is for, how late something is, and the check for an alarm."""

from collections.abc import Callable, Iterator

from calvox.common.clock import DAY
from calvox.core.alarms import Alarm
from calvox.core.due import Due
from calvox.doctor.own import Kind
from calvox.doctor.rule import Found, View, error


def of_server(view: View) -> bool:
    """Tell whether it is a licence server."""
    return view.the_own.kind is Kind.SERVER


def of_centre(view: View) -> bool:
    """Tell whether it is an activation centre."""
    return view.the_own.kind is Kind.CENTRE


def due_of(view: View) -> Due:
    """Give what is due; the rule needs that fact."""
    due = view.the_own.due.value
    assert due is not None
    return due


def in_use(view: View) -> bool:
    """Tell whether it has anything to lose."""
    return bool(view.the_own.in_use.value)


def keyed(view: View) -> bool:
    """Tell whether it has anything to lose, and a recovery key."""
    return in_use(view) and due_of(view).keyed


def days_since(view: View, moment: int) -> int:
    """Tell how many days before the reading of what is due a moment was."""
    return max(0, (view.the_own.due.time or view.now) - moment) // DAY


def alarm_check(alarm: Alarm) -> Callable[[View], Iterator[Found]]:
    """Make the check that finds an alarm."""

    def check(view: View) -> Iterator[Found]:
        if alarm in (view.the_own.alarms.value or ()):
            yield error(alarm.text)

    return check
