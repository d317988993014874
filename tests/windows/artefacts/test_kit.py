"""Every artefact, whoever added it: named well, made for some site, and never at the place that the French procedure names."""

import re

import pytest

from calvox.common.errors import BadInput, NotFound
from calvox.windows.artefacts.given import HostLicensing, KitInput
from calvox.windows.artefacts.kit import ARTEFACTS, Artefact, artefact_named
from tests.windows.artefacts.descriptions import DOMAIN, WORKGROUP
from tests.windows.powershell_checks import problems

EACH = pytest.mark.parametrize("artefact", ARTEFACTS, ids=lambda one: one.name)


def made(artefact: Artefact) -> dict[str, bytes]:
    """Make an artefact for every site that it fits, with the files of both."""
    found: dict[str, bytes] = {}
    for kind, site in (("domain", DOMAIN), ("workgroup", WORKGROUP)):
        try:
            found |= {f"{kind}/{path}": data for path, data in artefact.make(site).items()}
        except BadInput:
            continue
    assert found
    return found


def texts(data: bytes) -> list[str]:
    """Read bytes in every way in which they may hold a path."""
    return [data.decode("utf-8", "replace"), *(data[at:].decode("utf-16-le", "replace") for at in (0, 1))]


@EACH
def test_the_place_that_the_procedure_names_is_never_written(artefact: Artefact) -> None:
    r"""RCM\LicenseServers is read by us, and names no server: no file of any artefact holds it, however it is encoded."""
    for name, data in made(artefact).items():
        for text in texts(data):
            assert not re.search(r"RCM['\"`\s]*[\\/]+['\"`\s]*LicenseServers", text, re.IGNORECASE), name


@EACH
def test_the_grace_counter_is_never_named(artefact: Artefact) -> None:
    """Nor written."""
    for name, data in made(artefact).items():
        assert not any(re.search("GracePeriod(?!Days)", text) for text in texts(data)), name


@EACH
def test_names_and_paths(artefact: Artefact) -> None:
    """A name is a folder and a word of the command line; paths stay inside, and Windows can hold them."""
    assert re.fullmatch("[a-z]+(-[a-z]+)*", artefact.name)
    assert artefact.name != "list"
    assert artefact.steps
    for path in made(artefact):
        assert re.fullmatch(r"[\w{}.-]+(/[\w{}.-]+)*", path, re.ASCII)
        assert ".." not in path


@EACH
def test_no_policy_is_bypassed(artefact: Artefact) -> None:
    """A script that lies on the machine runs under RemoteSigned, unsigned as it is; more is neither needed nor said."""
    told = [str(step) for step in artefact.steps] + [text for data in made(artefact).values() for text in texts(data)]
    assert not any("bypass" in text.lower() for text in told)


@EACH
def test_scripts_are_windows_powershell(artefact: Artefact) -> None:
    """With a mark, CR LF, and a parse without errors; further checks are each artefact's own."""
    for name, data in made(artefact).items():
        if name.endswith(".ps1"):
            found = problems(data)
            assert not [one for one in found if "parse" in one or "byte-order" in one or "line ends" in one], name
            assert "no Windows yet" in data.decode("utf-8-sig"), name


@EACH
def test_an_empty_description_is_refused_by_field(artefact: Artefact) -> None:
    """Nothing is made of nothing."""
    with pytest.raises(BadInput, match=r"site\.toml"):
        artefact.make(KitInput(licensing=HostLicensing()))


def test_names_are_unique_and_found() -> None:
    """And an unknown one tells those that there are."""
    assert len({one.name for one in ARTEFACTS}) == len(ARTEFACTS) >= 6
    assert all(artefact_named(one.name) is one for one in ARTEFACTS)
    with pytest.raises(NotFound) as caught:
        artefact_named("nonsense")
    assert "registry" in str(caught.value.hint)
