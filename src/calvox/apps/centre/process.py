"""The activation centre as a process: make it, open it, serve it.

It listens on a Unix socket for its owner's commands, on one TLS socket for everyone (a page, the centre card, and whether
it is well), and on another for the operators who log in. It starts only if its register holds, and signs first what was registered and not signed before.
"""

import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import structlog
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from calvox.apps.alerting.alerter import keep_alerting, telling_of_tampering
from calvox.apps.alerting.mailing import check_settings
from calvox.apps.centre.cases import CASES as CASES
from calvox.apps.centre.findings import watched, watched_unopened
from calvox.apps.centre.metrics import CentreMetrics, centre_checks
from calvox.apps.centre.own_facts import OWN_FACTS_CASES
from calvox.apps.centre.tls import (
    certificate_ends,
    certificate_file,
    keep_certificates,
    make_tls,
    names_of,
    public_context,
    renew,
)
from calvox.apps.continuity.cases import OWN_BACKUP_CASES
from calvox.apps.continuity.restoring import finish_restore
from calvox.apps.continuity.tidying import tidy
from calvox.apps.desk import desk_routes
from calvox.apps.journals import until_tampered
from calvox.apps.operations import bind_operations, operations_app
from calvox.apps.owner import Owner, listen
from calvox.apps.people_api import Certificates, PeopleDesk, open_people_socket, people_app
from calvox.apps.people_api.cases import OWN_CASES
from calvox.apps.people_api.directory import site_directory
from calvox.apps.serving import Listener, application, bind, control_app, run_loop, serve
from calvox.centre import card, keys, signing
from calvox.centre.context import Context, Unlock
from calvox.centre.entries import CentreFounded
from calvox.centre.page import headers, page
from calvox.centre.register import REGISTER
from calvox.centre.statistics import MOST_DAYS, StatisticsAsked, call_statistics
from calvox.common import settings
from calvox.common.clock import SYSTEM, World, demand_clock
from calvox.common.errors import ClockWrong
from calvox.common.files import build_whole, read_whole, write_whole
from calvox.common.i18n import fitting_language, language_of
from calvox.core.peopling import Role
from calvox.journal.interface import Transaction
from calvox.journal.sqlite import SqliteJournal, create
from calvox.people.accounts import enter_first
from calvox.wire.card import CentreCard, Telephone, write_card

log = structlog.get_logger()
CARD = "centre-card.json"
CREDENTIAL = "calvox-passphrase"
HOUR = 3600
DEFAULTS = settings.Settings()

AskPassphrase = Callable[[], str]


class Founding(msgspec.Struct, frozen=True):
    """What a new centre is told."""

    name: str
    telephones: list[Telephone]
    tls_names: tuple[str, ...] = ("localhost", "127.0.0.1")
    """Names and addresses that its certificate bears."""
    supervisor: str = ""
    """Name of the first account; empty: none is made."""
    password_hash: str = ""
    """Its password, hashed by `people`."""
    by: str = ""
    """Who does this."""


def passphrase_stored(file: str, environment: Mapping[str, str] = os.environ) -> AskPassphrase | None:
    """Find where the passphrase is stored: the file named, else systemd's credential; None if nowhere."""
    folder = environment.get("CREDENTIALS_DIRECTORY")
    path = Path(file) if file else Path(folder) / CREDENTIAL if folder else None
    if path is None or (not file and not path.exists()):
        return None
    return lambda: read_whole(path, limit=4096).decode("utf-8").rstrip("\r\n")


def found(
    folder: Path, founding: Founding, passphrase: str, world: World = SYSTEM, *, cost: int = keys.SCRYPT_COST
) -> card.CardShown:
    """Make an activation centre: keys, register, certificate, centre card.

    Raises:
        Conflict: the folder is not empty.
        BadInput: the passphrase is too short, or the card would not be well formed.
    """
    file = keys.new_key_file(passphrase, world, cost=cost)
    written = write_card(CentreCard(name=founding.name, public_key=file.public_key, telephones=founding.telephones))
    phones = tuple((phone.country, phone.number, phone.hours) for phone in founding.telephones)
    fact = CentreFounded(name=founding.name, public_key=bytes.fromhex(file.public_key), telephones=phones)
    with build_whole(folder) as place:
        keys.write_keys(place, file, world)
        make_tls(place, founding.tls_names, world)
        create(place, REGISTER)
        context = open_centre(settings.Centre(folder=str(place)), None, world)
        try:
            context.journal.run(lambda tx: _enter(tx, fact, founding))
            write_whole(place / CARD, written, mode=0o644)
            return card.show_card(context, card.CardAsked(), "")
        finally:
            context.close()


def _enter(tx: Transaction, fact: CentreFounded, founding: Founding) -> None:
    tx.append(fact)
    if founding.supervisor:
        enter_first(tx, founding.supervisor, Role.SUPERVISOR, founding.password_hash, founding.by)


