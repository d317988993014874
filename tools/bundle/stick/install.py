"""Installs Calvox from the stick, or puts it in place of an older version. Called by install.sh and install.ps1.

Rules: Python's own library alone, and no network. Nothing is written before Python, machine, hashes and, if a publisher's key
is given, the signature were checked. Each version has a folder of its own below PREFIX/versions; PREFIX/bin/calvox is switched
to it at once and last, after it has run, so an installation that fails or is interrupted leaves the old version working. An
older version is never put in place of a newer one. Documents and units go into the version's folder, and PREFIX/share is a link
to them, unless there is a folder of that name. Nothing else is touched: site folders and data stay as they are.
"""

import argparse
import base64
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent
WINDOWS = os.name == "nt"
GLIBC = (2, 28)
SUMS, SIGNATURE, PUBLIC = "SHA256SUMS", "SHA256SUMS.sig", "publisher.pem"
COMPLETE = "complete"
"""The file in a version's folder that says that it was installed whole."""
FAILED, REFUSED, INTERRUPTED = 1, 3, 130
SHARED = ("docs", "deploy", "examples")
"""Folders of the stick that are copied: what is read, units for systemd, rules for watching."""

TEXTS = json.loads((HERE / "install.json").read_text("utf-8"))
"""What is said, in English and French."""


class Stop(Exception):
    """What ends the installation: a text, its values, and the exit code."""

    def __init__(self, key: str, code: int = FAILED, **values: object) -> None:
        self.key, self.code, self.values = key, code, values


def say(key: str, language: str, **values: object) -> str:
    """Give a text in a language."""
    return str(TEXTS[key][language]).format(**values)


def language_of_environment() -> str:
    """Find the language as programs on Linux do."""
    wished = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "fr" if wished.lower().startswith("fr") else "en"


def target() -> str:
    """Name the kind of this machine, as the bundle names it."""
    return f"{'windows' if WINDOWS else 'linux'}-cp{sys.version_info[0]}{sys.version_info[1]}"


def check_machine(here: Path) -> Path:
    """Check processor, C library and Python; give the list of what is installed on such a machine."""
    if platform.machine().lower() not in ("x86_64", "amd64") or sys.maxsize < 1 << 32:
        raise Stop("machine", found=platform.machine() or "?")
    library, version = ("glibc", "99") if WINDOWS else platform.libc_ver()
    if library != "glibc" or tuple(int(part) for part in version.split(".")[:2]) < GLIBC:
        raise Stop("glibc", found=f"{library} {version}".strip() or "musl")
    listed = here / "requirements" / f"{target()}.txt"
    if not listed.is_file():
        offered = ", ".join(sorted(path.stem for path in listed.parent.glob("*.txt")))
        raise Stop("python", found=platform.python_version(), system=platform.system(), offered=offered)
    for module in ("venv", "ensurepip"):
        if find_spec(module) is None:
            raise Stop("venv", found=module)
    return listed


def sums_of(here: Path) -> dict[str, str]:
    """Read the hash of each file."""
    try:
        lines = (here / SUMS).read_text("ascii").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Stop("no sums", found=SUMS) from error
    found = {line[66:]: line[:64] for line in lines if re.fullmatch(r"[0-9a-f]{64}  [\w./+@-]+", line)}
    if not found or len(found) != len(lines):
        raise Stop("no sums", found=SUMS)
    return found


def check_sums(here: Path, sums: dict[str, str]) -> None:
    """Check every file that has a hash."""
    for name, expected in sums.items():
        digest = hashlib.sha256()
        try:
            with (here / name).open("rb") as file:
                while block := file.read(1 << 20):
                    digest.update(block)
        except OSError as error:
            raise Stop("no sums", found=name) from error
        if digest.hexdigest() != expected:
            raise Stop("damaged", found=name)


def fingerprint(path: Path) -> str:
    """Give the SHA-256 of a public key; raises ValueError where the file holds none."""
    inside = re.fullmatch(
        r"\s*-----BEGIN PUBLIC KEY-----(.+)-----END PUBLIC KEY-----\s*", path.read_text("ascii"), re.DOTALL
    )
    if inside is None:
        raise ValueError(path.name)
    return hashlib.sha256(base64.b64decode(inside[1])).hexdigest()


