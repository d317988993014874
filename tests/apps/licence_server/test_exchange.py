"""The authority is exchanged while the licence server serves."""

import time
from pathlib import Path

import pytest

from calvox.apps.licence_server.host_cases import Finish, Nothing
from tests.apps.processes import ServerProcess
from tests.apps.raw_host import enrol_raw
from tests.world import Site

pytestmark = pytest.mark.process


def test_a_host_enrols_the_moment_the_new_authority_has_taken_over(tmp_path: Path) -> None:
    """The use case wakes the listener: no code fails meanwhile, and a host of the new authority is served at once."""
    site = Site.founded(tmp_path, now=int(time.time()), parts=None)
    site.close()
    with ServerProcess(site.folder) as server:
        enrol_raw(server.port, server.code("before"), tmp_path / "before")
        for round_ in ("one", "two"):
            server.owner.call("authority-renew", Nothing())
            server.owner.call("authority-finish", Finish(anyway=True))
            enrol_raw(server.port, server.code(round_), tmp_path / round_)
