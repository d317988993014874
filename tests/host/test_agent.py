"""The session host at work, against real licence servers that go away and come back; time is the test's."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from calvox import __version__
from calvox.apps.host_agent.agent import Agent, Got, open_agent
from calvox.apps.host_agent.rounds import go_round, is_in_use
from calvox.apps.licence_server.host_cases import MakeCode, Nothing, OneHost
from calvox.apps.licence_server.policy_cases import SetPolicy
from calvox.common.clock import DAY, SYSTEM, World
from calvox.common.errors import Unreachable
from calvox.common.files import write_whole
from calvox.common.i18n import t
from calvox.common.settings import Host as HostSettings
from calvox.core.products import CalType
from calvox.core.standing import GRACE_DAYS, State
from calvox.host import AsyncHost, HeldCal, Wish, enrol, statements
from calvox.host.clockfile import CLOCK, Clock
from calvox.host.processes import identity
from calvox.host.report import said_of
from calvox.host.standing import Answer, grace_ends
from calvox.host.state import HostFolder
from calvox.server.policy_report import Vouchers
from calvox.trust.keys import SigningKey
from calvox.trust.policies import REVOKED, Revoked, sign
from calvox.wire import agentapi as api
from calvox.wire.hostapi import Heartbeat, OutageUse, Standing
from tests.apps.processes import ServerProcess
from tests.world import Site, wish

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Give a closed site of the real time."""
    site = Site.founded(tmp_path_factory.mktemp("template"), now=int(time.time()), parts=None)
    site.activate(wish("user", "2022", 20), wish("session", "2022", 2))
    site.close()
    return site


@pytest.fixture
def folder(template: Site, tmp_path: Path) -> Path:
    """Give the folder of a licence server."""
    return template.copy(tmp_path / "server").folder


@pytest.fixture
def server(folder: Path) -> Iterator[ServerProcess]:
    """Give a licence server that serves."""
    with ServerProcess(folder) as process:
        yield process


class Shifted:
    """The real time, and what a test adds to it."""

    def __init__(self) -> None:
        self.days = 0.0

    @property
    def world(self) -> World:
        """What the host is given."""
        return World(
            now=lambda: SYSTEM.now() + int(self.days * DAY),
            random=SYSTEM.random,
            steady=lambda: SYSTEM.steady() + self.days * DAY,
        )


@asynccontextmanager
async def working(home: Path, time_: Shifted | None = None, **chosen: Any) -> Any:
    """Let a host work."""
    world, settings = (time_ or Shifted()).world, HostSettings(folder=str(home), **chosen)
    async with AsyncHost(home, world=world, timeout=5, pause=0.2) as host:
        yield open_agent(settings, HostFolder(home), host, world)


def work(home: Path, story: Callable[[Agent], Awaitable[None]], time_: Shifted | None = None, **chosen: Any) -> None:
    """Tell a story of one run of the process."""

    async def tell() -> None:
        async with working(home, time_, **chosen) as agent:
            await story(agent)

    asyncio.run(tell())


def enrolled(home: Path, server: ServerProcess, name: str = "rdsh-1") -> Path:
    """Enrol a host."""
    asyncio.run(enrol(home, server.address, server.code(name)))
    return home


async def opened(agent: Agent, user: str, **more: Any) -> api.SessionOpened:
    """Open a session from afar."""
    return await agent.open_session(api.SessionOpen(user=user, rhost="192.0.2.7", service="sshd", **more))


def test_grace_ends_with_the_first_token(server: ServerProcess, tmp_path: Path) -> None:
    """Until then the days are counted; afterwards the host is licensed, in the next run too."""
    home = enrolled(tmp_path / "host", server)

    async def first(agent: Agent) -> None:
        assert (agent.status().state, agent.status().days_left) == ("grace", GRACE_DAYS)
        assert await go_round(agent)
        assert agent.status().state == "grace"
        assert (await opened(agent, "alice")).ground == "cal"
        assert agent.status().state == "licensed"

    async def second(agent: Agent) -> None:
        told = agent.status()
        assert (told.state, told.days_left, [cal.name for cal in told.cals]) == ("licensed", 0, ["alice"])

    work(home, first)
    work(home, second)


