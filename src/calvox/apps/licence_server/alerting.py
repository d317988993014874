"""Tells the operators of a licence server what went wrong: a line in the log at once, and a mail if the site wants mails.

Rules: one mail for everything that happened since the last, in the site's language, and none oftener than the settings say.
What was told is kept in a file beside the ledger, so that a restart tells nothing twice. A mail that could not be delivered
is tried again, less and less often. All this is done in a thread of its own: nothing waits for a mail server.
"""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import msgspec
import structlog

from calvox.apps.licence_server.findings import TAMPERED, Finding, findings
from calvox.apps.licence_server.mailing import compose, deliver
from calvox.common.clock import World, show_time
from calvox.common.errors import CalvoxError, Tampered
from calvox.common.files import read_whole, write_whole
from calvox.common.i18n import Language, language_of, language_of_environment, t
from calvox.common.settings import Settings
from calvox.server.store import LicenceServer

log = structlog.get_logger()
TOLD = "alerts.json"
WATCH_SECONDS = 20
FIRST_RETRY, LAST_RETRY = 60, 3600
"""Seconds after which a mail that was not delivered is tried again: doubled from the one to the other."""
JOIN_SECONDS = 2


class Happening(msgspec.Struct, frozen=True):
    """Something that began or ended."""

    finding: Finding
    begun: bool
    at: int
    """Seconds UTC."""


class Alerter:
    """What a licence server's operators have been told, and what they have yet to be."""

    def __init__(self, server: LicenceServer) -> None:
        self._server, self._chosen = server, server.settings.alerts
        self._place = server.folder / TOLD
        self._steady = server.world.steady
        self.known = read_told(self._place)
        """What was found at the last look."""
        self.waiting: dict[str, Happening] = {}
        """What has yet to be mailed."""
        self._next = self._steady()
        self._retry = FIRST_RETRY

    def round(self) -> None:
        """Look once, log what changed, and send what waits if it is time."""
        with language_of(site_language(self._server.settings)):
            self._look()
            if self.waiting and self._steady() >= self._next:
                self._send()

    def _look(self) -> None:
        found, at = findings(self._server, self.known), self._server.time.shown
        changed = [(key, found[key], True) for key in found.keys() - self.known.keys()]
        changed += [(key, self.known[key], False) for key in self.known.keys() - found.keys()]
        for key, finding, begun in sorted(changed, key=lambda one: one[0]):
            log.warning("alert raised" if begun else "alert cleared", alert=key)
            self.waiting[key] = Happening(finding, begun, at)
        self.known = found
        if changed and not self._chosen.smtp:
            self._done()

    def _send(self) -> None:
        try:
            send(self._server.settings, self._server.card.name, list(self.waiting.values()), self._server.world)
        except CalvoxError as error:
            log.warning("an alert mail was not delivered; it is tried again", error=error.code, seconds=self._retry)
            self._next = self._steady() + self._retry
            self._retry = min(2 * self._retry, LAST_RETRY)
            return
        log.info("alert mail sent", count=len(self.waiting))
        self._next, self._retry = self._steady() + self._chosen.interval_minutes * 60, FIRST_RETRY
        self._done()

    def _done(self) -> None:
        self.waiting.clear()
        write_told(self._place, self.known)


async def keep_alerting(server: LicenceServer) -> None:
    """Look again and again, in a thread that a slow mail server may hold up."""
    stop = threading.Event()
    thread = threading.Thread(target=_keep, args=(Alerter(server), stop), name="alerting", daemon=True)
    thread.start()
    try:
        await asyncio.Event().wait()
    finally:
        stop.set()
        thread.join(JOIN_SECONDS)


def _keep(alerter: Alerter, stop: threading.Event) -> None:
    while not stop.is_set():
        try:
            alerter.round()
        except Exception as error:
            if not stop.is_set():
                log.error("the look for alerts failed; it is tried again", exc_info=error)
        stop.wait(WATCH_SECONDS)


@contextmanager
def telling_of_tampering(settings: Settings, world: World) -> Iterator[None]:
    """Tell, once, that the ledger does not verify, before the process ends for it."""
    try:
        yield
    except Tampered as error:
        log.error("the ledger does not verify", error=error.code)
        place = Path(settings.server.folder) / TOLD
        told = read_told(place)
        if settings.alerts.smtp and TAMPERED not in told:
            with suppress(CalvoxError), language_of(site_language(settings)):
                text, hint = t("The ledger does not verify, and the licence server has ended"), "calvox journal verify"
                finding = Finding(str(text), hint)
                send(settings, socket.gethostname(), [Happening(finding, True, world.now())], world)
                write_told(place, {**told, TAMPERED: finding})
        raise


def send(settings: Settings, server: str, happenings: list[Happening], world: World) -> None:
    """Mail what happened, in the language of the block.

    Raises:
        Unreachable: it was not delivered.
    """
    begun = sum(one.begun for one in happenings)
    subject = t(
        "Calvox, {server}: {begun} alerts, {over} over", server=server, begun=begun, over=len(happenings) - begun
    )
    lines = [line for one in sorted(happenings, key=lambda one: not one.begun) for line in _lines(one, settings)]
    lines += ["", str(t("On the machine {name}: “calvox server status” shows everything.", name=socket.gethostname()))]
    deliver(settings.alerts, compose(settings.alerts, str(subject), "\n".join(lines) + "\n", world))


def _lines(one: Happening, settings: Settings) -> list[str]:
    when = show_time(one.at, settings.zone)
    if not one.begun:
        return [str(t("✓ {time}: no longer: {text}", time=when, text=one.finding.text))]
    told = str(t("✗ {time}: {text}", time=when, text=one.finding.text))
    return [told, f"  → {one.finding.hint}"] if one.finding.hint else [told]


def site_language(settings: Settings) -> Language:
    """Tell the site's language: as it is set, else the locale's."""
    return settings.interface.language or language_of_environment()


def read_told(place: Path) -> dict[str, Finding]:
    """Read what was told; a file that is missing or damaged tells nothing, and the worst is a mail too many."""
    try:
        return msgspec.json.decode(read_whole(place), type=dict[str, Finding])
    except (CalvoxError, msgspec.DecodeError, UnicodeDecodeError):
        return {}


def write_told(place: Path, told: dict[str, Finding]) -> None:
    """Keep what was told."""
    write_whole(place, msgspec.json.encode(told))
