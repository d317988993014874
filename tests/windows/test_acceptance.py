"""The acceptance: what two states of a site prove, and what they do not."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from calvox.cli.windows.drawn import draw_acceptance, plain_acceptance
from calvox.common.errors import BadInput
from calvox.core.purchases import Purchase
from calvox.doctor.facts import Event, Fact, IssuedCal, Mode, Site
from calvox.windows.acceptance import accept, bought
from calvox.windows.between import CAPPED, same_holder
from calvox.windows.evidence import Acceptance, Verdict
from tests.doctor.sites import (
    DAY,
    LICENSING,
    NOW,
    RCM,
    READ,
    V2019,
    V2022,
    bare,
    built_in_pack,
    changed,
    device_pack,
    facts_in,
    healthy,
    temporary_pack,
    user_pack,
    with_another_host,
    with_another_server,
    with_host,
    with_packs,
    with_server,
    workgroup,
)

PROVEN, FAILED, OPEN = Verdict.PROVEN, Verdict.FAILED, Verdict.NOT_COLLECTED
AFTER = READ + 1_800
SESSION = READ + 600
USERS = (Purchase(programme="open", cal_type="user", version="2022", quantity=50),)
DEVICES = (Purchase(programme="open", cal_type="device", version="2022", quantity=20),)


def read_at(site: Site, time: int) -> Site:
    """Make every fact of a site one that was read then."""
    for path, _ in facts_in(site):
        fact = dict(facts_in(site))[path]
        site = changed(site, path, msgspec.structs.replace(fact, time=time))
    return msgspec.structs.replace(site, collected=time)


def device_cal(holder: str = "PC9", issued: int = SESSION, *, temporary: bool = False, status: int = 2) -> IssuedCal:
    """Make the device CAL of the session."""
    ends = issued + (90 if temporary else 60) * DAY
    return IssuedCal(
        holder=holder, per_user=False, version=V2022, issued=issued, expires=ends, temporary=temporary, status=status
    )


def user_cal(holder: str = "CORP\\anna", expires: int = SESSION + 60 * DAY) -> IssuedCal:
    """Make the entry of the session in the per-user report."""
    return IssuedCal(holder=holder, per_user=True, version=V2022, expires=expires)


BEFORE_DEVICE, BEFORE_USER = workgroup(), healthy()
LATER_DEVICE, LATER_USER = read_at(BEFORE_DEVICE, AFTER), read_at(BEFORE_USER, AFTER)


def put(site: Site, path: str, value: Any, time: int = AFTER, source: str = "a test") -> Site:
    """Put a value that was read at a time of its own."""
    return changed(site, path, Fact(value=value, source=source, time=time))


def with_cal(site: Site, *cals: IssuedCal) -> Site:
    """Add device CALs or entries to what was read after the session."""
    name = "user_report" if cals[0].per_user else "issued"
    path = f"licence_servers.0.{name}"
    return put(site, path, (*(getattr(site.licence_servers[0], name).value or ()), *cals))


def by_device(before: Site, after: Site, **more: Any) -> Acceptance:
    """Accept a session per device."""
    return accept(before, after, "ls1", Mode.DEVICE, NOW, **{"purchases": DEVICES, **more})


def by_user(before: Site, after: Site, **more: Any) -> Acceptance:
    """Accept a session per user."""
    return accept(before, after, "LS1.corp.example", Mode.USER, NOW, **{"purchases": USERS, **more})


def verdicts(acceptance: Acceptance, name: str) -> list[Verdict]:
    """Give the verdicts of the conditions of one name."""
    return [condition.verdict for condition in acceptance.conditions if condition.name == name]


def texts(acceptance: Acceptance, name: str) -> str:
    """Give what the conditions of one name say."""
    return " ".join(str(condition.text) for condition in acceptance.conditions if condition.name == name)


GOOD_DEVICE, GOOD_USER = with_cal(LATER_DEVICE, device_cal()), with_cal(LATER_USER, user_cal())


# The whole


def test_a_good_session_per_device_is_accepted() -> None:
    """Everything is proven, each condition by facts with source and time."""
    told = by_device(BEFORE_DEVICE, GOOD_DEVICE)
    assert told.accepted, texts(told, "session")
    names = ["activated", "packs", "session", "permanent", "server-events", "host-events", "grace"]
    assert [condition.name for condition in told.conditions] == names
    assert all(one.source and one.time == AFTER for c in told.conditions for one in c.evidence)
    assert all(condition.evidence for condition in told.conditions)


def test_a_good_session_per_user_is_accepted() -> None:
    """Both hosts are told, and nobody asks whether a per-user CAL is permanent."""
    told = by_user(BEFORE_USER, GOOD_USER)
    assert told.accepted
    assert verdicts(told, "permanent") == []
    assert verdicts(told, "grace") == [PROVEN, PROVEN]


@pytest.mark.parametrize("before", [Site(name="empty"), bare(), BEFORE_DEVICE])
@pytest.mark.parametrize("after", [Site(name="empty"), bare()])
def test_nothing_is_proven_from_nothing(before: Site, after: Site) -> None:
    """An empty second state leaves every condition open, and fails none."""
    told = by_device(before, after)
    assert {condition.verdict for condition in told.conditions} == {OPEN}
    assert not told.accepted


def test_the_same_state_twice_proves_nothing() -> None:
    """A fact that was not read again says nothing about what happened since."""
    told = by_user(BEFORE_USER, BEFORE_USER)
    assert {condition.verdict for condition in told.conditions} == {OPEN}
    assert "not read again" in texts(told, "activated")


def test_each_fact_that_is_not_read_again_keeps_the_whole_open() -> None:
    """Whichever fact keeps its old time, the session is not accepted."""
    needed = ["licence_servers.0." + name for name in ("activated", "packs", "issued", "events", "service_state")]
    needed += ["session_hosts.0." + name for name in ("mode", "servers", "reach", "events")]
    for path in needed:
        old = dict(facts_in(GOOD_DEVICE))[path]
        told = by_device(BEFORE_DEVICE, put(GOOD_DEVICE, path, old.value, time=READ))
        assert told.verdict is OPEN, path


@pytest.mark.parametrize("path", [path for path, _ in facts_in(GOOD_DEVICE)])
def test_an_unknown_fact_never_makes_it_better(path: str) -> None:
    """With one fact unknown the answer is accepted or open, and never failed for lack of a fact."""
    after = changed(GOOD_DEVICE, path, Fact(why="access denied"))
    assert by_device(BEFORE_DEVICE, after).verdict is not FAILED


def test_a_mode_without_cals_is_refused() -> None:
    """Nothing can be tested in remote administration."""
    with pytest.raises(BadInput, match="Remote Administration"):
        accept(BEFORE_DEVICE, GOOD_DEVICE, "ls1", Mode.ADMIN, NOW)


def test_no_condition_accepts_nothing() -> None:
    """An answer without conditions is no proof."""
    assert not Acceptance("ls1", Mode.DEVICE, ()).accepted


# Activation and packs


def test_a_server_that_is_not_activated_fails() -> None:
    """And the grace period is then relied on."""
    told = by_device(BEFORE_DEVICE, put(GOOD_DEVICE, "licence_servers.0.activated", False))
    assert (verdicts(told, "activated"), verdicts(told, "grace")) == ([FAILED], [FAILED])
    assert told.verdict is FAILED


@pytest.mark.parametrize(
    ("packs", "held"),
    [
        ((device_pack(total=20),), True),
        ((device_pack(total=19),), False),
        ((device_pack(2, total=12), device_pack(3, total=8)), True),
        ((user_pack(total=50),), False),
        ((device_pack(version=V2019, total=50),), False),
        ((built_in_pack(), temporary_pack()), False),
        ((msgspec.structs.replace(device_pack(), expires=NOW),), False),
        ((msgspec.structs.replace(device_pack(), expires=NOW + 1),), True),
        ((), False),
    ],
)
def test_packs_must_be_as_bought(packs: tuple[Any, ...], held: bool) -> None:
    """Type and version are the purchase's, the quantity at least; what Windows does not count does not count."""
    server = with_packs(GOOD_DEVICE, 0, *packs).licence_servers[0]
    assert [answer for answer, _ in bought(server, DEVICES, NOW)] == [held]


