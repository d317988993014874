"""The procedure's internal tracking sheet (« Modèle de fiche de suivi interne »), filled for one licence server.

Rules:
- What Windows said comes first; what the journal says stands beside it; what `site.toml` wants is marked as wanted.
- A pack's date of installation is known only from the journal: Windows keeps none.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from calvox.common.i18n import t
from calvox.core.purchases import Purchase
from calvox.doctor.facts import Backup, Fact, LicenceServer, Mode, SessionHost, Site
from calvox.doctor.licensing import MODE_NAMES, listed
from calvox.windows.artefacts.given import BackupGiven, HostLicensing
from calvox.windows.checklist_facts import hosts_of
from calvox.windows.codes import Slot
from calvox.windows.facts_from import same_machine
from calvox.windows.papers.bought import each, product_of, programme_of
from calvox.windows.papers.packs import pack_values
from calvox.windows.papers.rows import Row, Value, Worded, Words, in_groups, in_short, of_fact
from calvox.windows.record import Call, Record


@dataclass(frozen=True, slots=True)
class Tracking:
    """The whole sheet."""

    server: str
    rows: tuple[Row, ...]
    """The procedure's eight elements."""
    calls: tuple[Call, ...]
    """The calls about this licence server, with their codes."""


def tracking(
    site: Site,
    server: LicenceServer,
    purchases: Sequence[Purchase],
    licensing: HostLicensing,
    backup: BackupGiven,
    record: Record,
) -> Tracking:
    """Fill the sheet.

    Args:
        site: everything that was collected.
        server: the licence server that the sheet is about.
        purchases: what was bought.
        licensing: how hosts are to be licensed.
        backup: where backups are planned to go; empty: nothing is planned.
        record: what was telephoned, typed and done.
    """
    calls = tuple(c for c in record.calls if same_machine(c.server, server.machine.name))
    bought = list(enumerate(purchases, start=1))
    rows = (
        Row("name", Worded("Nom du serveur de licences", t("Name of the licence server")), (_name(server),)),
        Row("server-id", Worded("ID du serveur", t("Licence server ID")), tuple(_server_id(server, calls))),
        Row("programme", Worded("Programme de licence", t("Licence programme")), each(bought, programme_of)),
        Row("sku", Worded("SKU / Type", t("SKU and type")), each(bought, product_of)),
        Row(
            "packs",
            Worded("Quantité et date d’installation", t("Quantity and date of installation")),
            tuple(pack_values(server, calls)),
        ),
        Row("mode", Worded("Mode appliqué", t("Mode in force")), tuple(_mode(site, server, licensing))),
        Row(
            "servers",
            Worded("Serveurs de licences déclarés", t("Licence servers declared")),
            tuple(_servers(site, server, licensing)),
        ),
        Row(
            "backup",
            Worded("Emplacement sauvegarde LServer", t("Place of the LServer backup")),
            tuple(_backup(server, backup, record)),
        ),
    )
    return Tracking(server.machine.name, rows, calls)


# The licence server


def _name(server: LicenceServer) -> Value:
    return Value(server.machine.name, t("the machine itself"), read_at(server), fixed=True)


def read_at(server: LicenceServer) -> int:
    """Tell when a licence server was last read; 0 = never."""
    facts: Iterator[Any] = (getattr(part, name) for part in (server.machine, server) for name in part.__struct_fields__)
    return max((fact.time for fact in facts if isinstance(fact, Fact) and fact.known), default=0)


def _server_id(server: LicenceServer, calls: Sequence[Call]) -> Iterator[Value]:
    """Give the ID that Windows has, any other that the journal has, and the Product ID."""
    now = server.server_id
    codes = [(c, code) for c in calls for code in c.codes if code.slot == Slot.SERVER_ID and code.entered]
    if now.known or not codes:
        yield of_fact(now, in_groups(now.value or ""), fixed=True)
    if codes and codes[-1][1].code != (now.value or "").replace("-", ""):
        call, code = codes[-1]
        source = t("journal: call {call}, entered by {by}", call=call.call, by=code.by)
        note = t("Windows shows another one: collect the licence server again.") if now.known else ""
        yield Value(in_groups(code.code), source, code.entered, note=note, fixed=True)
    if server.product_id.known:
        yield of_fact(server.product_id, t("Product ID {number}", number=server.product_id.value), fixed=True)


# The session hosts


def _mode(site: Site, server: LicenceServer, licensing: HostLicensing) -> Iterator[Value]:
    yield from _of_hosts(site, server, "mode", lambda mode: MODE_NAMES[mode])
    if licensing.mode:
        yield Value(t("wanted: {mode}", mode=MODE_NAMES[Mode(licensing.mode)]), "site.toml, [licensing]")


def _servers(site: Site, server: LicenceServer, licensing: HostLicensing) -> Iterator[Value]:
    yield from _of_hosts(site, server, "servers", lambda names: listed(names) or t("none"))
    if licensing.servers:
        yield Value(t("wanted: {servers}", servers=listed(licensing.servers)), "site.toml, [licensing]")


def _of_hosts(site: Site, server: LicenceServer, fact: str, tell: Callable[[Any], Words]) -> Iterator[Value]:
    """Give each answer once, with the hosts that gave it and the oldest time at which they were read."""
    answers: dict[object, list[SessionHost]] = {}
    for host in hosts_of(site, server):
        found = getattr(host, fact)
        answers.setdefault((found.value, "" if found.known else found.why), []).append(host)
    if not answers:
        yield Value(note=t("No session host that uses {name} was collected.", name=server.machine.name))
    for hosts in answers.values():
        first: Fact[Any] = getattr(hosts[0], fact)
        names = in_short([host.machine.name for host in hosts])
        if first.known:
            text = t("{value}: {hosts}", value=tell(first.value), hosts=names)
            yield Value(text, first.source, min(getattr(host, fact).time for host in hosts))
        else:
            yield Value(note=t("{hosts}: {why}", hosts=names, why=first.why or t("not collected")))


# The backup


def _backup(server: LicenceServer, planned: BackupGiven, record: Record) -> Iterator[Value]:
    """Give the place where a backup was set up, else the one that is planned; then the newest backup."""
    done = list(_set_up(server, record))
    yield from done
    if planned.folder:
        second = t(", and {place}", place=planned.second) if planned.second else ""
        yield Value(t("planned: {folder}{second}", folder=planned.folder, second=second), "site.toml, [backup]")
    elif not done:
        yield Value(note=t("No fact shows it: write it under [backup] in site.toml."))
    found = server.backup.value
    if isinstance(found, Backup):
        tested = t("tested") if found.tested else t("not tested")
        yield Value(t("newest backup, {tested}", tested=tested), server.backup.source, found.time)


def _set_up(server: LicenceServer, record: Record) -> Iterator[Value]:
    for action in record.actions:
        own = same_machine(action.machine, server.machine.name)
        if own and "backup" in action.action and action.outcome in ("done", "unchanged"):
            folder = _folder(action.given)
            if folder:
                source = t("journal: {action}, by {by}", action=action.action, by=action.by)
                yield Value(folder, source, action.time, fixed=True)


def _folder(given: str) -> str:
    try:
        told = msgspec.json.decode(given)
    except msgspec.DecodeError:
        return ""
    return str(told.get("folder", "")) if isinstance(told, dict) else ""
