"""The session-host side: enrolment, acquiring and releasing CALs, tokens verified offline.

Light, for it goes into other people's products:

    from calvox.host import Host

    with Host("/var/lib/product/calvox") as host, host.session("alice's desk") as cal:
        serve(cal)
"""

from calvox.common.errors import Refused, Unreachable
from calvox.core.products import CalType
from calvox.host.blocking import Host
from calvox.host.client import AsyncHost
from calvox.host.enrolling import enrol
from calvox.host.held import HeldCal, Refusal, Wish

__all__ = ["AsyncHost", "CalType", "HeldCal", "Host", "Refusal", "Refused", "Unreachable", "Wish", "enrol"]
