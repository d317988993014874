"""The floor of what answering costs: an ASGI application that does nothing, behind our TLS and our protocol.

`python -m bench.pairs.no_op FOLDER`: the folder holds tls.pem, tls.key and authority.pem of a licence server.
"""

import asyncio
import ssl
import sys
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from calvox.apps.serving import Listener, application, bind, run_loop, serve

ANSWER = b'{"cal":{"cal_id":"' + b"A" * 24 + b'"},"token":"' + b"A" * 900 + b'"}'
"""As long as a CAL with its token."""


async def acquire(request: Request) -> Response:
    """Read the request, and give an answer of the usual size."""
    await request.body()
    return Response(ANSWER, media_type="application/json")


def main() -> None:
    """Serve until a signal comes."""
    folder = Path(sys.argv[1])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(folder / "tls.pem", folder / "tls.key")
    context.load_verify_locations(folder / "authority.pem")
    context.verify_mode = ssl.CERT_OPTIONAL
    sock = bind("127.0.0.1:0")
    routes = [Route(path, acquire, methods=["POST"]) for path in ("/acquire", "/release")]
    listener = Listener(sock, application(routes), context)
    run_loop(serve([listener], lambda: print(sock.getsockname()[1], flush=True), [asyncio.Event().wait]))


if __name__ == "__main__":
    main()
