"""The licence server's use cases about its clock and its alarms."""

import msgspec

from calvox.apps.licence_server.host_cases import Nothing
from calvox.apps.owner import UseCase
from calvox.server.alarms import AlarmShown, confirm_clock, standing_now
from calvox.server.store import LicenceServer


class ClockShown(msgspec.Struct, frozen=True):
    """How the clock stands."""

    state: str
    """good, clock-behind or clock-ahead."""
    shown: int
    """What the machine's clock shows, seconds UTC."""
    licensing_time: int
    """What counts, seconds UTC."""


def _clock(server: LicenceServer, asked: Nothing, by: str) -> ClockShown:
    return ClockShown(str(server.time.state), server.time.shown, server.time.now())


def _confirm(server: LicenceServer, asked: Nothing, by: str) -> ClockShown:
    confirm_clock(server, by)
    return _clock(server, asked, by)


def _alarms(server: LicenceServer, asked: Nothing, by: str) -> list[AlarmShown]:
    with server.journal.read() as reader:
        return standing_now(reader, server)


CLOCK_CASES: dict[str, UseCase[LicenceServer]] = {
    "clock": UseCase(Nothing, ClockShown, _clock, reads=True),
    "clock-confirm": UseCase(Nothing, ClockShown, _confirm),
    "alarms": UseCase(Nothing, list[AlarmShown], _alarms, reads=True),
}
