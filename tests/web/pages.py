"""Every page of the manager, with hostile names wherever a name can stand."""

from calvox.common.errors import NotFound
from calvox.common.i18n import t
from calvox.core.reports import PoolReport
from calvox.core.standing import Stands
from calvox.server.alarms import AlarmShown
from calvox.server.report import ClockAtAGlance, HostsAtAGlance, RecentRefusals, Status
from calvox.server.standing import GraceLeft
from calvox.web.common.again import AgainPage, SecretField
from calvox.web.common.come_in import ComeInPage
from calvox.web.common.log_in import LogInPage
from calvox.web.common.pages import Page
from calvox.web.common.password import PasswordPage
from calvox.web.common.problem import ProblemPage
from calvox.web.manager.overview import overview
from tests.web.backup_pages import BACKUP_PAGES, BARE_BACKUPS
from tests.web.call_pages import CALL_PAGES, PLAIN_PAGES
from tests.web.holding_pages import BARE_PAGES, HOLDING_PAGES
from tests.web.report_pages import PLAIN_REPORTS, REPORT_PAGES
from tests.web.retirement_pages import BARE, FULL

HOSTILE = "<img src=x onerror=alert(1)>'\"&{{ 7*7 }}\u202e"
SHOWN = "&lt;img src=x onerror=alert(1)&gt;&#39;&#34;&amp;{{ 7*7 }}[U+202E]"
NOON = 1_800_014_400
ERROR = NotFound(t("{name}", name=HOSTILE), hint=t("{name}", name=HOSTILE))
POOLS = [PoolReport("device", "2022", 20, 23, -3, 3), PoolReport("user", "2025", 4000, 1234, 2766, 0)]
STATUS = Status(
    server_id=b"\x01" * 18,
    activated=False,
    centre=HOSTILE,
    epoch=1,
    generation=1,
    hosts=2,
    cals=1257,
    pools=POOLS,
    entries=12345,
    head=b"\x02" * 32,
    call_open=True,
    alarms=[AlarmShown("clock-behind", HOSTILE, HOSTILE, HOSTILE, NOON)],
    frozen="new",
    clock=ClockAtAGlance("clock-behind", NOON, NOON),
    hosts_by_state=HostsAtAGlance(
        1,
        1,
        [HOSTILE],
        {str(one): 1 for one in Stands},
        [
            GraceLeft(b"\x01" * 16, HOSTILE, 3, NOON + 3 * 86_400, NOON, False),
            GraceLeft(b"\x02" * 16, HOSTILE, 0, NOON, NOON, True),
        ],
    ),
    temporary=3,
    without_pack=2,
    mixed_modes=["device", "user"],
    refusals=[RecentRefusals("pool-used-up", "", 3)],
    vouchers_open=1,
    voucher_cals=5,
    certificate_ends=NOON,
)
EVERY_PAGE: dict[str, Page] = {
    "log-in": LogInPage(HOSTILE, ERROR),
    "log-in-again": LogInPage(HOSTILE, None, HOSTILE, HOSTILE, HOSTILE),
    "again": AgainPage(HOSTILE, HOSTILE, {"name": HOSTILE, HOSTILE: ""}, [SecretField("password", t("Password"))]),
    "come-in": ComeInPage(HOSTILE),
    "password": PasswordPage(True, ERROR),
    "problem": ProblemPage(t("Not found"), ERROR.message, ERROR.hint),
    "overview": overview(STATUS),
    **REPORT_PAGES,
    **CALL_PAGES,
    **HOLDING_PAGES,
    **FULL,
    **BACKUP_PAGES,
}
"""By a name of ours."""
EMPTY_PAGES: dict[str, Page] = {
    "log-in": LogInPage(),
    "again": AgainPage("/calls", "/", {}),
    "come-in": ComeInPage(""),
    "password": PasswordPage(),
    "overview": overview(Status(b"", True, "", 1, 1, 0, 0, [], 1, b"", False)),
    **PLAIN_REPORTS,
    **PLAIN_PAGES,
    **BARE_PAGES,
    **BARE,
    **BARE_BACKUPS,
}
"""The same with nothing to show."""