def test_purchases_of_one_kind_count_together() -> None:
    """Two times 20 are not held by 20."""
    server = GOOD_DEVICE.licence_servers[0]
    assert [answer for answer, _ in bought(server, DEVICES * 2, NOW)] == [False]


def test_packs_are_open_where_not_known() -> None:
    """Nothing told, a purchase that is not well formed, a zero that no administrator read."""
    server = GOOD_DEVICE.licence_servers[0]
    odd = Purchase(programme="open", cal_type="device", version="2099", quantity=1)
    assert [answer for answer, _ in bought(server, (), NOW)] == [None]
    assert [answer for answer, _ in bought(server, (odd, *DEVICES), NOW)] == [None, True]
    zero = changed(with_packs(GOOD_DEVICE, 0), "licence_servers.0.machine.administrator", False)
    assert [answer for answer, _ in bought(zero.licence_servers[0], DEVICES, NOW)] == [None]
    unread = with_server(GOOD_DEVICE, 0, packs=None).licence_servers[0]
    assert [answer for answer, _ in bought(unread, DEVICES, NOW)] == [None]


# The session, per device


def test_no_new_row_fails() -> None:
    """The remedy is told."""
    told = by_device(BEFORE_DEVICE, LATER_DEVICE)
    assert (verdicts(told, "session"), verdicts(told, "permanent")) == ([FAILED], [OPEN])
    assert "has none yet" in texts(told, "session")


