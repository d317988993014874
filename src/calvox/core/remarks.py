"""What an administrator says of an act: one line, kept in the chain for ever."""

from calvox.common.errors import BadInput
from calvox.common.i18n import t

LONGEST = 200
"""Characters of a remark."""


def remark(text: str) -> str:
    """Trim a remark.

    Raises:
        BadInput: it is empty, too long, or holds control characters.
    """
    plain = text.strip()
    if not plain or len(plain) > LONGEST or not plain.isprintable():
        raise BadInput(
            t("The field “{field}” has 1 to {longest} printable characters", field="why", longest=LONGEST),
            hint=t("Say in a few words why, without names: it stays in the journal for ever."),
        )
    return plain
