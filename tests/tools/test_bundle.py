"""What goes into a bundle: the right packages for each target, described, summed, signed, and the same each time."""

import hashlib
import json
import re
import shutil
import stat
import subprocess
import zipfile
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

from tests.tools.making import HERE, WHEN, bundle, wheel
from tests.windows.powershell_checks import problems
from tools.bundle.archive import CARRIED, PROJECT, carried, lay_out, texts, write_archive
from tools.bundle.plan import TARGETS, BundleError, Pin, Target, pins_for, pins_of, walk
from tools.bundle.sbom import bill, checked
from tools.bundle.signing import fingerprint, key_at
from tools.bundle.wheels import Wheel, fetch, gather

LOCK = pins_of((PROJECT / "requirements.lock").read_text("utf-8"))
LINUX, WINDOWS = Target("linux", "3.12"), Target("windows", "3.12")
TOOLS = {
    "pytest",
    "ruff",
    "mypy",
    "hatchling",
    "zensical",
    "babel",
    "cyclonedx-python-lib",
    "py-ecc",
    "tree-sitter",
    "virtualenv",
}
KERBEROS = {"gssapi", "krb5", "decorator"}


def installed(name: str) -> list[str]:
    """Tell what a package of this environment requires."""
    try:
        return metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return []


def chosen(target: Target) -> set[str]:
    """Name the packages of the lock that go to a target."""
    return {pin.name for pin in pins_for(target, LOCK, walk(target, installed))}


def pin(made: Wheel) -> Pin:
    """Pin a wheel."""
    return Pin(made.name, made.version, None, frozenset([made.sha256]))


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_only_what_runs_goes_in(target: Target) -> None:
    """Everything that Calvox imports at run time, none of the developers' tools, and no Kerberos."""
    names = chosen(target)
    direct = (
        {canonicalize_name(Requirement(each).name) for each in installed("calvox")} - KERBEROS - {"calvox", "uvloop"}
    )
    assert direct <= names
    assert not names & (TOOLS | KERBEROS)
    assert len(names) < len(LOCK) * 2 / 3


def test_each_system_gets_its_own() -> None:
    """Linux gets uvloop; colorama and SSPI are for Windows; the rest is for both."""
    linux, windows = chosen(LINUX), chosen(WINDOWS)
    assert linux - windows == {"uvloop"}
    assert windows - linux == {"colorama", "sspilib"}


def test_markers_are_the_targets_own() -> None:
    """A marker holds for a target's Python and system, whatever runs here, in its first or in a later release."""
    told = {
        "calvox": [
            "a; python_version < '3.12'",
            "b; python_version >= '3.12'",
            "c; sys_platform == 'win32'",
            "d; extra == 'all'",
        ],
        "b": ["e; python_full_version < '3.12.4'", "f; python_full_version >= '3.13'", "g; extra == 'x'"],
    }

    def requires(name: str) -> list[str]:
        return told.get(name, [])

    assert walk(LINUX, requires).keys() == {"calvox", "b", "d", "e"}
    assert walk(Target("windows", "3.11"), requires).keys() == {"calvox", "a", "c", "d"}
    assert walk(Target("linux", "3.13"), requires).keys() == {"calvox", "b", "d", "f"}


def test_extras_are_followed_through_extras() -> None:
    """An extra of ours names another, and a dependency's extra brings what it needs, also when found twice."""
    told = {
        "calvox": ["calvox[one]; extra == 'all'", "b[x]; extra == 'one'", "b"],
        "b": ["c; extra == 'x'", "d; extra == 'y'"],
    }
    assert walk(LINUX, lambda name: told.get(name, [])).keys() == {"calvox", "b", "c"}


def test_what_the_lock_lacks_is_named() -> None:
    """A missing package and an unwanted version are named, with who needs them and where."""
    needs = {"calvox": [Requirement("a>=2")]}
    with pytest.raises(BundleError, match=r"a, needed by calvox on linux-cp312, is not in requirements\.lock"):
        pins_for(LINUX, [], needs)
    with pytest.raises(BundleError, match=r"a>=2 is needed by calvox on linux-cp312, but requirements\.lock pins 1\.0"):
        pins_for(LINUX, [Pin("a", "1.0", None, frozenset())], needs)


