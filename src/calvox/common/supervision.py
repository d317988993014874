"""What a process tells systemd, if that started it: that it is ready, that it is alive, that it is stopping.

A datagram of text to the socket that $NOTIFY_SOCKET names (sd_notify(3)). The watchdog is fed from the event loop, so that a
loop which hangs is noticed and the process started anew.
"""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import Mapping

MICROSECONDS = 1_000_000


def notify(state: str, environment: Mapping[str, str] = os.environ) -> None:
    """Tell a state, as “READY=1”; nobody is told where nobody listens."""
    address = environment.get("NOTIFY_SOCKET")
    if address and hasattr(socket, "AF_UNIX"):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock, contextlib.suppress(OSError):
            sock.sendto(state.encode(), address.replace("@", "\0", 1))


def watchdog_seconds(environment: Mapping[str, str] = os.environ) -> float:
    """Tell how long systemd waits for a sign of life, in seconds; 0: it does not."""
    told, process = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", "")
    if not told.isdecimal() or (process and process != str(os.getpid())):
        return 0
    return int(told) / MICROSECONDS


async def keep_alive() -> None:
    """Give a sign of life in good time, for as long as the event loop turns; return at once if none is wanted."""
    every = watchdog_seconds() / 3
    while every:
        notify("WATCHDOG=1")
        await asyncio.sleep(every)


def stopping_signals() -> list[signal.Signals]:
    """List the signals that end a serving process: a terminal that is closed does, whoever rotates logs does not.

    Such a program sends SIGHUP so that files are opened anew. A process of ours holds none open, and goes on.
    """
    stopping = [signal.SIGINT, signal.SIGTERM]
    hangup = getattr(signal, "SIGHUP", None)
    if hangup is None or signal.getsignal(hangup) is signal.SIG_IGN:
        return stopping
    if sys.stdin is not None and sys.stdin.isatty():
        return [*stopping, hangup]
    signal.signal(hangup, signal.SIG_IGN)
    return stopping
