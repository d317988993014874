"""What the doctor is told of an activation centre of ours."""

from calvox.apps.centre.tls import certificate_ends
from calvox.apps.own_facts import broken_fact, due_fact, own_cases, room_facts
from calvox.centre.card import card_of
from calvox.centre.context import Context
from calvox.doctor.fact import Fact
from calvox.doctor.own import Kind, OwnStore

NOT_HERE = "an activation centre has none"


def centre_facts(context: Context, broken: Fact[str]) -> OwnStore:
    """Read the facts; whether the register holds is handed in, for verifying takes its time."""
    now, folder = context.world.now(), context.folder
    free, size = room_facts(folder, now)
    with context.journal.read() as reader:
        return OwnStore(
            name=card_of(reader).name,
            kind=Kind.CENTRE,
            folder=str(folder),
            in_use=Fact(True, source="made", time=now),
            broken=broken,
            alarms=Fact((), source=NOT_HERE, time=now),
            due=due_fact(reader, context.site.backup, now),
            certificate_ends=Fact(certificate_ends(folder), source="tls/tls.pem", time=now),
            unsigned=Fact(reader.count("confirmation", {"signature": b""}), source="journal", time=now),
            locked=Fact(reader.count("caller", {"locked": 1}), source="journal", time=now),
            free=free,
            size=size,
        )


def _verified(context: Context) -> OwnStore:
    return centre_facts(context, broken_fact(context, context.site.centre.verify_at_start, context.world.now()))


OWN_FACTS_CASES = own_cases(_verified)
