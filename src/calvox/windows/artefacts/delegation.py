"""Delegation in Active Directory: users may write their own licensing attributes (Microsoft, KB4547091).

Rules:
- One access rule: SELF, read and write, the property set “Terminal Server License Server”, on user objects below the target.
  It is given by numbers, since names of groups and rights are translated.
- The rule is added to what is there and nothing else is written; a record is kept, and only what was added is taken back.
- Protected accounts (adminCount 1) do not inherit; AdminSDHolder is not touched. Membership of the group of licence servers is
  shown, not changed.
"""

from calvox.common.errors import BadInput
from calvox.common.i18n import Text, t
from calvox.windows.artefacts.checks import is_address, name_checked
from calvox.windows.artefacts.given import KitInput
from calvox.windows.artefacts.parts import part
from calvox.windows.artefacts.script import script
from calvox.windows.powershell import array, literal

PROPERTY_SET = "5805bc62-bdc9-4428-a5e2-856a0f4c185e"
USER_CLASS = "bf967aba-0de6-11d0-a285-00aa003049e2"
ACE = f"(OA;CIIO;RPWP;{PROPERTY_SET};{USER_CLASS};PS)"
"""The rule in SDDL."""
NEEDS = "Needs: a machine of the domain, and an account that may write the target's permissions (domain administrator)."


def delegation_files(given: KitInput) -> dict[str, bytes]:
    """Make the scripts.

    Raises:
        BadInput: there is no domain, or a name is malformed.
    """
    base = base_of(given.licensing.domain)
    servers = [name_checked(name, "[licensing] servers") for name in given.licensing.servers]
    values = (
        f"$Base = {literal(base)}\n$Set = '{PROPERTY_SET}'\n$UserClass = '{USER_CLASS}'\n$Servers = {array(servers)}\n"
    )
    shared = part("delegation.ps1")
    stamp = "$PSScriptRoot\\calvox-delegation.json"
    return {
        "Grant-CalvoxLicensingRights.ps1": script(
            "Lets users write their own licensing attributes: hosts of 2019 and newer write them with the user's account.",
            values + "if (-not $Target) { $Target = $Base }\n\n" + shared + part("delegation_grant.ps1"),
            about=(
                "Changes: one access rule on -Target, by default the whole domain: SELF, read and write of the property set",
                "“Terminal Server License Server” on user objects below it. Writes a record to -Record.",
                "Undo: Revoke-CalvoxLicensingRights.ps1 with that record. " + NEEDS,
            ),
            parameters=f"[string]$Target = '', [string]$Record = \"{stamp}\"",
        ),
        "Revoke-CalvoxLicensingRights.ps1": script(
            "Takes away the access rule that Grant-CalvoxLicensingRights.ps1 gave, by its record.",
            values + "$Target = $Base\n\n" + shared + part("delegation_revoke.ps1"),
            about=("Changes: removes one access rule. Undo: Grant-CalvoxLicensingRights.ps1. " + NEEDS,),
            parameters="[Parameter(Mandatory = $true)][string]$Record",
        ),
    }


def base_of(domain: str) -> str:
    """Give a domain's distinguished name.

    Raises:
        BadInput: it is empty or none.
    """
    if not domain:
        raise BadInput(
            t("[licensing] domain in site.toml is empty; users are delegated their attributes in a domain only"),
            hint=t("In a workgroup nothing is tracked per user, and CALs are bought per device."),
        )
    checked = name_checked(domain, "[licensing] domain")
    if is_address(checked):
        raise BadInput(t("[licensing] domain in site.toml is an address; write the domain's DNS name"))
    return ",".join(f"DC={label}" for label in checked.split("."))


def delegation_notes(given: KitInput) -> tuple[Text, ...]:
    """Say what to mind."""
    per_device = given.licensing.mode == "device"
    return (
        *(
            (t("Hosts per device do not need this: only per-user CALs are noted in the directory."),)
            if per_device
            else ()
        ),
        t("Users may then write these attributes of their own, and so also spoil their own row in a report."),
        t("Administrators and other protected accounts do not inherit the rule, and stay untracked."),
        t(
            "Each domain with users needs it, and each licence server in that domain's group Terminal Server License Servers."
        ),
    )
