"""Checks of what artefacts are made from, each naming the field of `site.toml` and what to write there.

Rules:
- A name is what DNS of a Windows domain takes: labels of letters, digits, hyphens and underscores, of any script, or an
  address. It is kept as it is written (composed, NFC): Windows asks its own DNS in UTF-8, so nothing becomes “xn--”.
- What would end a name inside a list, a literal or a distinguished name is refused, not escaped.
- Per user is refused in a workgroup: Windows supports it in a domain only, and newer hosts cut such sessions.
"""

import ipaddress
import re
import unicodedata
from dataclasses import replace

from calvox.common.errors import BadInput
from calvox.common.i18n import Text, t
from calvox.windows.artefacts.given import NUMBERS, HostLicensing

MOST_SERVERS = 16
"""Licence servers of one list."""
LONGEST_LIST = 1023
"""Characters that the policy editor takes for the list."""
LONGEST_NAME, LONGEST_LABEL = 255, 63
"""Bytes of a DNS name and of one of its labels."""
LONGEST_GPO_NAME = 255
PART = re.compile(r"\s*(OU|DC|CN)=(?!#)((?:\\[0-9A-Fa-f]{2}|\\[\\\",+<>;=# ]|[^\\,+<>;\"])+)", re.IGNORECASE)
"""One part of a distinguished name, with its escapes."""


def licensing_checked(given: HostLicensing) -> HostLicensing:
    """Check mode and licence servers, and give them with composed names.

    Raises:
        BadInput: one is missing, malformed, or cannot be so in a workgroup.
    """
    if given.mode not in NUMBERS:
        raise BadInput(
            t("[licensing] mode in site.toml is empty"),
            hint=t('Write mode = "device" or mode = "user", as the CALs were bought.'),
        )
    if not given.servers:
        raise BadInput(
            t("[licensing] servers in site.toml is empty"),
            hint=t("Write the licence servers' names with domain, in the order in which hosts shall ask them."),
        )
    if given.mode == "user" and not given.domain:
        raise BadInput(
            t("Per user is not supported in a workgroup, and [licensing] domain in site.toml is empty"),
            hint=t('Name the domain; without one, buy CALs per device and write mode = "device".'),
        )
    return replace(given, servers=_servers(given.servers))


def _servers(names: tuple[str, ...]) -> tuple[str, ...]:
    servers = tuple(name_checked(name, "[licensing] servers") for name in names)
    twice = {name for name in servers if sum(name.casefold() == other.casefold() for other in servers) > 1}
    if twice:
        raise BadInput(t("[licensing] servers in site.toml names “{name}” twice", name=min(twice)))
    if len(servers) > MOST_SERVERS or len(",".join(servers)) > LONGEST_LIST:
        text = t("[licensing] servers in site.toml: at most {most} names, {length} characters together",
                 most=MOST_SERVERS, length=LONGEST_LIST)  # fmt: skip
        raise BadInput(text)
    return servers


def domain_checked(given: HostLicensing) -> HostLicensing:
    """Check what a group policy object of a domain needs, beside mode and servers.

    Raises:
        BadInput: there is no domain, or a name in it is malformed.
    """
    checked = licensing_checked(given)
    if not checked.domain:
        raise BadInput(
            t("A group policy object needs a domain, and [licensing] domain in site.toml is empty"),
            hint=t("In a workgroup use the artefact “registry” or “policy-registry” on each session host."),
        )
    domain = name_checked(checked.domain, "[licensing] domain")
    if is_address(domain):
        raise BadInput(t("[licensing] domain in site.toml is an address; write the domain's DNS name"))
    gpo = gpo_name_checked(checked.gpo)
    unit = unit_checked(checked.unit, domain) if checked.unit else ""
    return replace(checked, domain=domain, gpo=gpo, unit=unit)


def deployment_checked(given: HostLicensing) -> HostLicensing:
    """Check what a deployment needs, beside mode and servers: a broker, and names with domain.

    Raises:
        BadInput: there is no broker, or a name has no domain.
    """
    checked = licensing_checked(given)
    if not checked.broker:
        raise BadInput(
            t("[licensing] broker in site.toml is empty"),
            hint=t("Name the connection broker; hosts without a deployment take “gpo” or “registry”."),
        )
    broker = name_checked(checked.broker, "[licensing] broker")
    for name, field in ((broker, "[licensing] broker"), *((name, "[licensing] servers") for name in checked.servers)):
        if is_address(name) or "." not in name:
            text = t("{field} in site.toml: a deployment takes names with domain, and “{name}” has none",
                     field=field, name=name)  # fmt: skip
            raise BadInput(text)
    return replace(checked, broker=broker)


