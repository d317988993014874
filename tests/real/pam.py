"""A real PAM service, throw-away users and a real sshd of our own, for tests of the file that PAM runs.

Rules:
- Everything is made under names that no machine has, and goes with the block: the service's file, the users, the folder.
- sshd listens on the loopback, knows only our keys, and is ended by its own handle.
- Without root or a program tests are skipped by name; where CI is set they fail.
"""

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

PROGRAMS = {
    "pamtester": "pamtester",
    "/usr/sbin/sshd": "openssh-server",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "useradd": "passwd",
    "gcc": "gcc",
    "/usr/bin/python3": "python3",
}
"""Program, and the package that brings it."""
PAM_FOLDER = Path("/etc/pam.d")


def needed() -> None:
    """Skip the test by name where something is missing; fail in CI."""
    missing = [f"{program} (package {package})" for program, package in PROGRAMS.items() if not shutil.which(program)]
    missing += [] if os.getuid() == 0 else ["root"]
    if missing and os.environ.get("CI") == "true":
        pytest.fail(f"PAM needs {', '.join(missing)}")
    if missing:
        pytest.skip(f"PAM needs {', '.join(missing)}")


def command(*words: str | Path, seconds: float = 30) -> "subprocess.CompletedProcess[str]":
    """Run a program in the plainest environment."""
    environment = {"PATH": os.environ["PATH"] + ":/usr/sbin:/sbin", "LC_ALL": "C.UTF-8"}
    return subprocess.run(
        [str(word) for word in words],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=seconds,
        check=False,
    )


def must(*words: str | Path) -> str:
    """Run a program that has to succeed."""
    done = command(*words)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextmanager
def open_folder() -> Iterator[Path]:
    """Give a folder that every user may pass through, for the length of a block."""
    with tempfile.TemporaryDirectory(prefix="calvox-pam-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


@contextmanager
def user(folder: Path, *groups: str) -> Iterator[str]:
    """Make a user with a home below the folder, for the length of a block."""
    name = f"cvx{secrets.token_hex(4)}"
    more = ["--groups", ",".join(groups)] if groups else []
    must("useradd", "--home-dir", folder / name, "--no-log-init", "--shell", "/bin/sh", *more, name)
    try:
        number = pwd.getpwnam(name).pw_uid
        (folder / name).mkdir(mode=0o700)
        os.chown(folder / name, number, number)
        yield name
    finally:
        # A last process of a log-in may still be ending.
        must("userdel", "--force", name)


@dataclass
class Service:
    """A service of PAM."""

    name: str

    def says(self, *lines: str) -> None:
        """Say what it does; whoever asks is authentic."""
        text = "\n".join(["auth required pam_permit.so", "account required pam_permit.so", *lines, ""])
        (PAM_FOLDER / self.name).write_text(text)


@contextmanager
def service() -> Iterator[Service]:
    """Make a service for the length of a block."""
    made = Service(f"calvox-sshd-test-{secrets.token_hex(4)}")
    made.says()
    try:
        yield made
    finally:
        (PAM_FOLDER / made.name).unlink()


@dataclass
class Sshd:
    """An sshd, and the client's side of it."""

    folder: Path
    process: "subprocess.Popen[bytes]"
    port: int

    def arguments(self, name: str, *words: str, way: str = "publickey") -> list[str]:
        """Give the command line of a log-in, by our key or by what PAM asks for, which is nothing."""
        options = [
            "-F", "none", "-i", str(self.folder / "key"), "-p", str(self.port), "-l", name,
            "-o", f"BatchMode={'yes' if way == 'publickey' else 'no'}", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
            "-o", "LogLevel=INFO", "-o", "IdentitiesOnly=yes", "-o", f"PreferredAuthentications={way}",
        ]  # fmt: skip
        return ["ssh", *options, "127.0.0.1", *words]

    def login(self, name: str, *words: str) -> "subprocess.CompletedProcess[str]":
        """Log in and run something."""
        return command(*self.arguments(name, *words))


@contextmanager
def sshd(folder: Path, service: Service, names: Sequence[str]) -> Iterator[Sshd]:
    """Run an sshd that asks the service, and lets these users in by our key."""
    for key in ("host_key", "key"):
        must("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / key)
    # sshd names its service after the program that was called.
    (folder / service.name).symlink_to("/usr/sbin/sshd")
    Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    shutil.copyfile(folder / "key.pub", folder / "allowed")
    (folder / "allowed").chmod(0o644)
    port = _free_port()
    settings = [
        f"Port {port}", "ListenAddress 127.0.0.1", f"HostKey {folder / 'host_key'}", "UsePAM yes", "StrictModes no",
        f"AuthorizedKeysFile {folder / 'allowed'}", f"PidFile {folder / 'pid'}", "PermitRootLogin prohibit-password",
        "PasswordAuthentication no", "KbdInteractiveAuthentication yes", f"AllowUsers {' '.join(names)}", "UseDNS no", "PrintMotd no",
    ]  # fmt: skip
    newer = f"PAMServiceName {service.name}"
    (folder / "config").write_text("\n".join([*settings, newer, ""]))
    if command("/usr/sbin/sshd", "-t", "-f", folder / "config").returncode:
        (folder / "config").write_text("\n".join([*settings, ""]))
    with (folder / "sshd.log").open("ab") as log:
        process = subprocess.Popen(
            [str(folder / service.name), "-D", "-e", "-f", str(folder / "config")], stdin=subprocess.DEVNULL, stderr=log
        )
    try:
        _wait_for(port, process, folder / "sshd.log")
        yield Sshd(folder, process, port)
    finally:
        process.terminate()
        process.wait(30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + 30
    while True:
        assert process.poll() is None, log.read_text()
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert time.monotonic() < end
        time.sleep(0.05)
