"""What is said in a call, line by line, with where each value is found and how to learn one that is not known."""

from collections.abc import Iterator
from dataclasses import dataclass

from calvox.common.errors import BadInput
from calvox.common.i18n import Text, t
from calvox.core.products import version_name, version_named
from calvox.core.purchases import PATTERNS, Purchase
from calvox.windows.calls.dossier import Dossier
from calvox.windows.calls.kinds import ABOUT, CallKind
from calvox.windows.codes import groups


@dataclass(frozen=True, slots=True)
class SayLine:
    """One thing that is said."""

    name: str
    """Its name, for scripts."""
    label: Text
    """Its name, as Microsoft has it."""
    value: str
    """What is said; empty if it is not known."""
    where: Text
    """Where Microsoft's tools show it or ask for it, or where it stands here."""
    groups: tuple[str, ...] = ()
    """The value in groups that are spelled; empty if it is said as it stands."""
    article: str = ""
    """What the French procedure calls it, where it calls it otherwise."""
    missing: Text | None = None
    """How to learn it, if it must be said and is not known."""


PROGRAMMES: dict[str, Text] = {
    "retail": t("License Pack (Retail Purchase)"),
    "open": t("Open License"),
    "select": t("Select License"),
    "enterprise": t("Enterprise Agreement"),
    "campus": t("Campus Agreement"),
    "school": t("School Agreement"),
    "spla": t("Services Provider License Agreement"),
    "csp": t("CSP key, entered as License Pack (Retail Purchase)"),
    "subscription": t("Subscription, entered as Other agreement"),
    "other": t("Other agreement"),
}
"""Each programme as Microsoft's wizard names it."""

NUMBERS: dict[str, tuple[Text, Text]] = {
    "licence_code": (t("License code"), t("on the package or in the account where the key was bought")),
    "licence_number": (t("License number"), t("on the confirmation of the Open License")),
    "authorisation_number": (t("Authorization number"), t("on the confirmation of the Open License")),
    "agreement_number": (t("Agreement or enrolment number"), t("on the signed agreement")),
}
"""Each number's name, and where it stands on paper."""

CAL_TYPES = {"device": t("RDS Per Device CAL"), "user": t("RDS Per User CAL")}
"""Each type as Microsoft's wizard names it."""

ON_PRODUCT = (CallKind.ACTIVATE, CallKind.REACTIVATE, CallKind.DEACTIVATE)
"""Calls that begin with the Product ID."""
SITE = t("server's properties, tab Required Information")
BOUGHT = t("if it is asked for")


def lines(dossier: Dossier) -> tuple[SayLine, ...]:
    """List what is said, in the order in which it is asked."""
    said = [*_server(dossier), *_source(dossier), *_former(dossier), *_caller(dossier)]
    if dossier.purchase is not None:
        said += _purchase(dossier.purchase)
    elif ABOUT[dossier.kind].bought:
        said.append(_no_purchase())
    return tuple(said)


# The licence server


def _server(dossier: Dossier) -> Iterator[SayLine]:
    if dossier.kind in ON_PRODUCT:
        yield _product_id(dossier)
    if dossier.kind is not CallKind.ACTIVATE:
        yield _server_id(dossier)


def _product_id(dossier: Dossier) -> SayLine:
    return SayLine(
        "product-id",
        t("Product ID"),
        dossier.product_id,
        t("RD Licensing Manager: right-click the server, Properties, tab Connection Method or Required Information"),
        groups=_parts(dossier.product_id),
        article="ID du serveur de licences",
        missing=None if dossier.product_id else _learn(dossier, "product_id", t("Product ID")),
    )


def _server_id(dossier: Dossier) -> SayLine:
    required = dossier.kind not in ON_PRODUCT
    missing = _learn(dossier, "server_id", t("Licence server ID")) if required and not dossier.server_id else None
    return SayLine(
        "server-id",
        t("Licence server ID"),
        dossier.server_id,
        t("RD Licensing Manager: Install Licenses Wizard, page Obtain Client License Key Pack"),
        groups=groups(dossier.server_id),
        article="ID du serveur",
        missing=missing,
    )


