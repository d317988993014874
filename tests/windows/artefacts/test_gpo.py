"""The group policy object's files: XML that any parser reads, the layout of published backups, numbers from the world."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from calvox.common.errors import BadInput
from calvox.windows.artefacts.gpo import EXTENSIONS, gpo_backup, new_guid, policy_file
from calvox.windows.artefacts.registry_pol import Setting, pull_policy
from tests.windows.artefacts.descriptions import DOMAIN, FIXED, IN_DOMAIN, SERVERS, WORKGROUP

POLICY = r"SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"
MANIFEST = "{http://www.microsoft.com/GroupPolicy/GPOOperations/Manifest}"
BACKUP = "{http://www.microsoft.com/GroupPolicy/GPOOperations}"
GUID = "{00010203-0405-4607-8809-0A0B0C0D0E0F}"
"""What sixteen bytes 00, 01, 02 … make, with version 4 and its variant."""
WANTED = [
    Setting(POLICY, "LicenseServers", 1, (",".join(SERVERS) + "\0").encode("utf-16-le")),
    Setting(POLICY, "LicensingMode", 4, b"\x04\0\0\0"),
]
MIXED = replace(DOMAIN, licensing=IN_DOMAIN)


def test_the_policy_as_files() -> None:
    """In a domain and in a workgroup: values, version of the computer's half, and the extensions that read it."""
    files = policy_file(MIXED)
    assert set(files) == {"GPT.INI", "Machine/Registry.pol"}
    assert pull_policy(files["Machine/Registry.pol"]) == WANTED
    lines = files["GPT.INI"].decode("ascii").split("\r\n")
    assert lines == ["[General]", f"gPCMachineExtensionNames={EXTENSIONS}", "Version=1", ""]
    assert pull_policy(policy_file(WORKGROUP)["Machine/Registry.pol"])[1].data == b"\x02\0\0\0"


def test_the_backup_has_the_layout_of_published_ones() -> None:
    """A manifest, and a folder named by the backup's number."""
    files = gpo_backup(MIXED)
    assert set(files) == {
        "import.ps1",
        "manifest.xml",
        f"{GUID}/Backup.xml",
        f"{GUID}/bkupInfo.xml",
        f"{GUID}/DomainSysvol/GPO/Machine/registry.pol",
    }
    assert pull_policy(files[f"{GUID}/DomainSysvol/GPO/Machine/registry.pol"]) == WANTED


def test_manifest_and_backup_info_say_the_same() -> None:
    """One whole list of parts, in the same order, with the name as it was written."""
    files = gpo_backup(MIXED)
    (listed,) = ElementTree.fromstring(files["manifest.xml"])
    alone = ElementTree.fromstring(files[f"{GUID}/bkupInfo.xml"])
    assert listed.tag == alone.tag == MANIFEST + "BackupInst"
    parts = {part.tag.removeprefix(MANIFEST): part.text for part in alone}
    assert parts == {part.tag.removeprefix(MANIFEST): part.text for part in listed}
    assert parts["GPODisplayName"] == IN_DOMAIN.gpo
    assert parts["ID"] == GUID
    assert parts["BackupTime"] == "2027-01-15T08:00:00"


def test_the_backup_names_its_one_file_and_extension() -> None:
    """And no security descriptor, no principal, no link."""
    root = ElementTree.fromstring(gpo_backup(MIXED)[f"{GUID}/Backup.xml"])
    core = root.find(f"{BACKUP}GroupPolicyObject/{BACKUP}GroupPolicyCoreSettings")
    assert core is not None
    texts = {part.tag.removeprefix(BACKUP): part.text for part in core}
    assert texts["DisplayName"] == IN_DOMAIN.gpo
    assert texts["MachineExtensionGuids"] == EXTENSIONS
    assert texts["MachineVersionNumber"] == str(1 << 16 | 1)
    assert texts["SecurityDescriptor"] is None
    (file,) = root.iter(BACKUP + "FSObjectFile")
    assert file.get(BACKUP + "Path") == r"%GPO_MACH_FSPATH%\registry.pol"
    assert file.get(BACKUP + "Location") == r"DomainSysvol\GPO\Machine\registry.pol"


def test_numbers_come_from_the_world() -> None:
    """Each is drawn anew, has the form that Windows writes, and the script imports the backup's."""
    drawn = iter([bytes(16), b"\xff" * 16])
    given = replace(MIXED, world=replace(FIXED, random=lambda size: next(drawn)))
    files = gpo_backup(given)
    assert "{FFFFFFFF-FFFF-4FFF-BFFF-FFFFFFFFFFFF}/Backup.xml" in files
    assert b"$Backup = 'FFFFFFFF-FFFF-4FFF-BFFF-FFFFFFFFFFFF'\r\n" in files["import.ps1"]
    assert b"<GPOGuid>{00000000-0000-4000-8000-000000000000}</GPOGuid>" in files["manifest.xml"]
    assert re.fullmatch(r"\{[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}\}", new_guid(FIXED))


def test_a_workgroup_has_no_object() -> None:
    """It is refused; the policy as a file is not."""
    with pytest.raises(BadInput):
        gpo_backup(WORKGROUP)
