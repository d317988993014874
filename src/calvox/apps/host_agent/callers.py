"""Who asks over the socket, and who is never refused: what only this machine knows; PAM's file knows the latter, too."""

import os
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from calvox.common.files import user_name
from calvox.host.pam import administers, at_console
from calvox.host.standing import Logon


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


def logon_of(user: str, tty: str, rhost: str, service: str) -> Logon:
    """Tell what this machine knows of somebody who wants in."""
    return Logon(administrator=administers(user), console=at_console(service, tty, rhost))