@pytest.mark.parametrize("line", ["a>=1 --hash=sha256:" + "0" * 64, "a==1", "a==1.*", "a==1,<2"])
def test_what_is_no_pin_is_refused(line: str) -> None:
    """Every line of the lock has one version and a hash."""
    with pytest.raises(BundleError, match="no pin with hashes"):
        pins_of(line.replace(" --", " \\\n    --") + "\n")


@pytest.mark.parametrize(
    ("file", "fits"),
    [
        ("a-1-py3-none-any.whl", "linux-cp311 linux-cp312 linux-cp313 windows-cp311 windows-cp312 windows-cp313"),
        ("a-1-cp312-cp312-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", "linux-cp312"),
        ("a-1-cp312-abi3-manylinux_2_28_x86_64.whl", "linux-cp312 linux-cp313"),
        ("a-1-cp39-abi3-win_amd64.whl", "windows-cp311 windows-cp312 windows-cp313"),
        ("a-1-cp312-cp312-manylinux_2_34_x86_64.whl", ""),
        ("a-1-cp312-cp312-musllinux_1_2_x86_64.whl", ""),
        ("a-1-cp313-cp313t-manylinux_2_17_x86_64.whl", ""),
        ("a-1-cp312-cp312-win32.whl", ""),
        ("a-1-cp312-cp312-manylinux_2_17_aarch64.whl", ""),
    ],
)
def test_tags_tell_where_a_wheel_fits(file: str, fits: str) -> None:
    """Later Pythons take the stable ABI; newer C libraries, musl, 32 bits and other processors are not served."""
    tags = parse_wheel_filename(file)[3]
    assert [target.name for target in TARGETS if tags & target.tags] == fits.split()


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let pip find wheels in a folder and nowhere else."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


def test_what_was_fetched_is_not_fetched_again(index: Path, tmp_path: Path) -> None:
    """The second run needs no index; a spoilt file in the cache is fetched anew."""
    made = wheel(index, "aaa")
    seen: list[str] = []
    (first,) = fetch(WINDOWS, [pin(made)], tmp_path / "cache", seen.append)
    aside = made.path.rename(tmp_path / made.path.name)
    assert fetch(WINDOWS, [pin(made)], tmp_path / "cache", seen.append) == [first]
    assert seen == ["aaa", "aaa"]
    aside.rename(made.path)
    first.path.write_bytes(first.path.read_bytes() + b"x")
    assert fetch(WINDOWS, [pin(made)], tmp_path / "cache", seen.append) == [first]


def test_a_package_without_a_wheel_is_named(index: Path, tmp_path: Path) -> None:
    """With its version, the platform and the Python."""
    made = wheel(index, "aaa", "1.5", tag="cp312-cp312-win_amd64")
    wheel(index, "aaa", "1.4")
    assert fetch(WINDOWS, [pin(made)], tmp_path / "w", print)
    with pytest.raises(BundleError, match=r"^aaa 1\.5 has no wheel for linux x86-64 .* with Python 3\.12;"):
        fetch(LINUX, [pin(made)], tmp_path / "l", print)


def test_an_index_that_does_not_answer_is_told_apart(index: Path, tmp_path: Path) -> None:
    """No version at all is no lack of a wheel."""
    with pytest.raises(BundleError, match="its index may not answer"):
        fetch(LINUX, [Pin("aaa", "1.5", None, frozenset(["0" * 64]))], tmp_path, print)


def test_a_wheel_with_another_hash_is_not_taken(index: Path, tmp_path: Path) -> None:
    """What the lock does not know does not come in."""
    made = wheel(index, "aaa")
    with pytest.raises(BundleError, match=r"(?i)do not match"):
        fetch(LINUX, [replace(pin(made), hashes=frozenset(["0" * 64]))], tmp_path / "cache", print)


