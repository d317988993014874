"""Whatever is asked, in whatever order and at whatever time: the ledger holds, and its counts are right."""

import shutil
import tempfile
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from calvox.common.errors import NotFound
from calvox.core.deciding import Refused
from calvox.core.products import CalType
from calvox.core.timekeeping import ClockState
from calvox.server.alarms import confirm_clock
from tests.world import Cal, SessionHost, Site, cals_by_pack, wish

QUANTITY = 2
NAMES = st.sampled_from(["a", "b", "c", "d"])

THEN = st.sampled_from(["nothing"] * 5 + ["sweep"] * 5 + ["restart"])


class LicenceServerInUse(RuleBasedStateMachine):
    """One server with packs of two CALs, used by hosts of two versions."""

    made: ClassVar[dict[str, Any]] = {}
    sessions: Bundle[tuple[SessionHost, bytes]] = Bundle("sessions")

    @classmethod
    def template(cls) -> Site:
        """Make the site that every run begins with, once."""
        if not cls.made:
            cls.made["folder"] = tempfile.TemporaryDirectory()
            site = Site.founded(Path(cls.made["folder"].name))
            kinds = ("device", "user", "session")
            site.activate(*[wish(kind, version, QUANTITY) for version in ("2022", "2025") for kind in kinds])
            cls.made["hosts"] = [site.enrol("old", "2022").enrolled, site.enrol("new", "2025").enrolled]
            site.close()
            cls.made["site"] = site
        template: Site = cls.made["site"]
        return template

    @initialize(seed=st.integers(0, 99))
    def begin(self, seed: int) -> None:
        """Copy the site."""
        self.folder = Path(tempfile.mkdtemp())
        self.site = self.template().copy(self.folder, seed=seed)
        self.site.open()
        self.hosts = [SessionHost(self.site, enrolled) for enrolled in self.made["hosts"]]

    @rule(target=sessions, host=st.integers(0, 1), kind=st.sampled_from(CalType), name=NAMES, known=st.booleans())
    def ask(self, host: int, kind: CalType, name: str, known: bool) -> Any:
        """Ask for a CAL; its token verifies, and users are never refused."""
        own = self.hosts[host]
        answer = own.acquire(kind, name, authenticated=known)
        if isinstance(answer, Refused):
            assert kind is not CalType.USER
            return multiple()
        assert isinstance(answer, Cal)
        assert answer.claims.version >= own.enrolled.version
        return (own, answer.claims.cal_id) if kind is CalType.SESSION else multiple()

    @rule(session=consumes(sessions))
    def give_back(self, session: tuple[SessionHost, bytes]) -> None:
        """Release a session, which may have gone already."""
        host, cal_id = session
        was = self.site.rows("cal", cal_id=cal_id)
        try:
            host.release(cal_id)
        except NotFound:
            return
        assert was
        assert not self.site.rows("cal", cal_id=cal_id)

    @rule(seconds=st.sampled_from([60, 400, 3_600, 50_000, 6 * 86_400, 50 * 86_400, 91 * 86_400]), then=THEN)
    def wait(self, seconds: int, then: str) -> None:
        """Let time pass; then sweep, stop and start, or do nothing."""
        self.site.clock.later(seconds=seconds)
        if then == "restart":
            self.site.restart()
            if self.site.server.time.state is ClockState.AHEAD:
                confirm_clock(self.site.server, "ada")
        if then == "sweep":
            self.site.sweep()
            now = self.site.clock()
            assert all(row["valid_until"] >= now for row in self.site.rows("cal"))

    @invariant()
    def pools_hold(self) -> None:
        """No pack of devices or sessions is exceeded, and its count is that of the CALs in the table."""
        if not hasattr(self, "site"):
            return
        cals = self.site.rows("cal")
        for pack in self.site.rows("pack"):
            assert pack["issued"] == sum(cal["pack"] == pack["sequence"] for cal in cals)
            assert pack["cal_type"] == CalType.USER or pack["issued"] <= QUANTITY

    def teardown(self) -> None:
        """At the end the whole ledger verifies, and the entries alone give the same counts."""
        if not hasattr(self, "site"):
            return
        try:
            self.site.server.journal.verify()
            assert self.site.issued() == cals_by_pack(self.site)
        finally:
            self.site.close()
            shutil.rmtree(self.folder)


TestLicenceServerInUse = LicenceServerInUse.TestCase
TestLicenceServerInUse.settings = settings(
    max_examples=15, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
