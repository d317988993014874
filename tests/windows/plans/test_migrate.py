"""A migration: each step goes from open to proven by its own fact, in Microsoft's order."""

from collections.abc import Sequence

import msgspec
import pytest

from calvox.doctor.facts import From, Mode, NamedServers, Site
from calvox.windows.plans.migrate import migration
from calvox.windows.plans.plan import PlanView, StepState
from tests.doctor.sites import (
    DAY,
    NOW,
    READ,
    V2019,
    V2025,
    built_in_pack,
    cal,
    changed,
    device_pack,
    facts_in,
    healthy,
    not_collected,
    user_pack,
    with_another_host,
    with_host,
    with_machine,
    with_packs,
    with_server,
    with_server_event,
)
from tests.windows.plans.playing import (
    BOUGHT,
    HOSTS,
    HOUR,
    LS2,
    NEW,
    OLD,
    PLAN,
    STATES,
    THIRD,
    case,
    device,
    entered,
    migrating,
    newcomer,
    read_at,
    read_in_turn,
    states_of,
    vouching,
    with_servers,
)

STEPS = ["inventory", "fit", "activate", "packs", "repoint", "verify", "remove", "deactivate"]
PROVEN, OPEN, NOT_COLLECTED, BLOCKED = StepState.PROVEN, StepState.OPEN, StepState.NOT_COLLECTED, StepState.BLOCKED


def after(count: int) -> PlanView:
    """See the plan after so many readings."""
    return migration(case(STATES[:count]))


def line_states(view: PlanView, name: str) -> dict[str, str]:
    """Give the state of each line of a step."""
    step = view.step(name)
    assert step is not None
    return {line.name: line.state.value for line in step.lines}


def commands(view: PlanView, name: str) -> str:
    """Give the commands of a step."""
    step = view.step(name)
    assert step is not None
    return "\n".join(do.command for do in step.todo)


@pytest.mark.parametrize(("count", "own"), [(1, NOT_COLLECTED), (2, OPEN), (3, OPEN), (4, OPEN), (6, OPEN), (7, OPEN)])
def test_each_reading_proves_its_step(count: int, own: StepState) -> None:
    """What stands before is proven, the next step is open, what comes after waits for it alone."""
    at = {1: 1, 2: 2, 3: 3, 4: 4, 6: 6, 7: 7}[count]
    view = after(count)
    expected = [PROVEN] * at + [own] + [BLOCKED] * (len(STEPS) - at - 1)
    assert states_of(view) == dict(zip(STEPS, [state.value for state in expected], strict=True))
    assert view.next is not None
    assert view.next.name == STEPS[at]
    assert all(step.blocked_by == (STEPS[at],) for step in view.steps[at + 1 :])
    assert not view.complete


def test_a_session_needs_two_readings() -> None:
    """That hosts name the new server is proven by the first; that they work by it, by the second."""
    assert states_of(after(5)) | {"verify": "not-collected"} == states_of(after(5))
    assert states_of(after(6))["verify"] == "proven"


def test_the_last_reading_completes_it() -> None:
    """Every step is proven by facts, and each names them with their time."""
    view = after(8)
    assert set(states_of(view).values()) == {"proven"}
    assert (view.complete, view.next) == (True, None)
    for step in view.steps:
        assert all(one.time for line in step.lines for one in line.seen.evidence)
        assert all(line.seen.evidence for line in step.lines)


@pytest.mark.parametrize(
    ("count", "step", "words"),
    [
        (1, "fit", "act install-role --machine ls2.corp.example"),
        (2, "activate", "call open activate --server ls2.corp.example"),
        (3, "packs", "call open migrate --purchase 1 --source ls1.corp.example --server ls2.corp.example"),
        (3, "packs", "call open migrate --purchase 2 --source ls1.corp.example --server ls2.corp.example"),
        (4, "repoint", "artefact gpo"),
        (5, "verify", "act make-report --machine ls2.corp.example"),
        (6, "remove", "act remove-pack --machine ls1.corp.example --pack 2"),
        (7, "deactivate", "call open deactivate --server ls1.corp.example"),
    ],
)
def test_what_to_do_next(count: int, step: str, words: str) -> None:
    """Commands that can be copied."""
    assert f"calvox windows {words}" in commands(after(count), step)


