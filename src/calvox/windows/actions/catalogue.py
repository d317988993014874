"""Every action there is, by name: documented methods and cmdlets alone, and none that goes to the Internet."""

from calvox.common.commands import Command
from calvox.common.errors import NotFound
from calvox.common.i18n import t
from calvox.windows.actions import activation, cals, discovery, hosts, packs, role
from calvox.windows.actions.action import Action

ACTIONS: dict[str, Action] = {
    action.name: action
    for action in (
        role.INSTALL_ROLE,
        role.START_SERVICE,
        activation.ACTIVATE,
        activation.REACTIVATE,
        activation.DEACTIVATE,
        packs.INSTALL,
        packs.REINSTALL,
        packs.IMPORT,
        packs.CONVERT,
        packs.REMOVE,
        cals.REVOKE,
        cals.MAKE_REPORT,
        discovery.JOIN,
        discovery.PUBLISH,
        hosts.SET_LICENSING,
        hosts.SET_DEPLOYMENT,
    )
}


def action_named(name: str) -> Action:
    """Find an action.

    Raises:
        NotFound: there is none of that name.
    """
    if name not in ACTIONS:
        raise NotFound(
            t("There is no action “{name}”", name=name),
            hint=t("“{list}” names them.", list=Command("windows act list")),
        )
    return ACTIONS[name]
