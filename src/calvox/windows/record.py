"""What was telephoned, typed and done on a site, as plain values: the kit reads it, and never writes it.

An app fills it from the site's journal; see `calvox.apps.site.record`.
"""

import msgspec


class Struct(msgspec.Struct, frozen=True, kw_only=True):
    """Base of everything here; times are seconds UTC, and 0 where it has not happened."""


class Code(Struct, frozen=True):
    """A code that the clearing house gave."""

    call: int
    slot: str
    """server-id, pack-id or confirmation-code."""
    code: str
    """Without hyphens and spaces."""
    check: str
    """"twice" typed alike, or "read-back"."""
    by: str
    heard: int
    entered: int
    """When Windows took it."""
    how: str
    """winrm, script or assistant; empty until it was entered."""
    quantity: int
    pack_id: int
    """Windows' number of the pack, 0 if there is none or it is not known."""
    read_back: str


class Call(Struct, frozen=True):
    """A call to the clearing house."""

    call: int
    kind: str
    """activate, install, reinstall, migrate, reactivate or deactivate."""
    server: str
    purchase: int
    """Number of the purchase in site.toml, from 1; 0 = none."""
    source: str
    sheet: str
    """What was to be said, as JSON."""
    by: str
    opened: int
    outcome: str
    """done, given-up; empty while it is open."""
    note: str
    ended: int
    codes: tuple[Code, ...] = ()
    """In the order in which they were heard."""


class Prepared(Struct, frozen=True):
    """A script that was written to be carried to a machine."""

    order: str
    action: str
    machine: str
    given: str
    """Its parameters as JSON, without codes and secrets."""
    call: int
    by: str
    time: int


class Action(Struct, frozen=True):
    """An action that was tried on a machine."""

    order: str
    action: str
    machine: str
    given: str
    how: str
    """winrm or script."""
    outcome: str
    """done, unchanged, failed, rehearsed or unknown."""
    code: int
    """What Windows answered."""
    before: str
    after: str
    time: int
    call: int
    by: str
    entered: int


class Step(Struct, frozen=True):
    """A step of a plan for which somebody vouches."""

    plan: int
    step: str
    done: bool
    note: str
    by: str
    time: int


class Plan(Struct, frozen=True):
    """A plan of several steps."""

    plan: int
    kind: str
    """migrate, database-lost, database-corrupt, hardware, upgrade or reinstall."""
    old: str
    new: str
    by: str
    opened: int
    outcome: str
    """done, given-up; empty while it is open."""
    note: str
    closed: int
    steps: tuple[Step, ...] = ()


class Paper(Struct, frozen=True):
    """A document or an artefact that was written."""

    paper: str
    file: str
    digest: bytes
    by: str
    time: int


class Record(Struct, frozen=True):
    """All of it."""

    calls: tuple[Call, ...] = ()
    prepared: tuple[Prepared, ...] = ()
    """Those whose result has not come back."""
    actions: tuple[Action, ...] = ()
    plans: tuple[Plan, ...] = ()
    papers: tuple[Paper, ...] = ()