def test_a_temporary_cal_proves_the_session_and_not_the_packs() -> None:
    """Windows gives it without activation too."""
    told = by_device(BEFORE_DEVICE, with_cal(LATER_DEVICE, device_cal(temporary=True, status=1)))
    assert (verdicts(told, "session"), verdicts(told, "permanent")) == ([PROVEN], [FAILED])
    assert "second time" in texts(told, "permanent")


def test_a_temporary_cal_that_became_permanent_is_new() -> None:
    """Although it may end earlier than the temporary one did."""
    before = with_cal(BEFORE_DEVICE, device_cal(issued=READ - DAY, temporary=True, status=1))
    before = put(before, "licence_servers.0.issued", before.licence_servers[0].issued.value, time=READ)
    told = by_device(before, with_cal(LATER_DEVICE, device_cal(issued=READ - DAY)), holder="pc9")
    assert (verdicts(told, "session"), verdicts(told, "permanent")) == ([PROVEN], [PROVEN])


@pytest.mark.parametrize("status", [4, 5])
def test_a_revoked_or_pending_row_is_no_cal(status: int) -> None:
    """Whenever it was issued."""
    told = by_device(BEFORE_DEVICE, with_cal(LATER_DEVICE, device_cal(status=status)))
    assert verdicts(told, "session") == [FAILED]


def test_a_renewed_cal_counts() -> None:
    """The same device, with a later end."""
    rows = GOOD_DEVICE.licence_servers[0].issued.value or ()
    longer = tuple(msgspec.structs.replace(row, expires=row.expires + DAY) for row in rows)
    before = put(BEFORE_DEVICE, "licence_servers.0.issued", rows, time=READ)
    after = put(LATER_DEVICE, "licence_servers.0.issued", longer[:1] + rows[1:])
    assert by_device(before, after).accepted
    assert verdicts(by_device(before, put(after, "licence_servers.0.issued", rows)), "session") == [FAILED]


def test_another_version_of_an_old_row_is_not_new() -> None:
    """The version is told by the packs, which may not have been read the first time."""
    rows = BEFORE_DEVICE.licence_servers[0].issued.value or ()
    other = tuple(msgspec.structs.replace(row, version=0) for row in rows)
    told = by_device(put(BEFORE_DEVICE, "licence_servers.0.issued", other, time=READ), LATER_DEVICE)
    assert verdicts(told, "session") == [FAILED]


def test_only_the_named_device_counts() -> None:
    """With or without its domain."""
    assert verdicts(by_device(BEFORE_DEVICE, GOOD_DEVICE, holder="PC8"), "session") == [FAILED]
    assert verdicts(by_device(BEFORE_DEVICE, GOOD_DEVICE, holder="pc9.corp.example"), "session") == [PROVEN]


