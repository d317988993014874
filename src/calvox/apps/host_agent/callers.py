"""Who asks over the socket, and who is never refused: what only this machine knows."""

import grp
import os
import pwd
import re
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from calvox.common.files import user_name
from calvox.host.standing import Logon

GROUPS = ("sudo", "wheel")
"""Groups whose members administer a machine."""
_CONSOLE = re.compile(r"(/dev/)?(console|tty[0-9]+|ttyS[0-9]+|hvc[0-9]+|:[0-9]+)")


@dataclass(frozen=True, slots=True)
class Caller:
    """The process at the other end."""

    uid: int
    pid: int

    def may_ask_for_cals(self, users: Sequence[str]) -> bool:
        """Tell whether it may do more than ask how this host stands."""
        return self.uid in (0, os.getuid()) or user_name(self.uid) in users


def caller_of(connection: socket.socket) -> Caller:
    """Ask the kernel who is at the other end."""
    told = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    pid, uid, _ = struct.unpack("3i", told)
    return Caller(uid, pid)


def is_administrator(user: str) -> bool:
    """Tell whether a user administers this machine: number 0, or of a group that does; an unknown one does not."""
    try:
        told = pwd.getpwnam(user)
        groups = set(os.getgrouplist(told.pw_name, told.pw_gid))
    except (KeyError, OSError, ValueError):
        return False
    return told.pw_uid == 0 or bool(groups & {number for name in GROUPS if (number := _group(name)) is not None})


def _group(name: str) -> int | None:
    try:
        return grp.getgrnam(name).gr_gid
    except KeyError:
        return None


def logon_of(user: str, tty: str, rhost: str) -> Logon:
    """Tell what this machine knows of somebody who wants in."""
    console = not rhost and bool(_CONSOLE.fullmatch(tty))
    return Logon(administrator=is_administrator(user), console=console)
