"""Microsoft's identifiers as they are typed: one shape, the place of what is wrong, Calvox codes refused by name."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calvox.common.errors import BadInput, WrongKind
from calvox.windows.codes import Slot, alike, grouped, groups, plain, read_code, read_product_id, spelled
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.filetext import write_file_text
from calvox.wire.phone.forms import Form, write

CODE = "AAAAA" + "BBBBB" + "CCCCC" + "DDDDD" + "EEEEE" + "FFFFF" + "GGGGG"
"""No code of anybody's."""
GROUPED = "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE-FFFFF-GGGGG"
NUMBERS = {code_type: (1 << code_type.bits) // 3 for code_type in CodeType}
"""One number of each type of ours."""


@pytest.mark.parametrize(
    "text",
    [
        GROUPED,
        GROUPED.lower(),
        CODE,
        f"  {GROUPED.replace('-', ' ')}\t\n",
        GROUPED.replace("-", "\u00a0"),
        GROUPED.replace("-", "\u202f"),
        GROUPED.replace("-", "\u2013"),
        GROUPED.replace("-", "\u2011"),
        "\ufeff" + GROUPED.replace("-", "\u200b"),
    ],
)
@pytest.mark.parametrize("slot", [Slot.SERVER_ID, Slot.PACK_ID])
def test_one_shape_however_it_is_typed(slot: Slot, text: str) -> None:
    """Hyphens and spaces of any kind are set aside, small letters become capitals."""
    assert read_code(slot, text) == CODE
    assert (groups(CODE)[2], grouped(CODE)) == ("CCCCC", GROUPED)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("AAAAA-BBBB-CCCCC-DDDDD-EEEEE-FFFFF-GGGGG", "Group 2 has 4 signs, not 5"),
        ("AAAAA-BBBBB-CCCCCC-DDDDD-EEEEE-FFFFF-GGGGG", "Group 3 has 6 signs, not 5"),
        (CODE[:-1], "35 letters and digits, not 34"),
        (CODE + "H", "35 letters and digits, not 36"),
        ("AAAAA-BBBBB", "35 letters and digits, not 10"),
        ("AAAAA-BBBBB-CCC/C-DDDDD-EEEEE-FFFFF-GGGGG", "Group 3, sign 4: “/”"),
        ("AAAAA-BBBBB-CCCCC-DDDDD-EEEÉE-FFFFF-GGGGG", "Group 5, sign 4: “É”"),
        ("", "nothing was typed"),
        (" - - ", "nothing was typed"),
        ("A" * 2000, "too long"),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text: str, told: str) -> None:
    """Too short, too long, a sign that no such code has."""
    with pytest.raises(BadInput, match=re.escape(told)):
        read_code(Slot.PACK_ID, text)


@pytest.mark.parametrize(("sign", "hint"), [("É", "Is it E?"), ("\uff21", "Is it A?"), ("²", "Is it 2?")])
def test_a_likely_sign_is_suggested_and_never_put_in(sign: str, hint: str) -> None:
    """An accent or another width is no letter of a code; what may be meant is told."""
    with pytest.raises(BadInput) as caught:
        read_code(Slot.SERVER_ID, CODE[:-1] + sign)
    assert str(caught.value.hint) == hint
    assert "Group 7, sign 5" in str(caught.value)


def test_a_letter_that_would_become_two_is_refused() -> None:
    """ß in capitals is SS; it is no sign of a code, and makes none."""
    with pytest.raises(BadInput, match="Group 7, sign 4: “ß”"):
        read_code(Slot.SERVER_ID, CODE[:-2] + "ß")


def test_signs_that_look_alike_are_pointed_out_and_kept() -> None:
    """O stays O and 0 stays 0: no alphabet is published."""
    code = read_code(Slot.SERVER_ID, "OO0OA" + CODE[5:])
    assert code.startswith("OO0OA")
    assert alike(code)[:3] == ((1, "O", "0"), (1, "O", "0"), (1, "0", "O"))


