"""Delegation of licensing attributes: one rule, by numbers, added and taken back alone. See also tests/real/test_delegation.py."""

import re
from dataclasses import replace

import pytest

from calvox.common.errors import BadInput
from calvox.windows.artefacts.delegation import ACE, base_of, delegation_files, delegation_notes
from calvox.windows.artefacts.given import KitInput
from calvox.windows.collector import collector_script
from tests.windows.artefacts.descriptions import DOMAIN, HOSTILE, WORKGROUP
from tests.windows.powershell_checks import problems

GRANT, REVOKE = "Grant-CalvoxLicensingRights.ps1", "Revoke-CalvoxLicensingRights.ps1"
RECORD = ("format", "target")
"""Members of the record, which the script reads back from JSON."""


def text(name: str, site: KitInput = DOMAIN) -> str:
    """Give one file as text."""
    return delegation_files(site)[name].decode("utf-8-sig")


def test_scripts_are_sound() -> None:
    """Nothing is wrong with them that can be seen without running them."""
    for name in (GRANT, REVOKE):
        assert problems(delegation_files(DOMAIN)[name], members=RECORD) == []
        assert "Run on: no Windows yet" in text(name)


def test_the_rule_is_the_one_that_was_tried() -> None:
    """Property set, class and trustee are those of the rule that a real domain controller was given; the collector's too."""
    found = re.fullmatch(r"\(OA;CIIO;RPWP;([0-9a-f-]{36});([0-9a-f-]{36});PS\)", ACE)
    assert found
    for name in (GRANT, REVOKE):
        script = text(name)
        assert f"$Set = '{found[1]}'" in script
        assert f"$UserClass = '{found[2]}'" in script
        assert "SecurityIdentifier]::new('S-1-5-10')" in script
        assert "'ReadProperty, WriteProperty'" in script
        assert "ActiveDirectorySecurityInheritance]::Descendents" in script
    assert found[1] in collector_script().decode("utf-8-sig")


def test_only_the_list_of_rules_is_written() -> None:
    """Owner and auditing are left out; one rule is added, or exactly one taken away; each time after asking."""
    for name, change in ((GRANT, "AddAccessRule"), (REVOKE, "RemoveAccessRuleSpecific")):
        script = text(name)
        assert "SecurityMasks = 'Dacl'" in script
        assert re.findall(r"ObjectSecurity\.(\w+AccessRule\w*)\(\(New-Rule\)\)", script) == [change]
        assert script.count("CommitChanges()") == 1
        assert script.index("ShouldProcess(") < script.index(change) < script.index("CommitChanges()")
        for word in ("SetAccessRule", "PurgeAccessRules", "AdminSDHolder'", "dsacls.exe", "Set-Acl"):
            assert word not in script


def test_a_record_is_kept_before_anything_is_changed() -> None:
    """And what the record does not speak of is not taken away."""
    grant, revoke = text(GRANT), text(REVOKE)
    assert grant.index("calvox-delegation-1") < grant.index("AddAccessRule")
    assert "if ($like.Count) { throw" in grant
    assert "-ne 'calvox-delegation-1') { throw" in revoke
    assert revoke.index("$Target = $kept.target") < revoke.index("RemoveAccessRuleSpecific")


def test_names() -> None:
    """The domain's name is written as a distinguished name, the servers as literals."""
    assert base_of("corp.example.test") == "DC=corp,DC=example,DC=test"
    assert "$Base = 'DC=corp,DC=example,DC=test'" in text(GRANT)
    assert "$Servers = @('LICSRV01.corp.example.test', 'serveur-é.corp.example.test')" in text(GRANT)


@pytest.mark.parametrize("domain", [*HOSTILE, "10.0.4.7", "corp,DC=evil", "corp'; x"])
def test_no_domains(domain: str) -> None:
    """Each is refused, a workgroup too, and the field is named."""
    with pytest.raises(BadInput, match="domain"):
        delegation_files(replace(DOMAIN, licensing=replace(DOMAIN.licensing, domain=domain)))


def test_workgroups_and_servers() -> None:
    """There is nothing to delegate in a workgroup; a server's name is checked as well."""
    with pytest.raises(BadInput, match="in a domain only"):
        delegation_files(WORKGROUP)
    with pytest.raises(BadInput, match="servers"):
        delegation_files(replace(DOMAIN, licensing=replace(DOMAIN.licensing, servers=("a'b",))))


def test_notes() -> None:
    """Where CALs are per device it is said that this is not needed."""
    per_device = replace(DOMAIN, licensing=replace(DOMAIN.licensing, mode="device"))
    assert len(delegation_notes(per_device)) == len(delegation_notes(DOMAIN)) + 1
