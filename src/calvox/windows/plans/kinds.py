"""The kinds of plans that there are."""

from collections.abc import Callable

from calvox.common.errors import BadInput
from calvox.common.i18n import t
from calvox.windows.plans.case import Case
from calvox.windows.plans.database import CORRUPT, LOST, database
from calvox.windows.plans.hardware import HARDWARE, REINSTALL, UPGRADE, machine_change
from calvox.windows.plans.migrate import migration
from calvox.windows.plans.plan import PlanView

MIGRATE = "migrate"
KINDS: dict[str, Callable[[Case], PlanView]] = {
    MIGRATE: migration,
    LOST: database,
    CORRUPT: database,
    HARDWARE: machine_change,
    UPGRADE: machine_change,
    REINSTALL: machine_change,
}
"""What says how a plan of each kind stands."""


def view(case: Case) -> PlanView:
    """Say how a plan stands.

    Raises:
        BadInput: its kind is not known here.
    """
    if case.plan.kind not in KINDS:
        raise BadInput(t("“{kind}” is no kind of plan; there are {known}", kind=case.plan.kind, known=", ".join(KINDS)))
    return KINDS[case.plan.kind](case)
