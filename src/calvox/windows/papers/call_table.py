"""The procedure's table of the telephone call, four steps, and what must be told in it, filled for one licence server.

Rules: a step is done when the record or the facts show its expected result, open when they speak against it, else unknown.
Only in « Contrôle » do facts alone decide; that the clearing house gave a code, the journal alone shows.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from calvox.common.i18n import t
from calvox.core.purchases import Purchase
from calvox.doctor.facts import LicenceServer
from calvox.windows.calls.dossier import Caller
from calvox.windows.calls.kinds import ABOUT, CallKind
from calvox.windows.checklist import Checklist, Item, State
from calvox.windows.codes import Slot
from calvox.windows.facts_from import same_machine
from calvox.windows.papers.bought import Numbered
from calvox.windows.papers.parameters import parameters_of
from calvox.windows.papers.rows import Row, Value, Worded, Words
from calvox.windows.record import Call, Code, Record

CHECKS = {
    "twice": t("typed twice alike"),
    "read-back": t("read back"),
}
HOW = {
    "winrm": t("over WinRM"),
    "script": t("by a script"),
    "assistant": t("in Microsoft’s wizard"),
}
BY_KIND: dict[str, tuple[str, ...]] = {
    CallKind.ACTIVATE: ("activated",),
    CallKind.REACTIVATE: ("activated",),
    CallKind.INSTALL: ("packs",),
    CallKind.REINSTALL: ("packs",),
    CallKind.MIGRATE: ("packs",),
}
"""Items of the checklist that show what came of a call; of a deactivation none does."""
MOST = 3
"""Facts of one item that are shown."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the call."""

    name: str
    """Its name, for scripts."""
    step: Worded
    action: Worded
    expected: Worded
    state: State
    seen: tuple[Value, ...]
    """What shows it."""


@dataclass(frozen=True, slots=True)
class CallTable:
    """The whole sheet."""

    server: str
    call: Call | None
    """The call that it is about; None: none was opened yet."""
    steps: tuple[Step, ...]
    parameters: tuple[Row, ...]
    """« Paramètre à fournir / Où le trouver », four."""


def call_table(
    server: LicenceServer, purchases: Sequence[Purchase], caller: Caller, record: Record, done: Checklist, call: int = 0
) -> CallTable:
    """Fill the table.

    Args:
        server: the licence server.
        purchases: what was bought.
        caller: who calls, and for whom.
        record: what was telephoned and typed.
        done: the checklist of this licence server.
        call: number of the call; 0 = the newest about this licence server, if there is one.
    """
    found = _call_of(record, server.machine.name, call)
    parameters = tuple(parameters_of(server, _of_call(purchases, found), caller))
    return CallTable(server.machine.name, found, tuple(_steps(parameters, found, done)), parameters)


def _call_of(record: Record, server: str, number: int) -> Call | None:
    fitting = [c for c in record.calls if same_machine(c.server, server) and number in (0, c.call)]
    return fitting[-1] if fitting else None


def _of_call(purchases: Sequence[Purchase], call: Call | None) -> list[Numbered]:
    """Choose the purchase that a call is about, or all of them."""
    numbered = list(enumerate(purchases, start=1))
    return [one for one in numbered if one[0] == call.purchase] if call and call.purchase else numbered


# The four steps


