"""`calvox centre agreement`: enter what a customer bought, and who may call for it; list agreements, show one."""

from typing import Annotated

import typer

from calvox.centre.agreements import AddAgreement, ListAgreements, NewCaller, ShowAgreement
from calvox.cli.centre_options import FolderOption, bought_line, call, end_of, owner_of, secret, secret_lines
from calvox.cli.centre_show import show_agreements, show_one_agreement
from calvox.common.errors import BadInput
from calvox.common.i18n import t
from calvox.core.products import programme_named
from calvox.wire.phone.request import read_agreement

agreement_app = typer.Typer(no_args_is_help=True, help=str(t("What customers bought, and who may call for it.")))


@agreement_app.command("add", help=str(t("Enter an agreement.")))
def add_agreement(
    customer: Annotated[str, typer.Option("--customer", help=str(t("Who bought.")))],
    programme: Annotated[
        str, typer.Option("--programme", help=str(t("select, enterprise, campus, school, spla, open …")))
    ],
    sku: Annotated[str, typer.Option("--sku", help=str(t("The seller's number for what was bought.")))],
    proof: Annotated[str, typer.Option("--proof", help=str(t("Proof of purchase, or contract number.")))],
    lines: Annotated[list[str], typer.Option("--line", metavar="TYPE:VERSION:QUANTITY[:YYYY-MM-DD]")],
    callers: Annotated[list[str], typer.Option("--caller", metavar="NAME[:TELEPHONE]", help=str(t("Who may call.")))],
    call_word_file: Annotated[
        str | None,
        typer.Option("--call-word-file", help=str(t("Call words, one a line in the callers' order; - for input."))),
    ] = None,
    number: Annotated[str | None, typer.Option("--number", help=str(t("12 digits; drawn if not given.")))] = None,
    ends: Annotated[str, typer.Option("--ends", metavar="YYYY-MM-DD", help=str(t("Its last day.")))] = "",
    folder: FolderOption = None,
) -> None:
    """Enter an agreement."""
    words = secret_lines(call_word_file) if call_word_file else None
    if words is not None and len(words) != len(callers):
        raise BadInput(t("There are {callers} callers and {words} call words", callers=len(callers), words=len(words)))
    request = AddAgreement(
        customer=customer,
        programme=programme_named(programme),
        sku=sku,
        proof=proof,
        lines=tuple(bought_line(text) for text in lines),
        callers=tuple(_caller(text, words[at] if words else None) for at, text in enumerate(callers)),
        number=read_agreement(number) if number else None,
        ends=end_of(ends),
    )
    show_one_agreement(call(owner_of(folder), "agreement-add", request))


def _caller(text: str, word: str | None) -> NewCaller:
    name, _, phone = (part.strip() for part in text.partition(":"))
    return NewCaller(name, word or secret(None, t("Call word of {name}:", name=name)), phone)


@agreement_app.command("list", help=str(t("List agreements.")))
def list_agreements(folder: FolderOption = None) -> None:
    """List agreements."""
    show_agreements(call(owner_of(folder), "agreement-list", ListAgreements()))


@agreement_app.command("show", help=str(t("Show an agreement with its lines and callers.")))
def show_agreement(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help=str(t("12 digits.")))], folder: FolderOption = None
) -> None:
    """Show an agreement with its lines and callers."""
    show_one_agreement(call(owner_of(folder), "agreement-show", ShowAgreement(read_agreement(number))))
