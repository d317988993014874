"""What the doctor is told of a licence server of ours."""

import socket

from calvox.apps.own_facts import broken_fact, due_fact, own_cases, room_facts
from calvox.doctor.fact import Fact
from calvox.doctor.own import Kind, OwnStore
from calvox.server.alarms import standing_now
from calvox.server.report import certificate_ends
from calvox.server.store import LicenceServer, server_row

NOT_HERE = "a licence server has none"


def server_facts(server: LicenceServer, broken: Fact[str]) -> OwnStore:
    """Read the facts; whether the journal holds is handed in, for verifying takes its time."""
    now = server.time.now()
    free, size = room_facts(server.folder, now)
    with server.journal.read() as reader:
        return OwnStore(
            name=_name(server.settings.server.names[0]),
            kind=Kind.SERVER,
            folder=str(server.folder),
            in_use=Fact(bool(server_row(reader)["activated"]), source="journal", time=now),
            broken=broken,
            alarms=Fact(tuple(one.alarm for one in standing_now(reader, server)), source="journal, clock", time=now),
            due=due_fact(reader, server.settings.backup, now),
            certificate_ends=Fact(certificate_ends(server), source="keys/tls.pem", time=now),
            unsigned=Fact(0, source=NOT_HERE, time=now),
            locked=Fact(0, source=NOT_HERE, time=now),
            free=free,
            size=size,
        )


def _name(first: str) -> str:
    """Call it as its certificate does, but not as every machine calls itself."""
    return socket.gethostname() if first == "localhost" else first


def _verified(server: LicenceServer) -> OwnStore:
    return server_facts(server, broken_fact(server, server.settings.server.verify_at_start, server.time.now()))


OWN_FACTS_CASES = own_cases(_verified)
