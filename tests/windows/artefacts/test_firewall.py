"""Firewall of a licence server: scoped to hosts' addresses, others' rules left alone, and exactly its own rules taken back."""

import ipaddress
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calvox.common.errors import BadInput
from calvox.windows.artefacts.firewall import firewall_files, firewall_notes, networks_checked, outside
from calvox.windows.artefacts.given import KitInput
from tests.windows.artefacts.descriptions import DOMAIN, HOSTILE
from tests.windows.powershell_checks import problems
from tests.windows.powershell_tree import Script

SET, UNDO = "Set-CalvoxFirewall.ps1", "Remove-CalvoxFirewall.ps1"


def with_addresses(*addresses: str) -> KitInput:
    """Describe a site with these session hosts."""
    return replace(DOMAIN, host_addresses=addresses)


def text(name: str, site: KitInput = DOMAIN) -> str:
    """Give one file as text."""
    return firewall_files(site)[name].decode("utf-8-sig")


def test_scripts_are_sound() -> None:
    """Nothing is wrong with them that can be seen without running them."""
    for name in (SET, UNDO):
        assert problems(firewall_files(DOMAIN)[name]) == []
        assert "Run on: no Windows yet" in text(name)


def test_every_rule_is_scoped() -> None:
    """Each rule of the table names addresses: those of the hosts where it lets in, the Internet's where it blocks."""
    rows = re.findall(r"@\{ Name = .*\}", text(SET))
    assert len(rows) == 5
    for row in rows:
        inbound = "Direction = 'Inbound'; Action = 'Allow'" in row and "RemoteAddress = $Hosts" in row
        blocking = "Direction = 'Outbound'; Action = 'Block'" in row and "RemoteAddress = $Outside" in row
        assert inbound != blocking, row
    assert "$Hosts = @('10.0.4.0/24', 'fd00:4::/64')" in text(SET)
    ports = set(re.findall(r"\d{3,5}(?:-\d+)?", " ".join(re.findall("LocalPort = ([^;]*);", text(SET)))))
    assert ports == {"135", "49152-65535", "139", "445", "137", "138"}


def test_by_option_only() -> None:
    """NetBIOS and blocking stand behind their switches."""
    script = text(SET)
    assert "param([switch]$NetBios, [switch]$BlockInternet)" in script
    for switch, rule in (("NetBios", "NetBios'"), ("BlockInternet", "NoInternet'")):
        assert re.search(rf"if \(\${switch}\) \{{\s+\$Wanted \+= @\{{ Name = 'Calvox-RDLicensing-{rule}", script)


def test_others_rules_are_only_shown() -> None:
    """What changes or removes a rule is given one of ours by its name, after it was found to be ours."""
    for name in (SET, UNDO):
        for command in Script(text(name)).commands:
            if "NetFirewall" not in command.name or command.name.startswith("Get-"):
                continue
            words = (command.node.text or b"").decode()
            assert words.startswith(
                ("New-NetFirewallRule @want -Group $Group", "Set-NetFirewallRule @change", "Enable-NetFirewallRule -Name $name",
                 "Remove-NetFirewallRule -Name $rule.Name")
            ), words  # fmt: skip
    assert "$there.Group -ne $Group) { throw" in text(SET)
    assert "-like 'Calvox-RDLicensing-*'" in text(UNDO)
    assert "Get-NetFirewallRule -Group $Group" in text(UNDO)


def test_tables() -> None:
    """Both languages, with the site's addresses and names, and never a port to the Internet."""
    for language, none in (("en", "none"), ("fr", "rien")):
        table = text(f"network-rules.{language}.txt")
        for word in (
            "  10.0.4.0/24\r\n",
            "  LICSRV01.corp.example.test\r\n",
            "TCP 445",
            "49152-65535",
            "137, 138",
            "389",
        ):
            assert word in table
        assert re.search(rf"Internet +{none} ", table)
        assert "{" not in table


# Addresses


@pytest.mark.parametrize(
    "address",
    [*HOSTILE, "0.0.0.0/0", "::/0", "10.0.4.1/24", "0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255", "240.0.0.0/8",
     "10.0.0.0/7", "::1", "::", "ff02::1", "2000::/3", "::ffff:10.0.0.1", "fe80::1%1", "10.0.4.1-10.0.4.9", "Any",
     "LocalSubnet", "10.0.4.0/255.255.255.0/1", "10.0.4.0/-1", "١٠.0.0.1", "10.0.4.0/24'; x", "0x0a000001"],
)  # fmt: skip
def test_no_addresses_of_hosts(address: str) -> None:
    """Each is refused, and the field is named."""
    with pytest.raises(BadInput, match="host_addresses") as caught:
        firewall_files(with_addresses("10.0.4.0/24", address))
    assert caught.value.hint


def test_none_and_too_many() -> None:
    """A rule for nobody, or for everybody, is not written."""
    for addresses in ((), tuple(f"10.{at // 256}.{at % 256}.1" for at in range(501))):
        with pytest.raises(BadInput, match="host_addresses"):
            networks_checked(addresses)


def test_addresses_are_kept_once() -> None:
    """What lies in another is not repeated."""
    assert [str(one) for one in networks_checked(["10.0.4.7", "10.0.4.0/24", "fd00:4::/64", "10.0.5.0/24"])] == [
        "10.0.4.0/23", "fd00:4::/64",
    ]  # fmt: skip


@given(st.text(max_size=30))
def test_any_text(address: str) -> None:
    """Whatever is written there is refused, or is a network that a literal holds."""
    try:
        (network,) = networks_checked([address])
    except BadInput:
        return
    assert re.fullmatch(r"[0-9a-f.:]+/\d+", str(network))


ADDRESSES = st.ip_addresses(v=4) | st.ip_addresses(v=6, network="2000::/3")


@given(
    ADDRESSES, st.lists(st.sampled_from(["8.8.8.0/24", "10.1.0.0/16", "2001:db8::/32", "198.51.100.7/32"]), max_size=3)
)
def test_what_is_blocked(address: ipaddress.IPv4Address | ipaddress.IPv6Address, hosts: list[str]) -> None:
    """All of the Internet, but no host and no private address."""
    networks = networks_checked(hosts) if hosts else []
    ranges = [tuple(map(ipaddress.ip_address, one.split("-"))) for one in outside(networks)]
    blocked = any(low.version == address.version and low <= address <= high for low, high in ranges)  # type: ignore[operator]
    kept = any(address.version == one.version and address in one for one in networks)
    if kept or (address.version == 4 and (address in ipaddress.ip_network("10.0.0.0/8") or address.is_loopback)):
        assert not blocked
    elif address.is_global and not address.is_multicast:
        assert blocked


def test_what_is_blocked_ends_beside_the_hosts() -> None:
    """Not one address of theirs, and none left out beside them."""
    ranges = outside(networks_checked(["8.8.8.0/24", "8.8.10.7", "2001:db8::/32"]))
    assert ranges[:3] == ["1.0.0.0-8.8.7.255", "8.8.9.0-8.8.10.6", "8.8.10.8-9.255.255.255"]
    assert ranges[-2:] == [
        "2000::-2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
        "2001:db9::-3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    ]


def test_notes() -> None:
    """Public addresses are said aloud."""
    assert any("8.8.8.8" in str(note) for note in firewall_notes(with_addresses("8.8.8.8")))
    assert len(firewall_notes(DOMAIN)) == 1