# The order


def test_the_procedures_order_does_not_count() -> None:
    """The old server deactivated first: shown as done before its turn, and the packs are now those of a dead server."""
    states = read_in_turn([healthy(), newcomer(with_server(healthy(), 0, activated=False))])
    view = migration(case(states))
    last = view.step("deactivate")
    assert last is not None
    assert (last.state, last.early, last.own) == (BLOCKED, True, PROVEN)
    assert "removed by hand" in " ".join(str(note) for note in last.notes)
    assert view.next is not None
    assert view.next.name == "activate"
    assert "nobody new" in str(view.next.notes[0])
    assert "call open reinstall --purchase 1 --server ls2.corp.example" in commands(view, "packs")
    assert "migrate --purchase" not in commands(view, "packs")


def test_the_plan_says_why_not_to_deactivate_first() -> None:
    """With Microsoft's own articles."""
    why = str(after(1).why)
    assert all(source in why for source in ("KB814593", "KB953918", "help", "French procedure"))


def test_packs_removed_too_early_do_not_count() -> None:
    """The old server lost its packs while the hosts still ask it."""
    early = with_packs(STATES[3], 0, built_in_pack())
    view = migration(case([*STATES[:4], read_at(early, READ + 4 * HOUR)]))
    step = view.step("remove")
    assert step is not None
    assert (step.state, step.early) == (BLOCKED, True)
    assert step.blocked_by == ("repoint",)


# Inventory


def test_nothing_known_proves_nothing() -> None:
    """Of a site without readings every step is open or waits, and no line is proven."""
    view = migration(case([Site(name="corp")]))
    assert not any(line.state is PROVEN for step in view.steps for line in step.lines)
    assert view.count(PROVEN, StepState.VOUCHED) == 0


def test_an_old_reading_does_not_show_that_the_server_answers() -> None:
    """Eight days before the plan is too old; a later reading mends it."""
    plan = msgspec.structs.replace(PLAN, opened=READ + 8 * DAY)
    assert line_states(migration(case(STATES[:1], plan)), "inventory")["answers"] == "not-collected"
    later = read_at(healthy(), READ + 9 * DAY)
    assert line_states(migration(case([STATES[0], later], plan)), "inventory")["answers"] == "proven"


def test_a_dead_server_is_said_to_be_dead() -> None:
    """Somebody vouches for that; its packs are then installed again, from what was read before it died."""
    plan = msgspec.structs.replace(PLAN, opened=READ + 30 * DAY)
    plan = vouching("inventory/answers", "inventory/backup", plan=plan, time=READ + 31 * DAY)
    view = migration(case([newcomer(STATES[0], activated=True)], plan))
    assert states_of(view)["inventory"] == "vouched"
    assert "call open reinstall --purchase 1 --server ls2.corp.example" in commands(view, "packs")
    assert line_states(view, "packs") == {"pack-2": "not-collected", "pack-3": "not-collected"} | line_states(
        view, "packs"
    )


def test_what_was_bought_stands_in_where_nothing_was_read() -> None:
    """An old server that never answered: the purchases tell what must come."""
    site = msgspec.structs.replace(healthy(), licence_servers=())
    view = migration(case(read_in_turn([site, newcomer_alone(site)])))
    assert list(line_states(view, "packs")) == ["purchase-1", "purchase-2"]
    assert line_states(view, "inventory")["packs"] == "not-collected"
    assert line_states(migration(case([site], purchases=())), "inventory")["packs"] == "not-collected"
    assert migration(case([site], purchases=())).step("packs").own is NOT_COLLECTED  # type: ignore[union-attr]


def newcomer_alone(site: Site) -> Site:
    """Add the new server to a site that has none."""
    new = newcomer(healthy()).licence_servers[LS2]
    return msgspec.structs.replace(site, licence_servers=(new,))


