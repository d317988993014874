"""Registry files say what was meant, in the bytes that Windows reads, at the documented places alone."""

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from calvox.common.errors import BadInput
from calvox.windows.artefacts.reg import HEADING, Value, host_registry, policy_registry, reg_file
from tests.windows.artefacts.descriptions import DOMAIN, IN_DOMAIN, SERVERS, WORKGROUP
from tests.windows.artefacts.reading import read_reg

CORE = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Terminal Server\RCM\Licensing Core"
LIST = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\TermService\Parameters\LicenseServers"
POLICY = r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"
MIXED = replace(DOMAIN, licensing=IN_DOMAIN)
PRINTABLE = st.text(min_size=1).filter(str.isprintable)


def test_a_hosts_own_settings() -> None:
    """Mode as a number, servers as a list in their order, accents and addresses included."""
    files = host_registry(MIXED)
    assert read_reg(files["licensing.reg"]) == {
        CORE: {"LicensingMode": 4},
        LIST: {"SpecifiedLicenseServers": list(SERVERS)},
    }
    assert read_reg(host_registry(WORKGROUP)["licensing.reg"])[CORE] == {"LicensingMode": 2}


def test_the_policies() -> None:
    """The list as one text with commas, as the policy's template says."""
    files = policy_registry(MIXED)
    assert read_reg(files["policy.reg"]) == {POLICY: {"LicenseServers": ",".join(SERVERS), "LicensingMode": 4}}


@pytest.mark.parametrize(("make", "stem"), [(host_registry, "licensing"), (policy_registry, "policy")])
def test_the_way_back_names_the_same_values(make: object, stem: str) -> None:
    """No more and no less; values go, and the mode is not configured."""
    files = make(MIXED)  # type: ignore[operator]
    there, back = read_reg(files[f"{stem}.reg"]), read_reg(files[f"{stem}-undo.reg"])
    assert {key: set(values) for key, values in back.items()} == {key: set(values) for key, values in there.items()}
    assert {value for values in back.values() for value in values.values()} <= {None, 5}


def test_bytes_as_windows_reads_them() -> None:
    """A mark, two bytes a character, lines that `reg import` takes, no line endless."""
    data = host_registry(MIXED)["licensing.reg"]
    assert data[:2] == b"\xff\xfe"
    assert data[2:].decode("utf-16-le").startswith(HEADING + "\r\n\r\n")
    assert max(map(len, data[2:].decode("utf-16-le").split("\r\n"))) <= 120
    assert b"\xe9,\x00" not in data
    assert "e9,00" in data.decode("utf-16")


@given(
    st.dictionaries(
        PRINTABLE.filter(lambda text: '"' not in text and "\\" not in text and "=" not in text),
        st.one_of(st.integers(0, 0xFFFFFFFF), PRINTABLE, st.lists(PRINTABLE, min_size=1).map(tuple), st.none()),
        max_size=5,
    )
)
@example({"N": 'a\\b "c\\"'})
def test_whatever_is_written_is_read_back(values: dict[str, Value]) -> None:
    """Quotes, backslashes and every script, through a reader that shares no code."""
    wanted = {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
    assert read_reg(reg_file({"K": values})) == {r"HKEY_LOCAL_MACHINE\K": wanted}


@pytest.mark.parametrize("text", ["a\nb", 'a"\r\n[HKEY', "a\0b", "a\u2028b", "a\ud800"])
@pytest.mark.parametrize("where", ["key", "name", "text", "list", "comment"])
def test_what_would_begin_a_line_is_refused(text: str, where: str) -> None:
    """In a key, a name, a text, a list, and in a comment."""
    key, name = (text if where == "key" else "K"), (text if where == "name" else "N")
    value: Value = (text,) if where == "list" else text if where == "text" else 1
    with pytest.raises(BadInput):
        reg_file({key: {name: value}}, (text,) if where == "comment" else ())


def test_an_empty_text_ends_a_list() -> None:
    """So it cannot stand in one."""
    with pytest.raises(BadInput):
        reg_file({"K": {"N": ("a", "")}})
