"""The site's directory, for the people of one store, if the settings name one; its library is loaded only then."""

from calvox.common import settings
from calvox.common.errors import BadSettings
from calvox.common.i18n import t
from calvox.core.peopling import Roles
from calvox.people.store import Directory


def site_directory(chosen: settings.Directory, roles: Roles) -> Directory | None:
    """Give the directory; None: there is none, or none of its groups has a role here.

    Raises:
        BadSettings: something is missing, or not well formed.
    """
    if not chosen.servers:
        return None
    try:
        from calvox.directory.ldap import directory_of
    except ModuleNotFoundError as error:
        raise BadSettings(
            t("The setting directory.servers needs the package {name}, which is not installed", name=str(error.name)),
            hint=t("Install calvox[{extra}].", extra="directory"),
        ) from error
    return directory_of(chosen, roles)
