"""The scripts parse as PowerShell 5.1, call what Microsoft documents, and hold hostile names as plain literals."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from calvox.windows.artefacts.deployment import deployment_script
from calvox.windows.artefacts.gpo import gpo_backup
from calvox.windows.artefacts.gpo_script import gpo_script
from tests.windows.artefacts.descriptions import DOMAIN, IN_DOMAIN, NAMED
from tests.windows.powershell_checks import problems

MAKERS = (gpo_backup, gpo_script, deployment_script)
MEMBERS = ("DisplayName", "GpoLinks", "Value", "Mode", "LicenseServer", "ShouldProcess", "TrimEnd")


def scripts(files: Mapping[str, bytes]) -> list[bytes]:
    """Give the scripts of an artefact."""
    found = [data for name, data in files.items() if name.endswith(".ps1")]
    assert found
    return found


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("gpo", ["Calvox", 'L\'été ‘’‚‛ "$(x)" `n {0} %s ; # <>'])
def test_they_are_sound(make: object, gpo: str) -> None:
    """Bytes, grammar, cmdlets, parameters, variables, whatever the object is called."""
    for script in scripts(make(replace(DOMAIN, licensing=replace(IN_DOMAIN, servers=NAMED, gpo=gpo)))):  # type: ignore[operator]
        assert problems(script, members=MEMBERS) == []


@pytest.mark.parametrize("make", MAKERS)
def test_they_say_that_no_windows_ran_them_and_rehearse(make: object) -> None:
    """In their heading; and every change asks first."""
    for script in scripts(make(DOMAIN)):  # type: ignore[operator]
        text = script.decode("utf-8-sig")
        assert "Run on: no Windows yet" in text
        assert "SupportsShouldProcess = $true" in text
        changing = [
            line for line in text.splitlines() if line.strip().startswith(("New-", "Set-GP", "Set-RD", "Import-"))
        ]
        assert len(changing) == text.count("$PSCmdlet.ShouldProcess(") > 0


def test_what_is_read_back_has_names_of_its_own() -> None:
    """PowerShell's names know no capitals: $servers would be $Servers, and always equal."""
    for script in scripts(gpo_script(DOMAIN)):
        text = script.decode("utf-8-sig")
        given = {"$" + word.split(" =")[0] for word in text.split("\n$")[1:8] if " = " in word}
        assert len({name.lower() for name in given}) == len(given)
        assert "$heldServers.TrimEnd([char]0) -ne $Servers" in text


def test_names_are_literals() -> None:
    """A quote is doubled, and nothing of a name stands outside its quotes."""
    licensing = replace(IN_DOMAIN, servers=NAMED, gpo="a'; Remove-Item C: #")
    (script,) = scripts(gpo_script(replace(DOMAIN, licensing=licensing)))
    assert "$Name = 'a''; Remove-Item C: #'\r\n" in script.decode("utf-8-sig")
    assert f"@('{NAMED[0]}', '{NAMED[1]}') -join ','" in script.decode("utf-8-sig")


def test_a_deployment_is_set_in_one_command() -> None:
    """Mode and servers together, and what was there is shown first."""
    (script,) = scripts(deployment_script(DOMAIN))
    text = script.decode("utf-8-sig")
    assert "$Mode = 'PerUser'" in text
    assert "Set-RDLicenseConfiguration -Mode $Mode -LicenseServer $Servers -ConnectionBroker $Broker -Force" in text
    assert text.index("Get-RDLicenseConfiguration") < text.index("Set-RDLicenseConfiguration -Mode")
