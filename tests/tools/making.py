"""Small wheels and small bundles, made without a network, for tests of the bundle and its installer."""

import base64
import hashlib
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

from tools.bundle.archive import lay_out, write_archive
from tools.bundle.plan import Target
from tools.bundle.signing import key_at
from tools.bundle.wheels import Wheel, read_wheel

HERE = Target("linux", f"3.{sys.version_info[1]}")
"""The Python that runs the tests."""
WHEN = 1_800_000_000

SAYS = "def main():\n    print('calvox {version}')\n"
FAILS = "raise SystemExit('it does not run')\n"


def wheel(
    folder: Path,
    name: str,
    version: str = "1.0",
    *,
    tag: str = "py3-none-any",
    told: Sequence[str] = (),
    code: str = SAYS,
) -> Wheel:
    """Make a wheel with one module; `calvox` also gets its command."""
    folder.mkdir(parents=True, exist_ok=True)
    inside = f"{name}-{version}.dist-info"
    files = {
        f"{name}/__init__.py": "",
        f"{name}/main.py": code.format(version=version),
        f"{inside}/METADATA": "\n".join(["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}", *told, ""]),
        f"{inside}/WHEEL": f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tag}\n",
        f"{inside}/entry_points.txt": f"[console_scripts]\n{name} = {name}.main:main\n",
    }
    rows = [f"{path},sha256={_digest(text)},{len(text.encode())}" for path, text in files.items()]
    files[f"{inside}/RECORD"] = "\n".join([*rows, f"{inside}/RECORD,,", ""])
    path = folder / f"{name}-{version}-{tag}.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for inner, text in files.items():
            archive.writestr(zipfile.ZipInfo(inner), text)
    return read_wheel(path)


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def bundle(folder: Path, version: str, *, target: Target = HERE, code: str = SAYS) -> Path:
    """Make and unpack a signed bundle of Calvox in a version, with one dependency; give the unpacked folder."""
    ours = wheel(folder / "made" / version, "calvox", version, code=code)
    key, _ = key_at(folder / "publisher.key")
    files = lay_out(ours, {target: [wheel(folder / "made", "shared")]}, "{}\n", key)
    archive = folder / f"calvox-{version}.zip"
    write_archive(archive, f"calvox-{version}", files, WHEN)
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)
    return folder / f"calvox-{version}"
