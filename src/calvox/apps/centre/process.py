"""The activation centre as a process: make it, open it, serve it.

It listens on a Unix socket for its operators' commands, and on one TLS socket for everyone: a page, the centre card, and
whether it is well. It starts only if its register holds, and signs first what was registered and not signed before.
"""

import os
import ssl
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from calvox.apps.centre.cases import CASES as CASES
from calvox.apps.centre.metrics import CentreMetrics, centre_checks
from calvox.apps.operations import bind_operations, operations_app
from calvox.apps.owner import Owner, listen
from calvox.apps.serving import Listener, application, bind, control_app, run_loop, serve
from calvox.centre import card, keys, signing
from calvox.centre.context import Context, Unlock
from calvox.centre.entries import CentreFounded
from calvox.centre.page import headers, page
from calvox.centre.register import REGISTER
from calvox.common import settings
from calvox.common.clock import DAY, SYSTEM, World
from calvox.common.files import build_whole, read_whole, write_whole
from calvox.common.i18n import fitting_language, language_of
from calvox.journal.sqlite import SqliteJournal, create
from calvox.trust.certificates import expires_at, issue_server_certificate, make_authority, new_key
from calvox.wire.card import CentreCard, Telephone, write_card

CARD = "centre-card.json"
CREDENTIAL = "calvox-passphrase"
HOUR = 3600
RENEW_TLS_DAYS = 60

AskPassphrase = Callable[[], str]


class Founding(msgspec.Struct, frozen=True):
    """What a new centre is told."""

    name: str
    telephones: list[Telephone]
    tls_names: tuple[str, ...] = ("localhost", "127.0.0.1")
    """Names and addresses that its certificate bears."""


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
        _make_tls(place, founding.tls_names, world)
        create(place, REGISTER)
        context = open_centre(settings.Centre(folder=str(place)), None, world)
        try:
            context.journal.run(lambda tx: tx.append(fact))
            write_whole(place / CARD, written, mode=0o644)
            return card.show_card(context, card.CardAsked(), "")
        finally:
            context.close()


def open_centre(chosen: settings.Centre, ask: AskPassphrase | None, world: World = SYSTEM) -> Context:
    """Open a centre for this process alone; the key is unlocked when it is first needed.

    Raises:
        NotFound: there is none.
        Busy: another process has it.
        Tampered: the last signed batch of its register does not hold.
    """
    folder = Path(chosen.folder)
    sealer = keys.register_sealer(folder)
    unlock: Unlock | None = (lambda: keys.unlock(folder, ask())) if ask is not None else None
    journal = SqliteJournal(folder, REGISTER, sealer, world)
    return Context(journal, world, call_seconds=chosen.call_hours * HOUR, unlock=unlock)


def owner(chosen: settings.Centre, ask: AskPassphrase | None, world: World = SYSTEM) -> Owner[Context]:
    """Name the centre's folder and what can be done to it."""
    return Owner(Path(chosen.folder), CASES, partial(open_centre, chosen, ask, world))


def run(
    chosen: settings.Centre, ask: AskPassphrase | None, announce: Callable[[str], None], world: World = SYSTEM
) -> None:
    """Serve until a signal comes; `announce` is told the address when all is ready."""
    folder = Path(chosen.folder)
    context = open_centre(chosen, ask, world)
    try:
        context.signer()
        with context.journal.read() as reader:
            shown, long = card.card_of(reader), reader.head.position > chosen.verify_at_start
        if not long:
            context.journal.verify()
        signing.sign_registered(context)
        tls = _tls(folder, world)
        public = bind(chosen.listen)
        host, port = public.getsockname()[:2]
        address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        listeners = [
            Listener(listen(folder), control_app(owner(chosen, ask, world), context)),
            Listener(public, public_app(shown), tls),
            *_operations(chosen, context),
        ]
        aside = [partial(run_in_threadpool, context.journal.verify)] if long else []
        run_loop(serve(listeners, partial(announce, address), aside))
    finally:
        context.close()


def _operations(chosen: settings.Centre, context: Context) -> list[Listener]:
    if not chosen.operations:
        return []
    certificate_ends = partial(_certificate_ends, Path(chosen.folder))
    measured = CentreMetrics(context, certificate_ends)
    context.journal.observe = measured.committed
    at = bind_operations(chosen.operations, "centre.operations")
    return [Listener(at, operations_app(measured.registry, partial(centre_checks, context, certificate_ends)))]


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


def _make_tls(folder: Path, names: tuple[str, ...], world: World) -> None:
    place = folder / "tls"
    place.mkdir(mode=0o700, exist_ok=True)
    key = new_key()
    write_whole(place / "authority.key", key)
    write_whole(place / "authority.pem", make_authority(key, "Calvox activation centre authority", world.now()))
    write_whole(place / "names", "\n".join(names).encode())
    _issue(place, world)


def _issue(place: Path, world: World) -> None:
    key, names = new_key(), read_whole(place / "names").decode().split()
    authority = read_whole(place / "authority.pem")
    made = issue_server_certificate(read_whole(place / "authority.key"), authority, key, names, world.now())
    write_whole(place / "tls.pem", key + made + authority)


def _tls(folder: Path, world: World) -> ssl.SSLContext:
    place = folder / "tls"
    if expires_at(_certificate(place)) - world.now() < RENEW_TLS_DAYS * DAY:
        _issue(place, world)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.minimum_version = ssl.TLSVersion.TLSv1_3
    tls.load_cert_chain(place / "tls.pem")
    return tls


def _certificate_ends(folder: Path) -> int:
    return expires_at(_certificate(folder / "tls"))


def _certificate(place: Path) -> bytes:
    """Leave out the key that stands before it in the same file, so that both are always written together."""
    data = read_whole(place / "tls.pem")
    return data[data.index(b"-----BEGIN CERTIFICATE") :]
