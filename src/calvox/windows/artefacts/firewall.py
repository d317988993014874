"""Firewall of a licence server: what session hosts need, from their addresses alone, and a table for the network's firewall.

Rules:
- Only rules of the group “Calvox RD licensing” are made, changed or removed; others that let in more are shown and left.
- A rule that opened itself to everybody would be worse than none: addresses that are no hosts' addresses are refused.
- Outbound, nothing is blocked unless asked for. What is blocked then is all but private addresses and those of the hosts, as
  ranges that stand in the script: Windows' own notion of “Internet” is a guess of the network's category.
"""

import ipaddress
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network

from calvox.common.errors import BadInput
from calvox.common.i18n import Text, t
from calvox.windows.artefacts.checks import name_checked
from calvox.windows.artefacts.given import KitInput
from calvox.windows.artefacts.parts import part, text_bytes
from calvox.windows.artefacts.script import script
from calvox.windows.powershell import array

Network = IPv4Network | IPv6Network
WIDEST = {4: 8, 6: 32}
"""Bits that a network has at least."""
MOST_NETWORKS = 500
INSIDE = ("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")
"""Addresses of version 4 that never lie in the Internet."""
UNICAST = (("1.0.0.0", "223.255.255.255"), ("2000::", "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"))
"""Where the Internet's addresses lie; in version 6 no others are handed out."""
HEADING = "Lets session hosts reach the licensing service of this licence server, by their addresses."


def firewall_files(given: KitInput) -> dict[str, bytes]:
    """Make the scripts and the tables.

    Raises:
        BadInput: `host_addresses` is empty, or one of them is none that hosts can have.
    """
    networks = networks_checked(given.host_addresses)
    names = f"$Hosts = {array(map(str, networks))}\n$Outside = {array(outside(networks))}\n\n"
    tables = {
        f"network-rules.{language}.txt": text_bytes(_table(part(f"network-rules.{language}.txt"), networks, given))
        for language in ("en", "fr")
    }
    return {
        "Set-CalvoxFirewall.ps1": script(
            HEADING,
            names + part("firewall.ps1"),
            modules=("NetSecurity",),
            about=(
                "Changes: rules of the group “Calvox RD licensing”, inbound: TCP 135, 139, 445, 49152-65535.",
                "-NetBios also UDP 137 and 138. -BlockInternet also blocks, outbound, all but private and hosts' addresses:",
                "first make sure that DNS, domain controllers and backup places have private addresses.",
                "Undo: Remove-CalvoxFirewall.ps1. Rules of others are shown where they let in more, and stay as they are.",
            ),
            parameters="[switch]$NetBios, [switch]$BlockInternet",
        ),
        "Remove-CalvoxFirewall.ps1": script(
            "Removes the firewall rules that Set-CalvoxFirewall.ps1 made, and no others.",
            part("firewall_undo.ps1"),
            modules=("NetSecurity",),
            about=("Changes: removes the rules of the group “Calvox RD licensing” with names of ours.",
                   "Undo: Set-CalvoxFirewall.ps1."),
        ),
        **tables,
    }  # fmt: skip


def networks_checked(addresses: Iterable[str]) -> list[Network]:
    """Check the session hosts' addresses, and give them as networks, each once.

    Raises:
        BadInput: there is none, or one is malformed, too wide, or of a kind that hosts do not have.
    """
    networks = [_network(address) for address in addresses]
    if not networks or len(networks) > MOST_NETWORKS:
        raise BadInput(
            t("[licensing] host_addresses in site.toml: {count} addresses", count=len(networks)),
            hint=t("Write the session hosts' addresses or networks, as “10.0.4.0/24”, at most {most}.",
                   most=MOST_NETWORKS),
        )  # fmt: skip
    version_4 = ipaddress.collapse_addresses(one for one in networks if isinstance(one, IPv4Network))
    version_6 = ipaddress.collapse_addresses(one for one in networks if isinstance(one, IPv6Network))
    return [*version_4, *version_6]


def _network(address: str) -> Network:
    try:
        network = ipaddress.ip_network(address)
    except ValueError:
        raise _bad(
            address, t("Write an address or a network, as “10.0.4.0/24”: no name, no range, no host bits.")
        ) from None
    if network.prefixlen < WIDEST[network.version]:
        raise _bad(address, t("It is too wide; name the networks in which session hosts are."))
    if isinstance(network, IPv6Network) and (network[0].ipv4_mapped or "%" in address):
        raise _bad(address, t("Write it as an address of version 4, or without its interface."))
    if network.is_loopback or network.is_multicast or network.is_unspecified or not network[0].packed.strip(b"\0"):
        raise _bad(address, t("No session host has such an address."))
    if network.version == 4 and int(network[0]) >> 24 in (0, *range(224, 256)):
        raise _bad(address, t("No session host has such an address."))
    return network


def outside(networks: Iterable[Network]) -> list[str]:
    """Give the Internet's addresses as ranges, without those of the session hosts."""
    kept = [*map(ipaddress.ip_network, INSIDE), *networks]
    found = []
    for first, last in UNICAST:
        low, high = ipaddress.ip_address(first), ipaddress.ip_address(last)
        inner = sorted((int(one[0]), int(one[-1])) for one in kept if one.version == low.version)
        at = int(low)
        for begin, end in [*inner, (int(high) + 1, int(high) + 1)]:
            if at < min(begin, int(high) + 1):
                found.append(f"{type(low)(at)}-{type(low)(min(begin - 1, int(high)))}")
            at = max(at, end + 1)
    return found


def firewall_notes(given: KitInput) -> tuple[Text, ...]:
    """Say what to mind with these addresses."""
    public = [str(one) for one in networks_checked(given.host_addresses) if one.is_global]
    said = [t("Without -BlockInternet nothing is blocked; the network's own firewall is the better place for that.")]
    if public:
        text = t(
            "Addresses of the Internet are among those of the session hosts: {addresses}.", addresses=", ".join(public)
        )
        said.append(text)
    return tuple(said)


def _table(template: str, networks: Iterable[Network], given: KitInput) -> str:
    servers = [name_checked(name, "[licensing] servers") for name in given.licensing.servers] or ["?"]
    rows = {"{hosts}": map(str, networks), "{servers}": servers}
    for place, values in rows.items():
        template = template.replace(place, "\n".join(f"  {value}" for value in values))
    return template


def _bad(address: str, hint: Text) -> BadInput:
    shown = ascii(address)[1:-1]
    return BadInput(t("[licensing] host_addresses in site.toml: “{address}” cannot be used", address=shown), hint=hint)
