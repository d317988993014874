"""A site's acceptance and checklist: each machine's newest reading, compared with the one before.

The mode of the test session is the one that was asked for, else the one that `site.toml` wants, else that of the purchases if
they are all of one type. Where none of these tells it, the checklist knows of no session.
"""

from calvox.apps.site.gathering import before_and_after, facts_of, server_of
from calvox.common.errors import BadInput
from calvox.common.i18n import t
from calvox.core.purchases import types_bought
from calvox.doctor.facts import LicenceServer, Mode, Site
from calvox.site.description import Description
from calvox.site.folder import SiteFolder
from calvox.windows.acceptance import accept
from calvox.windows.checklist import Checklist, checklist
from calvox.windows.evidence import Acceptance


def mode_wanted(description: Description) -> Mode | None:
    """Tell in which mode a session is tested on this site; None: nothing tells it."""
    types = types_bought(description.purchases)
    wanted = description.licensing.mode or (types.pop().label if len(types) == 1 else "")
    return Mode(wanted) if wanted in (Mode.DEVICE, Mode.USER) else None


def acceptance_of(
    site: SiteFolder, now: int, *, server: str = "", mode: Mode | None = None, host: str = "", holder: str = ""
) -> Acceptance:
    """Judge one test session.

    Raises:
        BadInput: nothing tells the mode, or the licence server is not clear.
        NotFound: no such licence server was collected.
    """
    description = site.description
    tried = mode or mode_wanted(description)
    if tried is None:
        raise BadInput(
            t("The mode of the test session is not told"),
            hint=t("Give --mode, or write mode under [licensing] in site.toml."),
        )
    before, after = before_and_after(site)
    name = server_of(after, server).machine.name
    return accept(before, after, name, tried, now, purchases=description.purchases, host=host, holder=holder)


def checklist_of(site: SiteFolder, now: int, server: str = "") -> Checklist:
    """Go through the checklist, the test session included.

    Raises:
        NotFound, BadInput: as `calvox.apps.site.gathering.server_of`.
    """
    known = facts_of(site)
    return checked(site, known, server_of(known, server), now)


def checked(site: SiteFolder, known: Site, server: LicenceServer, now: int) -> Checklist:
    """Go through the checklist for a licence server that was found already."""
    told = mode_wanted(site.description)
    accepted = acceptance_of(site, now, server=server.machine.name, mode=told) if told else None
    return checklist(known, server, site.description.purchases, now, accepted)