def test_each_sign_of_life_says_how_the_host_stands(server: ServerProcess, tmp_path: Path) -> None:
    """Grace and its end, then licensed; a program beside it says what it runs, and no more."""
    home, said = enrolled(tmp_path / "host", server), list[Standing | None]()

    async def story(agent: Agent) -> None:
        (link,) = agent.host.order
        ask = link._ask

        async def listen(path: str, asked: Any, kind: Any, **more: Any) -> Any:
            said.extend([asked.standing] if isinstance(asked, Heartbeat) else [])
            return await ask(path, asked, kind, **more)

        link._ask = listen  # type: ignore[method-assign]
        await go_round(agent)
        (cal,) = await agent.host.acquire_many([Wish(CalType.SESSION, "s")])
        assert isinstance(cal, HeldCal)
        agent.hear_answer(cal)
        await go_round(agent)
        await agent.host.keep_alive([cal])
        ends = grace_ends(agent.keeper.clock.enrolled)
        assert said == [
            Standing("grace", ends, software=__version__),
            Standing("licensed", software=__version__),
            Standing(software=__version__),
        ]

    work(home, story)


def test_what_a_host_says_follows_from_its_clock_file() -> None:
    """An outage since the last answer, what was given out meanwhile; grace that has run out, though nobody noted it yet."""
    use = OutageUse("user", b"h" * 32, "anna", 100, 200)
    out = Clock(50, 1000, state=State.OUTAGE, contact=900, uses=(use, use))
    assert said_of(out, 1000) == Standing("outage", 0, 900, 2, __version__)
    over = Clock(50, 1000)
    assert said_of(over, 50 + GRACE_DAYS * DAY - 1).state == "grace"
    assert said_of(over, 50 + GRACE_DAYS * DAY) == Standing("grace-over", software=__version__)


def test_when_grace_is_over_people_are_refused_and_administrators_are_not(
    server: ServerProcess, tmp_path: Path
) -> None:
    """In words; a warning comes before."""
    home, moved = enrolled(tmp_path / "host", server), Shifted()
    server.kill()

    async def story(agent: Agent) -> None:
        agent.keeper.hear(agent.world.now())
        assert await opened(agent, "alice") == api.SessionOpened(verdict="allow", ground="grace")
        moved.days = GRACE_DAYS - 2.5
        assert not await go_round(agent)
        assert agent.keeper.clock.warned == 3
        assert "3 more days" in (await opened(agent, "alice")).message
        moved.days = GRACE_DAYS + 0.5
        told = await opened(agent, "alice")
        assert (told.verdict, told.ground) == ("deny", "grace-over")
        assert "administrator" in told.message
        assert (await opened(agent, "root")).ground == "administrator"
        local = await agent.open_session(api.SessionOpen(user="alice", tty="tty1", service="login"))
        assert local.ground == "console"

    work(home, story, moved)


@pytest.mark.parametrize("change", [lambda file: file.unlink(), lambda file: file.write_bytes(b"{}")])
def test_a_lost_clock_file_ends_grace(server: ServerProcess, tmp_path: Path, change: Callable[[Path], None]) -> None:
    """It is told so; a token from an activated licence server sets things right."""
    home = enrolled(tmp_path / "host", server)
    change(home / CLOCK)

    async def story(agent: Agent) -> None:
        assert (agent.status().state, agent.status().clock) == ("grace-over", "lost")
        assert (await opened(agent, "alice")).verdict == "allow"
        assert (agent.status().state, agent.status().clock) == ("licensed", "good")

    work(home, story)


def test_an_outage_is_bridged_by_the_voucher_and_settled(folder: Path, tmp_path: Path) -> None:
    """The server is killed; so many are let in and no more, over a killed process too; then all is told."""
    with ServerProcess(folder) as first:
        first.owner.call("policy-set", SetPolicy(None, None, False, 2, 8))
        home, address = enrolled(tmp_path / "host", first), first.address

        async def before(agent: Agent) -> None:
            assert (await opened(agent, "alice")).ground == "cal"
            await go_round(agent)
            assert (agent.status().voucher_count, agent.status().voucher_left) == (2, 2)

        work(home, before)

    async def outage(agent: Agent) -> None:
        assert (await opened(agent, "alice")).ground == "cal"
        assert agent.status().state == "outage"
        assert [(await opened(agent, name)).ground for name in ("bob", "bob", "carol", "dave")] == [
            "outage-cal",
            "outage-cal",
            "outage-cal",
            "no-server",
        ]

    async def after_a_kill(agent: Agent) -> None:
        assert [(await opened(agent, name)).ground for name in ("bob", "erin")] == ["outage-cal", "no-server"]
        assert (agent.status().voucher_left, agent.status().voucher_used) == (0, 2)

    work(home, outage)
    work(home, after_a_kill)
    with ServerProcess(folder, listen=address.removeprefix("https://")) as again:

        async def back(agent: Agent) -> None:
            await go_round(agent)
            told = agent.status()
            assert (told.state, told.voucher_left, told.voucher_used) == ("licensed", 2, 0)
            assert (await opened(agent, "erin")).ground == "cal"

        work(home, back)
        listed: Vouchers = again.owner.call("vouchers", Nothing())
        assert sorted((one.count, one.used, bool(one.settled)) for one in listed.vouchers) == [
            (2, 0, False),
            (2, 2, True),
        ]


