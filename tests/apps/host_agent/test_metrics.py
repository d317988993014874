"""What a session host's agent measures."""

from msgspec.structs import replace
from prometheus_client import generate_latest

from calvox.apps.host_agent.metrics import AgentMetrics
from calvox.wire.agentapi import AgentStatus, CalLine, ServerLine
from tests.apps.operating import value

NOW = 1_800_014_400
FIRST = ServerLine("https://one.test:7402", in_use=True, answers=True, certificate_ends=NOW + 500)
SECOND = ServerLine("https://two.test:7402", answers=None)
CALS = tuple(CalLine("session", f"élise-{n}", 7, False, NOW + 600, FIRST.address) for n in range(3))
LICENSED = AgentStatus(
    name="RDSH-01",
    version=7,
    now=NOW,
    running=True,
    state="licensed",
    contact=NOW - 90,
    servers=(FIRST, SECOND),
    cals=(*CALS, CalLine("user", "élise", 7, False, NOW + 600, FIRST.address)),
    voucher="00" * 16,
    voucher_count=20,
    voucher_left=17,
    voucher_used=3,
    voucher_until=NOW + 7200,
)


def text_of(told: AgentStatus) -> str:
    """Write the measurements."""
    return generate_latest(AgentMetrics(lambda: told).registry).decode()


def test_a_licensed_host() -> None:
    """Its state, its servers, its CALs by type and its voucher; no grace any more."""
    text = text_of(LICENSED)
    wanted = {
        "calvox_agent_running": 1,
        'calvox_agent_state{state="licensed"}': 1,
        'calvox_agent_state{state="grace"}': 0,
        "calvox_agent_clock_good": 1,
        "calvox_agent_contact_seconds": 90,
        'calvox_agent_server_up{server="https://one.test:7402"}': 1,
        'calvox_agent_server_up{server="https://two.test:7402"}': 0,
        'calvox_agent_server_in_use{server="https://one.test:7402"}': 1,
        'calvox_agent_certificate_seconds{server="https://one.test:7402"}': 500,
        'calvox_agent_cals{type="session"}': 3,
        'calvox_agent_cals{type="user"}': 1,
        'calvox_agent_cals{type="device"}': 0,
        "calvox_agent_voucher_left": 17,
        "calvox_agent_voucher_unsettled": 3,
        "calvox_agent_voucher_seconds": 7200,
    }
    assert {name: value(text, name) for name in wanted} == wanted
    assert "calvox_agent_grace_seconds" not in text


def test_grace_counts_down_and_then_is_gone() -> None:
    """In the state of grace alone."""
    grace = replace(LICENSED, state="grace", grace_ends=NOW + 86_400, voucher="", contact=0)
    assert value(text_of(grace), "calvox_agent_grace_seconds") == 86_400
    assert "calvox_agent_voucher_seconds" not in text_of(grace)
    assert "calvox_agent_contact_seconds" not in text_of(grace)
    over = replace(grace, state="grace-over", clock="lost")
    assert "calvox_agent_grace_seconds" not in text_of(over)
    assert value(text_of(over), 'calvox_agent_state{state="grace-over"}') == 1
    assert value(text_of(over), "calvox_agent_clock_good") == 0


def test_nobody_is_named() -> None:
    """Who holds a CAL is no measurement."""
    assert "lise" not in text_of(LICENSED)
