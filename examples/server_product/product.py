"""A server product: a room that says everything back. Whoever is in it holds one of the site's per-session CALs."""

import socketserver
import sys

from calvox.host import Host, Refused, Unreachable


class Visitor(socketserver.StreamRequestHandler):
    """One connection; it is served as long as it holds its CAL."""

    def handle(self) -> None:
        """Serve it."""
        try:
            with host.session("{}:{}".format(*self.client_address)):
                self.talk()
        except (Refused, Unreachable) as why:
            self.wfile.write(f"No room now: {why}\n".encode())

    def talk(self) -> None:
        """Say everything back: the product itself."""
        self.wfile.write(b"Welcome\n")
        for line in self.rfile:
            self.wfile.write(line)


class Room(socketserver.ThreadingTCPServer):
    """All connections, each in a thread."""

    allow_reuse_address, daemon_threads = True, True


if __name__ == "__main__":
    with Host(sys.argv[1]) as host, Room(("127.0.0.1", int(sys.argv[2])), Visitor) as room:
        sys.stdout.write(f"{room.server_address[1]}\n")
        sys.stdout.flush()
        room.serve_forever()