def test_wheels_speak_for_themselves(index: Path, tmp_path: Path) -> None:
    """What only the wheel of a package unknown here requires comes along, and must be in the lock."""
    ours = wheel(tmp_path, "calvox", told=["Requires-Dist: aaa; extra == 'all'"])
    first, second = wheel(index, "aaa", told=["Requires-Dist: bbb"]), wheel(index, "bbb")
    held, needs = gather(WINDOWS, [pin(first), pin(second)], ours, tmp_path / "cache", print)
    assert [each.name for each in held] == ["aaa", "bbb"]
    assert [str(each) for each in needs["aaa"]] == ["bbb"]
    with pytest.raises(BundleError, match="bbb, needed by aaa on windows-cp312"):
        gather(WINDOWS, [pin(first)], ours, tmp_path / "cache", print)


def test_the_bill_of_materials(tmp_path: Path) -> None:
    """It fits its schema; each wheel has its hash, each package its licence, and it tells who needs whom."""
    ours = wheel(tmp_path, "calvox", "2.0", told=["License-Expression: Apache-2.0"])
    held = [
        wheel(tmp_path, "aaa", told=["License-Expression: MIT OR Apache-2.0"]),
        wheel(tmp_path, "bbb", told=["License: a text\n        of many lines", "License-File: LICENSE.txt"]),
        wheel(
            tmp_path, "ccc", told=["Classifier: License :: OSI Approved :: BSD License"], tag="cp312-cp312-win_amd64"
        ),
        wheel(tmp_path, "ccc", told=["License: any"], tag="cp312-abi3-manylinux_2_17_x86_64"),
    ]
    needs = [{"calvox": [Requirement("aaa")], "aaa": [Requirement("bbb")]}, {"calvox": [Requirement("ccc>1")]}]
    text = bill(ours, held, needs, WHEN)
    told = json.loads(text)
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    assert told["metadata"]["component"]["name"] == "calvox"
    assert told["metadata"]["timestamp"].startswith("2027-01-15T08:00:00")
    by_name = {each["name"]: each for each in told["components"]}
    assert by_name["aaa"]["licenses"] == [{"expression": "MIT OR Apache-2.0"}]
    assert by_name["bbb"]["licenses"] == [{"license": {"name": "see LICENSE.txt"}}]
    assert by_name["aaa"]["purl"] == "pkg:pypi/aaa@1.0"
    hashes = {part["name"]: part["hashes"][0]["content"] for part in by_name["ccc"]["components"]}
    assert hashes == {each.path.name: each.sha256 for each in held[2:]}
    depends = {each["ref"]: each.get("dependsOn", []) for each in told["dependencies"]}
    assert (depends["calvox"], depends["aaa"]) == (["aaa", "ccc"], ["bbb"])
    assert bill(ours, reversed(held), needs, WHEN) == text


def test_a_bill_that_does_not_fit_its_schema_is_not_written() -> None:
    """The library's own validator decides."""
    with pytest.raises(BundleError, match="does not fit its schema"):
        checked('{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": [{"name": "x"}]}')


def test_the_same_content_gives_the_same_archive(tmp_path: Path) -> None:
    """Whatever the order and the files' own times; names are sorted, times are the one that was given."""
    (tmp_path / "x").write_bytes(b"x")
    first = write_archive(tmp_path / "1.zip", "calvox", {"b.sh": b"b", "a/x": tmp_path / "x"}, WHEN)
    (tmp_path / "x").touch()
    second = write_archive(tmp_path / "2.zip", "calvox", {"a/x": tmp_path / "x", "b.sh": b"b"}, WHEN)
    assert first == second == hashlib.sha256((tmp_path / "2.zip").read_bytes()).hexdigest()
    with zipfile.ZipFile(tmp_path / "1.zip") as opened:
        told = opened.infolist()
    assert [(each.filename, each.date_time[:3]) for each in told] == [
        ("calvox/a/x", (2027, 1, 15)),
        ("calvox/b.sh", (2027, 1, 15)),
    ]
    assert [each.external_attr >> 16 & 0o777 for each in told] == [0o644, 0o755]
    write_archive(tmp_path / "old.zip", "calvox", {"a": b""}, 0)


