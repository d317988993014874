"""What the manager is called, its menu, and the words that several pages say."""

from collections.abc import Mapping

from calvox.common.i18n import Text, t
from calvox.core.peopling import Role
from calvox.core.products import cal_type_named
from calvox.web.common.pages import Link

NAME = t("Calvox manager")
OVERVIEW, HOSTS, CALS, PACKS, JOURNAL = "/", "/hosts", "/cals", "/packs", "/journal"
ACTIVATE, INSTALL, CALL = "/activate", "/install", "/call"
RETIRE, MIGRATE, REENROL = "/retire", "/migrate", "/re-enrol"
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
    Link(REENROL, t("Enrol anew")),
    Link(RETIRE, t("Retire")),
    Link(PEOPLE, t("People")),
)
ROLES: Mapping[Role, Text] = {Role.ADMINISTRATOR: t("administrator"), Role.AUDITOR: t("auditor")}

_CALL = Link(CALL, t("The call"))
_AT: Mapping[str, Link] = {link.path: link for link in LINKS}
COMMANDS: Mapping[str, Link] = {
    **{f"server {name}": _CALL for name in ("call", "enter", "give-up")},
    "server status": _AT[OVERVIEW],
    "server activate": _AT[ACTIVATE],
    "server install": _AT[INSTALL],
    "server enrolment-code": _AT[HOSTS],
    "server hosts approve": _AT[HOSTS],
    "server freeze": _AT[RETIRE],
    "server thaw": _AT[RETIRE],
    "server migrate": _AT[MIGRATE],
    "server re-enrol": _AT[REENROL],
    "pack list": _AT[PACKS],
    "cal convert": _AT[PACKS],
    **{f"cal {name}": _AT[CALS] for name in ("list", "release", "revoke", "leave")},
    "backup list": _AT[BACKUPS],
    "backup create": _AT[BACKUPS],
    "people list": _AT[PEOPLE],
}
"""The pages that do what commands do."""


def type_text(label: str) -> Text:
    """Say a type of CAL to a person."""
    return cal_type_named(label).text
