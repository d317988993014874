"""What must be told in the call (« Paramètre à fournir / Où le trouver »), with what is known of it."""

from collections.abc import Iterator, Sequence

from calvox.common.i18n import Text, t
from calvox.doctor.facts import LicenceServer
from calvox.windows.calls.dossier import Caller
from calvox.windows.papers.bought import Numbered, each, product_of, programme_of
from calvox.windows.papers.rows import Row, Value, Worded, in_groups, of_fact


def parameters_of(server: LicenceServer, bought: Sequence[Numbered], caller: Caller) -> Iterator[Row]:
    """List the procedure’s four parameters."""
    yield Row(
        "server-id",
        Worded("ID du serveur de licences", t("ID of the licence server")),
        tuple(_ids(server)),
        Worded(
            "Affiché par l’assistant (Activation du serveur).",
            t("The wizard shows it (Activate Server): the Product ID."),
        ),
    )
    yield Row(
        "programme",
        Worded("Programme de licence", t("Licence programme")),
        each(bought, programme_of),
        Worded(
            "Open License / Open Value, Enterprise Agreement (EA), Select/Select Plus, SPLA, Autre.",
            t("Open License, Open Value, Enterprise Agreement, Select, SPLA, other: on the purchase’s papers."),
        ),
    )
    yield Row(
        "sku",
        Worded("SKU et quantité", t("SKU and quantity")),
        each(bought, product_of),
        Worded(
            "Référence produit RDS CAL (Per User/Per Device) et nombre de licences achetées.",
            t("Product reference of the RDS CALs (per user or per device) and how many were bought."),
        ),
    )
    yield Row(
        "company",
        Worded("Coordonnées de l’entreprise", t("The company’s particulars")),
        tuple(_company(bought, caller)),
        Worded(
            "Raison sociale, pays/région, éventuellement numéro de contrat si applicable.",
            t("Company, country or region, the contract’s number if there is one."),
        ),
    )


def _ids(server: LicenceServer) -> Iterator[Value]:
    yield of_fact(server.product_id, t("Product ID {number}", number=server.product_id.value), fixed=True)
    if server.server_id.known:
        text = t("Licence server ID {number}", number=in_groups(server.server_id.value or ""))
        yield of_fact(server.server_id, text, fixed=True)


def _company(bought: Sequence[Numbered], caller: Caller) -> Iterator[Value]:
    place = t("site.toml, [contact]")
    pairs: tuple[tuple[Text, str], ...] = (
        (t("Company"), caller.company),
        (t("Country or region"), caller.country),
        (t("Caller"), f"{caller.first_name} {caller.last_name}".strip()),
    )
    for label, text in pairs:
        if text:
            yield Value(t("{label}: {text}", label=label, text=text), place)
        else:
            yield Value(note=t("{label}: fill it in under [contact] in site.toml.", label=label))
    for number, one in bought:
        if one.contract:
            source = t("site.toml, purchase {number}", number=number)
            yield Value(t("Contract {number}", number=one.contract), source)
