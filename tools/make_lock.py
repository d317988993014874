"""Resolve the dependencies of pyproject.toml into lock files: versions and hashes, no address.

`requirements.lock` is everything that installs from wheels; `requirements-kerberos.lock` what Kerberos needs beyond it, which
is built from source. Runs uv in a folder of its own, because the lock that uv itself keeps is full of addresses and must
not be committed.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXPORT = ["export", "--no-emit-project", "--no-header", "--no-annotate", "--quiet"]


def exported(uv: str, folder: str, *extras: str) -> list[str]:
    """Resolve some extras; give one block of text a package."""
    subprocess.run([uv, *EXPORT, *extras, "-o", "out.lock"], cwd=folder, check=True)
    text = (Path(folder) / "out.lock").read_text("utf-8")
    return re.findall(r"^\S.*(?:\n    .*)*\n", text, re.MULTILINE)


def main() -> int:
    """Write the lock files."""
    uv = shutil.which("uv")
    if uv is None:
        print("make lock needs uv; install it beside the project, for it is not among its dependencies")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        for name in ("pyproject.toml", "README.md", "LICENSE", "NOTICE"):
            shutil.copy(ROOT / name, folder)
        (Path(folder) / "src" / "calvox").mkdir(parents=True)
        usual = exported(uv, folder, "--extra", "all")
        more = [block for block in exported(uv, folder, "--all-extras") if block not in usual]
    for name, blocks in (("requirements.lock", usual), ("requirements-kerberos.lock", more)):
        text = "".join(blocks)
        if "://" in text:
            print(f"{name} would hold an address; not written")
            return 1
        (ROOT / name).write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
