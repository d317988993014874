"""What the site manager is called, its menu, and the words that several pages say."""

from collections.abc import Mapping

from calvox.common.i18n import Text, t
from calvox.core.peopling import Role
from calvox.web.common.pages import Link

NAME = t("Calvox site manager")
OVERVIEW, IMPORT, MACHINES, WHICH = "/", "/import", "/machines", "/which-cal"
CALLS, ACTIONS, ARTEFACTS = "/calls", "/actions", "/artefacts"
ACCEPTANCE, PAPERS, PLANS, JOURNAL = "/acceptance", "/papers", "/plans", "/journal"
LINKS = (
    Link(OVERVIEW, t("Overview")),
    Link(IMPORT, t("Import")),
    Link(MACHINES, t("Machines")),
    Link(WHICH, t("Which CAL")),
    Link(CALLS, t("Calls")),
    Link(ACTIONS, t("Actions")),
    Link(ARTEFACTS, t("Artefacts")),
    Link(ACCEPTANCE, t("Acceptance")),
    Link(PAPERS, t("Papers")),
    Link(PLANS, t("Plans")),
    Link(JOURNAL, t("Journal")),
)
ROLES: Mapping[Role, Text] = {Role.ADMINISTRATOR: t("on this machine")}
