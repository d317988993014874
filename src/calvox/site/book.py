"""The site journal's book: what was imported, telephoned, typed and done on a site that may have no server of ours."""

from collections.abc import Iterable

from calvox.core.book import Book, Change, Fact, Placed, Put, Set, Table


class SiteFounded(Fact, frozen=True):
    """A site folder was made."""

    name: str
    by: str


class BundleImported(Fact, frozen=True):
    """Facts of a machine were entered, as a file that lies in the folder under its hash."""

    machine: str
    digest: bytes
    """SHA-256 of the bundle, 32 bytes."""
    collected: int
    """When it was collected, seconds UTC; 0 if it does not say."""
    how: str
    """"carried" by hand, or "survey"."""
    by: str


class BackupTested(Fact, frozen=True):
    """Somebody made sure that a licence server's backup can be restored."""

    machine: str
    made: int
    """When the backup was made, seconds UTC."""
    folder: bool
    """Whether it holds the database folder."""
    system_state: bool
    """Whether it holds the system state."""
    by: str


class CallOpened(Fact, frozen=True):
    """A call to Microsoft's clearing house was prepared."""

    call: int
    """Its number on this site, from 1."""
    kind: str
    """activate, install, reinstall, migrate, reactivate or deactivate."""
    server: str
    """The licence server it is about."""
    purchase: int
    """Number of the purchase in site.toml, from 1; 0 where a call is about none."""
    source: str
    """Where CALs are migrated from; else empty."""
    sheet: str
    """What is to be said, as JSON with the labels' names and their values, as it stood when the call was opened."""
    by: str


class CodeHeard(Fact, frozen=True):
    """A code that the clearing house gave was typed twice alike, or read back."""

    call: int
    slot: str
    """server-id, pack-id or confirmation-code."""
    code: str
    """Without hyphens and spaces."""
    check: str
    """"twice" or "read-back"."""
    by: str


class CodeEntered(Fact, frozen=True):
    """Windows took a code, and the state was read back."""

    call: int
    slot: str
    code: str
    server: str
    quantity: int
    """CALs of the pack; 0 where the code is none of a pack."""
    pack_id: int
    """Windows' number of the pack; 0 if there is none, or it is not known."""
    how: str
    """winrm, script (carried by hand), or assistant (typed into Microsoft's own wizard)."""
    read_back: str
    """What was read afterwards, in short."""
    by: str


class CallEnded(Fact, frozen=True):
    """A call came to its end."""

    call: int
    outcome: str
    """done, or given-up."""
    note: str
    by: str


class ActionPrepared(Fact, frozen=True):
    """A script was written that is to be carried to a machine and run there."""

    order: str
    """32 hexadecimal digits by which its result is known again."""
    action: str
    """Its name in the catalogue, set-licensing say."""
    machine: str
    given: str
    """Its parameters as JSON, secrets and codes left out."""
    digest: bytes
    """SHA-256 of the script, 32 bytes."""
    call: int
    """The call it belongs to; 0 = none."""
    by: str


class ActionDone(Fact, frozen=True):
    """An action was tried on a machine, and this came of it."""

    order: str
    """As in ActionPrepared; over WinRM a new one."""
    action: str
    machine: str
    given: str
    how: str
    """winrm or script."""
    outcome: str
    """done, unchanged (it was so already), failed, rehearsed (-WhatIf), or unknown (the answer was lost)."""
    code: int
    """What Windows answered, a WBEM code; 0 = success."""
    before: str
    """The values before, as JSON."""
    after: str
    """The values after, as JSON."""
    time: int
    """When it was done there, seconds UTC."""
    call: int
    by: str


class PlanOpened(Fact, frozen=True):
    """A plan of several steps was begun."""

    plan: int
    """Its number on this site, from 1."""
    kind: str
    """migrate, database-lost, database-corrupt, hardware, upgrade or reinstall."""
    old: str
    """The licence server that goes, or that is mended."""
    new: str
    """The licence server that comes; the same one if none comes."""
    by: str


class StepConfirmed(Fact, frozen=True):
    """Somebody vouches for a step of a plan that no fact can prove, or takes that back."""

    plan: int
    step: str
    done: bool
    note: str
    by: str


class PlanClosed(Fact, frozen=True):
    """A plan came to its end."""

    plan: int
    outcome: str
    """done, or given-up."""
    note: str
    by: str


class PaperMade(Fact, frozen=True):
    """A document or an artefact was written from the site's facts."""

    paper: str
    """tracking, checklist, call-sheet, gpo, firewall … as the command line names it."""
    file: str
    """Its name, without its folder."""
    digest: bytes
    """SHA-256 of the file, or of the list of files with theirs, 32 bytes."""
    by: str