def test_hosts_of_site_toml_are_missed() -> None:
    """One that was never collected keeps the inventory open, until somebody leaves it out; then nothing asks for it."""
    hosts = (*HOSTS, "rdsh9.corp.example")
    view = migration(case(STATES, hosts=hosts))
    assert line_states(view, "inventory")["rdsh9.corp.example"] == "not-collected"
    assert "rdsh9.corp.example" in line_states(view, "verify")
    view = migration(case(STATES, vouching("inventory/rdsh9.corp.example"), hosts=hosts))
    assert line_states(view, "inventory")["rdsh9.corp.example"] == "vouched"
    assert "rdsh9.corp.example" not in line_states(view, "verify")
    assert view.complete


def test_a_host_left_out_comes_back() -> None:
    """It is read later, and uses the old server after all."""
    plan = vouching("inventory/rdsh2.corp.example", time=READ + 61)
    states = [not_collected(STATES[0], "session_hosts.1.servers"), *STATES[1:4]]
    assert "rdsh2.corp.example" in line_states(migration(case(states, plan)), "repoint")
    plan = vouching("inventory/rdsh2.corp.example", time=READ + 10 * HOUR)
    assert "rdsh2.corp.example" not in line_states(migration(case(states, plan)), "repoint")


def test_hosts_of_others_are_none_of_the_plan() -> None:
    """One names a third server, one is only administered, of one it is not known what it names."""
    site = with_servers(with_another_host(healthy(), "other.corp.example"), 2, THIRD)
    site = with_another_host(site, "admin.corp.example", application_mode=False)
    site = with_another_host(site, "dark.corp.example", servers=None, server_settings=None)
    view = migration(case(read_in_turn([site])))
    assert set(line_states(view, "repoint")) == {*HOSTS, "dark.corp.example"}
    assert line_states(view, "inventory")["dark.corp.example"] == "not-collected"


# The new licence server


@pytest.mark.parametrize(
    ("site", "line", "state"),
    [
        (with_machine(newcomer(healthy()), "ls2", version=V2019), "cals-2022", "open"),
        (with_machine(newcomer(healthy()), "ls2", version=V2019), "hosts-2022", "open"),
        (with_machine(newcomer(healthy()), "ls2", version=V2025), "cals-2022", "proven"),
        (with_machine(newcomer(healthy()), "ls2", version=V2025), "hosts-2022", "proven"),
        (with_machine(newcomer(healthy()), "ls2", version=None), "version", "not-collected"),
        (with_machine(newcomer(healthy()), "rdsh1", version=None), "hosts-unknown", "not-collected"),
        (with_machine(newcomer(healthy()), "ls2", administrator=False), "administrator", "not-collected"),
        (with_machine(newcomer(healthy()), "ls2", join="workgroup"), "domain", "open"),
        (newcomer(healthy(), service_state="Stopped"), "service-state", "open"),
        (newcomer(healthy(), service_start="Manual"), "service-start", "open"),
        (with_packs(newcomer(healthy()), 0, user_pack(version=99)), "cals-99", "not-collected"),
    ],
)
def test_whether_the_new_server_fits(site: Site, line: str, state: str) -> None:
    """Versions, service, administrator, domain."""
    states = read_in_turn([healthy() if line != "cals-99" else site, site])
    assert line_states(migration(case(states)), "fit")[line] == state


def test_a_code_that_came_after_the_reading_asks_for_a_new_one() -> None:
    """Neither activated nor not: it must be read again."""
    calls = (entered("activate", 0, READ + HOUR + 5),)
    view = migration(case(STATES[:2], calls=calls))
    assert line_states(view, "activate") == {"activated": "not-collected"}
    assert any("call 1, server-id" in one.fact for one in view.step("activate").lines[0].seen.evidence)  # type: ignore[union-attr]


# Packs


def packs_on_new(*packs: object, own: tuple[object, ...] = (), first: bool = True) -> tuple[Site, ...]:
    """Bring packs to a new server that has some of its own, read before they came or not."""
    empty = newcomer(healthy(), activated=True, packs=(built_in_pack(), *own))
    full = with_server(empty, LS2, packs=(built_in_pack(), *own, *packs))
    return read_in_turn([healthy(), *([empty] if first else []), full])


