"""Rules about the directory and about the site as a whole."""

import pytest

from calvox.doctor.facts import Domain, Mode, Site
from calvox.doctor.rule import Outcome
from calvox.doctor.rules.directory_group_missing import account_name
from calvox.doctor.rules.directory_site_object_unknown import server_name
from tests.doctor.sites import (
    NOW,
    V2016,
    V2022,
    V2025,
    answers,
    bare,
    built_in_pack,
    changed,
    findings,
    healthy,
    known,
    outcomes,
    rules_named,
    user_pack,
    with_another_host,
    with_another_server,
    with_directory,
    with_domain,
    with_host,
    with_machine,
    with_packs,
    workgroup,
)

NAMES = [rule.name for beginning in ("directory-", "site-") for rule in rules_named(beginning)]
UNKNOWN, WARNING, NOTICE, OK = {Outcome.UNKNOWN}, {Outcome.WARNING}, {Outcome.NOTICE}, {Outcome.OK}
NONE = {Outcome.NOT_APPLICABLE}
HOST2, HOST3, SERVER2 = "rdsh2.corp.example", "rdsh3.corp.example", "ls2.corp.example"


def texts(site: Site, rule: str) -> str:
    """Give what one rule says."""
    return "\n".join(str(finding.text) for finding in answers(site, rule))


@pytest.mark.parametrize("name", NAMES)
def test_healthy_sites_have_nothing_of_it(name: str) -> None:
    """Neither in a domain nor in a workgroup; and nothing is unknown there."""
    for site in (healthy(), workgroup()):
        assert findings(site, name) == {}
        assert outcomes(site, name) <= OK | NONE


@pytest.mark.parametrize("name", NAMES)
def test_nothing_collected_is_never_ok(name: str) -> None:
    """An empty bundle gives unknown, or does not apply."""
    assert outcomes(Site(name="empty"), name) <= UNKNOWN | NONE


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("directory-")])
def test_the_directory_unknown_is_never_ok(name: str) -> None:
    """Names of a host and a server alone do not tell."""
    assert outcomes(bare(), name) == UNKNOWN


# Who may write


def test_self_may_not_write() -> None:
    """Hosts of 2019 and newer, per user, in a domain."""
    site = with_directory(healthy(), self_may_write=False)
    assert outcomes(site, "directory-self-may-not-write") == WARNING
    assert HOST2 in texts(site, "directory-self-may-not-write")


def test_self_need_not_write_for_others() -> None:
    """Older hosts, per-device hosts, workgroups."""
    site = with_directory(healthy(), self_may_write=False)
    old = with_machine(with_machine(site, "rdsh1", version=V2016), "rdsh2", version=V2016)
    device = with_host(with_host(site, 0, mode=Mode.DEVICE), 1, mode=Mode.DEVICE)
    alone = with_directory(workgroup(), self_may_write=False)
    for one in (old, device, alone):
        assert outcomes(one, "directory-self-may-not-write") == NONE


@pytest.mark.parametrize("fact", ["mode", "application_mode"])
def test_self_may_not_write_and_the_hosts_are_not_known(fact: str) -> None:
    """Then nobody can tell whether it matters."""
    site = with_directory(healthy(), self_may_write=False)
    site = with_host(with_host(site, 0, **{fact: None}), 1, **{fact: None})
    assert outcomes(site, "directory-self-may-not-write") == UNKNOWN


def test_whether_self_may_write_was_not_collected() -> None:
    """With the reason."""
    site = changed(healthy(), "directory.self_may_write", None)
    assert outcomes(site, "directory-self-may-not-write") == UNKNOWN
    assert "not collected" in texts(site, "directory-self-may-not-write")


def test_the_group_may_not_write() -> None:
    """Hosts older than 2019 have the licence server write."""
    site = with_directory(healthy(), group_may_write=False)
    assert outcomes(site, "directory-group-may-not-write") == NONE
    site = with_machine(site, "rdsh2", version=V2016)
    assert outcomes(site, "directory-group-may-not-write") == WARNING
    assert outcomes(with_directory(site, group_may_write=None), "directory-group-may-not-write") == UNKNOWN
    unsure = with_machine(with_directory(healthy(), group_may_write=False), "rdsh1", version=None)
    assert outcomes(unsure, "directory-group-may-not-write") == UNKNOWN


