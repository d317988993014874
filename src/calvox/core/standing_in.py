"""What a second licence server gives while the first one does not answer: temporary CALs, so that no holder counts twice.

Rules: whatever it gives comes from no pack. A device gets one temporary CAL of 90 days, once in its life here too; users and
sessions get one of a day, which goes on for another day near its end. Sessions need an activated server, as everywhere.
"""

from calvox.common.clock import DAY
from calvox.core.deciding import TEMPORARY_DAYS, Ask, Cal, Decision, Issue, Keep, Reason, Refused, Renew, Standing
from calvox.core.products import CalType, serves

STAND_IN = DAY
"""Seconds for which a user's or session's CAL of a second licence server is good, at most."""


def stand_in(ask: Ask, standing: Standing) -> Decision:
    """Decide on one ask, as a second licence server."""
    own = [cal for cal in standing.held if cal.pack == 0 and serves(cal.version, ask.host_version)]
    if ask.cal_type is CalType.DEVICE:
        return _device(ask, standing, own)
    until = standing.now + STAND_IN
    if own:
        return Renew(own[0], until) if own[0].valid_until - standing.now <= STAND_IN // 2 else Keep(own[0])
    if ask.cal_type is CalType.SESSION and not standing.activated:
        return Refused(Reason.NOT_ACTIVATED)
    return Issue(ask.host_version, True, until, 0, standing.held[0].cal_id if standing.held else b"")


def _device(ask: Ask, standing: Standing, own: list[Cal]) -> Decision:
    if own:
        return Keep(own[0])
    if standing.held:
        old = standing.held[0]
        return Issue(ask.host_version, True, old.valid_until, 0, old.cal_id)
    if standing.had_temporary:
        return Refused(Reason.SECOND_SERVER)
    return Issue(ask.host_version, True, standing.now + TEMPORARY_DAYS * DAY, 0, b"")