@pytest.mark.parametrize(("issued", "verdict"), [(SESSION, PROVEN), (READ - 1, OPEN), (0, OPEN)])
def test_without_a_first_list_the_date_tells(issued: int, verdict: Verdict) -> None:
    """A row from before the first state proves nothing, and neither does one without a date."""
    before = changed(BEFORE_DEVICE, "licence_servers.0.issued", None)
    after = put(LATER_DEVICE, "licence_servers.0.issued", (device_cal(issued=issued),))
    assert verdicts(by_device(before, after), "session") == [verdict]


def test_a_cut_list_proves_no_absence() -> None:
    """Not every row was collected: what is new may be missing, and what seems new may be old."""
    cut = f"a test{CAPPED}2 of 9"
    rows = BEFORE_DEVICE.licence_servers[0].issued.value
    after = put(LATER_DEVICE, "licence_servers.0.issued", rows, source=cut)
    assert verdicts(by_device(BEFORE_DEVICE, after), "session") == [OPEN]
    before = put(BEFORE_DEVICE, "licence_servers.0.issued", rows, time=READ, source=cut)
    old = with_cal(LATER_DEVICE, device_cal("PC5", issued=READ - 20 * DAY))
    assert verdicts(by_device(before, old), "session") == [FAILED]
    assert verdicts(by_device(before, GOOD_DEVICE), "session") == [PROVEN]


def test_entries_of_the_report_prove_nothing_per_device() -> None:
    """Nor rows of the other kind in the same list."""
    after = put(LATER_DEVICE, "licence_servers.0.issued", (user_cal(),))
    assert verdicts(by_device(BEFORE_DEVICE, after), "session") == [FAILED]


# The session, per user


def test_the_same_report_proves_nothing() -> None:
    """It may be the one from before the session."""
    told = by_user(BEFORE_USER, LATER_USER)
    assert verdicts(told, "session") == [OPEN]
    assert "make a new one" in texts(told, "session")


def test_a_new_report_without_a_new_entry_fails() -> None:
    """One user left, and none came."""
    rows = BEFORE_USER.licence_servers[0].user_report.value or ()
    told = by_user(BEFORE_USER, put(LATER_USER, "licence_servers.0.user_report", rows[1:]))
    assert verdicts(told, "session") == [FAILED]


def test_an_extended_entry_counts() -> None:
    """The same user, with a later end."""
    rows = BEFORE_USER.licence_servers[0].user_report.value or ()
    longer = msgspec.structs.replace(rows[0], expires=rows[0].expires + 10 * DAY)
    after = put(LATER_USER, "licence_servers.0.user_report", (longer, *rows[1:]))
    assert verdicts(by_user(BEFORE_USER, after), "session") == [PROVEN]


@pytest.mark.parametrize(("expires", "verdict"), [(60 * DAY, PROVEN), (59 * DAY, OPEN), (0, OPEN)])
def test_a_first_report_tells_by_its_ends(expires: int, verdict: Verdict) -> None:
    """An entry that ends 60 days after the first state or later began after it."""
    never = "no report was ever made"
    before = changed(BEFORE_USER, "licence_servers.0.user_report", Fact(why=never, time=READ))
    after = put(LATER_USER, "licence_servers.0.user_report", (user_cal(expires=expires and READ + expires),))
    assert verdicts(by_user(before, after), "session") == [verdict]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("CORP\\anna", "anna", True),
        ("CORP\\Anna", "corp\\ANNA", True),
        ("CORP\\anna", "LAB\\anna", False),
        ("jean.dupont", "jean.durand", False),
        ("", "anna", False),
    ],
)
def test_users_are_compared_with_their_domain(one: str, other: str, same: bool) -> None:
    """A full stop belongs to a user's name."""
    assert same_holder(one, other, per_user=True) is same


# Events


def with_event(site: Site, path: str, number: int, time: int, source: str, count: int = 1, at: int = AFTER) -> Site:
    """Add an event."""
    event = Event(id=number, source=source, time=time, count=count)
    return put(site, f"{path}.events", (event,), time=at)


