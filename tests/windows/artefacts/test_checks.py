"""What a description lacks is told by the field's name, and no name that could break out is let in."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calvox.common.errors import BadInput
from calvox.windows.artefacts.checks import (
    cautions,
    deployment_checked,
    domain_checked,
    licensing_checked,
    name_checked,
    unit_checked,
)
from calvox.windows.artefacts.given import HostLicensing
from tests.windows.artefacts.descriptions import HOSTILE, IN_DOMAIN, IN_WORKGROUP

GOOD = (
    "LICSRV01",
    "licsrv01.corp.example.test",
    "srv_1.corp",
    "serveur-é.test",
    "сервер.test",
    "サーバー.test",
    "10.0.4.7",
    "fd00:4::7",
    "7a.b",
)


@pytest.mark.parametrize("name", GOOD)
def test_names_and_addresses_stay_as_they_are(name: str) -> None:
    """Of any script: Windows asks its own DNS in UTF-8, so nothing becomes “xn--”."""
    assert name_checked(name, "x") == name


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_what_is_no_name_is_refused_in_every_field(name: str) -> None:
    """The error names the field."""
    for field, change in (
        ("servers", {"servers": (name,)}),
        ("domain", {"domain": name}),
        ("broker", {"broker": name}),
    ):
        check = deployment_checked if field == "broker" else domain_checked
        with pytest.raises(BadInput, match=field if field != "domain" or name else "Per user"):
            check(replace(IN_DOMAIN, **({"servers": IN_DOMAIN.servers[:1]} | change)))


def test_a_name_is_composed() -> None:
    """A decomposed “é”, as some systems type it, is the same name."""
    assert licensing_checked(replace(IN_DOMAIN, servers=("serveur-e\u0301.test",))).servers == ("serveur-é.test",)


@given(st.text(max_size=80))
def test_what_passes_as_a_name_breaks_out_of_nothing(text: str) -> None:
    """Whatever is typed: refused, or free of every sign that ends a name somewhere."""
    try:
        name = name_checked(text, "x")
    except BadInput:
        return
    assert name.isprintable()
    assert not set(name) & set(" ,;'\"`$\\/<>&%()[]{}=\u2018\u2019\u201a\u201b")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"mode": ""}, "mode"),
        ({"servers": ()}, "servers"),
        ({"servers": ("a", "b", "A")}, "twice"),
        ({"servers": tuple(f"s{n}" for n in range(17))}, "at most 16"),
        ({"servers": tuple(f"{n}{'x' * 60}.{'y' * 60}.test" for n in range(9))}, "1023"),
        ({"domain": ""}, "Per user is not supported in a workgroup"),
    ],
)
def test_mode_and_servers(change: dict[str, object], says: str) -> None:
    """Missing, doubled, too many, or per user without a domain."""
    with pytest.raises(BadInput, match=says):
        licensing_checked(replace(IN_DOMAIN, **change))  # type: ignore[arg-type]


def test_per_user_in_a_workgroup_says_what_to_do() -> None:
    """Name the domain, or buy per device."""
    with pytest.raises(BadInput) as caught:
        licensing_checked(replace(IN_WORKGROUP, mode="user"))
    assert "per device" in str(caught.value.hint)
    assert licensing_checked(IN_WORKGROUP).servers == IN_WORKGROUP.servers


def test_a_group_policy_object_needs_a_domain() -> None:
    """The hint names what a workgroup takes instead."""
    with pytest.raises(BadInput) as caught:
        domain_checked(IN_WORKGROUP)
    assert "registry" in str(caught.value.hint)


@pytest.mark.parametrize("gpo", ["", " ", "a ", "a\nb", "a\u202eb", "x" * 256])
def test_the_name_of_the_object(gpo: str) -> None:
    """Empty, blank at an end, unprintable or too long."""
    with pytest.raises(BadInput, match="gpo"):
        domain_checked(replace(IN_DOMAIN, gpo=gpo))


@pytest.mark.parametrize(
    "unit",
    [
        "DC=corp,DC=test",
        "OU=a,DC=corp,DC=test",
        "ou=a\\, b\\2Bc,ou=d=#1,dc=CORP, dc=test",
        "OU=Hôtes été,DC=corp,DC=test",
    ],
)
def test_units(unit: str) -> None:
    """With escapes, capitals, accents and blanks; and the domain itself."""
    assert unit_checked(unit, "corp.test") == unit


@pytest.mark.parametrize(
    ("unit", "says"),
    [
        ("CN=Computers,DC=corp,DC=test", "container"),
        ("OU=a,DC=other,DC=test", "other.test"),
        ("OU=a", "domain"),
        ("a", "distinguished"),
        ("", "distinguished"),
        ("OU=#a,DC=corp,DC=test", "distinguished"),
        ("OU=,DC=corp,DC=test", "distinguished"),
        ("OU=a,DC=corp,DC=test,", "distinguished"),
        ("OU=a;DC=corp,DC=test", "distinguished"),
        ("OU=a,DC=corp,OU=b,DC=test", "distinguished"),
        ("OU=a\n,DC=corp,DC=test", "distinguished"),
        ("OU=a'b\"c,DC=corp,DC=test", "distinguished"),
    ],
)
def test_what_is_no_unit(unit: str, says: str) -> None:
    """Malformed, a container, or elsewhere."""
    with pytest.raises(BadInput, match=says):
        unit_checked(unit, "corp.test")


@pytest.mark.parametrize(
    "change", [{"broker": ""}, {"broker": "rdcb"}, {"servers": ("LIC1",)}, {"servers": ("10.0.0.1",)}]
)
def test_a_deployment_takes_names_with_domain(change: dict[str, object]) -> None:
    """Microsoft's reference asks for them."""
    good = replace(IN_DOMAIN, servers=IN_DOMAIN.servers[:2])
    assert deployment_checked(good) == good
    with pytest.raises(BadInput, match=r"broker|servers"):
        deployment_checked(replace(good, **change))  # type: ignore[arg-type]


def test_cautions() -> None:
    """Two licence servers, and a workgroup, are allowed and minded."""
    alone = replace(IN_DOMAIN, servers=("a.b",))
    assert cautions(alone) == ()
    assert len(cautions(IN_DOMAIN)) == 1
    assert len(cautions(HostLicensing(mode="device", servers=("a", "b")))) == 2