@pytest.mark.parametrize(
    ("states", "users", "devices"),
    [
        (packs_on_new(user_pack(7), device_pack(8)), "proven", "proven"),
        (packs_on_new(user_pack(7, total=20), user_pack(9, total=30), device_pack(8)), "proven", "proven"),
        (packs_on_new(user_pack(7, total=49), device_pack(8)), "open", "proven"),
        (packs_on_new(user_pack(7, version=V2019), device_pack(8)), "open", "proven"),
        (packs_on_new(own=(user_pack(7),)), "open", "open"),
        (packs_on_new(user_pack(9), own=(user_pack(7),)), "proven", "open"),
        (packs_on_new(user_pack(7), device_pack(8), first=False), "not-collected", "not-collected"),
    ],
)
def test_which_packs_came(states: tuple[Site, ...], users: str, devices: str) -> None:
    """By type, version and number; the new server's own do not count, and without an earlier reading nobody knows."""
    assert line_states(migration(case(states)), "packs") == {"pack-2": users, "pack-3": devices}


def test_a_code_tells_where_packs_come_from() -> None:
    """A server first read after the packs came: what Windows took by our calls is what came."""
    states = packs_on_new(user_pack(7), device_pack(8), first=False)
    calls = (entered("migrate", 1, READ + 120, 50), entered("migrate", 2, READ + 130, 20))
    assert set(line_states(migration(case(states, calls=calls)), "packs").values()) == {"proven"}
    told = line_states(migration(case(states, calls=calls[:1])), "packs")
    assert told == {"pack-2": "proven", "pack-3": "not-collected"}


def test_two_packs_of_one_kind_are_counted_one_after_the_other() -> None:
    """The first is there, the second half."""
    old = with_packs(healthy(), 0, built_in_pack(), user_pack(2, total=30), user_pack(4, total=20))
    empty = newcomer(old, activated=True)
    full = with_packs(empty, LS2, user_pack(7, total=40))
    view = migration(case(read_in_turn([old, empty, full])))
    assert line_states(view, "packs") == {"pack-2": "proven", "pack-4": "open"}
    assert "10 on ls2" in str(view.step("packs").lines[1].seen.text)  # type: ignore[union-attr]


def test_zeros_that_no_administrator_read_are_not_believed() -> None:
    """Neither on the new server nor, at the end, on the old one."""
    new = with_machine(newcomer(STATES[0], packs=()), "ls2", administrator=False)
    assert set(line_states(migration(case([STATES[0], new])), "packs").values()) == {"not-collected"}
    gone = with_machine(with_packs(STATES[5], 0), "ls1", administrator=False)
    assert line_states(migration(case([*STATES[:6], gone])), "remove") == {"packs": "not-collected"}


def test_without_a_fitting_purchase_the_call_is_told_with_a_warning() -> None:
    """The papers' numbers are asked in the call."""
    view = migration(case(STATES[:3], purchases=BOUGHT[:1]))
    todo = [do for do in view.step("packs").todo if "per device" in str(do.text)]  # type: ignore[union-attr]
    assert "fill in" in str(todo[0].text)
    assert "--purchase" not in todo[0].command


def test_an_open_call_is_gone_on_with() -> None:
    """No second one is proposed."""
    pending = msgspec.structs.replace(entered("migrate", 1, READ + 120), outcome="", codes=())
    view = migration(case(STATES[:3], calls=(pending,)))
    texts = [str(do.text) for do in view.step("packs").todo]  # type: ignore[union-attr]
    assert any("go on with call 1" in text for text in texts)
    assert "--purchase 1" not in commands(view, "packs")


# Hosts


@pytest.mark.parametrize(
    ("site", "state"),
    [
        (with_servers(STATES[3], 0, NEW), "proven"),
        (with_servers(STATES[3], 0, "LS2"), "proven"),
        (with_servers(STATES[3], 0, NEW, THIRD), "proven"),
        (with_servers(STATES[3], 0, NEW, OLD), "open"),
        (with_servers(STATES[3], 0, THIRD), "open"),
        (with_servers(STATES[3], 0), "open"),
        (with_host(with_servers(STATES[3], 0, NEW), 0, server_settings=None), "not-collected"),
        (with_host(with_servers(STATES[3], 0, NEW), 0, mode_settings=None), "not-collected"),
        (with_host(with_servers(STATES[3], 0, NEW), 0, mode=Mode.NOT_SET), "open"),
    ],
)
def test_where_a_host_points(site: Site, state: str) -> None:
    """To the new server, and nowhere to the old one, in a mode that gives CALs."""
    view = migration(case([*STATES[:4], read_at(site, READ + 4 * HOUR)]))
    assert line_states(view, "repoint")[HOSTS[0]] == state


