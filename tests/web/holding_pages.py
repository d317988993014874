"""The pages of CALs, holders, session hosts, the policy and people, full and empty, with hostile names wherever one can stand."""

from msgspec.structs import replace

from calvox.common.errors import NotFound
from calvox.common.i18n import t
from calvox.core.hosting import HostState
from calvox.core.reports import CalReport, PackReport, PoolReport
from calvox.core.standing import Stands, State
from calvox.journal.listing import EntryShown
from calvox.people.accounts import PersonShown
from calvox.server.history import History
from calvox.server.holder_report import CalHeld, HolderReport
from calvox.server.host_report import HostReport
from calvox.server.hosts import MadeCode
from calvox.server.policy_report import PolicyShown, Vouchers, VoucherShown
from calvox.server.report import PacksReport
from calvox.server.revoke import Share
from calvox.server.search import Found, NoCal, Wanted
from calvox.server.standing import UNHEARD, HostStanding
from calvox.web.common.pages import Page
from calvox.web.manager.cals import cals
from calvox.web.manager.enrolment import enrolment
from calvox.web.manager.holder import holder
from calvox.web.manager.host import host
from calvox.web.manager.hosts import HostRow, WantedHosts, hosts
from calvox.web.manager.packs import packs
from calvox.web.manager.people import people
from calvox.web.manager.policy import policy

HOSTILE = "<img src=x onerror=alert(1)>'\"&{{ 7*7 }}\u202e"
NOON = 1_800_014_400
ERROR = NotFound(t("{name}", name=HOSTILE), hint=t("{name}", name=HOSTILE))
IN_GRACE = HostStanding(Stands.GRACE, 3, State.GRACE, NOON, NOON + 3 * 86_400, 0, 0, 2, HOSTILE)
SILENT = HostStanding(Stands.SILENT, 0, State.OUTAGE, NOON, 0, NOON - 60, NOON, 0, "0.1.0")
HOSTS = [
    HostRow(f"{number:02x}" * 16, HOSTILE, 7, state, HOSTILE, NOON, number * NOON, standing)
    for number, (state, standing) in enumerate(zip(HostState, (UNHEARD, IN_GRACE, UNHEARD), strict=True))
]
HOSTS.append(HostRow("ff" * 16, HOSTILE, 7, HostState.ENROLLED, HOSTILE, NOON, NOON, SILENT))
CAL = CalReport("ab" * 16, "device", "2022", HOSTILE, HOSTILE, True, 1, NOON, NOON)
PERMANENT = CalReport("cd" * 16, "device", "2022", HOSTILE, HOSTILE, False, 1, NOON, NOON)
USER = CalReport("ef" * 16, "user", "2022", HOSTILE, HOSTILE, False, 0, NOON, NOON)
SPENT = CalReport("01" * 16, "device", "2019", HOSTILE, HOSTILE, False, 2, NOON, NOON)
ENTRIES = [
    EntryShown(7, "2027-01-15T12:00:00Z", kind, {"cal_id": "ab" * 16, "valid_until": NOON, "why": HOSTILE}, "ab")
    for kind in ("CalIssued", HOSTILE)
]
POOLS = [PoolReport("device", "2022", 20, 23, -3, 3), PoolReport("user", "2025", 4000, 1234, 2766, 0)]
PACKS = [
    PackReport(1, "device", "2022", 20, 23, 123456789012, NOON, NOON, False),
    PackReport(2, "device", "2022", 20, 3, 123456789012, NOON, 0, True),
    PackReport(3, "user", "2025", 4000, 1234, 123456789012, NOON, 0, True, over_use="warn"),
]
POLICY = PolicyShown(7, NOON, "user", ("https://" + HOSTILE, "https://b.example:7402"), False, 5, 8)
VOUCHERS = [VoucherShown("ab" * 16, HOSTILE, 5, 8, NOON, NOON, settled, 3, not settled) for settled in (0, NOON)]
REPORT = HostReport(
    b"\x01" * 16, HOSTILE, 7, HostState.PENDING, HOSTILE, False, NOON, NOON, NOON, True, POLICY, VOUCHERS[0]
)
HELD = [
    CalHeld(CAL, ""),
    CalHeld(PERMANENT, "revoke", Share("2022", 20, 4, 1), NOON),
    CalHeld(SPENT, "revoke", Share("2019", 20, 4, 4), NOON),
    CalHeld(USER, "release"),
]
PEOPLE = [
    PersonShown(HOSTILE, "administrator", True, 0, 2),
    PersonShown("eve", "auditor", False, NOON, 0),
    PersonShown("ada", HOSTILE, False, 0, 1),
    PersonShown(f"{HOSTILE}@corp", "auditor", False, 0, 1, True),
]
HOLDING_PAGES: dict[str, Page] = {
    "hosts": hosts(HOSTS, WantedHosts(name=HOSTILE, group=HOSTILE), [HOSTILE]),
    "hosts-many": hosts(HOSTS * 40, WantedHosts(page=2), [HOSTILE]),
    "enrolment": enrolment(MadeCode(HOSTILE, HOSTILE, NOON), HOSTILE, ["https://" + HOSTILE], "user"),
    "host": host(REPORT, 1234, trouble=ERROR),
    "host-counting": host(REPORT, 1234, "ab"),
    "host-in-grace": host(replace(REPORT, state=HostState.ENROLLED, standing=IN_GRACE)),
    "host-silent": host(replace(REPORT, state=HostState.ENROLLED, standing=SILENT)),
    "cals": cals(
        Wanted(HOSTILE, "device", "2022", HOSTILE, "temporary", "ab"), Found([CAL], "ab", [NoCal("ab" * 32, HOSTILE)])
    ),
    "cals-trouble": cals(Wanted(), ERROR),
    "cals-not-yet": cals(Wanted(HOSTILE), Found([], "ab")),
    "holder": holder(
        HolderReport("ab" * 32, HOSTILE, HELD, True, NOON), History(ENTRIES, 9, ("ab" * 16, "cd" * 16)), ERROR
    ),
    "holder-erased": holder(HolderReport("ab" * 32, "", HELD, True, 0), History(ENTRIES, 9)),
    "packs": packs(PacksReport(PACKS, POOLS, 2, ["device", "user"], [Share("2022", 20, 4, 1)]), trouble=ERROR),
    "policy": policy(POLICY, Vouchers(5, VOUCHERS * 51), POLICY, ERROR),
    "people": people(PEOPLE, "ada", ERROR, HOSTILE, "administrator"),
}
"""By a name of ours."""
BARE_PAGES: dict[str, Page] = {
    "hosts": hosts([]),
    "hosts-none-so": hosts(HOSTS, WantedHosts(name="zzz"), ["https://a.example:7402"]),
    "enrolment": enrolment(MadeCode("C", "n", NOON, approved=True), "https://a.example:7402"),
    "host": host(HostReport(b"\x01" * 16, "a", 7, HostState.ENROLLED, "", True, 1, 1, 0, False, PolicyShown(), None)),
    "cals": cals(Wanted(), Found([])),
    "holder": holder(HolderReport("ab" * 32, "", [], False, 0), History([])),
    "holder-not-yet": holder(HolderReport("ab" * 32, "a", [], True, 5), History([], 9)),
    "packs": packs(PacksReport([], [], 0)),
    "policy": policy(PolicyShown(), Vouchers(0, [])),
    "people": people([], "ada"),
}
"""The same with little or nothing to show."""