def test_users_with_old_attributes() -> None:
    """They are counted; where hosts work per device they may be left from before."""
    site = with_directory(healthy(), stale_users=40)
    assert outcomes(site, "directory-stale-users") == WARNING
    assert "40" in texts(site, "directory-stale-users")
    device = with_host(with_host(site, 0, mode=Mode.DEVICE), 1, mode=Mode.DEVICE)
    assert outcomes(device, "directory-stale-users") == NONE
    unsure = with_host(with_host(site, 0, mode=None), 1, mode=Mode.DEVICE)
    assert outcomes(unsure, "directory-stale-users") == UNKNOWN
    assert outcomes(with_directory(healthy(), stale_users=None), "directory-stale-users") == UNKNOWN


# Groups and published servers


def trusting(members: tuple[str, ...] | None) -> Site:
    """Make a healthy site with users of a trusted domain whose group has these members."""
    own = Domain(name="corp.example", group_members=known(("ls1.corp.example",)))
    return with_domain(
        with_directory(healthy(), domains=(own, Domain(name="b.example", trusted=True))), 1, group_members=members
    )


def test_a_licence_server_missing_in_a_trusted_domain() -> None:
    """Members are written in several ways; a domain that was not looked at is unknown."""
    assert outcomes(trusting(("CORP\\LS1$",)), "directory-group-missing") == OK
    assert outcomes(trusting(("ls9.corp.example",)), "directory-group-missing") == WARNING
    assert "b.example" in texts(trusting(()), "directory-group-missing")
    assert outcomes(trusting(None), "directory-group-missing") == UNKNOWN
    assert "ls2" in texts(with_another_server(trusting(("ls1",)), SERVER2), "directory-group-missing")


def test_the_own_domain_is_not_this_rule_s() -> None:
    """A rule about the licence server looks there."""
    assert outcomes(with_domain(healthy(), 0, group_members=()), "directory-group-missing") == NONE


def test_a_trusted_domain_matters_for_per_user_hosts() -> None:
    """Per device nobody is tracked in the directory."""
    device = with_host(with_host(trusting(()), 0, mode=Mode.DEVICE), 1, mode=Mode.DEVICE)
    assert outcomes(device, "directory-group-missing") == NONE
    unsure = with_host(with_host(trusting(()), 0, mode=None), 1, mode=None)
    assert outcomes(unsure, "directory-group-missing") == UNKNOWN


@pytest.mark.parametrize("member", ["CORP\\LS1$", "ls1$", "LS1.corp.example", "ls1"])
def test_group_members_are_read_in_every_way(member: str) -> None:
    """As account, as name, with and without domain."""
    assert account_name(member) == "ls1"


def test_a_published_server_that_does_not_exist() -> None:
    """A notice; a warning where a host looks for servers there."""
    gone = "CN=OLD,OU=Servers,DC=corp,DC=example"
    site = with_directory(healthy(), site_objects=("CN=LS1,OU=Servers,DC=corp,DC=example", gone))
    assert outcomes(site, "directory-site-object-unknown") == NOTICE
    assert "old" in texts(site, "directory-site-object-unknown")
    assert outcomes(with_host(site, 1, servers=()), "directory-site-object-unknown") == WARNING
    assert outcomes(with_directory(site, site_objects=None), "directory-site-object-unknown") == UNKNOWN
    assert outcomes(changed(site, "licence_servers", ()), "directory-site-object-unknown") == UNKNOWN


@pytest.mark.parametrize("value", ["CN=LS1,OU=Servers,DC=corp", "cn=ls1", "LS1.corp.example", "ls1"])
def test_published_names_are_read_in_every_way(value: str) -> None:
    """A distinguished name, as the directory has it, or a plain one."""
    assert server_name(value) == "ls1"


