"""Who somebody is in an Active Directory, and which role their groups give them.

Rules:
- The directory decides: it is asked to bind as the user. It then tells itself, by the token of that very connection, which
  identifiers the user and all their groups have, nested ones too. So no name that two people could bear decides anything.
- Only a user is taken whose own identifier is in that token, and of the configured groups only those that are.
- No password is kept, and nothing but the name and the role is remembered.
- What would mean something in a filter is refused, in a name that is typed and in one of the settings. It is not escaped,
  for the library sends an escaped character as it was written, and finds nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from ldap3 import BASE, SUBTREE, Connection

from calvox.common import settings
from calvox.common.errors import BadSettings, Denied, Unreachable
from calvox.common.i18n import t
from calvox.core.peopling import DirectoryPerson, Role, Roles
from calvox.directory.connection import Servers, tls_context

_NEVER = frozenset('"/\\[]:;|=,+*?<>@()\x00')
"""Characters that no account name of a Windows domain holds, and parentheses."""
LONGEST = 64
MOST_FOUND = 4
"""Entries that a search for one name may bring; more are not looked at."""


@dataclass(frozen=True, slots=True)
class LdapDirectory:
    """An Active Directory."""

    servers: Servers
    base: str
    """Where users and groups are looked for."""
    suffix: str
    """What stands after the @ of its users' names."""
    groups: Sequence[tuple[str, Role]]
    """Account names of groups, or their distinguished names, and what they give; the strongest role first."""

    def full_name(self, name: str) -> str:
        """Give the one name by which attempts of somebody are counted, however they write it."""
        own = self._own(name)
        return f"{own.casefold()}@{self.suffix.casefold()}" if own else name.casefold()

    def find(self, name: str, password: str) -> DirectoryPerson | None:
        """Find who this is; None: name or password is wrong.

        Raises:
            Denied: the directory knows them, and none of their groups has a role.
            Unreachable: no server of the directory answers.
        """
        own = self._own(name)
        if not own or not password:
            return None
        return self.servers.as_user(f"{own}@{self.suffix}", password, lambda connection: self._known(connection, own))

    def _own(self, name: str) -> str:
        """Take the domain off a name; empty: it is of no account there."""
        own, at, domain = name.partition("@")
        if at and domain.casefold() != self.suffix.casefold():
            return ""
        return own if _is_plain(own) else ""

    def _known(self, connection: Connection, own: str) -> DirectoryPerson:
        token = _token(connection)
        account = self._account(connection, own, token)
        full = f"{account.casefold()}@{self.suffix.casefold()}"
        for group, role in self.groups:
            if any(sid in token for _, sid in self._group(connection, group)):
                return DirectoryPerson(full, role)
        raise Denied(
            t("{name} is in none of the groups that may come in", name=full),
            hint=t("The settings’ section “directory” names them."),
        )

    def _account(self, connection: Connection, own: str, token: frozenset[bytes]) -> str:
        names = f"(|(userPrincipalName={own}@{self.suffix})(sAMAccountName={own}))"
        for account, sid in _search(connection, self.base, f"(&(objectClass=user){names})"):
            if sid in token:
                return account
        raise Unreachable(
            t("The directory does not show {name} their own entry", name=own),
            hint=t("Does the setting directory.base hold them?"),
        )

    def _group(self, connection: Connection, name: str) -> list[tuple[str, bytes]]:
        if "=" in name:
            return _search(connection, name, "(objectClass=group)", BASE)
        return _search(connection, self.base, f"(&(objectClass=group)(sAMAccountName={name}))")


def _search(connection: Connection, base: str, what: str, scope: str = SUBTREE) -> list[tuple[str, bytes]]:
    """Search users or groups; give name and identifier of each."""
    wanted = ["sAMAccountName", "objectSid"]
    connection.search(base, what, scope, attributes=wanted, size_limit=MOST_FOUND)
    return [
        (one["sAMAccountName"][0].decode("utf-8", "replace"), bytes(one["objectSid"][0]))
        for one in _found(connection)
        if one.get("sAMAccountName") and one.get("objectSid")
    ]


def _token(connection: Connection) -> frozenset[bytes]:
    """Ask the directory for the identifiers of whoever this connection is bound as."""
    connection.search("", "(objectClass=*)", BASE, attributes=["tokenGroups"])
    token = frozenset(bytes(sid) for one in _found(connection) for sid in one.get("tokenGroups", ()))
    if not token:
        raise Unreachable(t("The directory does not say in which groups somebody is"))
    return token


def _found(connection: Connection) -> list[dict[str, list[bytes]]]:
    """Give the entries that a search brought."""
    return [one["raw_attributes"] for one in connection.response or () if one["type"] == "searchResEntry"]


def _is_plain(name: str) -> bool:
    """Tell whether a name can be put into a filter as it stands."""
    return 0 < len(name) <= LONGEST and name.isprintable() and name == name.strip() and not _NEVER & set(name)


def directory_of(chosen: settings.Directory, roles: Roles) -> LdapDirectory | None:
    """Make the directory that the settings name, for the people of one store; None: none of its groups has a role there.

    Raises:
        BadSettings: something is missing, or not well formed.
    """
    for name in ("base", "suffix"):
        if not getattr(chosen, name):
            raise BadSettings(t("The setting directory.{name} is missing", name=name))
    if not _is_plain(chosen.suffix):
        raise BadSettings(t("The setting directory.suffix is not well formed"))
    if not list(_groups(chosen, Role)):
        raise BadSettings(
            t("No group of the directory may come in"),
            hint=t("The settings directory.administrators, auditors, supervisors and operators name them."),
        )
    context, starttls = tls_context(chosen.authority_file), chosen.security == "starttls"
    servers = Servers(chosen.servers, context, starttls=starttls, seconds=chosen.timeout_seconds)
    groups = list(_groups(chosen, roles.both))
    return LdapDirectory(servers, chosen.base, chosen.suffix, groups) if groups else None


def _groups(chosen: settings.Directory, roles: Iterable[Role]) -> Iterator[tuple[str, Role]]:
    """Read the groups of some roles."""
    for role in roles:
        for group in getattr(chosen, f"{role}s"):
            if "=" not in group and not _is_plain(group):
                raise BadSettings(
                    t("“{group}” cannot be looked for as a group", group=group),
                    hint=t("Name it by its distinguished name, as cn=…,dc=corp,dc=example."),
                )
            yield group, role
