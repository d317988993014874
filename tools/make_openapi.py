"""Generate docs/reference/host-api.json: the host API as OpenAPI 3.1, from the same table that serves it.

`--check` writes nothing and fails if the file is out of date.
"""

import inspect
import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from calvox.apps.host_api.app import ENDPOINTS, Endpoint
from calvox.common.errors import RENDERINGS
from calvox.common.wire_errors import WireError
from calvox.wire import hostapi

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "reference" / "host-api.json"
FAILURES = ("denied", "not-found", "conflict", "bad-input", "too-long", "too-many", "store-failed")
REF = "#/components/schemas/{name}"


def described() -> dict[str, Any]:
    """Describe the whole API."""
    kinds = [kind for one in ENDPOINTS for kind in (one.asked, one.answers) if kind not in (None, bytes)]
    _, schemas = msgspec.json.schema_components([*dict.fromkeys(kinds), WireError], ref_template=REF)
    for schema in schemas.values():
        if "description" in schema:
            schema["description"] = inspect.cleandoc(schema["description"])
    paths: dict[str, dict[str, Any]] = {}
    for one in ENDPOINTS:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Calvox host API",
            "version": "1",
            "description": "Session hosts to their licence server: HTTP/1.1 over mutual TLS 1.3, JSON; bytes are base64.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {"certificate": {"type": "mutualTLS"}},
        },
    }


def _operation(one: Endpoint) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": one.run.__name__,
        "summary": inspect.cleandoc(one.run.__doc__ or "").split("\n")[0],
        "responses": {"200": {"description": "It was done.", "content": _content(one.answers)}, **_failures()},
    }
    if not one.open:
        told["security"] = [{"certificate": []}]
    if one.asked is not None:
        told["requestBody"] = {
            "required": True,
            "description": f"At most {one.limit} bytes.",
            "content": _content(one.asked),
        }
    if one.repeatable:
        told["parameters"] = [
            {
                "name": hostapi.IDEMPOTENCY_KEY,
                "in": "header",
                "schema": {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[!-~]+$"},
                "description": "The same key and body again get the same answer; kept for 7 days.",
            }
        ]
    return told


def _content(kind: Any) -> dict[str, Any]:
    if kind is bytes:
        return {"application/x-pem-file": {"schema": {"type": "string"}}}
    return {"application/json": {"schema": {"$ref": REF.format(name=kind.__name__)}}}


def _failures() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for code in FAILURES:
        status = str(RENDERINGS[code].status)
        found[status] = {"description": f"{RENDERINGS[code].title}: `{code}`.", "content": _content(WireError)}
    return dict(sorted(found.items()))


def main() -> int:
    """Write the file, or check it."""
    text = json.dumps(described(), indent=1) + "\n"
    if TARGET.exists() and TARGET.read_text("utf-8") == text:
        return 0
    if "--check" in sys.argv:
        print("out of date, run make docs: host-api.json")
        return 1
    TARGET.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
