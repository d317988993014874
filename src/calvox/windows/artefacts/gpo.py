r"""The group policy object as files: a backup that `Import-GPO` takes, and the two files that lie in SYSVOL.

Rules:
- The layout is that of backups made by the Group Policy Management Console and published by others: manifest.xml, and a
  folder named by the backup's number with Backup.xml, bkupInfo.xml and DomainSysvol\GPO\Machine\registry.pol.
- Names go into XML escaped; numbers of object and backup come from the world's randomness.
- The backup holds settings only: no security descriptor, no link, no security principal. An import takes just those.
"""

from xml.sax.saxutils import escape, quoteattr

from calvox.common.clock import World, utc
from calvox.windows.artefacts.checks import domain_checked, licensing_checked
from calvox.windows.artefacts.given import HostLicensing, KitInput
from calvox.windows.artefacts.gpo_script import import_script
from calvox.windows.artefacts.reg import policy_values
from calvox.windows.artefacts.registry_pol import Setting, number_setting, push_policy, text_setting

REGISTRY, EDITOR = "{35378EAC-683F-11D2-A89A-00C04FBBCFA2}", "{D02B1F72-3407-48AE-BA88-E8213C6761F1}"
"""The extension that reads Registry.pol on a machine, and the editor of computer settings, as MS-GPREG numbers them."""
EXTENSIONS = f"[{REGISTRY}{EDITOR}]"
"""What gPCMachineExtensionNames of the object holds; without it no machine reads Registry.pol."""
VERSION = 1
"""Of the computer settings: the low half of the object's version."""
BACKUP = "http://www.microsoft.com/GroupPolicy/GPOOperations"
MANIFEST = BACKUP + "/Manifest"
NOWHERE = "{00000000-0000-0000-0000-000000000000}"
"""In place of the number of the domain in which a backup was made: this one was made in none."""


def policy_settings(given: HostLicensing) -> list[Setting]:
    """Give the policy values as Registry.pol holds them."""
    settings = []
    for key, values in policy_values(given).items():
        for name, value in values.items():
            made = number_setting(key, name, value) if isinstance(value, int) else text_setting(key, name, str(value))
            settings.append(made)
    return settings


def policy_file(given: KitInput) -> dict[str, bytes]:
    """Make Registry.pol and GPT.INI as they lie in SYSVOL, and in a machine's own policy."""
    licensing = licensing_checked(given.licensing)
    return {"GPT.INI": gpt_ini(), "Machine/Registry.pol": push_policy(policy_settings(licensing))}


def gpt_ini() -> bytes:
    """Write GPT.INI; the line of extensions counts in a machine's own policy, and domains keep theirs in the directory."""
    return f"[General]\r\ngPCMachineExtensionNames={EXTENSIONS}\r\nVersion={VERSION}\r\n".encode("ascii")


def gpo_backup(given: KitInput) -> dict[str, bytes]:
    """Make the folder that `Import-GPO` takes, and the script that calls it."""
    licensing = domain_checked(given.licensing)
    gpo, backup = new_guid(given.world), new_guid(given.world)
    instance = _instance(licensing, gpo, backup, given.world.now())
    return {
        "import.ps1": import_script(licensing, backup),
        "manifest.xml": _manifest(instance),
        f"{backup}/bkupInfo.xml": _xml(
            instance.replace("<BackupInst>", f"<BackupInst xmlns={quoteattr(MANIFEST)}>", 1)
        ),
        f"{backup}/Backup.xml": _backup(licensing, gpo),
        f"{backup}/DomainSysvol/GPO/Machine/registry.pol": push_policy(policy_settings(licensing)),
    }


def new_guid(world: World) -> str:
    """Draw a number as Windows writes it: random (version 4), capitals, in braces."""
    drawn = bytearray(world.random(16))
    drawn[6], drawn[8] = drawn[6] & 0x0F | 0x40, drawn[8] & 0x3F | 0x80
    digits = drawn.hex().upper()
    return "{" + "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])) + "}"


def _instance(given: HostLicensing, gpo: str, backup: str, now: int) -> str:
    """Say which object was backed up, when and under which number; manifest and bkupInfo both do."""
    parts = {
        "GPOGuid": gpo,
        "GPODomain": given.domain,
        "GPODomainGuid": NOWHERE,
        "GPODomainController": given.domain,
        "BackupTime": utc(now).removesuffix("Z"),
        "ID": backup,
        "Comment": "Written by Calvox",
        "GPODisplayName": given.gpo,
    }
    return (
        "<BackupInst>" + "".join(f"<{name}>{escape(text)}</{name}>" for name, text in parts.items()) + "</BackupInst>"
    )


def _manifest(instance: str) -> bytes:
    space = quoteattr(MANIFEST)
    return _xml(f'<Backups xmlns={space} xmlns:mfst={space} mfst:version="1.0">{instance}</Backups>')


def _backup(given: HostLicensing, gpo: str) -> bytes:
    space = quoteattr(BACKUP)
    source = quoteattr(rf"\\{given.domain}\sysvol\{given.domain}\Policies\{gpo}\Machine\registry.pol")
    both = VERSION << 16 | VERSION
    return _xml(
        f'<GroupPolicyBackupScheme bkp:version="2.0" bkp:type="GroupPolicyBackupTemplate" xmlns:bkp={space} xmlns={space}>'
        "<GroupPolicyObject><SecurityGroups/><FilePaths/><GroupPolicyCoreSettings>"
        f"<ID>{gpo}</ID><Domain>{escape(given.domain)}</Domain><SecurityDescriptor></SecurityDescriptor>"
        f"<DisplayName>{escape(given.gpo)}</DisplayName><Options>0</Options><UserVersionNumber>0</UserVersionNumber>"
        f"<MachineVersionNumber>{both}</MachineVersionNumber><MachineExtensionGuids>{EXTENSIONS}</MachineExtensionGuids>"
        "<UserExtensionGuids/><WMIFilter/></GroupPolicyCoreSettings>"
        f'<GroupPolicyExtension bkp:ID="{REGISTRY}" bkp:DescName="Registry">'
        rf'<FSObjectFile bkp:Path="%GPO_MACH_FSPATH%\registry.pol" bkp:SourceExpandedPath={source}'
        r' bkp:Location="DomainSysvol\GPO\Machine\registry.pol"/>'
        "</GroupPolicyExtension></GroupPolicyObject></GroupPolicyBackupScheme>"
    )


def _xml(text: str) -> bytes:
    return ('<?xml version="1.0" encoding="utf-8"?>' + text + "\r\n").encode()
