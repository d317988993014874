"""A site's calls to the clearing house: opened, entered into Windows, ended.

Rules:
- A call that is broken off at any point goes on later, by anybody on this site; its codes are typed by `site_typing`.
- A code is entered into Windows only after it was heard, that is typed twice alike or read back.
- What Windows took is believed when facts show it. Entering over WinRM or by a script is left to `site_actions`.
- A call against which something speaks is opened only with `anyway`, and its sheet keeps what spoke against it.
"""

from collections.abc import Iterable
from typing import Any

import msgspec

from calvox.apps.site.dossiers import Wish, against, dossier_of, new_dossier, server_known, server_meant
from calvox.apps.site.gathering import facts_of
from calvox.apps.site.plans import objection
from calvox.apps.site.record import record_of
from calvox.common.clock import SYSTEM, World
from calvox.common.commands import Command
from calvox.common.errors import Conflict, NotFound
from calvox.common.files import user_name
from calvox.common.i18n import Text, t
from calvox.journal.interface import Transaction
from calvox.site.book import CallEnded, CallOpened, CodeEntered
from calvox.site.folder import SiteFolder
from calvox.windows.calls.dossier import Dossier, write_dossier
from calvox.windows.calls.kinds import ABOUT, CallKind
from calvox.windows.calls.reading_back import ReadBack, Seen, read_back
from calvox.windows.calls.sheet import CallSheet, sheet
from calvox.windows.codes import Slot
from calvox.windows.record import Call, Code

ASSISTANT = "assistant"
"""How: typed by hand into Microsoft's own wizard."""
DONE, GIVEN_UP = "done", "given-up"


# Opening


def open_call(site: SiteFolder, wish: Wish, *, anyway: bool = False, world: World = SYSTEM) -> Call:
    """Open a call.

    Raises:
        Conflict: something speaks against it, or one like it is open.
        NotFound: the server was not collected, or there is no such purchase.
    """
    known, past = facts_of(site), calls(site)
    server = server_meant(known, wish.server, anyway=anyway)
    made = new_dossier(site, known, server, wish, past)
    early = objection(site, wish.kind, server.machine.name, world.now())
    reasons = [*([early] if early else []), *against(known, server, made, world.now())]
    if reasons and not anyway:
        hint = t(
            "“{open}” opens it nevertheless; its sheet keeps these reasons.",
            open=Command("windows call open", "--anyway"),
        )
        raise Conflict(_do_not_call(made, reasons), hint=hint)
    made = msgspec.structs.replace(made, against=tuple(map(str, reasons)))

    def work(tx: Transaction) -> int:
        rows = list(tx.select("call"))
        if not anyway:
            _refuse_second(rows, made)
        number = 1 + max((row["call"] for row in rows), default=0)
        tx.append(_opened(number, made))
        return number

    return call_of(site, site.journal.run(work).value)


def _do_not_call(dossier: Dossier, reasons: list[Text]) -> Text:
    return t("Do not call yet for {server}: {reasons}", server=dossier.server, reasons="; ".join(map(str, reasons)))


def _refuse_second(rows: Iterable[dict[str, Any]], made: Dossier) -> None:
    about = (made.kind, made.server, made.number if ABOUT[made.kind].bought else 0)
    for row in rows:
        if not row["outcome"] and (row["kind"], row["server"], row["purchase"]) == about:
            hint = t("“{show}” goes on with it.", show=Command("windows call show", row["call"]))
            raise Conflict(t("Call {number} is open for just that", number=row["call"]), hint=hint)


def _opened(number: int, made: Dossier) -> CallOpened:
    return CallOpened(
        call=number,
        kind=made.kind,
        server=made.server,
        purchase=made.number if ABOUT[made.kind].bought else 0,
        source=made.source.name if made.source else "",
        sheet=write_dossier(made),
        by=user_name(),
    )


# Looking


def calls(site: SiteFolder) -> tuple[Call, ...]:
    """List the calls, oldest first."""
    return record_of(site).calls


def call_of(site: SiteFolder, number: int) -> Call:
    """Find a call.

    Raises:
        NotFound: there is none of that number.
    """
    for call in calls(site):
        if call.call == number:
            return call
    raise NotFound(
        t("There is no call {number} on this site", number=number),
        hint=t("“{list}”", list=Command("windows call list")),
    )


