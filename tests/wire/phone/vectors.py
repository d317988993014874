"""The 24 complete cases, made by an independent prototype."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.forms import Form
from calvox.wire.phone.message import Kind
from calvox.wire.phone.request import CalType, Programme, Request, RequestKind


@cache
def _file() -> dict[str, Any]:
    path = Path(__file__).parents[2] / "vectors/phone-codes.json"
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data


CASES: list[dict[str, Any]] = _file()["vectors"]
PUBLIC_KEY = bytes.fromhex(_file()["centre_public_key"])
SECRET_KEY = int(_file()["centre_secret_key_for_tests_only"], 16)
FORM_KEYS = {
    Form.WORDS_FR: "words_fr",
    Form.WORDS_EN: "words_en",
    Form.CHARACTERS: "characters",
    Form.DIGITS: "digits",
}


def codes(case: dict[str, Any]) -> list[tuple[CodeType, dict[str, Any]]]:
    """List every spoken code of a case with its type."""
    return [
        (CodeType.SERVER_ID, case["server_id"]),
        *((CodeType.REQUEST, request) for request in case["requests"]),
        (CodeType.CONFIRMATION, case["confirmation"]),
        (CodeType.RETIREMENT, case["retirement"]),
    ]


def server_id_of(case: dict[str, Any]) -> bytes:
    """Give a case's server ID."""
    return bytes.fromhex(case["server_id"]["hex"])


def requests_of(case: dict[str, Any]) -> list[bytes]:
    """Give a case's requests as they are signed."""
    return [bytes.fromhex(request["hex"]) for request in case["requests"]]


def call_of(case: dict[str, Any]) -> tuple[Kind, bytes, list[bytes]]:
    """Give what a case's confirmation covers."""
    return Kind(case["kind"]), server_id_of(case), requests_of(case)


def code_of(case: dict[str, Any]) -> int:
    """Give a case's confirmation as a number."""
    return int(case["confirmation"]["hex"], 16)


def request_from(fields: dict[str, int]) -> Request:
    """Build a request from a case's fields."""
    return Request(
        RequestKind(fields["kind"]),
        Programme(fields["programme"]),
        fields["product"],
        CalType(fields["caltype"]),
        fields["version"],
        fields["quantity"],
        fields["sequence"],
        fields["agreement"],
        fields["expiry"],
    )
