"""Workgroup: no password in any file, nothing of others changed, and the check for credentials never switched off."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from calvox.common.errors import BadInput
from calvox.windows.artefacts.given import KitInput
from calvox.windows.artefacts.workgroup import MARK, workgroup_files, workgroup_notes
from tests.windows.artefacts.descriptions import DOMAIN, HOSTILE, WORKGROUP
from tests.windows.powershell_checks import problems
from tests.windows.powershell_tree import Script, literal

SERVER, HOST = "On-LicenceServer.ps1", "On-EachHost.ps1"


def text(name: str, site: KitInput = WORKGROUP) -> str:
    """Give one file as text."""
    return workgroup_files(site)[name].decode("utf-8-sig")


def named(*servers: str) -> KitInput:
    """Describe a workgroup with these licence servers."""
    return replace(WORKGROUP, licensing=replace(WORKGROUP.licensing, servers=servers))


def test_scripts_are_sound() -> None:
    """Nothing is wrong with them that can be seen without running them."""
    for name in (SERVER, HOST):
        assert problems(workgroup_files(WORKGROUP)[name]) == []
        assert "Run on: no Windows yet" in text(name)


def test_no_password_in_any_file() -> None:
    """It is asked for, twice, unseen; nothing else makes a secure text, and nothing shows one."""
    for name in (SERVER, HOST):
        script = text(name)
        assert script.count("Read-Host -AsSecureString") == 2
        for word in (
            "ConvertTo-SecureString",
            "ConvertFrom-SecureString",
            "-AsPlainText",
            "Write-Host $lines",
            "Write-Host $password",
        ):
            assert word not in script
    asking = [command for command in Script(text(HOST)).commands if command.name == "Get-Plain"]
    assert len(asking) == 4


def test_enforcement_is_never_switched_off() -> None:
    """The value is read, and warned of; the one value that is written is another."""
    script = text(SERVER)
    written = [
        command for command in Script(script).commands if command.name in ("Set-ItemProperty", "New-ItemProperty")
    ]
    assert [(command.node.text or b"").decode() for command in written] == [
        "Set-ItemProperty -LiteralPath $Parameters -Name $Value -Value $Named -Type String"
    ]
    assert "$Value = 'WorkgroupLicenseServerAccountsGroup'" in script
    assert len(re.findall("DisableWorkgroupAuthEnforcement", script)) == 2
    assert "DisableWorkgroupAuthEnforcement" not in text(HOST)


def test_only_what_is_marked_is_changed() -> None:
    """A user of the same name that somebody else made stops the script; so does another group in the value."""
    script = text(SERVER)
    assert f"$Mark = '{MARK}'" in script
    assert len(MARK) <= 48
    assert '-ne $Mark) { throw "A user $Name exists' in script
    assert script.index('throw "$Value names $held already') < script.index("Set-ItemProperty")
    for change in ("Set-LocalUser", "Remove-LocalUser", "New-LocalUser"):
        before = script[: script.index(change)]
        assert "ShouldProcess(" in before[before.rindex("function ") :]
        assert "Get-Account" in before[before.rindex("function ") :]


def test_hosts_are_not_taken_for_licence_servers() -> None:
    """Licence servers sign in as another user, and only that one is in the group (CVE-2024-38231)."""
    script = text(SERVER)
    assert "$Account = 'rdlicensing'" in script
    assert "$PeerAccount = 'rdlicensing-ls'" in script
    assert re.findall(r"Add-LocalGroupMember .*", script) == [
        'Add-LocalGroupMember -Group $Group -Member "$env:COMPUTERNAME\\$PeerAccount" }\r'
    ]
    long = text(SERVER, replace(WORKGROUP, workgroup_user="x" * 20))
    assert f"$PeerAccount = '{'x' * 17}-ls'" in long


def test_the_secret_is_sealed_and_removed() -> None:
    """Its folder is made with its rights, its file sealed, the task runs as NETWORK SERVICE, and all goes in the end."""
    script = text(HOST)
    assert "CreateDirectory($place, $rights)" in script
    assert "P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;FRFX;;;NS)" in script
    assert script.index("ProtectedData]::Protect(") < script.index("WriteAllBytes(")
    assert "-ne 'S-1-5-20') { return 10 }" in script
    inside = script[script.index("function Invoke-AsNetworkService") :]
    finally_part = inside[inside.index("} finally {") : inside.index("if ($Stage)")]
    assert "Unregister-ScheduledTask" in finally_part
    assert "Remove-Item -LiteralPath $place -Recurse" in finally_part
    arguments = re.findall(r"-Argument (.*?) *\r\n", script)
    assert len(arguments) == 1
    assert set(re.findall(r"\$\w+", arguments[0])) == {"$copy", "$place"}


def test_cmdkey_is_asked_for_one_server() -> None:
    """Its arguments come from the sealed file, one each."""
    calls = [
        (command.node.text or b"").decode().strip()
        for command in Script(text(HOST)).commands
        if command.name == "cmdkey.exe"
    ]
    assert calls == [
        '& cmdkey.exe "/delete:$target"',
        '& cmdkey.exe "/add:$target" "/user:$($lines[1])" "/pass:$($lines[2])"',
        '& cmdkey.exe "/list:$target"',
    ]
    pattern = re.search(r"\$Needed = '(.*)'", text(HOST))
    assert pattern
    for bad in (
        "Short1!",
        'Quote"Quote"Quote"x',
        "Blank blank blank blank",
        "Back\\slash-slash-1",
        "Per%cent%percent%1",
        "é" * 20,
    ):
        assert not re.search(pattern[1], bad)
    assert re.search(pattern[1], "Obviously-Made-Up-1!")


@pytest.mark.parametrize(
    "name",
    [
        *HOSTILE,
        "a" * 21,
        "Administrator",
        "Guest",
        "a.",
        "a@b",
        "a*",
        "a[b]",
        "rd licensing",
        "é",
        "LICSRV01",
        "licsrv01",
    ],
)
def test_no_users(name: str) -> None:
    """Each is refused, and the field is named."""
    with pytest.raises(BadInput, match="workgroup_user"):
        workgroup_files(replace(WORKGROUP, workgroup_user=name))


@pytest.mark.parametrize("name", [*HOSTILE, "10.0.4.7", "fd00::1", "serveur-é", "a-name-of-sixteen"])
def test_no_licence_servers(name: str) -> None:
    """Each is refused, and the field is named."""
    with pytest.raises(BadInput, match="servers"):
        workgroup_files(named("LICSRV01", name))


def test_not_in_a_domain_and_not_for_nobody() -> None:
    """There the hosts' own accounts sign in."""
    with pytest.raises(BadInput, match="domain"):
        workgroup_files(DOMAIN)
    with pytest.raises(BadInput, match="servers"):
        workgroup_files(named())


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from("aZ0.-_'\u2019\"`$(){};\\ \n\x00é#"), max_size=22))
def test_any_text(name: str) -> None:
    """A user's name is refused, or stands in the script as one literal."""
    try:
        script = Script(text(SERVER, replace(WORKGROUP, workgroup_user=name)))
    except BadInput:
        return
    (value,) = [value for variable, value in script.assigned() if variable == "account"]
    assert literal(value) == name


def test_notes() -> None:
    """Several licence servers are advised against."""
    assert len(workgroup_notes(named("LICSRV01", "LICSRV02"))) == len(workgroup_notes(WORKGROUP)) + 1
