"""Descriptions of sites that the artefact tests share: one in a domain, one in a workgroup, and hostile names."""

from dataclasses import replace

from calvox.common.clock import World
from calvox.windows.artefacts.given import BackupGiven, HostLicensing, KitInput

SERVERS = ("LICSRV01.corp.example.test", "serveur-é.corp.example.test", "10.0.4.7")
NAMED = SERVERS[:2]
FIXED = World(now=lambda: 1_800_000_000, random=lambda size: bytes(range(size)))
IN_DOMAIN = HostLicensing(
    mode="user",
    servers=SERVERS,
    gpo="Licences RD – été <n° 1> & 'co'",
    domain="corp.example.test",
    unit="OU=Hôtes\\, de session,DC=corp,DC=example,DC=test",
    broker="rdcb.corp.example.test",
)
IN_WORKGROUP = HostLicensing(mode="device", servers=("LICSRV01",), gpo="Calvox RD licensing")
DOMAIN = KitInput(
    licensing=replace(IN_DOMAIN, servers=NAMED),
    hosts=("RDSH01.corp.example.test", "RDSH02.corp.example.test"),
    host_addresses=("10.0.4.0/24", "fd00:4::/64"),
    workgroup_user="rdlicensing",
    backup=BackupGiven("D:\\CalvoxBackup", "E:", "\\\\nas\\copies d'été", "02:30", 14),
    world=FIXED,
)
WORKGROUP = replace(DOMAIN, licensing=IN_WORKGROUP, hosts=("RDSH01",))
HOSTILE = (
    "",
    " ",
    "a b",
    "a,b",
    "a;b",
    "a'b",
    "a\u2019b",
    'a"b',
    "a`$(b)",
    "a\nb",
    "a\0b",
    "a\\b",
    "a/b",
    "-a",
    "a-",
    ".a",
    "a.",
    "a..b",
    "a\u202eb",
    "a\ud800b",
    "x" * 64,
    "é" * 32,
    ".".join(["x" * 50] * 6),
    "10.0.4",
    "10.0.4.256",
    "fe80::1%eth0",
    "<a>",
    "a&b",
)
"""What is no name of a machine."""