def test_a_voucher_that_is_being_settled_gives_nothing_more(folder: Path, tmp_path: Path) -> None:
    """The answer is lost and the server goes again: it may have counted already, so nothing is added to what it was told."""
    with ServerProcess(folder) as first:
        first.owner.call("policy-set", SetPolicy(None, None, False, 5, 8))
        home, address = enrolled(tmp_path / "host", first), first.address.removeprefix("https://")

        async def before(agent: Agent) -> None:
            assert (await opened(agent, "alice")).ground == "cal"
            await go_round(agent)

        work(home, before)

    async def outage(agent: Agent) -> None:
        assert (await opened(agent, "bob")).ground == "outage-cal"

    work(home, outage)
    with ServerProcess(folder, listen=address) as second:

        async def cut_off(agent: Agent) -> None:
            (link,) = agent.host.order
            settle = link.settle

            async def lost(voucher: bytes, uses: Any) -> None:
                await settle(voucher, uses)
                second.kill()
                raise Unreachable(t("lost"))

            link.settle = lost  # type: ignore[method-assign]
            await go_round(agent)
            assert [(await opened(agent, name)).ground for name in ("bob", "carol")] == ["outage-cal", "no-server"]

        work(home, cut_off)
    with ServerProcess(folder, listen=address) as third:

        async def back(agent: Agent) -> None:
            await go_round(agent)
            assert (agent.status().voucher_left, agent.status().voucher_used) == (5, 0)

        work(home, back)
        listed: Vouchers = third.owner.call("vouchers", Nothing())
        assert sorted((one.used, bool(one.settled)) for one in listed.vouchers) == [(0, False), (1, True)]


def test_the_certificate_is_renewed_with_a_new_key(server: ServerProcess, tmp_path: Path) -> None:
    """In its last 30 days, in one step, and used from then on."""
    home, moved = enrolled(tmp_path / "host", server), Shifted()
    old = HostFolder(home).pair

    async def story(agent: Agent) -> None:
        (link,) = agent.host.order
        await go_round(agent)
        assert HostFolder(home).pair == old
        ends = link.certificate_ends
        # As it would be after 61 of its 90 days.
        agent.host.take_time(lambda: SYSTEM.now() + 61 * DAY)
        assert await link.renew_certificate()
        assert HostFolder(home).pair != old
        assert link.certificate_ends >= ends
        assert not (home / "next.key").exists()
        agent.host.take_time(agent.keeper.now)
        assert await go_round(agent)
        assert (await opened(agent, "alice")).ground == "cal"

    work(home, story, moved)

    async def next_run(agent: Agent) -> None:
        assert agent.status().clock == "good"
        assert (await opened(agent, "bob")).ground == "cal"

    work(home, next_run)


def test_sessions_are_kept_alive_and_go_back_with_their_process(server: ServerProcess, tmp_path: Path) -> None:
    """Two sessions fill the pack; one whose process has ended makes room for the next."""
    home = enrolled(tmp_path / "host", server)

    async def story(agent: Agent) -> None:
        gone = await asyncio.create_subprocess_exec("sleep", "60")
        kept = await opened(agent, "alice", session="1", pid=os.getpid())
        lost = await opened(agent, "bob", session="2", pid=gone.pid)
        assert (kept.ground, lost.ground) == ("cal", "cal")
        assert (await opened(agent, "carol", session="3")).ground == "refused"
        await go_round(agent)
        assert len(agent.status().cals) == 2
        gone.kill()
        await gone.wait()
        await go_round(agent)
        assert [cal.name for cal in agent.status().cals] == ["alice@192.0.2.7#1"]
        assert (await opened(agent, "carol", session="3")).ground == "cal"
        closing = api.SessionClose(user="alice", rhost="192.0.2.7", service="sshd", session="1")
        assert [(await agent.close_session(closing)).released for _ in range(2)] == [True, False]

    work(home, story, mode="session")