# The site


def test_one_host_was_forgotten() -> None:
    """All others agree; names count without their domain, and in any order."""
    site = with_host(healthy(), 0, servers=("LS1", "ls2.corp.example"))
    site = with_host(site, 1, servers=("ls2", "ls1.corp.example"))
    assert outcomes(site, "site-hosts-disagree") == OK
    site = with_another_host(site, HOST3, servers=("old.corp.example",))
    assert outcomes(site, "site-hosts-disagree") == WARNING
    assert "rdsh3" in texts(site, "site-hosts-disagree")


def test_hosts_in_two_camps() -> None:
    """Where no host is alone it may be intended: a notice."""
    site = with_host(healthy(), 1, servers=(SERVER2,))
    assert outcomes(site, "site-hosts-disagree") == NOTICE
    both = with_another_host(with_another_host(site, HOST3), "rdsh4", servers=("ls2",))
    assert outcomes(both, "site-hosts-disagree") == NOTICE


def test_hosts_that_name_nobody_or_are_not_known() -> None:
    """The first are another rule's; the others keep this one from saying ok."""
    assert outcomes(with_host(healthy(), 1, servers=()), "site-hosts-disagree") == OK
    assert outcomes(with_host(healthy(), 1, servers=None), "site-hosts-disagree") == UNKNOWN


def test_half_of_the_site_was_not_collected() -> None:
    """It is said, and for a licence server which one it is."""
    no_host = changed(healthy(), "session_hosts", ())
    assert outcomes(no_host, "site-no-host-collected") == UNKNOWN
    assert outcomes(no_host, "site-no-server-collected") == OK
    no_server = changed(healthy(), "licence_servers", ())
    assert outcomes(no_server, "site-no-server-collected") == UNKNOWN
    assert "ls1.corp.example" in texts(no_server, "site-no-server-collected")
    assert outcomes(no_server, "site-no-host-collected") == OK


def test_packs_that_serve_the_older_hosts_only() -> None:
    """The newer host's version and the one that is served are named."""
    site = with_machine(healthy(), "rdsh2", version=V2025)
    assert outcomes(site, "site-versions-partly-served") == WARNING
    assert "2025 (rdsh2.corp.example)" in texts(site, "site-versions-partly-served")
    assert "2022 (rdsh1.corp.example)" in texts(site, "site-versions-partly-served")
    both = with_packs(site, 0, user_pack(), user_pack(number=9, version=V2025))
    assert outcomes(both, "site-versions-partly-served") == OK


def test_packs_of_another_server_count() -> None:
    """The site is looked at as a whole; a pack that ended does not count."""
    site = with_another_server(
        with_machine(healthy(), "rdsh2", version=V2025), SERVER2, packs=(user_pack(version=V2025),)
    )
    assert outcomes(site, "site-versions-partly-served") == OK
    ended = changed(site, "licence_servers.1.packs.0.expires", NOW - 1)
    assert outcomes(ended, "site-versions-partly-served") == WARNING


def test_packs_that_are_not_known() -> None:
    """Not collected; or none seen by somebody who is no administrator, which says nothing (KB2546583)."""
    site = with_machine(healthy(), "rdsh2", version=V2025)
    assert outcomes(changed(site, "licence_servers.0.packs", None), "site-versions-partly-served") == UNKNOWN
    zero = with_machine(with_packs(site, 0, built_in_pack()), "ls1", administrator=True)
    assert outcomes(zero, "site-versions-partly-served") == WARNING
    seen = with_machine(with_packs(site, 0), "ls1", administrator=False)
    assert outcomes(seen, "site-versions-partly-served") == UNKNOWN


@pytest.mark.parametrize("version", [None, V2022])
def test_a_host_whose_needs_are_not_known(version: int | None) -> None:
    """One without version, or without mode, keeps the rule from saying ok."""
    site = with_machine(healthy(), "rdsh2", version=version)
    site = site if version is None else with_host(site, 1, mode=None)
    assert outcomes(site, "site-versions-partly-served") == UNKNOWN
