"""The list of artefacts: what each is called, what it is for, what to do with it, and who makes it.

Rules:
- A maker is pure: it is given the description and gives files as bytes, or raises with the field that is missing.
- Paths in the answer are relative and written with “/”; the app writes them into a folder named like the artefact.
- One line in `ARTEFACTS` adds one: nothing else needs to know of it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from calvox.common.errors import NotFound
from calvox.common.i18n import Text, t
from calvox.windows.artefacts.backup import backup_files, backup_notes
from calvox.windows.artefacts.checks import cautions
from calvox.windows.artefacts.delegation import delegation_files, delegation_notes
from calvox.windows.artefacts.deployment import deployment_script
from calvox.windows.artefacts.firewall import firewall_files, firewall_notes
from calvox.windows.artefacts.given import KitInput
from calvox.windows.artefacts.gpo import gpo_backup, policy_file
from calvox.windows.artefacts.gpo_script import gpo_script
from calvox.windows.artefacts.reg import host_registry, policy_registry
from calvox.windows.artefacts.workgroup import workgroup_files, workgroup_notes


def _no_notes(given: KitInput) -> Sequence[Text]:
    """Say nothing."""
    return ()


@dataclass(frozen=True, slots=True)
class Artefact:
    """One kind of artefact."""

    name: str
    """As the command line calls it, with hyphens; also its folder."""
    title: Text
    """What it is."""
    where: Text
    """On which machine it is used."""
    steps: Sequence[Text]
    """What to do with it there, one sentence or command each, for its README."""
    make: Callable[[KitInput], Mapping[str, bytes]]
    """Make the files: relative path → content."""
    notes: Callable[[KitInput], Sequence[Text]] = _no_notes
    """What to mind with this very description, for its README."""


def _licensing_notes(given: KitInput) -> Sequence[Text]:
    return cautions(given.licensing)


ON_HOST = t("On each session host, as its administrator.")
ON_SERVER = t("On each licence server, as its administrator, in an elevated PowerShell.")
ON_CONTROLLER = t(
    "On a domain controller, or a machine with the Group Policy Management Console, as a domain administrator."
)
THEN = (
    t("On a session host: gpupdate /force"),
    t("Read the hosts again (calvox windows survey, or the collector), then: calvox windows verify"),
)

ARTEFACTS: tuple[Artefact, ...] = (
    Artefact(
        name="registry",
        title=t("A session host's own licensing settings, as a registry file"),
        where=ON_HOST,
        steps=(
            t("Use it where no group policy and no deployment sets licensing: both win over these values."),
            t("First keep what is there:"),
            t(r'reg export "HKLM\SYSTEM\CurrentControlSet\Control\Terminal Server\RCM\Licensing Core" mode-before.reg'),
            t(r'reg export "HKLM\SYSTEM\CurrentControlSet\Services\TermService\Parameters" list-before.reg'),
            t("Then: reg import licensing.reg"),
            t("Windows is not documented to take the values at once; restart the machine when no session is open."),
            t(
                "To take it back: reg import licensing-undo.reg (no mode and no licence servers; not what was there before)"
            ),
            THEN[1],
        ),
        make=host_registry,
        notes=_licensing_notes,
    ),
    Artefact(
        name="policy-registry",
        title=t("The two licensing policies of a session host, as a registry file"),
        where=ON_HOST,
        steps=(
            t("Use it in a workgroup, or on a host that takes no group policy; a domain's policy writes over it."),
            t("Import it: reg import policy.reg"),
            t("The policy editor of the machine does not show values that were imported in this way."),
            t("To take it back: reg import policy-undo.reg"),
            THEN[1],
        ),
        make=policy_registry,
        notes=_licensing_notes,
    ),
    Artefact(
        name="policy-file",
        title=t("Registry.pol and GPT.INI, as they lie in SYSVOL or in a machine's own policy"),
        where=t("In the folder of an empty group policy object, or in a machine's own policy folder."),
        steps=(
            t(
                "For people who keep policies as files; “gpo” and “gpo-script” do the same through Microsoft's own tools."
            ),
            t(r"In a machine's own policy: copy both into %SystemRoot%\System32\GroupPolicy, then gpupdate /force"),
            t("If a Registry.pol is there already, do not: it holds other policies, which would be lost."),
            t("In SYSVOL the object in the directory needs the same version, and the extensions that GPT.INI names."),
            THEN[1],
        ),
        make=policy_file,
        notes=_licensing_notes,
    ),
    Artefact(
        name="gpo",
        title=t("A group policy object to import, with the script that imports and links it"),
        where=ON_CONTROLLER,
        steps=(
            t(r"See what it would do: powershell.exe -ExecutionPolicy RemoteSigned -File .\import.ps1 -WhatIf"),
            t(
                "Then the same without -WhatIf. An object of that name is touched only with -Replace, which replaces all of it."
            ),
            t("To take it back: Remove-GPLink, then Remove-GPO, with the name in the script."),
            *THEN,
        ),
        make=gpo_backup,
        notes=_licensing_notes,
    ),
    Artefact(
        name="gpo-script",
        title=t("The script that makes the group policy object and links it"),
        where=ON_CONTROLLER,
        steps=(
            t(r"See what it would do: powershell.exe -ExecutionPolicy RemoteSigned -File .\make-gpo.ps1 -WhatIf"),
            t("Then the same without -WhatIf; run again, it changes what differs."),
            t("To take it back: Remove-GPLink, then Remove-GPO, with the name in the script."),
            *THEN,
        ),
        make=gpo_script,
        notes=_licensing_notes,
    ),
    Artefact(
        name="deployment",
        title=t("The script that sets licensing for a deployment with a connection broker"),
        where=t("On the connection broker, as an administrator of the deployment."),
        steps=(
            t(r"See what it would do: powershell.exe -ExecutionPolicy RemoteSigned -File .\set-deployment.ps1 -WhatIf"),
            t("Then the same without -WhatIf. It shows the configuration before and after."),
            t("To take it back, set what it showed as “Before” with Set-RDLicenseConfiguration."),
            THEN[1],
        ),
        make=deployment_script,
        notes=_licensing_notes,
    ),
    Artefact(
        name="firewall",
        title=t(
            "Firewall rules of a licence server, for its session hosts alone, and a table for the network's firewall"
        ),
        where=ON_SERVER,
        steps=(
            t(
                r"See what it would do: powershell.exe -ExecutionPolicy RemoteSigned -File .\Set-CalvoxFirewall.ps1 -WhatIf"
            ),
            t("Read its warnings: rules of others that let in more stay as they are, and make these moot."),
            t("Then the same without -WhatIf; with -NetBios or -BlockInternet only if the site needs it."),
            t(r"To take it back: .\Remove-CalvoxFirewall.ps1"),
            t("Give network-rules.en.txt or network-rules.fr.txt to whoever runs the network's firewall."),
            t("Then run the collector on a session host: its item “reach” tells whether the ports answer."),
        ),
        make=firewall_files,
        notes=firewall_notes,
    ),
    Artefact(
        name="backup",
        title=t(
            "Backup of a licence server's database and system state, its scheduled task, its test, and how to restore"
        ),
        where=ON_SERVER,
        steps=(
            t("Once: Install-WindowsFeature -Name Windows-Server-Backup"),
            t(
                r"See what it would do: powershell.exe -ExecutionPolicy RemoteSigned -File .\Register-CalvoxBackupTask.ps1 -WhatIf"
            ),
            t("Then the same without -WhatIf. The task runs daily; -Remove takes it away again."),
            t(r"Run the task once by hand, and read calvox-backup.log in the backup folder."),
            t(r"Test what it made: .\Test-CalvoxBackup.ps1 -Backup FOLDER; then: calvox windows backup-tested"),
            t("Run the collector there with -BackupFolder, so that the doctor watches over it."),
            t("Print RESTORE.en.txt or RESTORE.fr.txt, and keep it with the papers."),
        ),
        make=backup_files,
        notes=backup_notes,
    ),
    Artefact(
        name="workgroup",
        title=t("The user and the credentials by which hosts of a workgroup sign in to their licence server"),
        where=t("First on the licence server, then on each session host, in an elevated PowerShell."),
        steps=(
            t("Make up a password of 16 characters or more, and keep it as the site keeps passwords."),
            t(
                r"On the licence server: powershell.exe -ExecutionPolicy RemoteSigned -File .\On-LicenceServer.ps1 (first with -WhatIf)"
            ),
            t(
                r"On each session host: powershell.exe -ExecutionPolicy RemoteSigned -File .\On-EachHost.ps1 (first with -WhatIf)"
            ),
            t("Restart the session host when nobody works on it."),
            t("To take it back: the same scripts with -Remove."),
            t("Never set DisableWorkgroupAuthEnforcement instead: it lets anybody talk to the licensing service."),
        ),
        make=workgroup_files,
        notes=workgroup_notes,
    ),
    Artefact(
        name="delegation",
        title=t("The right of users to write their own licensing attributes in Active Directory"),
        where=t("On a machine of the users' domain, as a domain administrator."),
        steps=(
            t(
                r"See what it would do: powershell.exe -ExecutionPolicy RemoteSigned -File .\Grant-CalvoxLicensingRights.ps1 -WhatIf"
            ),
            t("Then the same without -WhatIf; -Target takes an organisational unit instead of the whole domain."),
            t("Keep calvox-delegation.json: Revoke-CalvoxLicensingRights.ps1 -Record takes the right away by it."),
            t(
                "Let a user sign in to a session host, then make a per-user report, and run the collector with -Directory."
            ),
        ),
        make=delegation_files,
        notes=delegation_notes,
    ),
)


def artefact_named(name: str) -> Artefact:
    """Find an artefact.

    Raises:
        NotFound: there is none of that name.
    """
    for one in ARTEFACTS:
        if one.name == name:
            return one
    names = ", ".join(one.name for one in ARTEFACTS)
    raise NotFound(t("There is no artefact “{name}”", name=name), hint=t("There are: {names}.", names=names))