def _learn(dossier: Dossier, fact: str, label: Text) -> Text:
    if fact == "server_id" and dossier.activated is False:
        return t("{label}: the licence server has none before it is activated; activate it first", label=label)
    why = dossier.why.get(fact) or str(t("not collected"))
    return t(
        "{label} is not known ({why}): run the collector on {server} as an administrator and import its bundle, "
        "or read it in RD Licensing Manager",
        label=label,
        why=why,
        server=dossier.server,
    )


# The source of a migration


def _source(dossier: Dossier) -> Iterator[SayLine]:
    if dossier.kind is not CallKind.MIGRATE:
        return
    source = dossier.source
    name, own = (source.name, source.server_id) if source else ("", "")
    where = t("Manage RDS CALs Wizard, page Source License Server Information")
    lacking = t("The licence server that the CALs come from is not told: open the call with --source")
    yield SayLine("source", t("Source licence server"), name, where, missing=None if name else lacking)
    unread = t(
        "The licence server ID of {source} is not known: collect it there, or read it in its RD Licensing Manager; "
        "without it, tell the wizard that the source is no longer functioning",
        source=name or "?",
    )
    label = t("Licence server ID of the source")
    yield SayLine("source-id", label, own, where, groups=groups(own), missing=None if own else unread)


def _former(dossier: Dossier) -> Iterator[SayLine]:
    if dossier.kind in (CallKind.REINSTALL, CallKind.MIGRATE) and dossier.former:
        where = t("this site's journal")
        yield SayLine(
            "former-pack-id",
            t("Licence key pack ID given before"),
            dossier.former,
            where,
            groups=groups(dossier.former),
        )


# Who calls


def _caller(dossier: Dossier) -> Iterator[SayLine]:
    caller = dossier.caller
    needed = (
        ("company", t("Company"), caller.company),
        ("country", t("Country or region"), caller.country),
        ("first-name", t("First name"), caller.first_name),
        ("last-name", t("Last name"), caller.last_name),
    )
    for name, label, value in needed:
        missing = None if value else t("{label} is not told: fill it in under [contact] in site.toml", label=label)
        yield SayLine(name, label, value, SITE, missing=missing)
    if caller.telephone:
        yield SayLine("telephone", t("Telephone for calling back"), caller.telephone, SITE)


# What was bought


def _purchase(purchase: Purchase) -> Iterator[SayLine]:
    page = t("page License Program")
    programme = PROGRAMMES.get(purchase.programme)
    told = str(programme) if programme else purchase.programme
    yield SayLine("programme", t("Licence programme"), told, page)
    for field in PATTERNS.get(purchase.programme, ()):
        label, where = NUMBERS[field]
        value = getattr(purchase, field)
        missing = None if value else t("{label} is not told: it stands {where}", label=label, where=where)
        yield SayLine(field.replace("_", "-"), label, value, where, groups=_parts(value), missing=missing)
    version = t("page Product Version and License Type")
    yield SayLine("version", t("Product version"), _version(purchase), version)
    yield SayLine("cal-type", t("Type of CAL"), str(CAL_TYPES.get(purchase.cal_type, purchase.cal_type)), version)
    yield SayLine("quantity", t("Quantity"), str(purchase.quantity), version)
    yield from _papers(purchase)


def _papers(purchase: Purchase) -> Iterator[SayLine]:
    for name, label, value in (
        ("sku", t("SKU"), purchase.sku),
        ("contract", t("Contract number"), purchase.contract),
        ("proof", t("Proof of purchase"), purchase.proof),
    ):
        yield SayLine(name, label, value, BOUGHT)


def _version(purchase: Purchase) -> str:
    try:
        return f"Windows Server {version_name(version_named(purchase.version))}"
    except BadInput:
        return purchase.version


def _no_purchase() -> SayLine:
    missing = t("What was bought is not told: fill in [[purchases]] in site.toml, and choose with --purchase")
    return SayLine("programme", t("Licence programme"), "", BOUGHT, missing=missing)


def _parts(value: str) -> tuple[str, ...]:
    """Cut a number as it is printed, at its hyphens and spaces; one without any is cut in fives."""
    parts = tuple(value.replace("-", " ").split())
    return parts if len(parts) > 1 else groups(value)
