"""Registry files are taken by a registry that is not ours, and say there what they were meant to say."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from calvox.windows.artefacts.reg import host_registry, policy_registry
from tests.real.wine import Registry, needed, registry
from tests.windows.artefacts.descriptions import DOMAIN, IN_DOMAIN, SERVERS, WORKGROUP
from tests.windows.artefacts.reading import Values, read_reg

SITE = replace(DOMAIN, licensing=IN_DOMAIN)
TERMINAL = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Terminal Server"
CORE = TERMINAL + r"\RCM\Licensing Core"
PARAMETERS = r"HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\TermService\Parameters"
LIST = PARAMETERS + r"\LicenseServers"
POLICY = r"HKEY_LOCAL_MACHINE\SOFTWARE\Policies\Microsoft\Windows NT\Terminal Services"


@pytest.fixture(scope="module")
def wine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    """Make one registry for all tests here; it takes a while."""
    needed()
    with registry(tmp_path_factory.mktemp("wine")) as made:
        yield made


def held(wine: Registry, key: str) -> Values:
    """Tell what a key holds, as Wine exports it."""
    return read_reg(wine.give(key))


def test_a_hosts_own_settings_and_the_way_back(wine: Registry) -> None:
    """Mode, and several servers with accents; then neither; what stands beside them stays."""
    files = host_registry(SITE)
    wine.reg("add", LIST, "/v", "Beside", "/d", "kept", "/f")
    wine.take(files["licensing.reg"])
    assert held(wine, CORE)[CORE] == {"LicensingMode": 4}
    assert "REG_DWORD    0x4" in wine.reg("query", CORE, "/v", "LicensingMode")
    assert "REG_MULTI_SZ" in wine.reg("query", LIST, "/v", "SpecifiedLicenseServers")
    assert held(wine, LIST)[LIST] == {"Beside": "kept", "SpecifiedLicenseServers": list(SERVERS)}
    wine.take(files["licensing-undo.reg"])
    assert held(wine, CORE)[CORE] == {"LicensingMode": 5}
    assert held(wine, LIST)[LIST] == {"Beside": "kept"}


def test_a_second_import_replaces_the_first(wine: Registry) -> None:
    """Another mode and another list, not both."""
    wine.take(host_registry(SITE)["licensing.reg"])
    wine.take(host_registry(WORKGROUP)["licensing.reg"])
    assert held(wine, CORE)[CORE] == {"LicensingMode": 2}
    assert held(wine, LIST)[LIST]["SpecifiedLicenseServers"] == ["LICSRV01"]


def test_the_policies_and_the_way_back(wine: Registry) -> None:
    """The list as one text; then both values are gone, and a third policy is not."""
    files = policy_registry(SITE)
    wine.reg("add", POLICY, "/v", "MaxInstanceCount", "/t", "REG_DWORD", "/d", "7", "/f")
    wine.take(files["policy.reg"])
    wanted = {"LicenseServers": ",".join(SERVERS), "LicensingMode": 4, "MaxInstanceCount": 7}
    assert held(wine, POLICY)[POLICY] == wanted
    wine.take(files["policy-undo.reg"])
    assert held(wine, POLICY)[POLICY] == {"MaxInstanceCount": 7}


def test_the_place_that_the_procedure_names_stays_empty(wine: Registry) -> None:
    """Whatever is imported, its key is not made; the documented one is."""
    wine.take(policy_registry(SITE)["policy.reg"])
    wine.take(host_registry(SITE)["licensing.reg"])
    assert not wine.has(TERMINAL + r"\RCM\LicenseServers")
    assert not wine.has(TERMINAL + r"\RCM", "LicenseServers")
    assert wine.has(LIST, "SpecifiedLicenseServers")


def test_a_bad_file_is_seen_by_reading_back(wine: Registry) -> None:
    """Wine's import takes it without a word, and so would not find a fault of ours; reading back does."""
    wine.take(policy_registry(SITE)["policy-undo.reg"])
    good = policy_registry(SITE)["policy.reg"]
    wine.take(good.replace('="'.encode("utf-16-le"), "=".encode("utf-16-le")))
    assert not wine.has(POLICY, "LicenseServers")
    wine.take(good)
    assert wine.has(POLICY, "LicenseServers")
