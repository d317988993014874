"""Make the archive for the stick: `python -m tools.bundle [--only TARGET] [--key FILE]`, or `make bundle`.

Our wheel and every dependency's, for each target; hashes, bill of materials, signature, installers. What was fetched stays in
var/bundle-cache, so Ctrl-C loses nothing. The time in the archive is SOURCE_DATE_EPOCH, or that of the last commit.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from tools.bundle.archive import PROJECT, lay_out, write_archive
from tools.bundle.plan import TARGETS, BundleError, Needs, Target, pins_of
from tools.bundle.sbom import bill
from tools.bundle.signing import fingerprint, key_at
from tools.bundle.wheels import Step, Wheel, build_ours, gather

PACKAGES = 51
"""About how many packages a target has, for the bar."""


def main() -> int:
    """Make the bundle; give the exit code: 130 after Ctrl-C."""
    wanted = _arguments()
    targets = [target for target in TARGETS if not wanted.only or target.name in wanted.only]
    try:
        make(targets, wanted.key, wanted.cache, wanted.out)
    except BundleError as error:
        print(f"No bundle was made. {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; what was fetched is kept, and the next run goes on from there.", file=sys.stderr)
        return 130
    return 0


def make(targets: Sequence[Target], key_file: Path, cache: Path, out: Path) -> Path:
    """Gather, describe, sign and write; say what came of it."""
    key, new = key_at(key_file)
    ours = build_ours(PROJECT, cache / "ours")
    held, needs = _gathered(targets, ours, cache)
    files = lay_out(ours, held, bill(ours, [each for one in held.values() for each in one], needs, _when()), key)
    only = "" if len(targets) == len(TARGETS) else "-" + "-".join(target.name for target in targets)
    folder = f"calvox-{ours.version}"
    path = out / f"{folder}-bundle{only}.zip"
    digest = write_archive(path, folder, files, _when())
    path.with_name(path.name + ".sha256").write_text(f"{digest}  {path.name}\n", "utf-8")
    print(f"{path}: {path.stat().st_size / 1e6:.0f} MB, {len(files)} files, for {', '.join(t.name for t in targets)}")
    print(f"SHA-256      {digest}")
    print(f"publisher    {fingerprint(key)}")
    if _git("status", "--porcelain", "src"):
        print("Note: src/ holds changes that are not committed; they are in the bundle.")
    if new:
        print(
            f"A new publisher's key was made: {key_file}. Keep it secret and keep a copy; every later bundle needs it."
        )
    print("Give the sites this fingerprint by another way than the stick: aloud, on paper, or on a web page of yours.")
    return path


def _gathered(targets: Sequence[Target], ours: Wheel, cache: Path) -> tuple[dict[Target, list[Wheel]], list[Needs]]:
    pins = pins_of((PROJECT / "requirements.lock").read_text("utf-8"))
    console = Console(stderr=True)
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    held, needs = {}, []
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=len(targets) * PACKAGES)
        for at, target in enumerate(targets):
            progress.update(task, completed=at * PACKAGES)
            held[target], told = gather(target, pins, ours, cache / target.name, _counting(progress, task, target))
            needs.append(told)
    return held, needs


def _counting(progress: Progress, task: TaskID, target: Target) -> Step:
    return lambda name: progress.update(task, advance=1, description=f"{target.name} {name}")


def _when() -> int:
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    if not (told := _git("log", "-1", "--format=%ct")):
        raise BundleError("There is no commit to take the time from; set SOURCE_DATE_EPOCH to seconds since 1970")
    return int(told)


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=PROJECT, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else ""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.bundle", description="Make the archive for the stick.")
    names = [target.name for target in TARGETS]
    parser.add_argument("--only", action="append", choices=names, help="only this target; may be given again")
    parser.add_argument("--key", type=Path, default=PROJECT / "var/publisher/publisher.key", help="the publisher's key")
    parser.add_argument("--cache", type=Path, default=PROJECT / "var/bundle-cache", help="where fetched wheels stay")
    parser.add_argument("--out", type=Path, default=PROJECT / "dist", help="where the archive goes")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
