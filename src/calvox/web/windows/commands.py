"""The pages of the site manager that do what commands do: remedies and hints lead to them."""

from collections.abc import Mapping

from calvox.web.common.pages import Link
from calvox.web.windows.actions import OFFERED
from calvox.web.windows.menu import ACTIONS, ARTEFACTS, CALLS, IMPORT, LINKS, MACHINES, OVERVIEW, PLANS, WHICH

_AT: Mapping[str, Link] = {link.path: link for link in LINKS}
COMMANDS: Mapping[str, Link] = {
    "doctor": _AT[OVERVIEW],
    "windows collector": _AT[IMPORT],
    "windows backup-tested": _AT[MACHINES],
    "windows compat": _AT[WHICH],
    "windows call": _AT[CALLS],
    **{f"windows call {name}": _AT[CALLS] for name in ("list", "open", "show", "type", "end")},
    "windows act": _AT[ACTIONS],
    "windows act list": _AT[ACTIONS],
    **{f"windows act {one.name}": Link(f"{ACTIONS}/{one.name}", one.title) for one in OFFERED},
    "windows artefact gpo": _AT[ARTEFACTS],
    "windows artefact backup": _AT[ARTEFACTS],
    "windows plans": _AT[PLANS],
    "windows migrate": _AT[PLANS],
}
"""By the command's name."""
