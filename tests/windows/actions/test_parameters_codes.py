"""A code is read by an action as by a call: one reader, one form, the same refusals."""

import pytest

from calvox.common.errors import BadInput, WrongKind
from calvox.windows.actions.action import Parameter
from calvox.windows.actions.parameters import CODE, CONFIRMATION, PACK_CODE, SOURCE_ID
from calvox.windows.codes import Slot
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.forms import Form, write

GIVEN = "aaaaa-bbbbb CCCCC ddddd-eeeee-fffff\u2013ggggg"
EACH = pytest.mark.parametrize("parameter", [CODE, PACK_CODE, SOURCE_ID, CONFIRMATION], ids=["a", "p", "s", "c"])


@EACH
def test_windows_is_given_capitals_alone(parameter: Parameter) -> None:
    """Whatever stood between the groups, a dash of a text processor included."""
    assert parameter.read(GIVEN) == "AAAAABBBBBCCCCCDDDDDEEEEEFFFFFGGGGG"


@EACH
def test_a_code_of_ours_is_refused_by_name(parameter: Parameter) -> None:
    """It must not be typed into Windows."""
    with pytest.raises(WrongKind, match="Calvox"):
        parameter.read(" ".join(write(Form.WORDS_EN, CodeType.CONFIRMATION, 1 << 300)))


def test_a_wrong_code_says_which_code_is_meant() -> None:
    """And where it is wrong."""
    with pytest.raises(BadInput, match=str(Slot.PACK_ID.label)):
        PACK_CODE.read("A" * 34)
    with pytest.raises(BadInput, match=r"Group 2, sign 3"):
        CODE.read("AAAAA-BB.BB-CCCCC-DDDDD-EEEEE-FFFFF-GGGGG")
