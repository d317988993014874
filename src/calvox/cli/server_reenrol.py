"""`calvox server re-enrol`: after changed hardware, or when the sequences are used up, the next epoch by one call."""

from typing import Annotated

import typer

from calvox.apps.licence_server.host_cases import Nothing
from calvox.cli.own_server import Folder, server_owner
from calvox.cli.server_calling import Country, FormOption, Prepare, RequestOut, hold_call
from calvox.cli.session import confirmed, say, session, settings
from calvox.common.clock import show_time
from calvox.common.i18n import t
from calvox.server.reenrol import ReenrolmentShown

reenrolment = typer.Typer()


@reenrolment.command(
    "re-enrol",
    help=str(t("Call the centre after a change of hardware, or when every sequence is used up: the next epoch.")),
)
def re_enrol(
    country: Country = "",
    form: FormOption = None,
    prepare_only: Prepare = False,
    request_file: RequestOut = None,
    yes: Annotated[bool, typer.Option("--yes", help=str(t("Do not ask.")))] = False,
    folder: Folder = None,
) -> None:
    """Re-enrol, after saying what it means; a call that is open goes on."""
    own = server_owner(folder)
    told: ReenrolmentShown = own.call("reenrolment", Nothing())
    show_state(told)
    if not told.begun:
        show_meaning(told)
        if not confirmed(t("Go on?"), yes=yes or session().json):
            return
    hold_call(own, own.call("call-prepare-reenrolment", Nothing()), country, form, prepare_only, request_file)


def show_state(told: ReenrolmentShown) -> None:
    """Say whether it is needed, whether it was begun, and what was done last."""
    zone = settings().zone
    say(t("This is epoch {epoch}; sequences left: {left}.", epoch=told.epoch, left=told.left))
    say(t("The machine is like the enrolled one by {alike} %; from 60 % it counts as the same.", alike=told.alike))
    if told.last:
        say(t("The licence server was enrolled anew last on {time}: that is done.", time=show_time(told.last, zone)))
    if told.begun:
        say(
            t(
                "A re-enrolment was begun on {time} and is not done: its call goes on.",
                time=show_time(told.begun, zone),
            )
        )
    elif not told.needed:
        say(t("Nothing calls for it here: the machine is the same, and there are sequences left."))


def show_meaning(told: ReenrolmentShown) -> None:
    """Say beforehand what happens, above all to CALs in the field."""
    say(t("CALs that are out: {cals}; session hosts: {hosts}.", cals=told.cals, hosts=told.hosts))
    say(t("They stay good to their own end, and are renewed here as before; packs, history and accounts stay."))
    say(t("Session hosts follow by themselves: this server says so, signed under the ID that they know."))
    say(t("The server ID becomes another one; until the code is typed, everything goes on under the present one."))
    say(
        t(
            "Without a proof the centre does this once in 90 days, three times in 24 months; "
            "then it refuses the present ID for ever."
        )
    )
    say(t("Make a backup afterwards: the earlier ones give back the earlier ID."))
