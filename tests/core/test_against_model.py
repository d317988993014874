"""Random histories of a licence server: after each step the ledger says what the independent model says.

The use cases, entries and fold are the real ones, on a ledger in memory. The long run is in tests/soak.
"""

import random
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from calvox.common.clock import DAY, World
from calvox.core.book import Row
from calvox.core.deciding import Refused
from calvox.core.entries import CalIssued, ServerActivated
from calvox.core.holders import holder_of
from calvox.core.products import CalType, version_name
from calvox.server.authorise import authorise, authorised_report, unauthorise
from calvox.server.convert import Converted, TooMany, convert
from calvox.server.expire import extend_leases, sweep
from calvox.server.holders import Which
from calvox.server.issue import Granted, HolderAsk, acquire
from calvox.server.leave import leave
from calvox.server.policy import set_policy
from calvox.server.release import release, release_by_hand
from calvox.server.report import packs_report
from calvox.server.revoke import Revoked, ShareUsedUp, revoke
from calvox.trust.tokens import unpack_claims
from tests.core.in_memory import pack_installed, server_in_memory
from tests.core.model import DEVICE, SESSION, USER, Answer, Model, ModelCal, ModelPack

NOON = 1_800_014_400
LEASE = 600
EXAMPLES, STEPS = 110, 40
DATED = [0, 0, 0, 5, 30, 100]
HOLDERS = st.sampled_from(["anna", "bert", "cleo", "dora"])
VERSIONS = st.sampled_from([6, 7, 8])
PAST = st.sampled_from([1, 300, 601, 3_600, DAY // 2, DAY, 6 * DAY, 20 * DAY, 53 * DAY, 91 * DAY])
POLICIES = st.sampled_from(["allow", "warn", "enforce"])
USUALLY = st.sampled_from([True, True, True, True, False])
PACK = st.tuples(
    st.sampled_from([DEVICE, DEVICE, USER, SESSION]), VERSIONS, st.sampled_from([1, 2, 3, 12]), st.sampled_from(DATED)
)
"""Type, version, quantity, days until its end or 0."""
PACKS = st.lists(PACK, min_size=2, max_size=6)
ASK = st.tuples(st.sampled_from([DEVICE, DEVICE, USER, SESSION]), HOLDERS, VERSIONS, USUALLY)
"""Type, holder, version of the host, whether somebody has logged on."""


@dataclass
class Clock:
    """A clock that only a test moves."""

    moment: int = NOON

    def __call__(self) -> int:
        return self.moment


# Conditions of rules. They have names, since hypothesis parses the source of those that have none, which Python 3.11 at times
# fails to do in a deep stack.


def not_activated(machine: Any) -> bool:
    """Tell whether the server still waits for the centre."""
    return bool(not machine.model.activated)


def may_buy(machine: Any) -> bool:
    """Tell whether there is room for another pack."""
    return bool(machine.model.activated and machine.bought < 12)


def has_cals(machine: Any) -> bool:
    """Tell whether any CAL is out."""
    return bool(machine.model.cals)


def has_sessions(machine: Any) -> bool:
    """Tell whether a session has a CAL."""
    return bool(machine._valid(SESSION))


def has_users(machine: Any) -> bool:
    """Tell whether a user has a CAL."""
    return bool(machine._valid(USER))


def has_permanent(machine: Any) -> bool:
    """Tell whether a device has a permanent CAL."""
    return bool(machine._permanent())


def has_convertible(machine: Any) -> bool:
    """Tell whether a pack may be converted."""
    return bool(machine._convertible())


def has_user_packs(machine: Any) -> bool:
    """Tell whether there is a pack for users."""
    return any(p.kind == USER for p in machine.model.packs)


class AgainstTheModel(RuleBasedStateMachine):
    """One licence server and its model."""

    @initialize(policy=POLICIES, exact=st.booleans(), activated=USUALLY, seed=st.integers(0, 999), packs=PACKS)
    def begin(
        self, policy: str, exact: bool, activated: bool, seed: int, packs: list[tuple[int, int, int, int]]
    ) -> None:
        """Found a server, and usually activate it with some packs."""
        self.clock = Clock()
        world = World(self.clock, random.Random(seed).randbytes, steady=self.clock)
        self.server = server_in_memory(world, over_use=policy, prevent_upgrade=exact, lease_seconds=LEASE)
        self.model = Model(NOON, policy, exact, LEASE)
        self.bought = 0
        if activated:
            self.activate()
            for pack in packs:
                self.install(pack)

    def run_(self, work: Any) -> Any:
        """Do some work in the ledger."""
        return self.server.journal.run(work).value

    def rows(self, table: str) -> list[Row]:
        """Read a table."""
        with self.server.journal.read() as reader:
            return list(reader.select(table))

    @precondition(not_activated)
    @rule()
    def activate(self) -> None:
        """Let the centre register the server."""
        self.run_(lambda tx: tx.append(ServerActivated(issue_day=20_833)))
        self.model.activated = True

    @precondition(may_buy)
    @rule(pack=PACK)
    def install(self, pack: tuple[int, int, int, int]) -> None:
        """Install a pack, which may end."""
        kind, version, quantity, days = pack
        self.bought += 1
        ends = self.clock() + days * DAY if days else 0
        self.run_(lambda tx: tx.append(pack_installed(self.bought, kind, version, quantity, ends)))
        self.model.packs.append(ModelPack(self.bought, kind, version, quantity, ends))

    @rule(seconds=PAST)
    def wait(self, seconds: int) -> None:
        """Let time pass."""
        self._go_to(self.clock() + seconds)

    @precondition(has_cals)
    @rule(data=st.data(), off=st.sampled_from([-7 * DAY - 1, -7 * DAY, -DAY, -1, 0, 1]))
    def wait_for_an_end(self, data: st.DataObject, off: int) -> None:
        """Go to a moment at which something is about to end."""
        ends = [cal.until for cal in self.model.cals] + [p.ends - 1 for p in self.model.packs if p.ends]
        ends += [until for _, until in self.model.revoked]
        self._go_to(data.draw(st.sampled_from(sorted(set(ends)))) + off)

    def _go_to(self, moment: int) -> None:
        self.clock.moment = self.model.now = max(self.clock(), moment)

    @rule(asks=st.lists(ASK, min_size=1, max_size=6), seconds=st.sampled_from([0, 0, 0, 200, DAY, 30 * DAY]))
    def ask(self, asks: list[tuple[int, str, int, bool]], seconds: int) -> None:
        """Ask for CALs, at once or one after the other; hosts of every version do."""
        for asked in asks:
            self._go_to(self.clock() + seconds)
            self._ask(*asked)

    @precondition(has_cals)
    @rule(data=st.data(), off=st.sampled_from([-7 * DAY - 1, -7 * DAY, -DAY, -DAY // 2, 0]), host=VERSIONS)
    def come_back_near_an_end(self, data: st.DataObject, off: int, host: int) -> None:
        """Let a holder ask again when its CAL, its pack or its lease is about to end."""
        cal = data.draw(st.sampled_from(self.model.cals))
        moments = [cal.until + off] + [pack.ends - 1 + off for pack in self.model.packs if pack.number == cal.pack]
        moments += [cal.lease, cal.lease + 1] if cal.kind == SESSION else []
        self._go_to(data.draw(st.sampled_from(moments)))
        self._ask(cal.kind, cal.holder, min(host, cal.version), False)

    def _ask(self, kind: int, holder: str, host: int, known: bool) -> None:
        self._sync()
        expected = self.model.ask(kind, holder, host, known)
        named, place = holder_of(CalType(kind), holder), bytes([host]) * 16
        given = self.run_(acquire(self.server, HolderAsk(CalType(kind), named, holder, place, host, known)))
        if isinstance(given, Refused):
            assert str(given.reason) == expected.refused
            return
        assert isinstance(given, Granted)
        assert not expected.refused, expected.refused
        self._same(given, expected, host)

    def _same(self, given: Granted, expected: Answer, host: int) -> None:
        cal, row, claims = expected.cal, given.cal, unpack_claims(given.leaf.claims)
        assert cal is not None
        assert expected.new is (row["cal_id"] != cal.ident), "a new CAL where the old one serves, or the other way"
        assert row["valid_until"] in expected.untils
        assert given.beyond is expected.warned
        cal.ident, cal.until = row["cal_id"], row["valid_until"]
        assert (row["version"], row["temporary"], row["pack"]) == (cal.version, cal.temporary, cal.pack)
        assert claims.version >= host
        assert (claims.valid_until, claims.pack) == (cal.until, cal.pack % 1024)

    @rule()
    def sweep(self) -> None:
        """Let what has ended go, and compare the report, which needs no filter now."""
        self.run_(sweep)
        self.model.drop_ended()
        self.model.drop_lapsed([])
        with self.server.journal.read() as reader:
            report = packs_report(reader, self.clock())
        pools: dict[tuple[str, str], list[int]] = {}
        for pack in self.model.packs:
            pool = pools.setdefault((CalType(pack.kind).label, version_name(pack.version)), [0, 0])
            pool[0] += pack.total if pack in self.model.in_force(pack.kind) else 0
            pool[1] += self.model.out_of(pack)
        told = {(p.cal_type, p.version): (p.total, p.issued, p.free, p.over_use) for p in report.pools}
        assert told == {at: (total, out, total - out, max(out - total, 0)) for at, (total, out) in pools.items()}
        strays = [cal for cal in self.model.cals if cal.kind == USER and not cal.pack]
        assert report.without_pack == len(strays)
        modes = {cal.kind for cal in self.model.cals if not cal.temporary}
        assert bool(report.mixed_modes) is ({DEVICE, USER} <= modes)

    @rule()
    def restart(self) -> None:
        """Come back from a downtime: leases run anew."""
        self._sync()
        self.run_(extend_leases(self.server))
        for cal in self.model.cals:
            if cal.kind == SESSION:
                cal.lease = max(cal.lease, self.clock() + LEASE)

    @precondition(has_sessions)
    @rule(data=st.data())
    def release_session(self, data: st.DataObject) -> None:
        """Give a session's CAL back."""
        self._sync()
        cal = self._drawn(data, SESSION)
        if cal is not None:
            with self.server.journal.read() as reader:
                row = reader.get("cal", (cal.ident,))
            assert row is not None
            self.run_(release(cal.ident, row["host"]))
            self.model.gone(cal, self.clock())

    @precondition(has_users)
    @rule(data=st.data())
    def release_by_hand(self, data: st.DataObject) -> None:
        """Let an administrator release a user's CAL."""
        cal = self._drawn(data, USER)
        assert cal is not None
        told = release_by_hand(self.server, Which(cal.holder, "user"), "moved", "ada")
        assert (told.cal_id, told.pack) == (cal.ident.hex(), cal.pack)
        self.model.gone(cal, self.clock())

    @precondition(has_permanent)
    @rule(data=st.data())
    def revoke(self, data: st.DataObject) -> None:
        """Revoke a device's CAL, as far as the share goes."""
        self.model.drop_ended()
        cal = data.draw(st.sampled_from(self._permanent()))
        installed, allowed, standing = self.model.may_revoke(cal.version)
        since = self.model.may_revoke_from(cal.version)
        told = revoke(self.server, Which(cal.ident.hex()), "lost", "ada")
        share = told.share
        assert (share.installed, share.allowed) == (installed, allowed)
        if self.model.revoke(cal):
            assert isinstance(told, Revoked)
            assert (told.counts_until, told.pack, share.standing) == (cal.until, cal.pack, standing + 1)
        else:
            assert isinstance(told, ShareUsedUp)
            assert (told.since, share.standing) == (since, standing)

    @precondition(has_convertible)
    @rule(data=st.data(), count=st.integers(1, 4))
    def convert(self, data: st.DataObject, count: int) -> None:
        """Convert CALs of a pack, as far as none is taken from a device."""
        self._sync()
        pack = data.draw(st.sampled_from(self._convertible()))
        told = convert(self.server, pack.number, count, "ada")
        most = self.model.convert(pack, count)
        if most is None:
            assert isinstance(told, Converted)
            assert told.left == pack.total
        else:
            assert isinstance(told, TooMany)
            assert told.may == most

    @precondition(has_user_packs)
    @rule(data=st.data(), policy=st.sampled_from(["allow", "warn", "enforce", "site"]))
    def policy(self, data: st.DataObject, policy: str) -> None:
        """Give a per-user pack its policy."""
        pack = data.draw(st.sampled_from([p for p in self.model.packs if p.kind == USER]))
        pack.policy = "" if policy == "site" else policy
        assert set_policy(self.server, pack.number, policy, "ada").over_use == self.model.rule(pack)

    @rule(name=HOLDERS)
    def authorise(self, name: str) -> None:
        """Put a user on the list."""
        assert authorise(self.server, [name.upper()], "ada").added == int(self.model.authorise(name))

    @rule(name=HOLDERS)
    def unauthorise(self, name: str) -> None:
        """Take a user off the list."""
        assert unauthorise(self.server, [name], "contract over", "ada").ended == int(self.model.unauthorise(name))

    @rule(name=HOLDERS)
    def leave(self, name: str) -> None:
        """Let a user go."""
        self.model.drop_ended()
        self.run_(sweep)
        self.model.drop_lapsed([])
        mine = [cal for cal in self.model.cals if (cal.kind, cal.holder) == (USER, name)]
        told = leave(self.server, [name], "retired", "ada")
        assert (told.released, told.unauthorised) == (len(mine), int(self.model.unauthorise(name)))
        for cal in mine:
            self.model.gone(cal, self.clock())

    @rule(back=st.integers(0, 3))
    def report_a_month(self, back: int) -> None:
        """Tell who was authorised and who was seen in one of the last months."""
        self.model.drop_ended()
        today = datetime.fromtimestamp(self.clock(), UTC)
        number = today.year * 12 + today.month - 1 - back
        first, after = (int(datetime(n // 12, n % 12 + 1, 1, tzinfo=UTC).timestamp()) for n in (number, number + 1))
        with self.server.journal.read() as reader:
            report = authorised_report(self.server, reader, f"{number // 12}-{number % 12 + 1:02}")
        wanted, seen = self.model.authorised_in(first, after), self.model.seen_in(first, after)
        assert sorted({user.name.lower() for user in report.users}) == wanted
        assert report.count == len(wanted)
        assert sorted({user.name.lower() for user in report.users if user.seen}) == sorted({*wanted} & {*seen})
        assert sorted(name.lower() for name in report.not_authorised) == sorted({*seen} - {*wanted})

    # What holds after every step

    @invariant()
    def the_ledger_says_what_the_model_says(self) -> None:
        """CALs, counts and totals are the same, once what has ended is left aside."""
        if not hasattr(self, "server"):
            return
        self._sync()
        now, cals, packs = self.clock(), self.rows("cal"), self.rows("pack")
        names = ("cal_id", "cal_type", "version", "temporary", "pack", "valid_until")
        valid = sorted(tuple(row[name] for name in names) for row in cals if row["valid_until"] >= now)
        mine = [cal for cal in self.model.cals if cal.until >= now]
        assert valid == sorted((c.ident, c.kind, c.version, int(c.temporary), c.pack, c.until) for c in mine)
        out = Counter(row["pack"] for row in cals)
        totals = {pack.number: (pack.kind, pack.total, pack.ends) for pack in self.model.packs}
        told = {p["sequence"]: (p["cal_type"], p["quantity"] + p["converted"], p["ends"]) for p in packs}
        assert told == totals
        assert all(pack["issued"] == out[pack["sequence"]] for pack in packs)
        assert sum(p["quantity"] + p["converted"] for p in packs) == sum(p["quantity"] for p in packs)

    @invariant()
    def nothing_enforced_is_over_issued(self) -> None:
        """Device and session packs are never exceeded, converted or not."""
        if hasattr(self, "server"):
            for pack in self.rows("pack"):
                total = pack["quantity"] + pack["converted"]
                assert total >= 0
                assert pack["cal_type"] == USER or pack["issued"] <= total

    @invariant()
    def no_cal_outlives_its_pack(self) -> None:
        """Whatever was converted or renewed since."""
        if hasattr(self, "server"):
            ends = {pack["sequence"]: pack["ends"] for pack in self.rows("pack")}
            assert all(not ends.get(c["pack"]) or c["valid_until"] < ends[c["pack"]] for c in self.rows("cal"))

    def teardown(self) -> None:
        """The entries alone make the tables, and no device ever had two temporary CALs."""
        if not hasattr(self, "server"):
            return
        self.server.journal.verify()
        with self.server.journal.read() as reader:
            facts = [reader.fact(entry) for entry in reader.entries() if entry.kind == "CalIssued"]
        first = Counter(f.holder for f in facts if isinstance(f, CalIssued) and f.temporary and not f.replaces)
        assert all(count == 1 for count in first.values())
        moved = [f for f in facts if isinstance(f, CalIssued) and f.temporary and f.replaces]
        ends = {f.cal_id: f.valid_until for f in facts if isinstance(f, CalIssued) and f.temporary}
        assert all(ends[f.replaces] == f.valid_until for f in moved)
        self.server.close()

    # Helpers

    def _sync(self) -> None:
        """Forget sessions in the model whose lease has ended and that went back already: any time after it will do."""
        self.model.drop_ended()
        there = {row["cal_id"] for row in self.rows("cal")}
        for cal in list(self.model.cals):
            if cal.kind == SESSION and cal.lease < self.clock() and cal.ident not in there:
                self.model.gone(cal, self.clock())

    def _valid(self, kind: int) -> list[ModelCal]:
        return [cal for cal in self.model.cals if cal.kind == kind and cal.until >= self.clock()]

    def _permanent(self) -> list[ModelCal]:
        return [cal for cal in self._valid(DEVICE) if not cal.temporary]

    def _convertible(self) -> list[ModelPack]:
        return [p for p in self.model.packs if p.kind != SESSION and (not p.ends or self.clock() < p.ends)]

    def _drawn(self, data: st.DataObject, kind: int) -> ModelCal | None:
        found = self._valid(kind)
        return data.draw(st.sampled_from(found)) if found else None


TestAgainstTheModel = AgainstTheModel.TestCase
TestAgainstTheModel.settings = settings(
    max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, suppress_health_check=list(HealthCheck)
)
