"""Which process a session belongs to: its CAL goes back when that process ends without a word.

A process is named by this boot of the machine, its number, and the moment at which it began: a number alone is given again.
Where the system does not tell (no /proc), nothing is named, and a session ends by its lease.
"""

from pathlib import Path

PROC = Path("/proc")


def identity(pid: int, proc: Path = PROC) -> str:
    """Name a process that runs; empty: it does not, or the system does not tell."""
    try:
        boot = (proc / "sys/kernel/random/boot_id").read_text().strip()
        # The command's name stands in brackets and may hold anything; the numbers follow the last bracket.
        fields = (proc / str(pid) / "stat").read_text(errors="replace").rpartition(")")[2].split()
    except (OSError, ValueError):
        return ""
    if len(fields) < 20 or fields[0] in ("Z", "X"):
        return ""
    return f"{boot}:{pid}:{fields[19]}"


def has_ended(named: str, proc: Path = PROC) -> bool:
    """Tell whether a process that was named has ended; of one that was not named nobody knows."""
    pid = named.split(":")[1] if named.count(":") == 2 else ""
    return bool(named) and (not pid.isdecimal() or identity(int(pid), proc) != named)