HOST, SERVER = "session_hosts.0", "licence_servers.0"


@pytest.mark.parametrize("number", [1128, 1129, 1130, 1131])
def test_a_new_event_of_the_host_fails(number: int) -> None:
    """Its number and time are told."""
    told = by_device(BEFORE_DEVICE, with_event(GOOD_DEVICE, HOST, number, SESSION, RCM))
    assert verdicts(told, "host-events") == [FAILED]
    assert str(number) in texts(told, "host-events")
    assert "2026-11-02T11:10:00Z" in texts(told, "host-events")


def test_a_new_4105_fails() -> None:
    """On the licence server, in either mode."""
    told = by_user(BEFORE_USER, with_event(GOOD_USER, SERVER, 4105, SESSION, LICENSING))
    assert verdicts(told, "server-events") == [FAILED]


@pytest.mark.parametrize(
    ("path", "number", "source"),
    [(HOST, 1129, "GroupPolicy"), (HOST, 4105, RCM), (HOST, 1028, RCM), (SERVER, 4105, "Bits"), (SERVER, 1131, RCM)],
)
def test_other_events_are_not_asked(path: str, number: int, source: str) -> None:
    """The same number of another source is another event (GroupPolicy has 1129 too)."""
    assert by_device(BEFORE_DEVICE, with_event(GOOD_DEVICE, path, number, SESSION, source)).accepted


def test_an_old_event_is_not_new() -> None:
    """Neither one that the first state has, nor an older one that only the second reading reached back to."""
    old = with_event(BEFORE_DEVICE, HOST, 1131, READ - 60, RCM, at=READ)
    assert by_device(old, with_event(GOOD_DEVICE, HOST, 1131, READ - 60, RCM)).accepted
    assert by_device(BEFORE_DEVICE, with_event(GOOD_DEVICE, HOST, 1131, READ - 10 * DAY, RCM)).accepted


def test_an_event_that_recurs_is_new() -> None:
    """The newest time grows, or within one second the count."""
    old = with_event(BEFORE_DEVICE, HOST, 1131, READ - 60, RCM, at=READ)
    assert verdicts(by_device(old, with_event(GOOD_DEVICE, HOST, 1131, SESSION, RCM)), "host-events") == [FAILED]
    assert verdicts(by_device(old, with_event(GOOD_DEVICE, HOST, 1131, READ - 60, RCM, 2)), "host-events") == [FAILED]


def test_a_clock_that_is_slow_hides_no_event() -> None:
    """The host's clock is some minutes behind; the first state would have had an event of that time."""
    told = by_device(BEFORE_DEVICE, with_event(GOOD_DEVICE, HOST, 1131, READ - 300, RCM))
    assert verdicts(told, "host-events") == [FAILED]


def test_events_read_before_the_session_prove_nothing() -> None:
    """The host was read again, and then came the session."""
    told = by_device(BEFORE_DEVICE, put(GOOD_DEVICE, f"{HOST}.events", (), time=SESSION - 1))
    assert verdicts(told, "host-events") == [OPEN]
    assert "before the test session" in texts(told, "host-events")


def test_events_of_states_far_apart_prove_nothing() -> None:
    """Collectors reach back 14 days."""
    before = read_at(BEFORE_DEVICE, READ - 15 * DAY)
    assert verdicts(by_device(before, GOOD_DEVICE), "host-events") == [OPEN]


def test_without_a_first_reading_only_none_at_all_proves() -> None:
    """Where some are there, which are new is not known."""
    before = changed(BEFORE_DEVICE, f"{HOST}.events", None)
    assert verdicts(by_device(before, GOOD_DEVICE), "host-events") == [PROVEN]
    after = with_event(GOOD_DEVICE, HOST, 1131, SESSION, RCM)
    assert verdicts(by_device(before, after), "host-events") == [OPEN]


# Grace


