"""The bundle of this machine's Python, installed and used with the network cut; and the wheels of every other target.

The namespace has no interface that is up and no route. Outside CI the tests are skipped by name where root, a program or the
package index is missing; in CI they fail.
"""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from calvox.cli.main import NOUNS
from tools.bundle.__main__ import make
from tools.bundle.archive import PROJECT
from tools.bundle.plan import TARGETS, BundleError, Target, pins_of
from tools.bundle.wheels import Wheel, build_ours, gather

HERE = Target("linux", f"3.{sys.version_info[1]}")
CACHE = PROJECT / "var" / "bundle-cache"
"""Shared with `make bundle`, so that nothing is fetched twice."""
CUT = ["unshare", "--net", "--"]
PROBE = """import errno, socket
try:
    socket.create_connection(("192.0.2.1", 80), 5)
except OSError as error:
    print(errno.errorcode[error.errno])
"""


def lacking(what: str) -> None:
    """Skip the test by name; fail in CI."""
    (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(f"needs {what}")


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Wheel:
    """Build our own wheel once."""
    return build_ours(PROJECT, tmp_path_factory.mktemp("ours"))


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_every_target_has_a_wheel_of_everything(ours: Wheel, target: Target) -> None:
    """Each wheel fits, has its hash in the lock, and finds all that it requires among the others."""
    try:
        held, needs = gather(
            target, pins_of((PROJECT / "requirements.lock").read_text("utf-8")), ours, CACHE / target.name, print
        )
    except BundleError as error:
        if "its index may not answer" not in str(error):
            raise
        lacking("a package index that answers")
    assert all(wheel.fits(target) for wheel in held)
    assert {wheel.name for wheel in held} == needs.keys() - {"calvox"}


@pytest.fixture(scope="module")
def stick(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the bundle for this Python and unpack it."""
    folder = tmp_path_factory.mktemp("bundle")
    if HERE not in TARGETS:
        lacking("Python 3.11, 3.12 or 3.13")
    try:
        archive = make([HERE], folder / "publisher.key", CACHE, folder)
    except BundleError as error:
        if "its index may not answer" not in str(error):
            raise
        lacking("a package index that answers")
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder / "usb")
    return next((folder / "usb").iterdir())


def offline(*command: object, given: str = "", **environment: str) -> str:
    """Run a program without any network and give what it says."""
    done = subprocess.run(
        [*CUT, *map(str, command)], env={**os.environ, "PYTHON": sys.executable, **environment},
        input=given, capture_output=True, text=True, timeout=250, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(stick: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install it with the network cut; give the program."""
    for program, package in (("unshare", "util-linux"), ("openssl", "openssl")):
        if shutil.which(program) is None:
            lacking(f"{program} (package {package})")
    if os.geteuid() != 0:
        lacking("root")
    assert offline(sys.executable, "-c", PROBE).strip() == "ENETUNREACH"
    prefix = tmp_path_factory.mktemp("opt")
    # Whatever a machine's own settings say of an index, the installer asks none.
    said = offline(
        "sh", stick / "install.sh", "--prefix", prefix, "--lang", "fr", "--publisher-key", stick / "publisher.pem",
        PIP_INDEX_URL="file:///nowhere", PIP_FIND_LINKS="/nowhere", PIP_CONFIG_FILE="/nowhere/pip.conf",
    )  # fmt: skip
    assert "La signature est bien celle de l’éditeur." in said
    return prefix / "bin" / "calvox"


def test_the_program_runs(installed: Path) -> None:
    """Every noun is there: nothing that one of them imports is missing, and nothing is imported from this checkout."""
    said = offline(installed, "--help", COLUMNS="200")
    assert [noun for noun in NOUNS if f" {noun} " not in said] == []
    python = (installed.parent / os.readlink(installed)).parent / "python"
    where = offline(python, "-I", "-c", "import calvox, gettext; print(calvox.__file__)").strip()
    assert where.startswith(str(installed.parents[1] / "versions"))
    assert "No broken requirements" in offline(python, "-I", "-m", "pip", "--disable-pip-version-check", "check")


def test_codes_are_written_and_read(installed: Path) -> None:
    """A server's ID is said in French words, and heard back."""
    digits = "00112233445566778899aabbccddeeff0011"
    words = offline(installed, "codes", "write", "server-id", digits, "--form", "words-fr")
    heard = json.loads(offline(installed, "codes", "read", "server-id", "--form", "words-fr", given=words))
    assert heard == {"status": "ok", "hex": digits}


def test_a_site_folder_is_made_and_found_again(installed: Path, tmp_path: Path) -> None:
    """By a later run."""
    offline(installed, "site", "init", "Atelier", "--folder", tmp_path / "site")
    told = json.loads(offline(installed, "site", "show", "--site", tmp_path / "site", "--json"))
    assert told["name"] == "Atelier"


def test_the_story_is_played(installed: Path, tmp_path: Path) -> None:
    """Centre, licence server and session host talk over the loopback interface, which alone is up."""
    if shutil.which("ip") is None:
        lacking("ip (package iproute2)")
    up = 'ip link set lo up && test -z "$(ip route)" && cd "$1" && exec "$2" demo --exit'
    offline("sh", "-c", up, "sh", tmp_path, installed)


def test_the_bill_names_what_was_installed(stick: Path, installed: Path) -> None:
    """Every package that pip lists stands in the bill of materials with its version, and nothing else does."""
    python = (installed.parent / os.readlink(installed)).parent / "python"
    listed = json.loads(offline(python, "-I", "-m", "pip", "--disable-pip-version-check", "list", "--format=json"))
    there = {(each["name"].lower().replace("_", "-"), each["version"]) for each in listed}
    bill = json.loads((stick / "sbom.cdx.json").read_text("utf-8"))
    named = {(each["name"], each["version"]) for each in [*bill["components"], bill["metadata"]["component"]]}
    assert {each for each in there if each[0] not in ("pip", "setuptools")} == named
