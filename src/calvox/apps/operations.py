"""The listener for those who operate a process: is it alive, is it ready, what does it measure. Loopback only, no secrets.

/healthz answers as long as the process does. /readyz says whether it can do its work, and what is in the way. /metrics is
Prometheus' text format.
"""

import ipaddress
import socket
from collections.abc import Callable

import msgspec
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from calvox.apps.serving import application, bind
from calvox.common.errors import BadSettings
from calvox.common.i18n import t


class Check(msgspec.Struct, frozen=True):
    """One thing that a process needs for its work."""

    name: str
    good: bool
    detail: str = ""


def operations_app(registry: CollectorRegistry, checks: Callable[[], list[Check]]) -> Starlette:
    """Make the application behind the listener."""

    async def health(request: Request) -> Response:
        return Response(b'{"status":"ok"}', media_type="application/json")

    async def ready(request: Request) -> Response:
        found = await run_in_threadpool(checks)
        status = 200 if all(check.good for check in found) else 503
        return Response(msgspec.json.encode({"checks": found}), status, media_type="application/json")

    async def metrics(request: Request) -> Response:
        body = await run_in_threadpool(generate_latest, registry)
        return Response(body, headers={"Content-Type": CONTENT_TYPE_LATEST})

    routes = (("/healthz", health), ("/readyz", ready), ("/metrics", metrics))
    return application([Route(path, run, methods=["GET"]) for path, run in routes])


def bind_operations(address: str, setting: str) -> socket.socket:
    """Listen on an address of this machine alone.

    Raises:
        BadSettings: it is not of the loopback interface; `setting` is named.
        BadInput: it cannot be used.
    """
    host = address.rpartition(":")[0].strip("[]")
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise BadSettings(
            t("The setting {name} is an address of this machine alone, as 127.0.0.1:7404", name=setting),
            hint=t("A monitoring agent on the machine may pass on what it reads there."),
        )
    return bind(address)