@pytest.mark.parametrize("days", [0, 3, 119])
def test_the_counter_does_not_matter(days: int) -> None:
    """Whatever it says, licensing works or does not."""
    after = put(GOOD_DEVICE, f"{HOST}.grace_days", days)
    assert by_device(BEFORE_DEVICE, after).accepted
    stopped = put(after, f"{SERVER}.service_state", "Stopped")
    assert verdicts(by_device(BEFORE_DEVICE, stopped), "grace") == [FAILED]


@pytest.mark.parametrize(
    ("broken", "verdict"),
    [
        (lambda site: put(site, f"{HOST}.mode", Mode.NOT_SET), FAILED),
        (lambda site: put(site, f"{HOST}.reach", ()), OPEN),
        (lambda site: changed(site, f"{SERVER}.service_state", None), OPEN),
        (lambda site: put(site, f"{SERVER}.packs", (user_pack(),)), FAILED),
        (lambda site: put(site, f"{SERVER}.packs", (device_pack(version=V2019),)), FAILED),
    ],
)
def test_grace_is_relied_on_or_not_known(broken: Callable[[Site], Site], verdict: Verdict) -> None:
    """A cause that is certain fails, a missing fact does not."""
    assert verdicts(by_device(BEFORE_DEVICE, broken(GOOD_DEVICE)), "grace") == [verdict]


def test_a_certain_failure_is_not_hidden_by_a_missing_fact() -> None:
    """The service was not read, but the server is not activated."""
    after = changed(put(GOOD_DEVICE, f"{SERVER}.activated", False), f"{SERVER}.service_state", None)
    assert verdicts(by_device(BEFORE_DEVICE, after), "grace") == [FAILED]


def test_one_working_server_is_enough() -> None:
    """And the other one's facts are no evidence."""
    names = ("ls2.corp.example", "ls1.corp.example")
    after = with_another_server(with_host(GOOD_USER, 0, servers=Fact(value=names, source="a test", time=AFTER)))
    after = put(after, "licence_servers.1.service_state", "Stopped", time=READ)
    told = by_user(BEFORE_USER, after, host="rdsh1")
    assert verdicts(told, "grace") == [PROVEN]
    assert "ls1" in texts(told, "grace")


# Hosts


def test_hosts_of_the_other_mode_and_administered_ones_are_left_out() -> None:
    """Only those that use the server in the mode that was tried."""
    site = with_another_host(GOOD_USER, "rdsh3.corp.example", mode=Fact(value=Mode.DEVICE, source="t", time=AFTER))
    site = with_another_host(site, "admin.corp.example", application_mode=False)
    assert len(verdicts(by_user(BEFORE_USER, site), "grace")) == 2


def test_a_named_host_alone_counts() -> None:
    """One that was not collected leaves the answer open."""
    assert len(verdicts(by_user(BEFORE_USER, GOOD_USER, host="rdsh2"), "grace")) == 1
    told = by_user(BEFORE_USER, GOOD_USER, host="rdsh7")
    assert (verdicts(told, "hosts"), told.accepted) == ([OPEN], False)


# Shown


def test_it_is_drawn_and_told_to_scripts() -> None:
    """What is foreign is shown as text, without what steers a screen."""
    hostile = with_cal(LATER_DEVICE, device_cal("[red]x[/]\x1b[2J<b>"))
    told = by_device(BEFORE_DEVICE, hostile)
    screen = Console(width=100, record=True, file=StringIO())
    draw_acceptance(screen, told)
    text = screen.export_text()
    assert "Accepted" in text
    assert "[red]x[/]" in text
    assert "\x1b" not in text
    plain = plain_acceptance(told)
    assert plain["accepted"] is True
    assert plain["conditions"][0]["evidence"][0]["time"] == "2026-11-02T11:30:00Z"
    assert msgspec.json.encode(plain)


@given(st.sets(st.sampled_from([path for path, _ in facts_in(GOOD_USER)]), max_size=12), st.booleans())
def test_gaps_never_accept_and_never_fail(paths: set[str], both: bool) -> None:
    """Whatever was not collected, alone or in both states, nothing fails for it."""
    before, after = BEFORE_USER, GOOD_USER
    for path in sorted(paths, key=len, reverse=True):
        after = changed(after, path, None)
        before = changed(before, path, None) if both else before
    assert by_user(before, after).verdict is not FAILED
