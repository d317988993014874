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
from calvox.windows.artefacts.checks import cautions
from calvox.windows.artefacts.deployment import deployment_script
from calvox.windows.artefacts.given import KitInput
from calvox.windows.artefacts.gpo import gpo_backup, policy_file
from calvox.windows.artefacts.gpo_script import gpo_script
from calvox.windows.artefacts.reg import host_registry, policy_registry


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
            t(r"See what it would do: powershell -ExecutionPolicy Bypass -File .\import.ps1 -WhatIf"),
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
            t(r"See what it would do: powershell -ExecutionPolicy Bypass -File .\make-gpo.ps1 -WhatIf"),
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
            t(r"See what it would do: powershell -ExecutionPolicy Bypass -File .\set-deployment.ps1 -WhatIf"),
            t("Then the same without -WhatIf. It shows the configuration before and after."),
            t("To take it back, set what it showed as “Before” with Set-RDLicenseConfiguration."),
            THEN[1],
        ),
        make=deployment_script,
        notes=_licensing_notes,
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
