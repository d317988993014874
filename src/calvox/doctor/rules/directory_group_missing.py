"""Directory: a licence server is not in the group of a trusted domain.

What it checks: for each trusted domain whose users sign in to per-user session hosts, whether every collected licence server
is in *its* group Terminal Server License Servers (S-1-5-32-561).

Why it matters: membership in the licence server's own domain does not count in another one. Without it the users of the
trusted domain are neither tracked nor reported.

Example: the users of a company that was bought last year come from another domain, and not one of them is in the report.

Remedy: add the computer account of the licence server to the group in each domain that has users, then restart the service.

Reference: Microsoft, KB2473823, on licence servers across forests and workgroups; method IsLSinTSLSGroup.
"""

from collections.abc import Iterator

from calvox.common.i18n import t
from calvox.doctor.facts import Domain, Join, short_name
from calvox.doctor.licensing import tracked
from calvox.doctor.rule import Found, Rule, View, cannot_tell, warning


def account_name(member: str) -> str:
    r"""Give the host part of a group member, as `CORP\LIC01$` or `lic01.corp.example`."""
    return short_name(member.rpartition("\\")[2].removesuffix("$"))


def check(view: View) -> Iterator[Found]:
    """Find trusted domains whose group lacks a licence server."""
    servers = [s.machine.name for s in view.site.licence_servers if s.machine.join.value is not Join.WORKGROUP]
    if not servers:
        yield cannot_tell(t("No licence server of a domain was collected, so group members cannot be compared"))
        return
    certain = any(tracked(host) for host in view.site.session_hosts)
    for domain in view.site.directory.domains.value or ():
        if domain.trusted:
            yield from _check_domain(domain, servers, certain)


def _check_domain(domain: Domain, servers: list[str], certain: bool) -> Iterator[Found]:
    if domain.group_members.value is None:
        yield cannot_tell(t("Who is in the group of the trusted domain {domain} was not collected", domain=domain.name))
        return
    members = {account_name(member) for member in domain.group_members.value}
    missing = ", ".join(name for name in servers if short_name(name) not in members)
    text = t(
        "Not in the group Terminal Server License Servers of the trusted domain {domain}: {servers}",
        domain=domain.name,
        servers=missing,
    )
    if missing:
        yield warning(text) if certain else cannot_tell(text)


RULE = Rule(
    name="directory-group-missing",
    about="site",
    needs=("site.directory.domains",),
    title=t("A licence server is not in the group of a trusted domain"),
    remedy=t(
        "In the trusted domain add the licence server's computer account to the group Terminal Server License Servers "
        "(S-1-5-32-561), then restart the service TermServLicensing on the licence server."
    ),
    check=check,
    applies=lambda view: (
        any(domain.trusted for domain in view.site.directory.domains.value or ())
        and (not view.site.session_hosts or any(tracked(host) is not False for host in view.site.session_hosts))
    ),
    reference="Microsoft, KB2473823; Win32_TSLicenseServer.IsLSinTSLSGroup",
)
