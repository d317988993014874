"""What the manager is called, its menu, and the words that several pages say."""

from collections.abc import Mapping

from calvox.common.i18n import Text, t
from calvox.core.peopling import Role
from calvox.core.products import cal_type_named
from calvox.web.common.pages import Link

NAME = t("Calvox manager")
OVERVIEW, HOSTS, CALS, PACKS, JOURNAL = "/", "/hosts", "/cals", "/packs", "/journal"
ACTIVATE, INSTALL = "/activate", "/install"
RETIRE, MIGRATE = "/retire", "/migrate"
HOLDERS, POLICY, PEOPLE, BACKUPS = "/holders", "/policy", "/people", "/backups"
REPORTS, ADVICE, VERIFICATION = "/reports", "/advice", "/journal/verification"
LINKS = (
    Link(OVERVIEW, t("Overview")),
    Link(ACTIVATE, t("Activate")),
    Link(INSTALL, t("Install licences")),
    Link(PACKS, t("Packs")),
    Link(CALS, t("CALs")),
    Link(HOSTS, t("Session hosts")),
    Link(POLICY, t("Policy")),
    Link(REPORTS, t("Reports")),
    Link(ADVICE, t("Advice")),
    Link(JOURNAL, t("Journal")),
    Link(BACKUPS, t("Backups")),
    Link(MIGRATE, t("Take over")),
    Link(RETIRE, t("Retire")),
    Link(PEOPLE, t("People")),
)
ROLES: Mapping[Role, Text] = {Role.ADMINISTRATOR: t("administrator"), Role.AUDITOR: t("auditor")}


def type_text(label: str) -> Text:
    """Say a type of CAL to a person."""
    return cal_type_named(label).text
