"""The pages of a licence server's end and of its successor, full and empty, with hostile names wherever one can stand."""

from calvox.common.errors import NotFound
from calvox.common.i18n import t
from calvox.server.call import PackWish
from calvox.server.freeze import Freeze
from calvox.server.retirement_report import RetirementShown
from calvox.web.common.pages import Page
from calvox.web.manager.migrate import MigratePage
from calvox.web.manager.retire import retire

HOSTILE = "<img src=x onerror=alert(1)>'\"&{{ 7*7 }}\u202e"
NOON = 1_800_014_400
ERROR = NotFound(t("{name}", name=HOSTILE), hint=t("{name}", name=HOSTILE))
PACK = PackWish("device", "2022", 20, "open", HOSTILE, HOSTILE)
FROZEN = RetirementShown(HOSTILE, Freeze(NOON, 3), True, 12345, 3, NOON, (PACK,), (HOSTILE,), True)
FULL: dict[str, Page] = {
    "retire": retire(FROZEN, ERROR),
    "migrate": MigratePage(False, HOSTILE, HOSTILE, HOSTILE, ERROR),
}
BARE: dict[str, Page] = {
    "retire": retire(RetirementShown("localhost", Freeze(0), False, 0, 0, 0, (), (), False)),
    "migrate": MigratePage(True),
}