def test_every_file_has_its_sum_and_every_text_its_values(tmp_path: Path) -> None:
    """SHA256SUMS names all but itself and its signature; no place of a text is left open."""
    folder = bundle(tmp_path, "1.0")
    sums = {line[66:]: line[:64] for line in (folder / "SHA256SUMS").read_text("utf-8").splitlines()}
    files = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    assert sums.keys() == files.keys() - {"SHA256SUMS", "SHA256SUMS.sig"}
    assert {name: hashlib.sha256(files[name].read_bytes()).hexdigest() for name in sums} == sums
    key, _ = key_at(tmp_path / "publisher.key")
    for name in ("README.txt", "LISEZMOI.txt"):
        text = files[name].read_text("utf-8-sig")
        assert fingerprint(key) in text
        assert HERE.name in text
    assert not [name for name in files if re.search(rb"@[A-Z ]+@", files[name].read_bytes())]
    assert (
        (folder / "requirements" / f"{HERE.name}.txt")
        .read_text("utf-8")
        .startswith("calvox==1.0 \\\n    --hash=sha256:")
    )


def test_the_publishers_key_is_kept(tmp_path: Path) -> None:
    """It is made once, for its owner alone; what is no Ed25519 key is refused."""
    path = tmp_path / "deep" / "publisher.key"
    (made, new), (read, again) = key_at(path), key_at(path)
    assert (new, again) == (True, False)
    assert fingerprint(made) == fingerprint(read)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert fingerprint(key_at(tmp_path / "other.key")[0]) != fingerprint(made)
    path.write_bytes(b"no key")
    with pytest.raises(BundleError, match="cannot be read as a private key"):
        key_at(path)


def test_openssl_verifies_by_hand(tmp_path: Path) -> None:
    """The three commands of the README hold, and fail once a sum was changed."""
    if shutil.which("openssl") is None:
        pytest.skip("needs the program openssl")
    folder = bundle(tmp_path, "1.0")
    readme = (folder / "README.txt").read_text("utf-8-sig")
    shown, verify, sums = re.findall(r"^    ((?:openssl|sha256sum) .+)$", readme, re.MULTILINE)

    def ask(command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True, text=True, check=False)

    key, _ = key_at(tmp_path / "publisher.key")
    assert fingerprint(key).replace(" ", "") in ask(shown).stdout
    assert "Signature Verified Successfully" in ask(verify).stdout
    assert ask(sums).returncode == 0
    told = folder / "SHA256SUMS"
    told.write_text(told.read_text("utf-8").replace("0", "1", 1), "utf-8")
    assert ask(verify).returncode != 0
    assert ask(sums).returncode != 0


def test_the_installer_for_windows_has_no_slip() -> None:
    """As far as a parser and tables of names can tell: it was never run."""
    script = texts("1.0", TARGETS, "")["install.ps1"]
    assert isinstance(script, bytes)
    assert b"'3.13 3.12 3.11'" in script
    assert problems(script, dynamic=["$Program", "$Found"]) == []


def test_documents_and_units_go_along() -> None:
    """Each file of them that is kept in the project, and none that a program left."""
    tracked = subprocess.run(
        ["git", "ls-files", *CARRIED], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout
    there = {name for name in carried(PROJECT) if (PROJECT / name).exists()}
    assert set(tracked.split()) <= there
    assert not [name for name in there if "__pycache__" in name]


def test_the_layout_shares_wheels_between_targets(tmp_path: Path) -> None:
    """A wheel that fits several targets lies there once; each list names only what its target installs."""
    ours, both, one = (wheel(tmp_path, name) for name in ("calvox", "aaa", "bbb"))
    key, _ = key_at(tmp_path / "key")
    files = lay_out(ours, {LINUX: [both, one], WINDOWS: [both]}, "{}", key)
    assert sorted(name for name in files if name.startswith("wheels/")) == [
        f"wheels/{each.path.name}" for each in (both, one, ours)
    ]
    assert b"bbb" in bytes(files["requirements/linux-cp312.txt"])
    assert b"bbb" not in bytes(files["requirements/windows-cp312.txt"])
