"""The facts that the doctor and the alerts are given of any store of ours; what only one kind has its own folder adds."""

import shutil
from pathlib import Path
from typing import Any

import msgspec

from calvox.apps.continuity.cases import continuity
from calvox.apps.continuity.due import due
from calvox.apps.journals import JOURNAL_CASES, HasJournal, VerifyJournal
from calvox.apps.owner import UseCase
from calvox.common.errors import Tampered
from calvox.common.settings import Backup
from calvox.core.due import Due
from calvox.doctor.fact import Fact
from calvox.doctor.own import OwnStore
from calvox.journal.interface import Reader
from calvox.journal.sqlite import DATABASE


class LookAtOwn(msgspec.Struct, frozen=True):
    """Tell the doctor how you stand."""


def own_cases(facts: Any) -> dict[str, UseCase[Any]]:
    """Make the use case of a kind of store; only the machine's owner may ask it, for it names folders."""
    return {"own-facts": UseCase(LookAtOwn, OwnStore, lambda store, asked, by: facts(store), reads=True)}


def due_fact(reader: Reader, chosen: Backup, now: int) -> Fact[Due]:
    """Read what is due."""
    return Fact(due(continuity(reader, now), chosen), source="journal", time=now)


def room_facts(folder: Path, now: int) -> tuple[Fact[int], Fact[int]]:
    """Ask how much room is left where a journal lies, and how large it is, in bytes."""
    database = folder / DATABASE
    try:
        free, size = shutil.disk_usage(folder).free, database.stat().st_size
    except OSError as error:
        missing: Fact[int] = Fact(why=error.strerror or "not read")
        return missing, missing
    return Fact(free, source=str(folder), time=now), Fact(size, source=str(database), time=now)


def broken_fact(store: HasJournal, verify_at_start: int, now: int) -> Fact[str]:
    """Verify a journal that is not longer than what is verified at start; of a longer one the opening has verified the end.

    It is the verification that anybody may ask for, so a process that serves what does not hold ends for it.
    """
    with store.journal.read() as reader:
        short = reader.head.position <= verify_at_start
    if not short:
        return Fact("", source="the last sealed batch", time=now)
    try:
        JOURNAL_CASES["journal-verify"].run(store, VerifyJournal(), "")
    except Tampered as error:
        return Fact(str(error), source="the whole journal", time=now)
    return Fact("", source="the whole journal", time=now)