def is_address(name: str) -> bool:
    """Tell an IP address from a name."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def name_checked(name: str, field: str) -> str:
    """Check a machine's or domain's name, or an address, and compose it.

    Args:
        name: as it stands in `site.toml`.
        field: where it stands, for the error.

    Raises:
        BadInput: it is none.
    """
    composed = unicodedata.normalize("NFC", name)
    if is_address(composed) and "%" not in composed:
        return composed
    labels = composed.split(".")
    long = len(composed.encode("utf-8", "replace")) > LONGEST_NAME
    if long or not all(map(_is_label, labels)) or labels[-1].isdigit():
        text = t("{field} in site.toml: “{name}” is neither a machine's name nor an address", field=field,
                 name=ascii(name)[1:-1])  # fmt: skip
        raise BadInput(text, hint=t("Write it as LICSRV01.domain.local, without spaces, commas or a final dot."))
    return composed


def _is_label(label: str) -> bool:
    whole = 0 < len(label.encode("utf-8", "replace")) <= LONGEST_LABEL and label[0] != "-" != label[-1]
    return whole and all(c in "-_" or unicodedata.category(c)[0] in "LM" or c.isdecimal() for c in label)


def gpo_name_checked(name: str) -> str:
    """Check the name of a group policy object.

    Raises:
        BadInput: it is empty, too long, or has a character that no file of it can hold.
    """
    if not name.strip() or name != name.strip() or len(name) > LONGEST_GPO_NAME or not name.isprintable():
        text = t("[licensing] gpo in site.toml: “{name}” is no name for a group policy object", name=ascii(name)[1:-1])
        raise BadInput(text, hint=t("Write up to 255 characters, without blanks around them."))
    return name


def unit_checked(unit: str, domain: str) -> str:
    """Check the distinguished name of a unit that a group policy object can be linked to.

    Raises:
        BadInput: it is none, it is a container, or it lies in another domain.
    """
    parts = _parts(unit)
    if any(kind == "CN" for kind, _ in parts):
        raise BadInput(
            t(
                "[licensing] unit in site.toml: “{unit}” is a container (CN=), and nothing can be linked there",
                unit=unit,
            ),
            hint=t("Move the session hosts' accounts into an organisational unit (OU=), and name that."),
        )
    there = ".".join(value for kind, value in parts if kind == "DC")
    if there.casefold() != domain.casefold():
        text = t("[licensing] unit in site.toml lies in the domain “{there}”, not in “{domain}”", there=there,
                 domain=domain)  # fmt: skip
        raise BadInput(text)
    return unit


def _parts(unit: str) -> list[tuple[str, str]]:
    parts, at = [], 0
    while (found := PART.match(unit, at)) is not None:
        parts.append((found[1].upper(), found[2].strip()))
        at = found.end() + 1
        if found.end() == len(unit) or unit[found.end()] != ",":
            break
    kinds = [kind for kind, _ in parts]
    if at != len(unit) + 1 or not unit.isprintable() or kinds != sorted(kinds, key=lambda kind: kind == "DC"):
        text = t("[licensing] unit in site.toml: “{unit}” is no distinguished name", unit=ascii(unit)[1:-1])
        raise BadInput(text, hint=t("Write it as OU=Session hosts,DC=domain,DC=local."))
    return parts


def cautions(given: HostLicensing) -> tuple[Text, ...]:
    """Say what is allowed here and should yet be minded."""
    several = len(given.servers) > 1
    return tuple(
        text
        for text, meant in (
            (t("Several licence servers must authenticate to one another; name them on each, or publish them."),
             several and bool(given.domain)),
            (t("Microsoft advises against more than one licence server in a workgroup."),
             several and not given.domain),
            (t("In a workgroup hosts must sign in to the licence server; see the artefact for workgroups."),
             not given.domain),
        )
        if meant
    )  # fmt: skip
