"""An answer that was carried here: a file of the centre's, a picture of its QR code, or the code as a text."""

from dataclasses import dataclass

from calvox.apps.browser import Visit, WithPeople
from calvox.apps.licence_server.call_cases import EnterFile, EnterLines
from calvox.common.errors import BadCode, BadInput
from calvox.common.i18n import t
from calvox.server.typed import TypedLine
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.filetext import LONGEST_TEXT, PREFIX
from calvox.wire.phone.whole import cut_whole
from calvox.wire.pictures import LARGEST_FILE, is_picture, read_qr

LIMIT = LARGEST_FILE + (1 << 16)
"""Bytes of the whole form."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an answer."""

    fields: dict[str, str]
    """The form's other fields."""
    trouble: BadInput | None = None
    """Why it could not be taken in."""


async def take_answer(visit: Visit[WithPeople]) -> Taken:
    """Type in the code that a form brought."""
    fields, uploads = await visit.files(LIMIT)
    text = fields.pop("whole", "")
    body = next((one.body for one in uploads if one.field == "answer" and one.body), b"")
    try:
        if body:
            text = await visit.run(_text_of, body)
        await _take(visit, text)
    except BadInput as error:
        return Taken(fields, error)
    return Taken(fields)


async def _take(visit: Visit[WithPeople], text: str) -> None:
    if text.strip()[: len(PREFIX)].upper() == PREFIX:
        await visit.case("enter-file", EnterFile(text))
        return
    form, groups = cut_whole(text, CodeType.CONFIRMATION)
    lines = tuple(TypedLine(number, group) for number, group in enumerate(groups, start=1))
    await visit.case("enter-lines", EnterLines(form, lines, visit.language))


def _text_of(body: bytes) -> str:
    if not is_picture(body):
        return body[: 4 * LONGEST_TEXT].decode("utf-8-sig", "replace")
    found = [text for text in read_qr(body) if text.upper().startswith(PREFIX)]
    if not found:
        hint = t("Take the picture straight from above, with a white rim around the code.")
        raise BadCode(t("No QR code of a confirmation is seen in this picture"), hint=hint)
    return found[0]
