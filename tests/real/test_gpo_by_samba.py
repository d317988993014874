"""Registry.pol by Samba: read and written again by its own code, and as a policy that a domain gives to a session host.

What Samba cannot show is Windows' import of a backup (`Import-GPO`), and Windows applying the values.
"""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn
from xml.etree import ElementTree

import pytest

from calvox.windows.artefacts.given import HostLicensing, KitInput
from calvox.windows.artefacts.gpo import EXTENSIONS, gpo_backup, policy_file
from calvox.windows.artefacts.registry_pol import Setting, pull_policy, push_policy
from tests.real.samba import PASSWORD, ZONE, Controller, controller, needed

PYTHON = "/usr/bin/python3"
"""The system's own, which has Debian's python3-samba."""
POLICY = r"SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"
UNIT = "OU=Hôtes de session,DC=corp,DC=example,DC=test"
SERVERS = (f"ls1.{ZONE}", f"serveur-é.{ZONE}")
SITE = KitInput(HostLicensing("user", SERVERS, "Licences d'été", ZONE, UNIT))
WANTED = [[POLICY, "LicenseServers", 1, ",".join(SERVERS)], [POLICY, "LicensingMode", 4, 4]]
ADMINISTRATOR = f"-UAdministrator%{PASSWORD}"
SERVER = f"-Hldap://dc1.{ZONE}"

READ = """
import json, sys
from samba.dcerpc import preg
from samba.ndr import ndr_pack, ndr_unpack
data = sys.stdin.buffer.read()
file = ndr_unpack(preg.file, data)
rows = [[e.keyname, e.valuename, e.type, e.data if isinstance(e.data, (int, str)) else bytes(e.data).hex()] for e in file.entries]
print(json.dumps([file.header.signature, file.header.version, rows, ndr_pack(file).hex()]))
"""
SET = """
import sys, ldb
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB
lp = LoadParm(sys.argv[1])
db = SamDB(session_info=system_session(lp), lp=lp)
there = ldb.Message(ldb.Dn(db, f"CN={sys.argv[2]},CN=Policies,CN=System,{db.domain_dn()}"))
there["a"] = ldb.MessageElement(sys.argv[3], ldb.FLAG_MOD_REPLACE, "gPCMachineExtensionNames")
there["b"] = ldb.MessageElement("1", ldb.FLAG_MOD_REPLACE, "versionNumber")
db.modify(there)
"""


