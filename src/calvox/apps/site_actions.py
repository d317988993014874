"""A site's actions on Windows machines: prepared as a script, performed over WinRM, or brought back as a result.

Rules:
- Every action that was prepared or tried has an entry; codes stand in none of them but `CodeEntered`.
- A result counts once, for an order of this site, for the action and machine of that order.
- A code of a call that Windows took is entered in the same transaction as what was done.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from calvox.common.clock import SYSTEM, World
from calvox.site.folder import SiteFolder
from calvox.windows.actions.outcome import Outcome

if TYPE_CHECKING:
    from calvox.windows.credentials import Credentials
    from calvox.windows.line import Target
    from calvox.windows.survey import Options


def prepare(
    site: SiteFolder,
    action: str,
    machine: str,
    given: Mapping[str, str],
    *,
    call: int = 0,
    out: Path = Path("."),
    world: World = SYSTEM,
) -> Path:
    """Write the script of an action into a folder, enter it, and give the script's path.

    Args:
        action: a name of `calvox.windows.actions.catalogue.ACTIONS`, activate-server say.
        given: its parameters as texts; `code` may be left out with a call, then the newest code heard in it counts.
        call: the call it belongs to; 0 = none.

    Raises:
        BadInput: a parameter is missing, unknown or not well formed.
        NotFound: no such action, call or code.
        Conflict: the code is none that was heard in the call.
    """
    raise NotImplementedError


def perform(
    site: SiteFolder,
    target: "Target",
    credentials: "Credentials",
    action: str,
    given: Mapping[str, str],
    *,
    call: int = 0,
    rehearse: bool = False,
    options: "Options | None" = None,
    world: World = SYSTEM,
) -> Outcome:
    """Do an action over WinRM, or rehearse it, and enter what came of it.

    Raises:
        BadInput, NotFound, Conflict: as `prepare`; Conflict also if this action cannot be done over WinRM.
        Denied, Unreachable: nothing was changed, for the machine could not be asked.
    """
    raise NotImplementedError


def import_result(site: SiteFolder, data: bytes) -> Outcome:
    """Enter a result that was carried by hand.

    Raises:
        BadInput: it is none, or damaged.
        NotFound: its order is none of this site.
        Conflict: it is of another action or machine than its order.
    """
    raise NotImplementedError
