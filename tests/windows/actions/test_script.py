"""Scripts of actions: parsed and held to tables of names; never run, for no PowerShell is at hand."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import calvox.windows
from calvox.common.errors import BadInput
from calvox.windows.actions.action import Order, values_of
from calvox.windows.actions.catalogue import ACTIONS, action_named
from calvox.windows.actions.script import rollback_of, script_of
from calvox.windows.powershell import literal
from tests.windows.actions.acting import GIVEN, ORDER, order_of
from tests.windows.powershell_checks import problems
from tests.windows.powershell_tree import Script, nodes, text

KEPT = ("Broker", "Mode")
"""Keys of states, which a way back reads from its JSON."""
PARTS = Path(calvox.windows.__file__).parent / "data" / "actions"
BACK = [name for name, action in ACTIONS.items() if action.rollback]


def source(name: str, order: Order | None = None) -> str:
    """Give the text of an action's script."""
    data = script_of(order or order_of(name)).data
    return data.decode("utf-8-sig").replace("\r\n", "\n")


def within(name: str) -> str:
    """Give the way back that lies in a script as a text."""
    found = re.search(r"\$RollbackText = @'\n(.*?)\n'@\n", source(name), re.DOTALL)
    assert found
    return found[1]


@pytest.mark.parametrize("name", ACTIONS)
def test_every_script_holds_to_the_tables(name: str) -> None:
    """It parses, and every cmdlet, class, method, property and variable in it is known."""
    assert problems(script_of(order_of(name)).data) == []


@pytest.mark.parametrize("name", BACK)
def test_every_way_back_holds_to_the_tables(name: str) -> None:
    """Also the one that the script writes on the machine, which is the one that WinRM leaves here."""
    before = {"LicensingType": 5, "SpecifiedLSList": ["l'un", "é"], "Mode": "PerUser", "State": "Stopped"}
    script = rollback_of(order_of(name), before)
    assert problems(script.data, members=KEPT) == []
    line = next(line for line in script.data.decode("utf-8-sig").splitlines() if line.startswith("$Before = "))
    assert script.data.decode("utf-8-sig").replace("\r\n", "\n").rstrip("\n") == within(name).replace("#@BEFORE@", line)
    assert "l''un" in line
    assert line.isascii()
    assert f"calvox-rollback-{ORDER}.ps1" == script.name


@pytest.mark.parametrize("name", [name for name in ACTIONS if name not in BACK])
def test_what_cannot_be_undone_writes_no_way_back(name: str) -> None:
    """Its script has none, and says so in its heading."""
    assert "$RollbackText = ''\n" in source(name)
    with pytest.raises(BadInput):
        rollback_of(order_of(name), {})
    assert "# Way back: " in source(name)


@pytest.mark.parametrize("name", ACTIONS)
def test_both_ways_use_the_same(name: str) -> None:
    """The methods or cmdlets that an action names are in its script, and no other that changes anything."""
    code = Script(source(name)).code.replace(within(name) if name in BACK else "\0", "")
    called = set(re.findall(r"-MethodName '(\w+)'", code))
    changing = {one for one in called if not re.match("Get|Is", one)}
    named = {use.rpartition(".")[2] for use in ACTIONS[name].uses}
    if name == "start-service":
        assert "Set-Service -Name 'TermServLicensing' -StartupType Automatic" in code
        assert "Start-Service -Name 'TermServLicensing'" in code
    elif "-" in next(iter(named)):
        assert named <= set(re.findall(r"[A-Z]\w+-[A-Z]\w+", code))
    else:
        assert changing == named


@pytest.mark.parametrize("name", ACTIONS)
def test_the_head_of_every_script(name: str) -> None:
    """What it needs, what it was tried on, what it is for; and that it asks before it changes anything."""
    code = source(name)
    assert code.startswith("#Requires -Version 5.1\n#Requires -RunAsAdministrator\n# ")
    assert "[CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'High')]" in code
    assert "Run on: no Windows yet" in code
    assert f"$Order = '{ORDER}'" in code
    assert ("THIS FILE HOLDS A CODE" in code) == ("code" in GIVEN[name])


@pytest.mark.parametrize("name", ACTIONS)
def test_nothing_is_changed_outside_of_one_place(name: str) -> None:
    """Set-State is called once, after ShouldProcess, after the way back and the first result are written."""
    code = Script(source(name)).code
    call = code.index("$did = Set-State $before")
    assert code.count("Set-State $before") == 1
    assert (
        code.index("$PSCmdlet.ShouldProcess($Full, $Title)")
        < code.index("Set-Content -LiteralPath $RollbackFile")
        < call
    )
    assert code.index("Write-Result 'unknown' 0 $before $null") < call
    assert code.index('throw "This script is for $Machine') < code.index("$before = Get-State")


@pytest.mark.parametrize("name", ACTIONS)
def test_reading_and_writing_down_happen_under_whatif_too(name: str) -> None:
    """What asks `ShouldProcess` by itself is told not to: else a rehearsal would read and write nothing."""
    script = Script(source(name))
    for command in script.commands:
        said = text(command.node)
        if command.name in ("Invoke-CimMethod", "Set-Content") and "$Quiet" not in said and "@Quiet" not in said:
            assert command.name == "Invoke-CimMethod"
            assert "-Confirm:$false" in said
            owner = next(
                text(next(nodes("function_name", one))) for one in nodes("function_statement", script.root)
                if one.start_byte <= command.node.start_byte < one.end_byte
            )  # fmt: skip
            assert owner == "Set-State", said


