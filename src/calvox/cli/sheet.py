"""Draw a call sheet on a terminal: who to call, what to say, what to compare."""

from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text as Styled

from calvox.cli.session import grid
from calvox.common.i18n import Language, t
from calvox.core.products import cal_type_named
from calvox.wire.phone.forms import Form
from calvox.wire.phone.sheet import CallSheet, Spoken
from calvox.wire.phone.spelling import spell


def draw_sheet(screen: Console, sheet: CallSheet, form: Form, language: Language) -> None:
    """Draw the whole sheet."""
    screen.print(_whom(sheet, language))
    screen.print(draw_code(t("Calvox server ID"), sheet.server_id, form, language))
    if sheet.replaces is not None:
        screen.print(draw_code(t("Old Calvox server ID, of the epoch before"), sheet.replaces, form, language))
    if sheet.requests:
        screen.print(_requests(sheet))
    control = " ".join(sheet.control_words[form.language or language])
    screen.print(
        Panel(Styled(control, style="bold", justify="center"), title=str(t("Control words: compare them aloud")))
    )


def _whom(sheet: CallSheet, language: Language) -> Panel:
    phone = sheet.telephone
    lines = [
        str(t("Call {centre}: {number} ({country}), {hours}", centre=sheet.centre, **_fields(phone))),
        str(t("Have ready: your name as authorised caller, your call word, the agreement's number, and this sheet.")),
        str(t("First call? Compare the centre's fingerprint: {words}", words=" ".join(sheet.fingerprint[language]))),
    ]
    return Panel("\n".join(lines), title=str(t("Whom to call")))


def _fields(phone: object) -> dict[str, str]:
    return {name: getattr(phone, name) for name in ("number", "country", "hours")}


def draw_code(title: object, code: Spoken, form: Form, language: Language) -> Panel:
    """Draw a code as it is dictated, one group a line; characters and digits with their names beneath."""
    lines = []
    for number, group in enumerate(code.form(form), start=1):
        if form.language:
            lines.append(f"{number}.  {group}")
        else:
            names = " ".join(spell(form.language or language, group))
            lines.append(f"{number}.  {group}   {names}")
    return Panel(Styled("\n".join(lines)), title=f"{title}, {form.label}")


def _requests(sheet: CallSheet) -> Table:
    table = grid(
        t("Requests"), t("Sequence"), t("Type"), t("Version"), t("Quantity"), t("Programme"), t("Agreement"), t("Ends")
    )
    for line in sheet.requests:
        table.add_row(
            str(line.sequence),
            str(cal_type_named(line.cal_type).text if line.quantity else t("end of a freeze")),
            line.version,
            str(line.quantity),
            line.programme,
            line.agreement,
            line.ends or str(t("never")),
        )
    return table
