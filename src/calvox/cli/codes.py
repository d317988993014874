"""`calvox codes`: writes a spoken code from its bytes, and reads one back.

`read` only reports: what holds, which groups were mis-heard, and what may have been said instead. It never repairs; that
belongs where the code is used.
"""

import json
import re
import sys
from collections.abc import Sequence
from typing import Annotated, NoReturn

import typer

from calvox.common.errors import BadCode, BadInput, WrongKind
from calvox.common.i18n import Text, current_language, t
from calvox.wire.phone.codec import CodeType, decode, group_count, group_holds
from calvox.wire.phone.dictation import MOST_SHOWN
from calvox.wire.phone.forms import Form, bytes_of, hear_group, number_of, write, write_group
from calvox.wire.phone.oracles import confirmation_fits
from calvox.wire.phone.recognise import refuse_microsoft
from calvox.wire.phone.suggest import suggestions

LARGEST_INPUT = 1 << 16
MISHEARD_EXIT = 2

app = typer.Typer(no_args_is_help=True, help=str(t("Write and read codes said over the telephone.")))

TypeArgument = Annotated[CodeType, typer.Argument(metavar="TYPE", help=str(t("What the code is.")), show_choices=True)]
FormOption = Annotated[Form, typer.Option("--form", help=str(t("How the code is said.")))]


@app.command("write", help=str(t("Write a code, one group a line.")))
def write_code(
    code_type: TypeArgument,
    data: Annotated[str, typer.Argument(metavar="HEX", help=str(t("The code's bytes in hexadecimal.")))],
    form: FormOption,
) -> None:
    """Write a code, one group a line."""
    width = 2 * code_type.width
    if not re.fullmatch(f"[0-9A-Fa-f]{{{width}}}", data):
        raise BadInput(t("A {title} is {count} hexadecimal digits", title=code_type.label, count=width))
    for group in write(form, code_type, number_of(code_type, bytes.fromhex(data))):
        typer.echo(group)


@app.command("read", help=str(t("Read a code from standard input, one group a line, and report in JSON.")))
def read_code(code_type: TypeArgument, form: FormOption) -> None:
    """Read a code from standard input, one group a line, and report in JSON."""
    lines = _lines(sys.stdin.buffer.read(LARGEST_INPUT + 1), group_count(form.encoding, code_type))
    heard = [hear_group(form, line) for line in lines]
    misheard = [i for i, group in enumerate(heard) if not group_holds(form.encoding, code_type, i, group)]
    groups = [tuple(-1 if symbol is None else symbol for symbol in group) for group in heard]
    try:
        number = decode(form.encoding, code_type, groups)
    except WrongKind:
        raise
    except BadCode as error:
        refuse_microsoft("-".join(lines), code_type)
        found = {i: suggestions(form, code_type, i, heard[i], current_language())[:MOST_SHOWN] for i in misheard}
        texts = {str(i + 1): [write_group(form, s.symbols) for s in some] for i, some in found.items() if some}
        _misheard(misheard, texts, error.message)
    if code_type is CodeType.CONFIRMATION and not confirmation_fits()(number):
        _misheard([], {}, t("Each group holds, but the code as a whole was mis-heard"))
    typer.echo(json.dumps({"status": "ok", "hex": bytes_of(code_type, number).hex()}))


def _misheard(indexes: Sequence[int], texts: dict[str, list[str]], reason: Text) -> NoReturn:
    answer = {"status": "misheard", "groups": [i + 1 for i in indexes], "suggestions": texts, "reason": str(reason)}
    typer.echo(json.dumps(answer, ensure_ascii=False))
    raise typer.Exit(MISHEARD_EXIT)


def _lines(data: bytes, wanted: int) -> list[str]:
    """Split the input into just as many groups as are wanted; one that is missing at the end is empty."""
    if len(data) > LARGEST_INPUT:
        raise BadInput(t("At most {bytes} bytes are read", bytes=LARGEST_INPUT))
    try:
        lines = data.decode("utf-8-sig").split("\n")
    except UnicodeDecodeError:
        raise BadInput(t("The input is not UTF-8")) from None
    lines = [line.strip() for line in lines]
    while lines and not lines[-1]:
        lines.pop()
    if len(lines) > wanted:
        lines = [line for line in lines if line]
    if len(lines) > wanted:
        raise BadInput(t("This code has {wanted} groups, not {found}", wanted=wanted, found=len(lines)))
    return lines + [""] * (wanted - len(lines))
