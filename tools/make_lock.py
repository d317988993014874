"""Resolve the dependencies of pyproject.toml into requirements.lock: versions and hashes, no address.

Runs uv in a folder of its own, because the lock that uv itself keeps is full of addresses and must not be committed.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXPORT = ["export", "--all-extras", "--no-emit-project", "--no-header", "--no-annotate", "--quiet"]


def main() -> int:
    """Write requirements.lock."""
    uv = shutil.which("uv")
    if uv is None:
        print("make lock needs uv; install it beside the project, for it is not among its dependencies")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        for name in ("pyproject.toml", "README.md", "LICENSE", "NOTICE"):
            shutil.copy(ROOT / name, folder)
        (Path(folder) / "src" / "calvox").mkdir(parents=True)
        subprocess.run([uv, *EXPORT, "-o", "requirements.lock"], cwd=folder, check=True)
        text = (Path(folder) / "requirements.lock").read_text("utf-8")
    if "://" in text:
        print("the lock holds an address; not written")
        return 1
    (ROOT / "requirements.lock").write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
