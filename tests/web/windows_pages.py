"""Every page of the site manager, with hostile names wherever a machine, a file or a person can bring one."""

from functools import partial

from calvox.common.errors import NotFound
from calvox.common.i18n import t
from calvox.core.purchases import Purchase
from calvox.doctor.engine import diagnose
from calvox.doctor.facts import Backup, Fact, LicenceServer, Machine, Mode, Pack, SessionHost, Site
from calvox.doctor.rules import every_rule
from calvox.journal.listing import EntryShown, Looked, Verified
from calvox.web.common.come_in import ComeInPage
from calvox.web.common.journal import Sought
from calvox.web.common.pages import Page
from calvox.web.windows.acceptance import Tried, acceptance
from calvox.web.windows.action import action_page
from calvox.web.windows.actions import actions
from calvox.web.windows.artefacts import ArtefactCard, artefacts
from calvox.web.windows.bundles import KeptRow, bundle_row, bundles, refused, result_row
from calvox.web.windows.call import call_page
from calvox.web.windows.calls import CallRow, Chosen, calls
from calvox.web.windows.journal import journal
from calvox.web.windows.machines import machines
from calvox.web.windows.overview import OpenCall, overview
from calvox.web.windows.papers import papers
from calvox.web.windows.plan import plan
from calvox.web.windows.plans import plans
from calvox.web.windows.which import which
from calvox.windows.acceptance import accept
from calvox.windows.actions.catalogue import ACTIONS
from calvox.windows.calls.dossier import Caller, Dossier, Telephone
from calvox.windows.calls.kinds import CallKind
from calvox.windows.calls.sheet import sheet
from calvox.windows.calls.typing import Typing
from calvox.windows.checklist import checklist
from calvox.windows.codes import Slot
from calvox.windows.plans.case import Case
from calvox.windows.plans.kinds import view
from calvox.windows.precheck import precheck
from calvox.windows.record import Action, Call, Code, Paper, Plan, Prepared, Record, Step
from calvox.windows.remedies import remedy

HOSTILE = "<img src=x onerror=alert(1)>'\"&{{ 7*7 }}\u202e"
SHOWN = "&lt;img src=x onerror=alert(1)&gt;&#39;&#34;&amp;{{ 7*7 }}[U+202E]"
NOON = 1_800_014_400
ERROR = NotFound(t("{name}", name=HOSTILE), hint=t("{name}", name=HOSTILE))
CODE = "AAAAABBBBBCCCCCDDDDDEEEEEFFFFFGGGGG"
"""No code of anybody's."""


def fact(value: object) -> Fact:  # type: ignore[type-arg]
    """Make a fact that was read at noon."""
    return Fact(value=value, source=HOSTILE, time=NOON)


