"""Asking the operations listener of a process: its port is found as the kernel tells it."""

import http.client
import re
from contextlib import suppress
from pathlib import Path


def ports(pid: int) -> list[int]:
    """List the TCP ports on which a process listens."""
    inodes = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # It may have been closed meanwhile.
            inodes.add(str(link.readlink()).removeprefix("socket:[").removesuffix("]"))
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    rows = [line.split() for line in lines]
    return [int(row[1].rpartition(":")[2], 16) for row in rows if row[3] == "0A" and row[9] in inodes]


def fetch_operations(pid: int, public: int, path: str) -> tuple[int, str]:
    """Ask the listener that is not the public one."""
    (port,) = (one for one in ports(pid) if one != public)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def value(text: str, name: str) -> float:
    """Read one sample."""
    (found,) = re.findall(rf"^{re.escape(name)} (\S+)$", text, re.MULTILINE)
    return float(found)
