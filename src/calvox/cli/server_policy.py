"""`calvox server policy` and `vouchers`: what session hosts are told, and what they may give out in an outage."""

from typing import Annotated

import typer
from rich.console import Console

from calvox.apps.licence_server.host_cases import Nothing
from calvox.apps.licence_server.policy_cases import SetPolicy, SettleByHand
from calvox.cli.own_server import Folder, server_owner
from calvox.cli.session import NOT_DONE_EXIT, confirmed, grid, settings, show
from calvox.common.clock import show_time
from calvox.common.i18n import t
from calvox.server.policy_report import PolicyShown, Vouchers, VoucherShown

policy = typer.Typer(no_args_is_help=True, help=str(t("What session hosts are told: signed, and fetched by them.")))
vouchers = typer.Typer()


@policy.command("show", help=str(t("Show it.")))
def show_policy(folder: Folder = None) -> None:
    """Show."""
    _show(server_owner(folder).call("policy", Nothing()))


@policy.command("set", help=str(t("Change it; what is not named stays as it is.")))
def set_policy(
    mode: Annotated[
        str | None, typer.Option(help=str(t("device, user or session; empty: the host's settings.")))
    ] = None,
    server: Annotated[
        list[str] | None, typer.Option(help=str(t("A licence server, https://name:port; repeat it in their order.")))
    ] = None,
    fail: Annotated[
        str | None, typer.Option(help=str(t("open or closed: whether people are let in when nobody can decide.")))
    ] = None,
    outage_cals: Annotated[
        int | None, typer.Option(min=0, help=str(t("CALs that a host may give out while no server answers.")))
    ] = None,
    outage_hours: Annotated[int | None, typer.Option(min=0, help=str(t("For how many hours each is good.")))] = None,
    folder: Folder = None,
) -> None:
    """Change."""
    if fail not in (None, "open", "closed"):
        raise typer.BadParameter(str(t("Say open or closed")), param_hint="--fail")
    asked = SetPolicy(
        mode, tuple(server) if server else None, None if fail is None else fail == "open", outage_cals, outage_hours
    )
    _show(server_owner(folder).call("policy-set", asked))


def _show(told: PolicyShown) -> None:
    def render(screen: Console) -> None:
        table = grid(None, t("What"), t("Value"))
        own = str(t("as the host's own settings say"))
        table.add_row(str(t("Mode")), told.mode or own)
        table.add_row(str(t("Licence servers, in order")), "\n".join(told.servers) or own)
        table.add_row(str(t("When nobody can decide")), str(t("let in") if told.fail_open else t("refuse")))
        text = t("{cals} CALs for {hours} hours each", cals=told.outage_cals, hours=told.outage_hours)
        none = not (told.outage_cals and told.outage_hours)
        table.add_row(str(t("Outage voucher of each host")), str(t("none") if none else text))
        table.add_row(str(t("Number")), str(told.number))
        screen.print(table)

    show(told, render)


@vouchers.command("vouchers", help=str(t("List the outage vouchers, and how much they may come to.")))
def list_vouchers(folder: Folder = None) -> None:
    """List."""
    told: Vouchers = server_owner(folder).call("vouchers", Nothing())
    zone = settings().zone

    def render(screen: Console) -> None:
        table = grid(
            None,
            t("Host"),
            t("Voucher"),
            t("CALs"),
            t("Hours each"),
            t("Issued on"),
            t("Good until"),
            t("Settled"),
            t("Used"),
        )
        for one in told.vouchers:
            settled = show_time(one.settled, zone) if one.settled else str(t("not settled yet"))
            times = (show_time(one.issued, zone), show_time(one.until, zone), settled)
            table.add_row(
                one.host, one.voucher[:8], str(one.count), str(one.hours), *times, str(one.used) if one.settled else "?"
            )
        screen.print(table)
        text = t("At most {count} CALs may be out that nobody has told of.", count=told.open_cals)
        screen.print(str(text), markup=False)

    show(told, render)


@vouchers.command("settle-voucher", help=str(t("Settle the outage voucher of a host that is gone for good.")))
def settle_voucher(
    voucher: Annotated[str, typer.Argument(help=str(t("The first digits of the voucher, as “vouchers” shows them.")))],
    used: Annotated[int, typer.Option(min=0, help=str(t("CALs that were given out of it, as is known on paper.")))],
    why: Annotated[str, typer.Option(help=str(t("Why, in a few words without names; it stays in the journal.")))],
    yes: Annotated[bool, typer.Option("--yes", help=str(t("Do not ask for confirmation.")))] = False,
    folder: Folder = None,
) -> None:
    """Settle, after asking: it cannot be taken back."""
    question = t(
        "Shall voucher {voucher} be settled with {used} CALs? It cannot be taken back.", voucher=voucher, used=used
    )
    if not confirmed(question, yes=yes):
        raise typer.Exit(NOT_DONE_EXIT)
    told: VoucherShown = server_owner(folder).call("voucher-settle", SettleByHand(voucher, used, why))
    text = t(
        "The outage voucher of {host} is settled: {used} of {count} CALs.", host=told.host, used=used, count=told.count
    )
    show(told, lambda screen: screen.print(str(text), markup=False))