def test_a_confirmation_code_has_no_published_shape() -> None:
    """From one to sixty-four letters and digits, and nothing else is claimed."""
    assert read_code(Slot.CONFIRMATION_CODE, "a1b2-c3") == "A1B2C3"
    assert read_code(Slot.CONFIRMATION_CODE, "Q" * 64) == "Q" * 64
    for bad in ("Q" * 65, "AB_CD", ""):
        with pytest.raises(BadInput):
            read_code(Slot.CONFIRMATION_CODE, bad)


@pytest.mark.parametrize("text", ["00477-001-0000001-84851", "00455-00000-00001-aa000 "])
def test_a_product_id_keeps_its_hyphens(text: str) -> None:
    """Both kinds that were seen are read."""
    assert read_product_id(text) == text.strip().upper()


@pytest.mark.parametrize("text", ["", "-", "00477--001", "a b", "x" * 2000, "ÉÉ-1"])
def test_no_product_id(text: str) -> None:
    """Anything else is refused."""
    with pytest.raises(BadInput):
        read_product_id(text)


def test_a_group_is_spelled_in_either_language() -> None:
    """Each sign has its name."""
    assert spelled("en", "AB1") == ["Alfa", "Bravo", "one"]
    assert spelled("fr", "AB1") == ["Anatole", "Berthe", "un"]


def ours() -> list[tuple[str, str]]:
    """Write codes of ours in every form."""
    found = []
    for code_type, number in NUMBERS.items():
        for form in Form:
            cut = write(form, code_type, number)
            found += [(f"{code_type} {form}", "  ".join(cut)), (f"{code_type} {form} lines", "\n".join(cut))]
        found.append((f"{code_type} hyphens", "-".join(write(Form.CHARACTERS, code_type, number))))
        found.append((f"{code_type} part", " ".join(write(Form.WORDS_FR, code_type, number)[:1])))
    found.append(("file", write_file_text(NUMBERS[CodeType.CONFIRMATION])))
    found.append(("qr", "cvx1s:" + "".join(write(Form.CHARACTERS, CodeType.SERVER_ID, NUMBERS[CodeType.SERVER_ID]))))
    found.append(("request", '{"format": "calvox-request-1"}'))
    return found


@pytest.mark.parametrize("text", [text for _, text in ours()], ids=[name for name, _ in ours()])
@pytest.mark.parametrize("slot", list(Slot))
def test_a_calvox_code_is_refused_by_name(slot: Slot, text: str) -> None:
    """In words, characters, digits, as a file or a QR code; whole or in part."""
    with pytest.raises(WrongKind, match="Calvox code") as caught:
        read_code(slot, text)
    assert str(slot.label) in str(caught.value)


def test_a_calvox_code_with_one_group_misheard_is_still_refused_by_name() -> None:
    """Six groups of seven hold."""
    cut = write(Form.CHARACTERS, CodeType.SERVER_ID, NUMBERS[CodeType.SERVER_ID])
    wrong = "00000" if cut[3] != "00000" else "11111"
    with pytest.raises(WrongKind):
        read_code(Slot.SERVER_ID, "-".join((*cut[:3], wrong, *cut[4:])))


@given(st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=35, max_size=35))
def test_no_code_of_microsofts_is_taken_for_ours(code: str) -> None:
    """Any thirty-five signs are taken."""
    assert read_code(Slot.PACK_ID, code) == code
    assert read_code(Slot.PACK_ID, grouped(code).lower()) == code


@given(
    st.sampled_from(list(Slot)), st.one_of(st.text(), st.text(alphabet="AZaz09 -\u00a0\u2013É²\x00\x1b", max_size=80))
)
def test_garbage_raises_nothing_but_bad_input(slot: Slot, text: str) -> None:
    """Whatever is typed is read or refused."""
    assert all(sign.isascii() or not sign.isspace() for sign in plain(text))
    for found in (read_or_nothing(lambda: read_code(slot, text)), read_or_nothing(lambda: read_product_id(text))):
        assert found.isascii()
        assert len(found) <= 100


def read_or_nothing(read: Callable[[], str]) -> str:
    """Give what was read; nothing if it was refused."""
    try:
        return read()
    except BadInput:
        return ""