def read_by_samba(data: bytes) -> list[object]:
    """Have Samba's own code read a file and write it again."""
    done = subprocess.run([PYTHON, "-c", READ], input=data, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    told: list[object] = json.loads(done.stdout)
    return told


@pytest.fixture(scope="module")
def python3_samba() -> None:
    """Skip by name where the system's Python has no Samba; fail in CI."""
    load = [PYTHON, "-c", "import samba.dcerpc.preg"]
    if not Path(PYTHON).exists() or subprocess.run(load, capture_output=True, check=False).returncode:
        lacking("python3-samba")


def lacking(package: str) -> NoReturn:
    """Skip the test by the name of the package that it lacks; fail in CI."""
    text = f"A policy read by Samba needs {package}"
    if os.environ.get("CI") == "true":
        pytest.fail(text)
    pytest.skip(text)


@pytest.mark.usefixtures("python3_samba")
def test_samba_reads_what_was_meant_and_would_write_the_same() -> None:
    """Key, name, type and value; and the same bytes, from both places where the file is made."""
    made = [data for name, data in gpo_backup(SITE).items() if name.endswith("registry.pol")]
    for data in (*made, policy_file(SITE)["Machine/Registry.pol"]):
        assert read_by_samba(data) == ["PReg", 1, WANTED, data.hex()]


@pytest.mark.usefixtures("python3_samba")
def test_we_read_what_samba_writes() -> None:
    """Types that we never write, too."""
    settings = [
        Setting("K\\L", "binary", 3, bytes(range(9))),
        Setting("K", "list", 7, "é\0b\0\0".encode("utf-16-le")),
        Setting("K", "**del.gone", 1, " \0".encode("utf-16-le")),
        Setting("K", "long", 11, bytes(8)),
    ]
    signature, version, rows, written = read_by_samba(push_policy(settings))
    assert (signature, version) == ("PReg", 1)
    assert isinstance(rows, list)
    assert [row[1] for row in rows] == [one.name for one in settings]
    assert pull_policy(bytes.fromhex(str(written))) == settings


@dataclass(frozen=True)
class Placed:
    """A domain in which our files are a policy."""

    domain: Controller
    gpo: str
    """Its number."""
    folder: Path

    def given_to(self, host: str) -> str:
        """Tell which policies the domain gives to a machine, as Samba finds them through links and permissions."""
        return self.domain.tool("gpo", "list", host, SERVER, ADMINISTRATOR)


def until_directory_and_shares_answer(domain: Controller) -> None:
    """Wait for LDAP and SMB, which begin after the KDC."""
    end = time.monotonic() + 60
    while True:
        try:
            domain.tool("gpo", "listall", SERVER, ADMINISTRATOR)
            share(domain, "ls")
            return
        except AssertionError:
            if time.monotonic() > end:
                raise
            time.sleep(0.5)


def share(domain: Controller, orders: str) -> None:
    """Give orders to SYSVOL over SMB."""
    domain.run(
        ["smbclient", f"//dc1.{ZONE}/sysvol", ADMINISTRATOR, "-s", str(domain.folder / "etc/smb.conf"), "-c", orders]
    )


@pytest.fixture(scope="module")
def placed(python3_samba: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Placed]:
    """Found a domain with a session host in a unit and another elsewhere, and put our files into an empty policy."""
    needed()
    if not shutil.which("smbclient"):
        lacking("smbclient")
    folder = tmp_path_factory.mktemp("dc")
    with controller(folder, [], []) as domain:
        until_directory_and_shares_answer(domain)
        domain.tool("ou", "add", UNIT)
        domain.tool("computer", "create", "rdsh1", f"--computerou={UNIT.partition(',DC=')[0]}")
        domain.tool("computer", "create", "elsewhere")
        told = domain.tool("gpo", "create", SITE.licensing.gpo, SERVER, ADMINISTRATOR)
        gpo = told[told.index("{") : told.index("}") + 1]
        for name, data in policy_file(SITE).items():
            (folder / Path(name).name).write_bytes(data)
        share(domain, f"lcd {folder}; cd {ZONE}/Policies/{gpo}; put GPT.INI; cd Machine; put Registry.pol")
        domain.run([PYTHON, "-c", SET, str(folder / "etc/smb.conf"), gpo, EXTENSIONS])
        domain.tool("gpo", "setlink", UNIT, gpo, SERVER, ADMINISTRATOR)
        yield Placed(domain, gpo, folder)


def test_the_domain_gives_the_policy_to_the_session_host_alone(placed: Placed) -> None:
    """Found through the unit's link; a machine elsewhere gets the domain's own policy only."""
    assert f"{SITE.licensing.gpo} {placed.gpo}" in placed.given_to("RDSH1$")
    other = placed.given_to("ELSEWHERE$")
    assert "Default Domain Policy" in other
    assert placed.gpo not in other


def test_what_lies_in_sysvol_is_ours_byte_by_byte(placed: Placed) -> None:
    """Fetched back by samba-tool, with the version that the directory has, too."""
    placed.domain.tool("gpo", "fetch", placed.gpo, f"--tmpdir={placed.folder}", SERVER, ADMINISTRATOR)
    there = placed.folder / "policy" / placed.gpo
    for name, data in policy_file(SITE).items():
        assert (there / name).read_bytes() == data
    assert read_by_samba((there / "Machine/Registry.pol").read_bytes())[2] == WANTED
    assert "version      : 1\n" in placed.domain.tool("gpo", "show", placed.gpo, SERVER, ADMINISTRATOR)


def test_sambas_backup_parses_it(placed: Placed) -> None:
    """Its backup turns Registry.pol into XML, value by value."""
    (placed.folder / "backup").mkdir()
    placed.domain.tool("gpo", "backup", placed.gpo, f"--tmpdir={placed.folder / 'backup'}", SERVER, ADMINISTRATOR)
    (file,) = placed.folder.glob("backup/policy/*/Machine/Registry.pol.xml")
    found = [
        [one.findtext("Key"), one.findtext("ValueName"), int(one.get("type", "")), one.findtext("Value")]
        for one in ElementTree.parse(file).getroot()
    ]
    assert found == [[*row[:3], str(row[3])] for row in WANTED]