def slot_of(call: Call) -> Slot:
    """Tell which code a call is about."""
    return ABOUT[CallKind(call.kind)].slot


def newest_code(call: Call) -> Code | None:
    """Give the code that was heard last."""
    return call.codes[-1] if call.codes else None


def sheet_of(site: SiteFolder, number: int) -> CallSheet:
    """Make the sheet of a call."""
    past = calls(site)
    call = call_of(site, number)
    code = newest_code(call)
    return sheet(dossier_of(site, call, past), call=number, heard=code.code if code else "")


def still_open(site: SiteFolder, number: int) -> Call:
    """Find a call that goes on.

    Raises:
        NotFound: there is none of that number.
        Conflict: it is ended.
    """
    call = call_of(site, number)
    if call.outcome:
        raise Conflict(
            t("Call {number} is ended", number=number),
            hint=t("Open another: “{open}”.", open=Command("windows call open")),
        )
    return call


# Entering


def heard_code(call: Call) -> Code:
    """Give the code that is to be entered.

    Raises:
        Conflict: none was heard yet.
    """
    code = newest_code(call)
    if code is None:
        hint = t("Type it first: “{type}”.", type=Command("windows call type", call.call))
        raise Conflict(t("No code was heard in call {number} yet", number=call.call), hint=hint)
    return code


def given_of(site: SiteFolder, number: int) -> dict[str, str]:
    """Give the parameters with which the action of a call enters its code.

    Raises:
        Conflict: no code was heard, or the call is ended.
    """
    call = still_open(site, number)
    given = {"code": heard_code(call).code}
    source = dossier_of(site, call, calls(site)).source if call.kind == CallKind.MIGRATE else None
    told = {"source_name": source.name, "source_id": source.server_id} if source else {}
    return given | {name: value for name, value in told.items() if value}


def enter_by_assistant(site: SiteFolder, number: int) -> ReadBack:
    """Enter that the code was typed into Microsoft's own wizard, with what the newest facts show of it.

    Raises:
        Conflict: no code was heard, or the call is ended.
    """
    call = still_open(site, number)
    code = heard_code(call)
    found = read_back(dossier_of(site, call, calls(site)), code.code, _seen(site, call, code))
    entered = CodeEntered(
        call=number,
        slot=code.slot,
        code=code.code,
        server=call.server,
        quantity=found.quantity,
        pack_id=found.pack_id,
        how=ASSISTANT,
        read_back=str(found.text) if found.shown else "",
        by=user_name(),
    )
    site.journal.run(lambda tx: tx.append(entered))
    return found


def _seen(site: SiteFolder, call: Call, code: Code) -> Seen:
    with site.journal.read() as reader:
        entries = [row["entry"] for row in reader.select("bundle") if row["time"] <= call.opened]
    before = server_known(facts_of(site, before=max(entries, default=0)), call.server)
    codes = (c for one in calls(site) if one.call != call.call for c in one.codes if c.entered >= call.opened)
    others = frozenset(code.pack_id for code in codes if code.pack_id)
    return Seen(before, server_known(facts_of(site), call.server), code.heard, others)


# Ending


def end_call(site: SiteFolder, number: int, *, given_up: bool = False, note: str = "") -> Call:
    """End a call: done, or given up.

    Raises:
        Conflict: it is ended already, or done without a code that was entered and read back.
    """
    call = still_open(site, number)
    if not given_up:
        _refuse_undone(call)
    ended = CallEnded(call=number, outcome=GIVEN_UP if given_up else DONE, note=note, by=user_name())

    def work(tx: Transaction) -> None:
        tx.append(ended)
        tx.drop("typing", (number, str(slot_of(call))))

    site.journal.run(work)
    return call_of(site, number)


def _refuse_undone(call: Call) -> None:
    code = heard_code(call)
    give_up = t("Or give it up: “{end}”.", end=Command("windows call end", f"{call.call} --given-up"))
    if not code.entered:
        raise Conflict(t("The code of call {number} was not entered yet", number=call.call), hint=give_up)
    if not code.read_back:
        why = t("The code of call {number} was entered, but not read back yet: collect again", number=call.call)
        raise Conflict(why, hint=give_up)
