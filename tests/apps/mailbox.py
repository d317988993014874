"""A mail server on this machine that keeps what it is given: plain, STARTTLS or TLS, with a login or none."""

import base64
import socket
import socketserver
import ssl
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from calvox.common.clock import SYSTEM
from calvox.trust.certificates import issue_server_certificate, make_authority, new_key


@dataclass
class Mailbox:
    """The mail server, as a test sees it."""

    folder: Path
    security: str = "none"
    login: str = ""
    """"user:password" that it demands."""
    refuse: int = 0
    """A code with which it refuses recipients, as long as it is set."""
    mails: list[EmailMessage] = field(default_factory=list)
    tried: int = 0
    """Connections that came."""

    def __enter__(self) -> Self:
        key, authority_key, now = new_key(), new_key(), SYSTEM.now()
        authority = make_authority(authority_key, "Mail authority", now)
        (self.folder / "mail-authority.pem").write_bytes(authority)
        made = issue_server_certificate(authority_key, authority, key, ["localhost", "127.0.0.1"], now)
        (self.folder / "mail.pem").write_bytes(key + made)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(self.folder / "mail.pem")
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), lambda *a: _Session(self, *a))
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def address(self) -> str:
        """Where it is."""
        return f"127.0.0.1:{self.server.server_address[1]}"


class _Session(socketserver.BaseRequestHandler):
    """One connection, as RFC 5321 has it."""

    def __init__(self, box: Mailbox, *arguments: Any) -> None:
        self.box = box
        super().__init__(*arguments)

    def handle(self) -> None:
        self.box.tried += 1
        self.sock: socket.socket = self.request
        self.trusted = not self.box.login
        try:
            if self.box.security == "tls":
                self._secure()
            self._say("220 mailbox")
            while self._command(self.file.readline().decode().strip()):
                pass
        except (OSError, ssl.SSLError):
            pass
        finally:
            self.sock.close()

    @property
    def file(self) -> Any:
        """Read by lines; made anew after TLS began."""
        if getattr(self, "_of", None) is not self.sock:
            self._of, self._file = self.sock, self.sock.makefile("rb")
        return self._file

    def _say(self, text: str) -> None:
        self.sock.sendall(text.encode() + b"\r\n")

    def _secure(self) -> None:
        self.sock = self.box.context.wrap_socket(self.sock, server_side=True)

    def _command(self, line: str) -> bool:
        verb = line.upper().partition(" ")[0]
        match verb:
            case "EHLO":
                offers = ["STARTTLS"] if self.box.security == "starttls" else []
                self._say("\r\n".join(["250-mailbox", *(f"250-{offer}" for offer in offers), "250 AUTH PLAIN"]))
            case "STARTTLS":
                self._say("220 go on")
                self._secure()
            case "AUTH":
                told = base64.b64decode(line.split()[2]).decode().split("\0")
                self.trusted = ":".join(told[1:]) == self.box.login
                self._say("235 good" if self.trusted else "535 no")
            case "RCPT" if self.box.refuse:
                self._say(f"{self.box.refuse} no")
            case "MAIL" if not self.trusted:
                self._say("530 log in")
            case "MAIL" | "RCPT" | "RSET":
                self._say("250 good")
            case "DATA":
                self._say("354 go on")
                self._keep()
            case "QUIT":
                self._say("221 bye")
                return False
            case "":
                return False
            case _:
                self._say("500 what")
        return True

    def _keep(self) -> None:
        lines = []
        while (line := self.file.readline()) not in (b".\r\n", b""):
            lines.append(line)
        mail = message_from_bytes(b"".join(lines), policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.box.mails.append(mail)
        self._say("250 kept")