SERVER = LicenceServer(
    machine=Machine(name=HOSTILE, version=fact(7), administrator=fact(True)),
    activated=fact(False),
    server_id=Fact(why=HOSTILE),
    product_id=fact(HOSTILE),
    service_state=fact(HOSTILE),
    packs=fact((Pack(number=1, kind=2, product=0, version=7, total=20, issued=23, description=HOSTILE),)),
    backup=fact(Backup(time=NOON, folder=True, system_state=True, tested=True)),
)
HOST = SessionHost(machine=Machine(name=HOSTILE, version=fact(6)), mode=fact(Mode.USER), servers=fact((HOSTILE,)))
SITE = Site(name=HOSTILE, collected=NOON, licence_servers=(SERVER,), session_hosts=(HOST,))
PURCHASE = Purchase(programme="open", cal_type="user", version="2022", quantity=50)
CHECK = (precheck(SITE, SERVER, [PURCHASE], NOON), partial(remedy, site=SITE, purchases=[PURCHASE]))
HEARD = Code(
    call=1, slot="server-id", code=CODE, check="twice", by=HOSTILE, heard=NOON, entered=0, how="", quantity=0, pack_id=0,
    read_back=HOSTILE,
)  # fmt: skip
CALL = Call(
    call=1, kind="activate", server=HOSTILE, purchase=0, source="", sheet="", by=HOSTILE, opened=NOON, outcome="",
    note=HOSTILE, ended=0, codes=(HEARD,),
)  # fmt: skip
DOSSIER = Dossier(
    kind=CallKind.ACTIVATE,
    server=HOSTILE,
    product_id="AB-<",
    caller=Caller(company=HOSTILE),
    telephones=(Telephone(country=HOSTILE, number="00"),),
    against=(HOSTILE,),
)
TYPING = Typing(Slot.SERVER_ID, first=CODE, text="AAAAABBBBX")
DONE = Action(
    order="ab", action=HOSTILE, machine=HOSTILE, given=HOSTILE, how=HOSTILE, outcome=HOSTILE, code=0, before="", after="",
    time=NOON, call=0, by=HOSTILE, entered=NOON,
)  # fmt: skip
PREPARED = Prepared(order="ab", action=HOSTILE, machine=HOSTILE, given="{}", call=0, by=HOSTILE, time=NOON)
WORD = Step(plan=1, step="hosts/x", done=True, note=HOSTILE, by=HOSTILE, time=NOON)
PLAN = Plan(
    plan=1,
    kind="migrate",
    old=HOSTILE,
    new="new",
    by=HOSTILE,
    opened=NOON,
    outcome="",
    note="",
    closed=0,
    steps=(WORD,),
)
VIEWS = [view(Case(PLAN, Record(), (SITE, SITE), 0, (PURCHASE,), (HOSTILE,), NOON))]
PAPER = Paper(paper=HOSTILE, file=HOSTILE, digest=b"\x01" * 32, by=HOSTILE, time=NOON)
CARD = ArtefactCard(
    "gpo", t("{name}", name=HOSTILE), t("x"), (t("{name}", name=HOSTILE),), (HOSTILE,), (t("{name}", name=HOSTILE),)
)
REFUSED = ArtefactCard("reg", t("x"), t("x"), (), refused=ERROR.message, hint=ERROR.hint)
ENTRY = EntryShown(7, "2027-01-15T12:00:00Z", "CallOpened", {"sheet": HOSTILE, HOSTILE: [HOSTILE], "by": HOSTILE}, "ab")
IMPORTED = [
    refused(HOSTILE, HOSTILE),
    bundle_row(HOSTILE, HOSTILE, 3, 1, new=True),
    result_row(HOSTILE, HOSTILE, HOSTILE, "done", HOSTILE, HOSTILE, 1),
]
TRIED = Tried("user", HOSTILE, HOSTILE, HOSTILE)
EVERY_PAGE: dict[str, Page] = {
    "come-in": ComeInPage(HOSTILE),
    "overview": overview(SITE, [CHECK], [OpenCall(1, t("x"), HOSTILE)], diagnose(SITE, every_rule(), NOON)),
    "import": bundles("ab", [KeptRow(HOSTILE, NOON, NOON, HOSTILE, HOSTILE)], IMPORTED),
    "machines": machines(SITE),
    "which": which(SITE),
    "calls": calls(
        [CallRow(CALL, "typing")],
        [HOSTILE],
        [PURCHASE],
        Chosen("install", HOSTILE, 1, HOSTILE, HOSTILE, HOSTILE),
        ERROR,
    ),
    "call": call_page(CALL, "typing", sheet(DOSSIER, call=1), TYPING),
    "call-heard": call_page(CALL, "heard", sheet(DOSSIER, call=1), Typing(Slot.SERVER_ID)),
    "call-free": call_page(CALL, "opened", sheet(DOSSIER), Typing(Slot.CONFIRMATION_CODE)),
    "actions": actions(Record(actions=(DONE,), prepared=(PREPARED,))),
    "action": action_page(ACTIONS["set-licensing"], SITE, HOSTILE, {"mode": HOSTILE}, [HOSTILE], ERROR),
    "artefacts": artefacts([REFUSED, CARD]),
    "acceptance": acceptance(
        TRIED, [HOSTILE], accept(SITE, SITE, HOSTILE, Mode.USER, NOON), checklist(SITE, SERVER, [PURCHASE], NOON)
    ),
    "acceptance-trouble": acceptance(TRIED, [HOSTILE], ERROR, ERROR),
    "papers": papers([HOSTILE, "b"], [1], [PAPER], ERROR),
    "plans": plans(VIEWS, [HOSTILE], ("migrate", HOSTILE, HOSTILE), ERROR),
    "plan": plan(VIEWS[0], ERROR),
    "journal": journal(Looked([ENTRY], 3), ["CallOpened"], Sought("CallOpened", HOSTILE), 9, ERROR),
}
"""By a name of ours."""
EMPTY_PAGES: dict[str, Page] = {
    "overview": overview(Site(name="x"), [], [], []),
    "import": bundles("ab", []),
    "machines": machines(Site(name="x")),
    "which": which(Site(name="x")),
    "calls": calls([], [], []),
    "actions": actions(Record()),
    "artefacts": artefacts([]),
    "papers": papers([], [], []),
    "plans": plans([], []),
    "journal": journal(Looked([], 0), [], Sought(), found=Verified(1, "ab")),
}
"""The same with nothing to show."""
