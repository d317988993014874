"""Every line of every published case, in both directions."""

from typing import Any

import pytest

from calvox.centre.bls import public_key, sign
from calvox.trust.confirmations import verify
from calvox.wire.phone.codec import decode
from calvox.wire.phone.confirmation import Accepted, confirmation_code, judge
from calvox.wire.phone.filetext import read_file_text, write_file_text
from calvox.wire.phone.forms import bytes_of, number_of, read_group, write
from calvox.wire.phone.identity import retirement_matches, retirement_secret, server_id, server_id_fields
from calvox.wire.phone.message import control_words, message
from calvox.wire.phone.request import pack_request, unpack_request
from tests.wire.phone.vectors import (
    CASES,
    FORM_KEYS,
    PUBLIC_KEY,
    SECRET_KEY,
    call_of,
    code_of,
    codes,
    request_from,
    server_id_of,
)

each_case = pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))
Case = dict[str, Any]


def test_there_are_24_cases() -> None:
    """The file is whole, and its key pair is one."""
    assert len(CASES) == 24
    assert public_key(SECRET_KEY) == PUBLIC_KEY


@each_case
def test_every_code_is_written_in_every_form(case: Case) -> None:
    """Each code's bytes give just the listed groups."""
    for code_type, code in codes(case):
        number = number_of(code_type, bytes.fromhex(code["hex"]))
        for form, key in FORM_KEYS.items():
            assert write(form, code_type, number) == code[key]


@each_case
def test_every_code_is_read_from_every_form(case: Case) -> None:
    """Each form's groups give just the code's bytes."""
    for code_type, code in codes(case):
        for form, key in FORM_KEYS.items():
            groups = [[-1 if s is None else s for s in read_group(form, text)] for text in code[key]]
            assert bytes_of(code_type, decode(form.encoding, code_type, groups)).hex() == code["hex"]


@each_case
def test_identity_and_proof_follow_from_what_was_stored(case: Case) -> None:
    """Root, key, fingerprint and epoch give the proof and the server ID, which belong together."""
    root, key, record = (bytes.fromhex(case[name]) for name in ("root", "server_public_key", "fingerprint_record"))
    secret = retirement_secret(root, key, record, case["epoch"])
    assert f"{secret:028x}" == case["retirement"]["hex"]
    assert server_id(secret, epoch=case["epoch"]) == server_id_of(case)
    assert server_id_fields(server_id_of(case)).epoch == case["epoch"] % 16
    retirement_matches(server_id_of(case), secret)


@each_case
def test_requests_are_packed_and_unpacked(case: Case) -> None:
    """Fields give the request's bytes, and its bytes the fields."""
    for listed in case["requests"]:
        request = request_from(listed["fields"])
        assert pack_request(server_id_of(case), request).hex() == listed["hex"]
        assert unpack_request(server_id_of(case), bytes.fromhex(listed["hex"])) == request


@each_case
def test_message_and_control_words(case: Case) -> None:
    """Both sides build the same message and hear the same two words."""
    assert message(*call_of(case), case["issue_day"]).hex() == case["message"]
    assert " ".join(control_words(*call_of(case), "fr")) == case["control_words"]["fr"]
    assert " ".join(control_words(*call_of(case), "en")) == case["control_words"]["en"]


@each_case
def test_signature_is_made_verified_and_judged(case: Case) -> None:
    """The centre signs just these bytes; the receiver finds them again from what was read out."""
    kind, _, _ = call_of(case)
    signature = bytes.fromhex(case["signature"])
    assert sign(SECRET_KEY, bytes.fromhex(case["message"])) == signature
    verify(PUBLIC_KEY, bytes.fromhex(case["message"]), signature)
    assert confirmation_code(kind, signature) == code_of(case)
    verdict = judge(PUBLIC_KEY, *call_of(case), case["issue_day"], code_of(case))
    assert verdict == Accepted(case["issue_day"], signature, 0)


@each_case
def test_file_text_holds_the_characters(case: Case) -> None:
    """The text for QR codes and files is the prefix and the 100 characters."""
    text = "CVX1C:" + "".join(case["confirmation"]["characters"])
    assert write_file_text(code_of(case)) == text
    assert read_file_text(text) == code_of(case)
