"""Facts of Active Directory, from the items that are read only on request, and from domain controllers' own group.

Rules: what one domain says is kept beside what others say; `facts_from.merge` decides which domain is a trusted one.
"""

from calvox.doctor.facts import Directory, Domain, Fact
from calvox.windows.believing import Believing, need
from calvox.windows.items import DIRECTORY_ITEMS, NOT_COLLECTED
from calvox.windows.machine_facts import machine_of, names_of
from calvox.windows.taking import Taken

GROUP = "directory_license_servers_group"
OWN_GROUP = "group_license_servers"


def directory_of(ask: Believing) -> Directory | None:
    """Make the facts of the directory, or None where the bundle says nothing of it."""
    items = ask.bundle.items
    machine = machine_of(ask)
    on_controller = machine.domain_controller.value is True and ask.has(OWN_GROUP)
    if not on_controller and not any(name in items for name in DIRECTORY_ITEMS):
        return None
    domains = ask.fact(GROUP, lambda taken: _domains(ask, taken))
    if not domains.known and on_controller and machine.domain.value:
        members = ask.fact(OWN_GROUP, names_of)
        own = Domain(name=machine.domain.value, group_members=members)
        domains = Fact((own,), source=members.source, time=members.time)
    return Directory(
        domains=domains,
        site_objects=ask.fact("directory_site_objects", _site_objects),
        self_may_write=ask.fact("directory_user_rights", lambda taken: taken.truth("SelfMayWrite")),
        group_may_write=ask.fact("directory_user_rights", lambda taken: taken.truth("GroupMayWrite")),
        stale_users=ask.fact("directory_stale_users", lambda taken: taken.number("Count")),
    )


def _domains(ask: Believing, taken: Taken) -> tuple[Domain, ...]:
    item = ask.bundle.items[GROUP]
    domains = []
    for row in taken.rows():
        members = row.texts("Members")
        fact = Fact(members, source=item.source, time=item.time, why=NOT_COLLECTED if members is None else "")
        domains.append(
            Domain(name=need(row.text("Domain"), "Domain"), trusted=row.truth("Trusted") is True, group_members=fact)
        )
    return tuple(domains)


def _site_objects(taken: Taken) -> tuple[str, ...]:
    names = (name for row in taken.rows() for name in row.texts("Servers") or ())
    return tuple(dict.fromkeys(names))
