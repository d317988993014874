"""A real Active Directory domain controller (Samba), in namespaces of its own, for tests of Kerberos.

Rules:
- Network, mounts, host name and processes are namespaces of their own: no interface, no /etc/resolv.conf and no port of this
  machine is touched, and whatever runs inside ends with the namespace's first process, which is ended by its id.
- Everything is written under one folder.
- It needs root and Debian's packages of `PROGRAMS`. Without them tests are skipped by name; where CI is set they fail.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import pytest

REALM, DOMAIN, ZONE = "CORP.EXAMPLE.TEST", "CORP", "corp.example.test"
ADDRESS = "10.77.1.10"
PASSWORD = "Passw0rd!Stack1"
"""The administrator's, and that of every account made here."""
ENCRYPTION = "kdc default domain supported enctypes = 24"
"""AES for machines that do not say what they can; clients of today take no RC4."""
PROGRAMS = {
    "samba": "samba-ad-dc",
    "samba-tool": "samba",
    "kinit": "krb5-user",
    "ip": "iproute2",
    "unshare": "util-linux",
}
"""Program, and the package that brings it."""

CLIENT = f"""[libdefaults]
  default_realm = {REALM}
  dns_lookup_kdc = false
  dns_lookup_realm = false
  rdns = false
  dns_canonicalize_hostname = false
[realms]
  {REALM} = {{
    kdc = {ADDRESS}
  }}
[domain_realm]
  .{ZONE} = {REALM}
"""
INSIDE = """set -e
hostname dc1
ip link set lo up
ip link add d0 type veth peer name d1
ip addr add {address}/24 dev d0
ip link set d0 up
ip link set d1 up
mkdir -p /run/samba
mount -t tmpfs tmpfs /run/samba
mount --bind {folder}/resolv.conf /etc/resolv.conf
mount --bind {folder}/hosts /etc/hosts
"""


def needed() -> None:
    """Skip the test by name where root or a package is missing; fail in CI."""
    missing = [f"{program} (package {package})" for program, package in PROGRAMS.items() if not shutil.which(program)]
    missing += [f"the Python package {module}" for module in ("gssapi", "krb5") if not find_spec(module)]
    if os.geteuid() != 0:
        missing.insert(0, "root")
    if missing and os.environ.get("CI") == "true":
        pytest.fail(f"Samba's domain controller needs {', '.join(missing)}")
    if missing:
        pytest.skip(f"Samba's domain controller needs {', '.join(missing)}")