def test_a_hidden_place_that_names_the_old_server_counts() -> None:
    """Policy names the new one; the host's own registry, which policy hides, still the old one."""
    places = (NamedServers(servers=(NEW,), where=From.POLICY), NamedServers(servers=(OLD,), where=From.LOCAL))
    site = with_host(with_servers(STATES[4], 0, NEW), 0, server_settings=places)
    view = migration(case([*STATES[:4], read_at(site, READ + 4 * HOUR)]))
    assert line_states(view, "repoint")[HOSTS[0]] == "open"
    assert f"act set-licensing --machine {HOSTS[0]}" in commands(view, "repoint")
    assert f"act set-licensing --machine {HOSTS[1]}" not in commands(view, "repoint")


def test_another_server_does_not_stand_in_for_the_new_one() -> None:
    """The host works, but by a third licence server."""
    states = list(migrating())
    for at in (4, 5):
        third = changed(states[at], "licence_servers.0.machine.name", THIRD).licence_servers[0]
        site = msgspec.structs.replace(states[at], licence_servers=(*states[at].licence_servers, third))
        site = with_servers(site, 0, NEW, THIRD)
        states[at] = read_at(with_host(site, 0, reach=tuple(_only_third(site))), READ + at * HOUR)
    told = line_states(migration(case(states[:6])), "verify")
    assert told[HOSTS[0]] == "open"
    assert told[HOSTS[1]] == "proven"


def _only_third(site: Site) -> list[object]:
    reaches = site.session_hosts[0].reach.value or ()
    return [changed(site, "session_hosts.0.reach.0.status", 6).session_hosts[0].reach.value[0], reaches[1]]  # type: ignore[index]


@pytest.mark.parametrize(
    ("site", "line"),
    [
        (with_host(STATES[5], 0, mode=Mode.NOT_SET), HOSTS[0]),
        (changed(STATES[5], "session_hosts.0.reach.0.status", 6), HOSTS[0]),
        (with_packs(STATES[5], LS2, device_pack()), HOSTS[0]),
        (with_server(STATES[5], LS2, user_report=()), "session-user"),
    ],
)
def test_what_speaks_against_a_host(site: Site, line: str) -> None:
    """Mode, way, packs, session."""
    told = line_states(migration(case([*STATES[:5], read_at(site, READ + 5 * HOUR)])), "verify")
    assert told[line] != "proven"


def test_per_device_wants_a_permanent_cal() -> None:
    """The temporary one is given by a licence server without packs too."""
    told = [device(device(site, 0), 1) for site in migrating()]
    row = cal("PC1", per_user=False)
    for rows, state in (((row,), "proven"), ((msgspec.structs.replace(row, temporary=True),), "open")):
        last = read_at(with_server(told[5], LS2, issued=rows), READ + 5 * HOUR)
        view = migration(case([*told[:5], last]))
        assert line_states(view, "verify")["session-device"] == state


# The old licence server


def test_a_pack_that_came_back_keeps_the_step_open() -> None:
    """Under another number too."""
    site = with_packs(STATES[6], 0, built_in_pack(), user_pack(12, total=5))
    told = line_states(migration(case([*STATES[:6], read_at(site, READ + 6 * HOUR)])), "remove")
    assert told == {"pack-2": "proven", "pack-3": "proven", "pack-12": "open"}


def test_a_scrapped_server_is_vouched_for() -> None:
    """Its last reading speaks against it; a word given later counts, until it is read again."""
    keys = ("remove/pack-2", "remove/pack-3", "deactivate/activated")
    view = migration(case(STATES[:6], vouching(*keys, time=READ + 9 * HOUR)))
    assert states_of(view)["remove"] == states_of(view)["deactivate"] == "vouched"
    assert view.complete
    back = read_at(STATES[5], READ + 10 * HOUR)
    view = migration(case([*STATES[:6], back], vouching(*keys, time=READ + 9 * HOUR)))
    assert states_of(view)["remove"] == "open"