def changes(fact: Fact, placed: Placed) -> Iterable[Change]:
    """Tell what an entry changes."""
    match fact:
        case SiteFounded(name=name):
            yield Put("site", {"slot": 0, "name": name})
        case BundleImported():
            row = _row(fact, "digest", "machine", "collected", "how", "by")
            yield Put("bundle", {**row, "entry": placed.sequence, "time": placed.time})
        case BackupTested():
            parts = {"folder": int(fact.folder), "system_state": int(fact.system_state)}
            yield Put("backup", {**_row(fact, "machine", "made", "by"), **parts, "entered": placed.time})
        case CallOpened():
            row = _row(fact, "call", "kind", "server", "purchase", "source", "sheet", "by")
            yield Put("call", {**row, "opened": placed.time, "outcome": "", "note": "", "ended": 0})
        case CodeHeard():
            row = _row(fact, "call", "slot", "code", "check", "by")
            entered = {"entered": 0, "how": "", "quantity": 0, "pack_id": 0, "read_back": ""}
            yield Put("code", {**row, "heard": placed.time, **entered})
        case CodeEntered():
            row = _row(fact, "how", "quantity", "pack_id", "read_back", "by")
            yield Set("code", (fact.call, fact.slot, fact.code), {**row, "entered": placed.time})
        case CallEnded():
            yield Set("call", (fact.call,), {**_row(fact, "outcome", "note"), "ended": placed.time})
        case ActionPrepared():
            row = _row(fact, "order", "action", "machine", "given", "call", "by")
            yield Put("prepared", {**row, "time": placed.time})
        case ActionDone():
            row = _row(fact, "order", "action", "machine", "given", "call", "by")
            done = _row(fact, "how", "outcome", "code", "before", "after", "time")
            yield Put("action", {**row, **done, "entered": placed.time})
        case PlanOpened():
            row = _row(fact, "plan", "kind", "old", "new", "by")
            yield Put("plan", {**row, "opened": placed.time, "outcome": "", "note": "", "closed": 0})
        case StepConfirmed():
            row = _row(fact, "plan", "step", "note", "by")
            yield Put("step", {**row, "done": int(fact.done), "time": placed.time})
        case PlanClosed():
            yield Set("plan", (fact.plan,), {**_row(fact, "outcome", "note"), "closed": placed.time})
        case PaperMade():
            yield Put("paper", {**_row(fact, "paper", "file", "digest", "by"), "time": placed.time})
        case _:
            raise AssertionError(fact)


def _row(fact: Fact, *names: str) -> dict[str, int | str | bytes]:
    return {name: getattr(fact, name) for name in names}


SITE_BOOK = Book(
    name="site",
    facts=(
        SiteFounded,
        BundleImported,
        BackupTested,
        CallOpened,
        CodeHeard,
        CodeEntered,
        CallEnded,
        ActionPrepared,
        ActionDone,
        PlanOpened,
        StepConfirmed,
        PlanClosed,
        PaperMade,
    ),
    projections=(
        Table("site", ("slot",), {"slot": int, "name": str}),
        Table(
            "backup",
            ("machine",),
            {"machine": str, "made": int, "folder": int, "system_state": int, "by": str, "entered": int},
        ),
        Table(
            "bundle",
            ("digest",),
            {"digest": bytes, "machine": str, "collected": int, "how": str, "by": str, "entry": int, "time": int},
            index=(("machine",),),
        ),
        Table(
            "call",
            ("call",),
            {
                "call": int,
                "kind": str,
                "server": str,
                "purchase": int,
                "source": str,
                "sheet": str,
                "by": str,
                "opened": int,
                "outcome": str,
                "note": str,
                "ended": int,
            },
        ),
        Table(
            "code",
            ("call", "slot", "code"),
            {
                "call": int,
                "slot": str,
                "code": str,
                "check": str,
                "by": str,
                "heard": int,
                "entered": int,
                "how": str,
                "quantity": int,
                "pack_id": int,
                "read_back": str,
            },
        ),
        Table(
            "prepared",
            ("order",),
            {"order": str, "action": str, "machine": str, "given": str, "call": int, "by": str, "time": int},
        ),
        Table(
            "action",
            ("order",),
            {
                "order": str,
                "action": str,
                "machine": str,
                "given": str,
                "call": int,
                "by": str,
                "how": str,
                "outcome": str,
                "code": int,
                "before": str,
                "after": str,
                "time": int,
                "entered": int,
            },
            index=(("machine",),),
        ),
        Table(
            "plan",
            ("plan",),
            {
                "plan": int,
                "kind": str,
                "old": str,
                "new": str,
                "by": str,
                "opened": int,
                "outcome": str,
                "note": str,
                "closed": int,
            },
        ),
        Table(
            "step",
            ("plan", "step"),
            {"plan": int, "step": str, "note": str, "by": str, "done": int, "time": int},
        ),
        Table("paper", ("paper", "file"), {"paper": str, "file": str, "digest": bytes, "by": str, "time": int}),
    ),
    beside=(),
    working=(Table("typing", ("call", "slot"), {"call": int, "slot": str, "text": str, "first": str, "time": int}),),
    changes=changes,
)
"""The site's book. `typing` holds a code that is half typed, and its first typing while the second goes on."""