def test_a_revoked_cal_is_not_honoured(server: ServerProcess, tmp_path: Path) -> None:
    """Once the list has come, a token that verifies is worth nothing."""
    home = enrolled(tmp_path / "host", server)

    async def story(agent: Agent) -> None:
        got = await agent.obtain(Wish(CalType.USER, "alice"))
        assert got.answer is Answer.CAL
        await go_round(agent)
        (link,) = agent.host.order
        assert link.known.revoked is not None
        assert abs(agent.status().revoked_issued - time.time()) < 60
        async with AsyncHost(home) as beside:
            assert beside.held() == agent.host.held() != []
            _list_as_revoked(server, home, got)
            assert (beside.held(), agent.host.held()) == ([], [])
            assert agent.status().revoked == 1

    work(home, story)


def _list_as_revoked(server: ServerProcess, home: Path, got: Got) -> None:
    """Put a list that names the CAL into the folder, signed as its licence server signs."""
    assert isinstance(got.cal, HeldCal)
    own = HostFolder(home).enrolled
    about = {"server_id": own.server_id, "epoch": own.epoch, "generation": 0, "issued": SYSTEM.now(), "host": own.host}
    key = SigningKey((server.folder / "keys" / "token-key").read_bytes())
    body = Revoked(**about, cal_ids=(got.cal.claims.cal_id,))  # type: ignore[arg-type]
    write_whole(home / statements.REVOKED, sign(REVOKED, 1 << 40, body, key))


def test_a_process_is_named_for_good() -> None:
    """One that does not run has no name; this one has always the same."""
    assert identity(os.getpid()) == identity(os.getpid()) != ""
    assert identity(2**22 + 5) == ""
    assert State.GRACE.text


def test_a_pending_host_says_what_it_waits_for(server: ServerProcess, tmp_path: Path) -> None:
    """People are let in while grace lasts; the status names the command that approves it."""
    code = server.owner.call("enrolment-code", MakeCode("rdsh-9", "2022", approved=False)).code
    home = tmp_path / "host"
    asyncio.run(enrol(home, server.address, code))

    async def story(agent: Agent) -> None:
        assert await go_round(agent)
        assert "approval" in agent.status().servers[0].problem
        assert (await opened(agent, "alice")).ground == "grace"
        server.owner.call("host-approve", OneHost("rdsh-9"))
        assert await go_round(agent)
        assert (agent.status().servers[0].problem, (await opened(agent, "alice")).ground) == ("", "cal")

    work(home, story)


def test_the_cal_of_one_who_stays_away_is_not_renewed(server: ServerProcess, tmp_path: Path) -> None:
    """It goes back at its end; a renewal in somebody's absence is no visit, and a session is renewed as long as it lasts."""
    home = enrolled(tmp_path / "host", server)

    async def story(agent: Agent) -> None:
        (link,) = agent.host.order
        await link.acquire([Wish(CalType.USER, "here"), Wish(CalType.USER, "away", used=SYSTEM.now() - 8 * DAY)])
        await link.acquire([Wish(CalType.SESSION, "long", used=1)])
        found = {cal.name: is_in_use(cal, stored, SYSTEM.now()) for cal, stored in link.held()}
        assert found == {"here": True, "away": False, "long": True}

    work(home, story)


def test_a_session_that_is_closed_meanwhile_is_not_asked_for_again(server: ServerProcess, tmp_path: Path) -> None:
    """The sign of life was under way when somebody closed it."""
    home = enrolled(tmp_path / "host", server)

    async def story(agent: Agent) -> None:
        (link,) = agent.host.order
        await opened(agent, "alice", session="1")
        beat = link.heartbeat

        async def slow(*given: Any) -> Any:
            assert (await agent.release("alice@192.0.2.7#1")).released
            return await beat(*given)

        link.heartbeat = slow  # type: ignore[method-assign, assignment]
        assert await go_round(agent)
        assert agent.status().cals == ()
        assert HostFolder(home).cals() == []

    work(home, story, mode="session")
