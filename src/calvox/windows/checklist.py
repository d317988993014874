"""The procedure's checklist and its checks after the activation, each item proven by facts, open, or not collected.

Rules:
- An item is open as soon as one fact speaks against it, not collected as long as one is missing, else proven.
- Each item keeps the procedure's own French words, so that whoever follows the article finds it again.
- What no fact can show is said: that the codes came by telephone, that a backup is planned, what the Diagnoser displays. Of
  the Diagnoser the same questions are answered from facts: mode, licence server, way to it, activation, fitting packs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from calvox.common.i18n import Text, t
from calvox.core.purchases import Purchase
from calvox.doctor.facts import LicenceServer, Site
from calvox.windows.acceptance import bought
from calvox.windows.checklist_facts import (
    Seen,
    activated,
    backup,
    configured,
    diagnosed,
    evidence_of,
    of_hosts,
    service,
    session,
    way,
    without_grace,
)
from calvox.windows.evidence import Acceptance


class State(StrEnum):
    """How an item stands."""

    PROVEN = "proven"
    OPEN = "open"
    NOT_COLLECTED = "not-collected"


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the checklist."""

    name: str
    """Its name, for scripts."""
    article: str
    """The procedure's own words."""
    title: Text
    seen: tuple[Seen, ...]
    """What was found, by machine or purchase; at least one."""

    @property
    def state(self) -> State:
        """Sum up what was seen."""
        answers = [seen.good for seen in self.seen]
        if False in answers:
            return State.OPEN
        return State.NOT_COLLECTED if None in answers or not answers else State.PROVEN


@dataclass(frozen=True, slots=True)
class Checklist:
    """The whole list for one licence server."""

    server: str
    items: tuple[Item, ...]
    """« Checklist complète pour une activation réussie », seven."""
    checks: tuple[Item, ...]
    """« Vérifications post-activation », three."""

    @property
    def complete(self) -> bool:
        """Tell whether everything is proven."""
        return all(item.state is State.PROVEN for item in (*self.items, *self.checks))


def checklist(
    site: Site,
    server: LicenceServer,
    purchases: Sequence[Purchase],
    now: int,
    acceptance: Acceptance | None = None,
) -> Checklist:
    """Go through the list for one licence server; without an acceptance no test session is known."""
    items = (
        Item(
            "role",
            "Rôle Remote Desktop Licensing installé, service démarré.",
            t("The role Remote Desktop Licensing is installed, its service runs."),
            tuple(service(server)),
        ),
        Item(
            "activated",
            "Serveur activé via l’assistant en mode Téléphone, ID de confirmation saisi.",
            t("The licence server is activated by telephone, the code is entered."),
            (activated(server),),
        ),
        Item(
            "packs",
            "Packs de CAL installés (type/année/quantité conformes à l’achat).",
            t("The packs are installed, with type, version and quantity as bought."),
            tuple(Seen(g, text, (evidence_of(server, "packs"),)) for g, text in bought(server, purchases, now)),
        ),
        Item(
            "hosts",
            "GPO/Registre des hôtes RDSH : mode et serveurs de licences définis.",
            t("Policy or registry of the session hosts: mode and licence servers are set."),
            tuple(of_hosts(site, server, now, configured)),
        ),
        Item(
            "network",
            "Flux réseau internes autorisés (RPC, ports dynamiques).",
            t("The internal network lets through what is needed (RPC, dynamic ports)."),
            tuple(of_hosts(site, server, now, way)),
        ),
        Item(
            "backup",
            "Sauvegarde du dossier LServer planifiée et testée.",
            t("The backup of the folder LServer is planned and tested."),
            (backup(server, now),),
        ),
        Item(
            "validation",
            "Validation par un test de session et contrôle du Diagnostiqueur.",
            t("A test session and the Diagnoser’s questions confirm it."),
            (session(acceptance, None), *of_hosts(site, server, now, diagnosed)),
        ),
    )
    checks = (
        Item(
            "diagnoser",
            "Dans le Diagnostiqueur de gestion des licences (depuis le Gestionnaire de serveur), contrôlez qu’aucune alerte "
            "critique ne subsiste.",
            t("The Diagnoser has no critical alert left."),
            tuple(of_hosts(site, server, now, diagnosed)),
        ),
        Item(
            "session",
            "Sur un hôte RDSH, ouvrez une session de test depuis un poste client ; en mode Par appareil, vérifiez l’émission "
            "d’un jeton dans le Gestionnaire de licences.",
            t("A test session from a client’s computer; per device, a CAL was issued."),
            (session(acceptance, ("session", "permanent")),),
        ),
        Item(
            "grace",
            "Assurez-vous que la période de grâce n’est plus utilisée ; une fois les licences opérationnelles, les sessions "
            "ne doivent pas dépendre du délai de 120 jours.",
            t("The grace period is no longer used."),
            tuple(of_hosts(site, server, now, without_grace)),
        ),
    )
    return Checklist(server.machine.name, items, checks)
