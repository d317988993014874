"""`calvox windows paper`: the procedure's documents as PDF or HTML, filled from facts and journal."""

from pathlib import Path
from typing import Annotated

import typer

from calvox.apps.site.papers import Form, PaperName, make_paper
from calvox.cli.session import settings, show
from calvox.cli.windows.place import ServerOption, SiteOption, opened
from calvox.common.errors import BadInput
from calvox.common.i18n import current_language, t

app = typer.Typer()
ENDINGS: dict[str, Form] = {".pdf": "pdf", ".html": "html", ".htm": "html"}


@app.command(
    help=str(t("Write a document of the site as PDF or HTML: tracking sheet, checklist, call table, call sheet."))
)
def paper(
    name: Annotated[PaperName, typer.Argument(help=str(t("Which document.")))],
    server: ServerOption = "",
    call: Annotated[
        int, typer.Option(min=0, help=str(t("Number of the call, for call table and call sheet; 0: the newest.")))
    ] = 0,
    out: Annotated[
        Path | None, typer.Option(help=str(t("The file; its ending, .pdf or .html, says the form.")))
    ] = None,
    html: Annotated[bool, typer.Option("--html", help=str(t("Write HTML instead of PDF.")))] = False,
    site: SiteOption = Path("."),
) -> None:
    """Write a document."""
    form, file = _form(name, out, html=html)
    with opened(site) as folder:
        made = make_paper(
            folder,
            name,
            server=server,
            language=current_language(),
            out=file,
            form=form,
            zone=settings().zone,
            call=call,
        )
    told = {"paper": made.paper, "file": str(made.file), "sha256": made.digest.hex()}
    text = t("Written: {path}, SHA-256 {digest}", path=str(made.file), digest=made.digest.hex())
    show(told, lambda screen: screen.print(str(text), markup=False, soft_wrap=True))


def _form(name: PaperName, out: Path | None, *, html: bool) -> tuple[Form, Path]:
    """Choose the form by the file's ending, or the file by the form."""
    if out is None:
        form: Form = "html" if html else "pdf"
        return form, Path(f"{name}.{form}")
    by_ending = ENDINGS.get(out.suffix.lower())
    if by_ending is None or (html and by_ending != "html"):
        wanted = ".html" if html else ".pdf, .html"
        raise BadInput(t("The file {path} does not end in {endings}", path=str(out), endings=wanted))
    return by_ending, out