@dataclass(frozen=True)
class Controller:
    """A domain controller that runs."""

    folder: Path
    first: int
    """Process whose namespaces are its own."""

    @property
    def environment(self) -> dict[str, str]:
        """What a Kerberos client in there needs."""
        return {"KRB5_CONFIG": str(self.folder / "krb5.conf"), "KRB5_KTNAME": f"FILE:{self.folder / 'keytab'}"}

    def run(self, command: Sequence[str], *, given: str = "", seconds: float = 60, **environment: str) -> str:
        """Run a program in its namespaces and give what it says; a failure shows all of it."""
        done = subprocess.run(
            [*entering(self.first), *command], env={**os.environ, **self.environment, **environment},
            input=given, capture_output=True, text=True, timeout=seconds, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def tool(self, *words: str) -> str:
        """Run samba-tool on its database."""
        return self.run(["samba-tool", *words, "-s", str(self.folder / "etc/smb.conf")])

    def add_user(self, name: str) -> None:
        """Make a user."""
        self.tool("user", "create", name, PASSWORD)

    def add_machine(self, name: str, *, with_key: bool = True) -> None:
        """Make a machine that takes HTTP tickets, and put its key into the keytab."""
        self.tool("computer", "create", name)
        self.tool("user", "setpassword", f"{name.upper()}$", f"--newpassword={PASSWORD}")
        self.tool("spn", "add", f"HTTP/{name}.{ZONE}", f"{name.upper()}$")
        if with_key:
            self.tool("domain", "exportkeytab", str(self.folder / "keytab"), f"--principal=HTTP/{name}.{ZONE}")


def entering(process: int) -> list[str]:
    """Give the words that run a program in a process's namespaces."""
    return ["nsenter", "--target", str(process), "--net", "--mount", "--uts", "--pid"]


@contextmanager
def controller(
    folder: Path,
    users: Sequence[str],
    machines: Sequence[str],
    keyless: Sequence[str] = (),
    settle: Callable[[Controller], None] = lambda here: None,
) -> Iterator[Controller]:
    """Found a domain with these users and machines, and serve it for the length of a block.

    The keyless machines are in the domain, and their keys are not in the keytab. What else is to be in there before it is
    served is `settle`'s.
    """
    (folder / "etc").mkdir()
    (folder / "etc/smb.conf").write_text("")
    (folder / "resolv.conf").write_text("")
    (folder / "hosts").write_text(f"127.0.0.1 localhost\n{ADDRESS} dc1.{ZONE} dc1\n")
    (folder / "krb5.conf").write_text(CLIENT)
    spaces = ["unshare", "--net", "--mount", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc"]
    with subprocess.Popen([*spaces, "sleep", "infinity"]) as outer:
        try:
            here = Controller(folder, child_of(outer.pid))
            here.run(["sh"], given=INSIDE.format(address=ADDRESS, folder=folder))
            here.run(provision(folder))
            settings = folder / "etc/smb.conf"
            settings.write_text(settings.read_text().replace("[global]\n", f"[global]\n\t{ENCRYPTION}\n", 1))
            (folder / "resolv.conf").write_text(f"nameserver {ADDRESS}\n")
            for user in users:
                here.add_user(user)
            for machine in machines:
                here.add_machine(machine)
            for machine in keyless:
                here.add_machine(machine, with_key=False)
            settle(here)
            with serving(here):
                yield here
        finally:
            outer.kill()


@contextmanager
def serving(here: Controller) -> Iterator[None]:
    """Run Samba until the block ends."""
    command = [
        "samba",
        "-s",
        str(here.folder / "etc/smb.conf"),
        "-F",
        "--no-process-group",
        "--debug-stdout",
        ENCRYPTION,
    ]
    with (
        (here.folder / "samba.log").open("wb") as log,
        subprocess.Popen([*entering(here.first), *command], stdout=log, stderr=log, stdin=subprocess.DEVNULL) as samba,
    ):
        try:
            until_it_answers(here, samba)
            yield
        finally:
            samba.terminate()


def until_it_answers(here: Controller, samba: "subprocess.Popen[bytes]") -> None:
    """Wait until the KDC gives a ticket."""
    end = time.monotonic() + 40
    while True:
        assert samba.poll() is None, (here.folder / "samba.log").read_text(errors="replace")[-4000:]
        try:
            here.run(["kinit", "-c", f"FILE:{here.folder / 'probe'}", f"Administrator@{REALM}"], given=PASSWORD + "\n")
            return
        except AssertionError:
            if time.monotonic() > end:
                raise
            time.sleep(0.3)


def child_of(process: int) -> int:
    """Wait for the first process of the new namespaces."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        found = Path(f"/proc/{process}/task/{process}/children").read_text().split()
        if found and Path(f"/proc/{found[0]}/comm").read_text().strip() == "sleep":
            return int(found[0])
        time.sleep(0.02)
    raise AssertionError("no namespaces")


def provision(folder: Path) -> list[str]:
    """Give the words that found the domain."""
    options = (
        "interfaces=lo d0", "bind interfaces only=yes", "vfs objects=dfs_samba4 acl_xattr xattr_tdb",
        f"xattr_tdb:file={folder}/xattr.tdb", f"log file={folder}/log.%m",
    )  # fmt: skip
    return [
        "samba-tool", "domain", "provision", f"--configfile={folder}/etc/smb.conf", f"--targetdir={folder}",
        "--server-role=dc", "--dns-backend=SAMBA_INTERNAL", f"--realm={REALM}", f"--domain={DOMAIN}",
        f"--adminpass={PASSWORD}", "--host-name=dc1", f"--host-ip={ADDRESS}", "--function-level=2008_R2",
        *(f"--option={option}" for option in options),
    ]  # fmt: skip