@pytest.mark.parametrize(
    ("number", "words"),
    [(89, "were removed"), (90, "could not be removed"), (92, "out of reach"), (93, "out of reach")],
)
def test_events_tell_of_the_removal(number: int, words: str) -> None:
    """They are told as notes, and prove nothing."""
    site = read_at(with_server_event(STATES[5], LS2, number, days_ago=-1), READ + 5 * HOUR)
    view = migration(case([*STATES[:5], site]))
    for name in ("packs", "remove"):
        assert words in " ".join(str(note) for note in view.step(name).notes)  # type: ignore[union-attr]
    assert states_of(view)["remove"] == "open"


def test_device_cals_of_the_old_server_are_told_with_their_end() -> None:
    """Inferred that they stay valid, and said so."""
    site = with_server(STATES[5], 0, issued=(cal("PC1", per_user=False),))
    notes = migration(case([*STATES[:5], site])).step("remove").notes  # type: ignore[union-attr]
    assert "that run: 1" in str(notes[-1])
    assert "(inferred)" in str(notes[-1])


# What is missing proves nothing


def half_done() -> list[tuple[Site, ...]]:
    """Give migrations of which one step is all but done: one host, pack or way is missing."""
    told = [STATES[:count] for count in range(1, len(STATES) + 1)]
    told.append((*STATES[:2], with_machine(STATES[2], "ls2", version=V2019)))
    told.append((*STATES[:3], with_packs(STATES[3], LS2, user_pack(7))))
    told.append((*STATES[:4], with_servers(STATES[4], 1, OLD)))
    hidden = NamedServers(servers=(OLD,), where=From.LOCAL), NamedServers(servers=(NEW,), where=From.POLICY)
    told.append((*STATES[:4], with_host(STATES[4], 1, server_settings=hidden)))
    told.append((*STATES[:5], changed(STATES[5], "session_hosts.1.reach.0.status", 6)))
    cut_off = changed(STATES[5], "session_hosts.1.reach.0.status", 6)
    told.append((*STATES[:6], read_at(cut_off, READ + 40 * DAY)))
    told.append((*STATES[:6], with_packs(STATES[6], 0, device_pack(3))))
    return told


HALF_DONE = half_done()


@pytest.mark.parametrize("everywhere", [False, True], ids=["now", "everywhere"])
@pytest.mark.parametrize("number", range(len(HALF_DONE)))
def test_a_missing_fact_proves_nothing_more(number: int, everywhere: bool) -> None:
    """Whichever fact is taken away, now or from every reading: no step is proven that was not before."""
    states = HALF_DONE[number]
    proven = _proven(states)
    for path in {path for site in states for path, _ in facts_in(site)}:
        fewer = [_without(s, path) if everywhere or s is states[-1] else s for s in states]
        assert _proven(fewer) <= proven, path


def _proven(states: Sequence[Site]) -> set[str]:
    return {name for name, state in states_of(migration(case(states))).items() if state == "proven"}


def _without(site: Site, path: str) -> Site:
    """Take a fact away, where there is such a machine."""
    return not_collected(site, path) if path in dict(facts_in(site)) else site


def test_the_facts_that_matter_matter() -> None:
    """Without one of them its step is no longer proven: the property above is not true of itself."""
    for path, step in (
        ("licence_servers.1.activated", "activate"),
        ("licence_servers.1.packs", "packs"),
        ("session_hosts.0.server_settings", "repoint"),
        ("licence_servers.0.packs", "remove"),
        ("licence_servers.0.activated", "deactivate"),
    ):
        view = migration(case([*STATES[:-1], not_collected(STATES[-1], path)]))
        assert states_of(view)[step] != "proven", path


def test_names_that_differ_in_their_domain_alone_stay_apart() -> None:
    """Titles then give them whole."""
    plan = msgspec.structs.replace(PLAN, new="ls1.other.example")
    title = str(migration(case(STATES[:1], plan)).step("activate").title)  # type: ignore[union-attr]
    assert title == "Activate ls1.other.example, before ls1.corp.example is touched"
    assert NOW > READ
