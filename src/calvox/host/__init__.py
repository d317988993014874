"""The session-host side: enrolment, acquiring and releasing CALs, tokens verified offline.

Light, for it goes into other people's products: `from calvox.host import AsyncHost, Host, CalType, Refusal`.
"""

from calvox.core.products import CalType
from calvox.host.blocking import Host
from calvox.host.client import AsyncHost, HeldCal, Refusal, enrol

__all__ = ["AsyncHost", "CalType", "HeldCal", "Host", "Refusal", "enrol"]