def _steps(parameters: Sequence[Row], call: Call | None, done: Checklist) -> Iterator[Step]:
    state, seen = _at_hand(parameters)
    yield Step(
        "prepare",
        Worded("Préparation", t("Preparation")),
        Worded(
            "Rassembler ID serveur, SKU, quantité, programme, coordonnées",
            t("Gather the server’s ID, SKU, quantity, programme, the company’s particulars"),
        ),
        Worded("Toutes les données sont à portée de main", t("All data lie at hand")),
        state,
        seen,
    )
    state, seen = _heard(call)
    yield Step(
        "call",
        Worded("Appel", t("Call")),
        Worded(
            "Contacter le Centre d’activation, communiquer les informations",
            t("Call Microsoft’s clearing house, tell it what it asks"),
        ),
        Worded("Obtention d’un ID de confirmation", t("It gives a code (the procedure’s “confirmation ID”)")),
        state,
        seen,
    )
    state, seen = _entered(call, done)
    yield Step(
        "enter",
        Worded("Saisie", t("Typing in")),
        Worded("Entrer l’ID de confirmation dans l’assistant", t("Enter the code in the wizard, or by Calvox")),
        Worded("Serveur activé / CAL installées", t("The server is activated, the CALs are installed")),
        state,
        seen,
    )
    items = [item for item in done.checks if item.name in ("diagnoser", "session")]
    yield Step(
        "check",
        Worded("Contrôle", t("Check")),
        Worded("Diagnostiqueur et test de session", t("The Diagnoser’s questions, and a test session")),
        Worded("Aucune alerte, jetons émis si Per Device", t("No alert; per device, CALs were issued")),
        _sum(item.state for item in items),
        tuple(_of_items(items)),
    )


def _at_hand(parameters: Sequence[Row]) -> tuple[State, tuple[Value, ...]]:
    """Tell whether each thing to be told is known."""
    lacking = [row for row in parameters if not all(value.known for value in row.values)]
    if not lacking:
        return State.PROVEN, (Value(t("everything is known: see below")),)
    return State.OPEN, tuple(Value(t("lacking: {element}", element=row.element)) for row in lacking)


def _heard(call: Call | None) -> tuple[State, tuple[Value, ...]]:
    if call is None:
        return State.NOT_COLLECTED, (Value(note=t("No call stands in the journal.")),)
    journal = t("journal: call {call}, {by}", call=call.call, by=call.by)
    if not call.codes:
        text = t("call opened") if not call.outcome else t("call ended without a code: {note}", note=call.note or "–")
        return State.OPEN, (Value(text, journal, call.opened),)
    return State.PROVEN, tuple(_of_code(call, code) for code in call.codes)


def _of_code(call: Call, code: Code) -> Value:
    text = t("{label} heard, {check}", label=label_of(code), check=CHECKS.get(code.check, code.check))
    return Value(text, t("journal: call {call}, {by}", call=call.call, by=code.by), code.heard)


def label_of(code: Code) -> Words:
    """Name a code as Microsoft does."""
    return Slot(code.slot).label if code.slot in list(Slot) else code.slot


def title_of(call: Call) -> Words:
    """Name what a call is for."""
    return ABOUT[CallKind(call.kind)].title if call.kind in list(CallKind) else call.kind


def _entered(call: Call | None, done: Checklist) -> tuple[State, tuple[Value, ...]]:
    """Tell what was entered by the journal, and what the facts say of activation and packs."""
    names = BY_KIND.get(call.kind, ()) if call else ("activated", "packs")
    items = [item for item in done.items if item.name in names]
    codes = [(call, code) for code in call.codes if code.entered] if call else []
    values = [
        Value(
            t(
                "{label} entered, {how}: {result}",
                label=label_of(code),
                how=HOW.get(code.how, code.how),
                result=code.read_back or "–",
            ),
            t("journal: call {call}, {by}", call=call.call, by=code.by),
            code.entered,
        )
        for call, code in codes
    ]
    if not items:
        return State.PROVEN if codes else State.NOT_COLLECTED, tuple(values) or (Value(note=t("No code was entered.")),)
    return _sum(item.state for item in items), (*values, *_of_items(items))


def _sum(states: Iterable[State]) -> State:
    found = set(states)
    return next((s for s in (State.OPEN, State.NOT_COLLECTED) if s in found), State.PROVEN)


def _of_items(items: Sequence[Item]) -> Iterator[Value]:
    """Give what was seen, first what is not proven."""
    order = (False, None, True)
    for item in items:
        for seen in sorted(item.seen, key=lambda seen: order.index(seen.good))[:MOST]:
            first = seen.evidence[0] if seen.evidence else None
            yield Value(seen.text, first.source if first else "", first.time if first else 0)