def test_a_code_stands_in_the_script_alone() -> None:
    """As a literal of its own; never in the heading, the title, the result or the way back."""
    order = order_of("import-pack")
    lines = [line for line in source("import-pack").splitlines() if "PPPPP" in line or "SSSSS" in line]
    assert lines == [f"    'code' = '{'P' * 35}'", f"    'source_id' = '{'S' * 35}'"]
    assert "PPPPP" not in order.given
    assert '"code": "#' in order.given


def test_parts_are_all_used() -> None:
    """No file lies among them that no script has."""
    used = {part for action in ACTIONS.values() for part in action.parts} | {"frame", "common", "rollback"}
    used |= {f"undo-{name}" for name in BACK}
    assert {path.stem for path in PARTS.glob("*.ps1")} == used


HOSTILE = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=30) | st.sampled_from(
    [
        "'; Remove-Item C:\\ #",
        "\u201b",
        "$(calc)",
        "\u2019; calc; \u2018",
        "a`nb",
        "@'",
        "'@\n",
        "#@BEFORE@",
        "#@BODY@",
        "}",
    ]
)


@settings(max_examples=60, deadline=None)
@given(texts=st.lists(HOSTILE, min_size=1, max_size=3), number=st.integers(0, 2**40))
def test_hostile_values_cannot_break_out(texts: list[str], number: int) -> None:
    """Whatever a value is, the script has the same commands as with a harmless one, or none is written."""
    action = ACTIONS["set-licensing"]

    def commands(values: dict[str, str | int | tuple[str, ...]]) -> list[tuple[str, bool]]:
        script = script_of(Order(ORDER, action, "rdsh1", values))
        assert not any("does not parse" in one for one in problems(script.data))
        tree = Script(script.data.decode("utf-8-sig").replace("\r\n", "\n"))
        return [(command.name, command.called) for command in tree.commands]

    harmless = commands({"mode": "user", "servers": ("a",), "code": "b", "n": 1})
    try:
        found = commands({"mode": texts[0], "servers": tuple(texts), "code": texts[-1], "n": number})
    except BadInput:
        assert any(not c.isprintable() for one in texts for c in one)
    else:
        assert found == harmless


@settings(max_examples=200, deadline=None)
@given(HOSTILE)
def test_a_literal_is_one_literal(value: str) -> None:
    """And means the text that it was made of."""
    try:
        written = literal(value)
    except BadInput:
        assert any(not c.isprintable() for c in value)
        return
    (found,) = nodes("verbatim_string_characters", Script(f"$x = {written}\n").root)
    inner = text(found)[1:-1]
    left = re.sub("''|\u2018\u2018|\u2019\u2019|\u201a\u201a|\u201b\u201b", "", inner)
    assert not set(left) & set("'\u2018\u2019\u201a\u201b"), "PowerShell takes each of them for a quote"
    for quote in "'\u2018\u2019\u201a\u201b":
        inner = inner.replace(quote * 2, quote)
    assert inner == value


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("activate-server", {"code": "A" * 34}),
        ("activate-server", {"code": "A" * 34 + "é"}),
        ("activate-server", {"code": "A" * 34 + "'"}),
        ("activate-server", {}),
        ("activate-server", {"code": "A" * 35, "pack": "1"}),
        ("deactivate-server", {"code": "a;b"}),
        ("set-licensing", {}),
        ("set-licensing", {"mode": "both"}),
        ("set-licensing", {"servers": "a,,A"}),
        ("set-licensing", {"servers": "ls1'; calc"}),
        ("set-licensing", {"servers": ",".join(f"s{n}" for n in range(17))}),
        ("remove-pack", {"pack": "0"}),
        ("remove-pack", {"pack": "4294967295"}),
        ("remove-pack", {"pack": "²"}),
        ("remove-pack", {"pack": "1", "keep": "-1"}),
        ("revoke-cal", {"device": "PC' or 1=1"}),
        ("revoke-cal", {"device": "PC\u202e1"}),
        ("import-pack", {"code": "A" * 35, "source_name": "a b", "source_id": "A" * 35}),
    ],
)
def test_what_is_not_well_formed_is_named(name: str, given: dict[str, str]) -> None:
    """Before anything is written; a code is not quoted in the refusal."""
    with pytest.raises(BadInput) as caught:
        values_of(action_named(name), given)
    assert "A" * 30 not in str(caught.value)


def test_codes_are_taken_as_people_write_them() -> None:
    """With hyphens, spaces and small letters; a name is composed."""
    assert values_of(ACTIONS["activate-server"], {"code": "-".join(["aaaaa"] * 7)}) == {"code": "A" * 35}
    assert values_of(ACTIONS["set-licensing"], {"servers": "hote\u0301, fe80::1"}) == {"servers": ("hoté", "fe80::1")}