def check_publisher(here: Path, given: str) -> None:
    """Check the signature against the key that came by another way than the stick."""
    try:
        plain = re.sub(r"[\s:]", "", given).lower()
        wanted = plain if re.fullmatch(r"[0-9a-f]{64}", plain) else fingerprint(Path(given))
    except (OSError, ValueError) as error:
        raise Stop("no key", found=given) from error
    found = fingerprint(here / PUBLIC)
    if found != wanted:
        raise Stop("other key", REFUSED, found=found)
    openssl = shutil.which("openssl")
    told = subprocess.run([openssl, "version"], capture_output=True, text=True, check=False).stdout if openssl else ""
    if openssl is None or not re.match(r"OpenSSL [3-9]", told):
        raise Stop("openssl")
    command = [openssl, "pkeyutl", "-verify", "-pubin", "-inkey", PUBLIC, "-rawin", "-in", SUMS, "-sigfile", SIGNATURE]
    if subprocess.run(command, cwd=here, capture_output=True, check=False).returncode:
        raise Stop("bad signature", REFUSED)


def order(version: str) -> tuple[object, ...]:
    """Give what versions are compared by: a final one comes after its pre-releases."""
    parts = re.fullmatch(r"(\d+(?:\.\d+)*)(?:(a|b|rc)(\d+))?(?:\.post(\d+))?(?:\.dev(\d+))?", version)
    if parts is None:
        raise ValueError(version)
    numbers = [int(part) for part in parts[1].split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    post = int(parts[4]) if parts[4] else -1
    dev = (0, int(parts[5])) if parts[5] else (1, 0)
    stage = {"a": 0, "b": 1, "rc": 2, None: 3}[parts[2]]
    if parts[5] and parts[2] is None and post < 0:
        stage = -1  # 1.0.dev1 comes before 1.0a1.
    return tuple(numbers), stage, int(parts[3] or 0), post, dev


def launcher_of(prefix: Path) -> Path:
    """Tell which file starts Calvox."""
    return prefix / "bin" / ("calvox.cmd" if WINDOWS else "calvox")


def current(prefix: Path) -> str:
    """Name the folder of the version that the launcher starts, empty where there is none."""
    launcher = launcher_of(prefix)
    if not os.path.lexists(launcher):
        return ""
    text = os.readlink(launcher) if launcher.is_symlink() else launcher.read_text("utf-8", "replace")[:500]
    found = re.search(r"\.\.[\\/]versions[\\/](\d[^\\/]*)[\\/]", text)
    if found is None:
        raise Stop("foreign", found=launcher)
    return found[1]


def switch(prefix: Path, name: str) -> None:
    """Let the launcher start another version: at once, so that there is never none."""
    launcher = launcher_of(prefix)
    launcher.parent.mkdir(parents=True, exist_ok=True)
    beside = launcher.with_name(f".{launcher.name}.new")
    beside.unlink(missing_ok=True)
    if WINDOWS:
        beside.write_text(f'@"%~dp0..\\versions\\{name}\\Scripts\\calvox.exe" %*\r\n', "utf-8", newline="")
    else:
        beside.symlink_to(f"../versions/{name}/bin/calvox")
    os.replace(beside, launcher)


def run(*command: object) -> None:
    """Run a program without what the environment and pip's settings would make it do."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))}
    environment = {**ours, "PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    words = [str(word) for word in command]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        raise Stop("failed", why=" ".join((done.stderr or done.stdout).split()[-60:]))


def program(folder: Path, name: str) -> Path:
    """Find a program of an installed version."""
    return folder / "Scripts" / f"{name}.exe" if WINDOWS else folder / "bin" / name


def runs(folder: Path) -> bool:
    """Tell whether an installed version still runs; it does not once its Python was removed."""
    try:
        run(program(folder, "calvox"), "--help")
    except (Stop, OSError):
        return False
    return True


def share(here: Path, names: list[str], folder: Path) -> None:
    """Copy documents and units into a version's folder: files whose hashes were checked, and no others."""
    for name in names:
        first, *others = name.split("/")
        if first in SHARED and ".." not in others:
            there = folder / "share" / name
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(here / name, there)


def link_shared(prefix: Path, name: str) -> None:
    """Let PREFIX/share mean the documents and units of this version; a folder of that name is somebody else's."""
    there, beside = prefix / "share", prefix / ".share.new"
    if WINDOWS or (os.path.lexists(there) and not there.is_symlink()):
        return
    beside.unlink(missing_ok=True)
    beside.symlink_to(f"versions/{name}/share")
    os.replace(beside, there)


def build(here: Path, listed: Path, names: list[str], folder: Path) -> None:
    """Install into a version's folder, see it run, and only then mark it as whole."""
    shutil.rmtree(folder, ignore_errors=True)  # What an interrupted installation left.
    run(sys.executable, "-I", "-m", "venv", folder)
    run(
        program(folder, "python"), "-I", "-m", "pip", "install", "--no-input", "--no-index", "--no-deps", "--require-hashes",
        "--no-cache-dir", "--only-binary=:all:", "--find-links", here / "wheels", "-r", listed,
    )  # fmt: skip
    run(program(folder, "calvox"), "--help")
    share(here, names, folder)
    (folder / COMPLETE).touch()


def tidy(prefix: Path, keep: set[str]) -> None:
    """Remove versions that are neither the new one nor the one before; processes of that may still run."""
    for folder in (prefix / "versions").iterdir():
        if folder.name not in keep and (folder / "pyvenv.cfg").is_file():
            shutil.rmtree(folder, ignore_errors=True)


def link(launcher: Path, place: Path) -> bool:
    """Link the launcher from a folder on the search path; tell whether that could be done."""
    there = place / launcher.name
    if os.path.lexists(there) and not (there.is_symlink() and os.readlink(there) == str(launcher)):
        return False
    if not there.is_symlink():
        place.mkdir(parents=True, exist_ok=True)
        there.symlink_to(launcher)
    return True


def usual_places() -> tuple[Path, Path | None]:
    """Tell where Calvox goes, and where a link to it goes; on Windows there is none."""
    if WINDOWS:
        import ctypes

        administrator = ctypes.windll.shell32.IsUserAnAdmin()  # type: ignore[attr-defined]
        return Path(os.environ["ProgramFiles" if administrator else "LOCALAPPDATA"], "Calvox"), None
    if os.geteuid() == 0:
        return Path("/opt/calvox"), Path("/usr/local/bin")
    return Path.home() / ".local/share/calvox", Path.home() / ".local/bin"


def arguments(words: list[str]) -> argparse.Namespace:
    """Read the options."""
    prefix, _ = usual_places()
    parser = argparse.ArgumentParser(
        prog="install", description="Install or upgrade Calvox from this folder, without a network."
    )
    parser.add_argument("--prefix", type=Path, help=f"the folder to install into; usually {prefix}")
    parser.add_argument(
        "--link", type=Path, metavar="FOLDER", help="a folder on the search path that gets a link to calvox"
    )
    parser.add_argument(
        "--publisher-key", metavar="FILE or FINGERPRINT", help="the publisher's, got by another way than the stick"
    )
    parser.add_argument(
        "--lang", choices=("en", "fr"), default=language_of_environment(), help="language of what is said"
    )
    return parser.parse_args(words)


def install(here: Path, given: argparse.Namespace) -> None:
    """Check, compare, build, switch, in this order."""

    def tell(key: str, **values: object) -> None:
        print(say(key, given.lang, **values), flush=True)

    listed = check_machine(here)
    sums = sums_of(here)
    tell("checking", count=len(sums))
    check_sums(here, sums)
    if given.publisher_key is not None:
        check_publisher(here, given.publisher_key)
    tell("unsigned" if given.publisher_key is None else "signed")

    usual, usual_link = usual_places()
    prefix = (given.prefix or usual).absolute()
    packages = re.findall(r"^([\w.-]+)==(\S+)", listed.read_text("ascii"), re.MULTILINE)
    offered = dict(packages)["calvox"]
    digest = hashlib.sha256((here / SUMS).read_bytes()).hexdigest()[:12]
    name, before = f"{offered}-{target().partition('-')[2]}-{digest}", current(prefix)
    installed = before.split("-")[0]
    if before and order(offered) < order(installed):
        raise Stop("downgrade", REFUSED, installed=installed, offered=offered, prefix=prefix)
    folder, launcher = prefix / "versions" / name, launcher_of(prefix)
    if before == name and (folder / COMPLETE).exists() and runs(folder):
        tell("already", offered=offered)
    else:
        tell("installing", count=len(packages), folder=folder)
        build(here, listed, list(sums), folder)
        switch(prefix, name)
        link_shared(prefix, name)
        tidy(prefix, {name, before})
        tell("installed", offered=offered, launcher=launcher)
        if before:
            tell("upgraded", installed=installed)
    place = given.link or (None if given.prefix else usual_link)
    if place and not WINDOWS and not link(launcher, place):
        tell("not linked", found=place / launcher.name, launcher=launcher)


def main(words: list[str]) -> int:
    """Install; give the exit code: 3 for what was refused, 130 after Ctrl-C."""
    given = arguments(words)
    if not WINDOWS:
        os.umask(0o022)  # Programs, no secrets: every user of this machine may run them.
    try:
        install(HERE, given)
    except Stop as stop:
        print(say(stop.key, given.lang, **stop.values), file=sys.stderr)
        return stop.code
    except OSError as error:
        print(say("failed", given.lang, why=error), file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("\n" + say("interrupted", given.lang), file=sys.stderr)
        return INTERRUPTED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
