"""The installer on the stick: it checks first, switches last, keeps what is not its own, and never goes back."""

import json
import os
import platform
import re
import shutil
import string
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version

from tests.tools.making import FAILS, HERE, bundle
from tools.bundle.archive import PROJECT, STICK
from tools.bundle.plan import Target
from tools.bundle.signing import fingerprint, key_at
from tools.bundle.stick import install
from tools.bundle.stick.install import Stop, order

REFUSED = 3


def run(folder: Path, prefix: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Call a bundle's installer, as a person would."""
    command = ["sh", str(folder / "install.sh"), "--prefix", str(prefix), "--lang", "en", *words]
    return subprocess.run(
        command,
        env={**os.environ, "PYTHON": sys.executable, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def answer(prefix: Path) -> str:
    """Ask the installed program which version it is, whatever else this test run can import."""
    alone = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [prefix / "bin" / "calvox"]
    return subprocess.run(command, env=alone, capture_output=True, text=True, check=True).stdout.strip()


def everything(folder: Path) -> dict[str, bytes | str]:
    """Read every file and link below a folder."""
    return {
        str(path.relative_to(folder)): os.readlink(path) if path.is_symlink() else path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_symlink() or path.is_file()
    }


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with a bundle of 1.0 in it, which the test of each step below builds on."""
    folder = tmp_path_factory.mktemp("stick")
    bundle(folder, "1.0")
    return folder


def test_it_is_installed_upgraded_and_never_downgraded(place: Path) -> None:
    """The story of a site: each step leaves its folders alone, and a refusal leaves everything alone."""
    prefix, links = place / "opt with space", place / "links"
    site = prefix / "our site"
    site.mkdir(parents=True)
    (site / "journal.db").write_bytes(b"data")
    (prefix / "versions" / "notes").mkdir(parents=True)

    done = run(place / "calvox-1.0", prefix, "--link", str(links))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "The signature was not checked" in done.stdout
    assert (answer(prefix), os.readlink(links / "calvox")) == ("calvox 1.0", str(prefix / "bin" / "calvox"))
    first = os.readlink(prefix / "bin" / "calvox")
    assert (prefix / "share" / "docs" / "index.md").read_bytes() == (PROJECT / "docs" / "index.md").read_bytes()
    (links / "calvox").unlink()
    again = run(place / "calvox-1.0", prefix, "--link", str(links))
    assert again.stdout.endswith("installed already; there is nothing to do.\n")
    assert (links / "calvox").is_symlink()

    done = run(bundle(place, "1.10"), prefix, "--link", str(links))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "It replaces 1.0" in done.stdout
    assert answer(prefix) == "calvox 1.10"
    assert (prefix / "bin" / first).exists()  # For processes that still run.

    before = everything(prefix)
    for older in ("1.0", "1.9"):
        refused = run(place / f"calvox-{older}" if older == "1.0" else bundle(place, older), prefix)
        assert refused.returncode == REFUSED
        assert f"Calvox 1.10 is installed in {prefix}, and this bundle holds the older {older}." in refused.stderr
        assert "Take a bundle of 1.10 or newer" in refused.stderr

    broken = run(bundle(place, "1.11", code=FAILS), prefix)
    assert broken.returncode == 1
    assert "it does not run" in broken.stderr
    after = everything(prefix)
    assert {name: after[name] for name in before} == before
    assert answer(prefix) == "calvox 1.10"

    shutil.rmtree(place / "calvox-1.11")
    assert run(bundle(place, "1.11"), prefix).returncode == 0
    assert answer(prefix) == "calvox 1.11"
    assert not (prefix / "bin" / first).exists()
    assert (prefix / "share").resolve() == (prefix / "bin" / "calvox").resolve().parents[1] / "share"
    assert (site / "journal.db").read_bytes() == b"data"
    assert (prefix / "versions" / "notes").is_dir()


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("wheels/shared-1.0-py3-none-any.whl", "wheels/shared-1.0-py3-none-any.whl is not what the publisher packed"),
        ("install.py", "install.py is not what the publisher packed"),
        (f"requirements/{HERE.name}.txt", f"requirements/{HERE.name}.txt is not what the publisher packed"),
        ("SHA256SUMS", "SHA256SUMS is not there or not whole"),
    ],
)
def test_a_changed_file_is_found_before_anything_is_written(place: Path, tmp_path: Path, file: str, said: str) -> None:
    """It is named, and the target folder is not even made."""
    folder = Path(shutil.copytree(place / "calvox-1.0", tmp_path / "stick"))
    with (folder / file).open("ab") as opened:
        opened.write(b"\n")
    if file == "SHA256SUMS":
        (folder / file).write_text("nothing of the kind\n", "utf-8")
    done = run(folder, tmp_path / "opt")
    assert done.returncode == 1
    assert said in done.stderr
    assert not (tmp_path / "opt").exists()


def test_a_missing_file_is_found(place: Path, tmp_path: Path) -> None:
    """A copy that was cut short does not pass."""
    folder = Path(shutil.copytree(place / "calvox-1.0", tmp_path / "stick"))
    (folder / "sbom.cdx.json").unlink()
    done = run(folder, tmp_path / "opt")
    assert (done.returncode, "sbom.cdx.json is not there" in done.stderr) == (1, True)


@pytest.mark.parametrize("without_hashes", [False, True])
def test_sums_made_anew_do_not_get_a_wheel_past_pip(place: Path, tmp_path: Path, without_hashes: bool) -> None:
    """Whoever changes a wheel and its sum still has the list's hashes against them, and a list without hashes does not pass."""
    folder = Path(shutil.copytree(place / "calvox-1.0", tmp_path / "stick"))
    changed = folder / "wheels" / "shared-1.0-py3-none-any.whl"
    changed.write_bytes(changed.read_bytes() + b"\0")
    if without_hashes:
        (folder / "requirements" / f"{HERE.name}.txt").write_text("calvox==1.0\nshared==1.0\n", "utf-8")
    sum_anew(folder)
    done = run(folder, tmp_path / "opt")
    assert done.returncode == 1
    assert "The installation failed" in done.stderr
    assert "hash" in done.stderr.lower()
    assert not (tmp_path / "opt" / "bin").exists()


def sum_anew(folder: Path) -> None:
    """Make the sums fit, as an intruder would."""
    subprocess.run(["sh", "-c", "sha256sum $(cut -c67- SHA256SUMS) > new && mv new SHA256SUMS"], cwd=folder, check=True)


class TestSignature:
    """With the publisher's key given, only what that key signed is installed."""

    @pytest.fixture(autouse=True)
    def _openssl(self) -> None:
        if shutil.which("openssl") is None:
            pytest.skip("needs the program openssl")

    def test_file_and_fingerprint_will_do(self, place: Path, tmp_path: Path) -> None:
        """The right one passes, and reaches the installation."""
        key, _ = key_at(place / "publisher.key")
        for told in (
            fingerprint(key),
            fingerprint(key).upper().replace(" ", ":"),
            str(place / "calvox-1.0/publisher.pem"),
        ):
            install.check_publisher(place / "calvox-1.0", told)
        done = run(place / "calvox-1.0", tmp_path / "opt", "--publisher-key", fingerprint(key))
        assert done.returncode == 0, done.stderr
        assert "The signature is the publisher’s." in done.stdout

    def test_another_key_is_refused(self, place: Path, tmp_path: Path) -> None:
        """Even if it lies on the stick and signed all of it."""
        other, _ = key_at(tmp_path / "other.key")
        done = run(place / "calvox-1.0", tmp_path / "opt", "--publisher-key", fingerprint(other))
        assert done.returncode == REFUSED
        assert "signed with another key" in done.stderr
        assert not (tmp_path / "opt").exists()

    def test_sums_that_it_did_not_sign_are_refused(self, place: Path, tmp_path: Path) -> None:
        """Hashes made to fit a changed file do not help."""
        folder = Path(shutil.copytree(place / "calvox-1.0", tmp_path / "stick"))
        (folder / "NOTICE").write_text("changed", "utf-8")
        sum_anew(folder)
        key, _ = key_at(place / "publisher.key")
        done = run(folder, tmp_path / "opt", "--publisher-key", fingerprint(key))
        assert (done.returncode, "The signature is not valid" in done.stderr) == (REFUSED, True)

    @pytest.mark.parametrize("given", ["0" * 63, "no-such-file", ""])
    def test_what_is_no_key_is_named(self, place: Path, tmp_path: Path, given: str) -> None:
        """Neither a file nor a fingerprint; nothing is taken for consent."""
        done = run(place / "calvox-1.0", tmp_path / "opt", "--publisher-key", given)
        assert (done.returncode, f"--publisher-key {given}: neither" in done.stderr) == (1, True)

    def test_without_openssl_it_says_so(self, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """It does not go on as if it had checked."""
        monkeypatch.setattr(shutil, "which", lambda name: None)
        key, _ = key_at(place / "publisher.key")
        with pytest.raises(Stop) as caught:
            install.check_publisher(place / "calvox-1.0", fingerprint(key))
        assert caught.value.key == "openssl"


def test_an_interrupted_installation_is_begun_anew(place: Path, tmp_path: Path) -> None:
    """What it left is in nobody's way, and is replaced."""
    prefix = tmp_path / "opt"
    assert run(place / "calvox-1.0", prefix).returncode == 0
    name = Path(os.readlink(prefix / "bin" / "calvox")).parents[1].name
    (prefix / "bin" / "calvox").unlink()
    left = prefix / "versions" / name
    (left / "complete").unlink()
    (left / "half").touch()
    assert run(place / "calvox-1.0", prefix).returncode == 0
    assert answer(prefix) == "calvox 1.0"
    assert not (left / "half").exists()

    (left / "bin" / "calvox").write_text("#!/nowhere/python\n", "utf-8")  # As if the system's Python had gone.
    done = run(place / "calvox-1.0", prefix)
    assert "It replaces 1.0" in done.stdout
    assert answer(prefix) == "calvox 1.0"


def test_what_others_made_is_left_alone(place: Path, tmp_path: Path) -> None:
    """A program of that name in the prefix stops it; one at the place of the link is left, and told."""
    (tmp_path / "opt/bin").mkdir(parents=True)
    (tmp_path / "opt/bin/calvox").write_text("#!/bin/sh\n", "utf-8")
    done = run(place / "calvox-1.0", tmp_path / "opt")
    assert (done.returncode, "was not made by this installer" in done.stderr) == (1, True)
    assert not (tmp_path / "opt/versions").exists()
    assert not install.link(Path("/x/calvox"), tmp_path / "opt/bin")
    assert (tmp_path / "opt/bin/calvox").read_text("utf-8") == "#!/bin/sh\n"


def test_documents_and_units_lie_where_the_units_say(tmp_path: Path) -> None:
    """What `systemctl status` names as a service's documentation is there; a folder of somebody else's stays as it is."""
    names = [path.relative_to(PROJECT).as_posix() for path in (PROJECT / "deploy").rglob("*") if path.is_file()]
    pages = [f"docs/{page}" for page in ("running.md", "backup.md")]
    install.share(PROJECT, [*names, *pages, "docs/../pyproject.toml", "wheels/x"], tmp_path / "versions" / "1.0")
    install.link_shared(tmp_path, "1.0")
    units = list((tmp_path / "share" / "deploy" / "systemd").glob("*.service"))
    assert len(units) == len(list((PROJECT / "deploy" / "systemd").glob("*.service"))) > 0
    for unit in units:
        (place,) = re.findall(r"^Documentation=file:/opt/calvox/(.+)$", unit.read_text("utf-8"), re.MULTILINE)
        assert (tmp_path / place).is_file(), unit.name
    assert sorted(os.listdir(tmp_path / "versions" / "1.0" / "share")) == ["deploy", "docs"]
    assert not (tmp_path / "versions" / "1.0" / "share" / "pyproject.toml").exists()
    (tmp_path / "other" / "share").mkdir(parents=True)
    install.link_shared(tmp_path / "other", "1.0")
    assert not (tmp_path / "other" / "share").is_symlink()


def test_another_python_than_the_bundles_is_named(tmp_path: Path) -> None:
    """With what the bundle has instead."""
    other = bundle(tmp_path, "1.0", target=Target("linux", "3.11" if HERE.python != "3.11" else "3.12"))
    done = subprocess.run(
        [sys.executable, "-I", str(other / "install.py"), "--lang", "en"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert re.search(r"no files for Python 3\.\d+\.\d+ on Linux; it has: linux-cp31[12]\.", done.stderr)


def test_no_python_at_all_is_said_in_both_languages(place: Path, tmp_path: Path) -> None:
    """By the shell, which has nothing else."""
    for name in ("sh", "dirname"):
        (tmp_path / name).symlink_to(str(shutil.which(name)))
    for language, said in (("C", "No Python that will do"), ("fr_FR.UTF-8", "Aucun Python qui convienne")):
        done = run(place / "calvox-1.0", tmp_path / "opt", PATH=str(tmp_path), PYTHON="", LC_ALL=language)
        assert (done.returncode, said in done.stderr, HERE.python in done.stderr) == (1, True, True)


@pytest.mark.parametrize(
    ("machine", "libc", "key"),
    [("aarch64", ("glibc", "2.36"), "machine"), ("x86_64", ("glibc", "2.27"), "glibc"), ("x86_64", ("", ""), "glibc")],
)
def test_other_machines_are_refused(
    place: Path, monkeypatch: pytest.MonkeyPatch, machine: str, libc: tuple[str, str], key: str
) -> None:
    """Other processors, an older C library, and musl, which tells no name."""
    monkeypatch.setattr(platform, "machine", lambda: machine)
    monkeypatch.setattr(platform, "libc_ver", lambda: libc)
    with pytest.raises(Stop) as caught:
        install.check_machine(place / "calvox-1.0")
    assert caught.value.key == key


def test_a_python_without_venv_is_told_what_to_install(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Debian has it in a package of its own."""
    monkeypatch.setattr(install, "find_spec", lambda name: None if name == "ensurepip" else object())
    with pytest.raises(Stop) as caught:
        install.check_machine(place / "calvox-1.0")
    assert "python3-venv" in install.say(caught.value.key, "en", **caught.value.values)


def test_on_windows_a_small_file_takes_the_place_of_the_link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is switched and read back in the same way; there a link would need a privilege."""
    monkeypatch.setattr(install, "WINDOWS", True)
    for name in ("1.0-cp311-000000000000", "1.1-cp311-111111111111"):
        install.switch(tmp_path, name)
        assert install.current(tmp_path) == name
    text = (tmp_path / "bin" / "calvox.cmd").read_bytes()
    assert text == b'@"%~dp0..\\versions\\1.1-cp311-111111111111\\Scripts\\calvox.exe" %*\r\n'
    assert os.listdir(tmp_path / "bin") == ["calvox.cmd"]


VERSIONS = st.builds(
    "{}{}{}{}".format,
    st.lists(st.integers(0, 12), min_size=1, max_size=4).map(lambda parts: ".".join(map(str, parts))),
    st.sampled_from(["", "a1", "b2", "rc1", "rc10"]),
    st.sampled_from(["", ".post0", ".post2"]),
    st.sampled_from(["", ".dev0", ".dev3"]),
)


@given(VERSIONS, VERSIONS)
def test_versions_are_ordered_as_everywhere(one: str, other: str) -> None:
    """As the packaging library orders them."""
    assert (order(one) < order(other)) == (Version(one) < Version(other))
    assert (order(one) == order(other)) == (Version(one) == Version(other))


def test_every_text_is_there_twice_and_used() -> None:
    """English and French have the same places, and no text is left over."""
    told = json.loads((STICK / "install.json").read_text("utf-8"))
    code = (STICK / "install.py").read_text("utf-8")
    for key, texts in told.items():
        english, french = (
            {place for _, place, _, _ in string.Formatter().parse(texts[one]) if place} for one in ("en", "fr")
        )
        assert english == french, key
        assert f'"{key}"' in code
    assert set(re.findall(r'(?:Stop|tell|say)\("([^"]+)"', code)) <= told.keys()


def test_the_language_is_that_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """LC_ALL, LC_MESSAGES, LANG, in this order; anything else is English."""
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "fr_CA.UTF-8")
    assert install.language_of_environment() == "fr"
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    assert install.language_of_environment() == "en"