def open_centre(
    chosen: settings.Centre, ask: AskPassphrase | None, world: World = SYSTEM, site: settings.Settings = DEFAULTS
) -> Context:
    """Open a centre for this process alone; the key is unlocked when it is first needed.

    Args:
        chosen: Which centre.
        ask: Gives the passphrase; None: nobody does.
        world: Its clock and chance.
        site: What else the site has chosen.

    Raises:
        NotFound: there is none.
        Busy: another process has it.
        Tampered: the last signed batch of its register does not hold.
    """
    folder = Path(chosen.folder)
    sealer = keys.register_sealer(folder)
    unlock: Unlock | None = (lambda: keys.unlock(folder, ask())) if ask is not None else None
    journal = SqliteJournal(folder, REGISTER, sealer, world)
    secret = keys.proof_secret(folder)
    own = msgspec.structs.replace(site, centre=chosen)
    return Context(journal, world, call_seconds=chosen.call_hours * HOUR, secret=secret, site=own, unlock=unlock)


def owner(
    chosen: settings.Centre, ask: AskPassphrase | None, world: World = SYSTEM, site: settings.Settings = DEFAULTS
) -> Owner[Context]:
    """Name the centre's folder and what can be done to it."""
    cases = {**CASES, **OWN_CASES, **OWN_BACKUP_CASES, **OWN_FACTS_CASES}
    return Owner(Path(chosen.folder), cases, partial(open_centre, chosen, ask, world, site))


def run(
    everything: settings.Settings,
    ask: AskPassphrase | None,
    announce: Callable[[str, str], None],
    world: World = SYSTEM,
) -> None:
    """Serve until a signal comes; `announce` is told the page's address and, unless empty, that for people.

    Raises:
        Tampered: the register was found changed, at start or while serving.
    """
    check_settings(everything.alerts)
    if finish_restore(Path(everything.centre.folder)):
        log.warning("a restore that was cut off is finished", folder=everything.centre.folder)
    with telling_of_tampering(watched_unopened(everything, world)):
        _run(everything, ask, announce, world)


def _run(
    everything: settings.Settings, ask: AskPassphrase | None, announce: Callable[[str, str], None], world: World
) -> None:
    chosen = everything.centre
    folder = Path(chosen.folder)
    context = open_centre(chosen, ask, world, everything)
    try:
        context.signer()
        with context.journal.read() as reader:
            shown, long = card.card_of(reader), reader.head.position > chosen.verify_at_start
        if not long:
            context.journal.verify()
        tidy(folder, folder / "tls")
        _sign_owed(context)
        renew(folder, world)
        tls = public_context(folder)
        public = bind(chosen.listen)
        host, port = public.getsockname()[:2]
        address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        refreshes = [lambda: tls.load_cert_chain(certificate_file(folder))]
        listeners = [
            Listener(listen(folder), control_app(owner(chosen, ask, world, everything), context)),
            Listener(public, public_app(shown), tls),
            *_operations(chosen, context),
            *_people(everything, context, refreshes),
        ]
        aside: list[Callable[[], Any]] = [
            partial(keep_certificates, folder, world, refreshes),
            partial(keep_alerting, watched(context)),
            partial(run_in_threadpool, call_statistics, context, StatisticsAsked(MOST_DAYS), ""),
        ]
        aside += [partial(until_tampered, context.journal)]
        aside += [partial(run_in_threadpool, context.journal.verify)] if long else []
        run_loop(serve(listeners, partial(announce, address, context.people_at), aside))
    finally:
        context.close()


def _sign_owed(context: Context) -> None:
    """Sign what was registered and not signed; a machine without the time signs nothing until somebody asks again."""
    try:
        demand_clock(context.world)
        signing.sign_registered(context)
    except ClockWrong as error:
        log.error("nothing is entered or signed", why=str(error))


def _operations(chosen: settings.Centre, context: Context) -> list[Listener]:
    if not chosen.operations:
        return []
    ends = partial(certificate_ends, Path(chosen.folder))
    measured = CentreMetrics(context, ends)
    context.journal.observe = measured.committed
    at = bind_operations(chosen.operations, "centre.operations")
    return [Listener(at, operations_app(measured.registry, partial(centre_checks, context, ends)))]


def _people(everything: settings.Settings, context: Context, refreshes: list[Callable[[], None]]) -> list[Listener]:
    """Listen for people, if the site wants it."""
    chosen = everything.centre
    if not chosen.people_listen:
        return []
    folder = Path(chosen.folder)
    certificates = Certificates((certificate_file(folder), None), "centre", chosen)
    opened = open_people_socket(chosen.people_listen, certificates, names_of(folder))
    context.people_at = opened.at
    refreshes += [opened.refresh, partial(opened.watch, context.world)]
    opened.watch(context.world)
    people = PeopleDesk(context, CASES, site_directory(everything.directory, context.roles))
    return [opened.listener(people_app(people, desk_routes(people)))]


def public_app(shown: CentreCard) -> Starlette:
    """Make the application that everyone reaches."""
    written = write_card(shown)

    async def health(_: Request) -> Response:
        return PlainTextResponse("ok")

    async def as_json(_: Request) -> Response:
        return Response(written, media_type="application/json", headers=headers())

    async def as_page(request: Request) -> Response:
        with language_of(fitting_language(request.headers.get("accept-language"))):
            return HTMLResponse(page(shown), headers=headers())

    return application([Route("/healthz", health), Route("/card.json", as_json), Route("/", as_page)])
