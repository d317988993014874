"""Tells the operators of a store what went wrong: a line in the log at once, and a mail if the site wants mails.

Rules: one mail for everything that happened since the last, in the site's language, and none oftener than the settings say.
What was told is kept in a file beside the journal, so that a restart tells nothing twice. A mail that could not be delivered
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

from calvox.apps.alerting.mailing import compose, deliver
from calvox.apps.alerting.watched import Finding, Findings, Watched
from calvox.common.clock import show_time
from calvox.common.errors import CalvoxError, Tampered
from calvox.common.files import read_whole, write_whole
from calvox.common.i18n import Language, language_of, language_of_environment, t
from calvox.common.settings import Settings

log = structlog.get_logger()
TOLD = "alerts.json"
TAMPERED = "ledger"
"""The key under which a journal that does not verify is told of."""
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
    """What a store's operators have been told, and what they have yet to be."""

    def __init__(self, watched: Watched) -> None:
        self._watched, self._chosen = watched, watched.settings.alerts
        self._place = watched.folder / TOLD
        self._steady = watched.world.steady
        self.known = read_told(self._place)
        """What was found at the last look."""
        self.waiting: dict[str, Happening] = {}
        """What has yet to be mailed."""
        self._next = self._steady()
        self._retry = FIRST_RETRY

    def round(self) -> None:
        """Look once, log what changed, and send what waits if it is time."""
        with language_of(site_language(self._watched.settings)):
            self._look()
            if self.waiting and self._steady() >= self._next:
                self._send()

    def _look(self) -> None:
        found, at = self._watched.look(self.known), self._watched.shown()
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
            send(self._watched, list(self.waiting.values()))
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


async def keep_alerting(watched: Watched) -> None:
    """Look again and again, in a thread that a slow mail server may hold up."""
    stop = threading.Event()
    thread = threading.Thread(target=_keep, args=(Alerter(watched), stop), name="alerting", daemon=True)
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
def telling_of_tampering(watched: Watched) -> Iterator[None]:
    """Tell, once, that the journal does not verify, before the process ends for it; what is watched need not be open."""
    try:
        yield
    except Tampered as error:
        log.error("the journal does not verify", error=error.code)
        place, chosen = watched.folder / TOLD, watched.settings
        told = read_told(place)
        if chosen.alerts.smtp and TAMPERED not in told:
            with suppress(CalvoxError), language_of(site_language(chosen)):
                text = t(
                    "The journal in {folder} does not verify, and the process that serves it has ended",
                    folder=str(watched.folder),
                )
                finding = Finding(str(text), watched.verify)
                send(watched, [Happening(finding, True, watched.shown())])
                write_told(place, {**told, TAMPERED: finding})
        raise


def send(watched: Watched, happenings: list[Happening]) -> None:
    """Mail what happened, in the language of the block.

    Raises:
        Unreachable: it was not delivered.
    """
    begun, chosen = sum(one.begun for one in happenings), watched.settings
    subject = t(
        "Calvox, {server}: {begun} alerts, {over} over",
        server=watched.name,
        begun=begun,
        over=len(happenings) - begun,
    )
    lines = [line for one in sorted(happenings, key=lambda one: not one.begun) for line in _lines(one, chosen)]
    where = {"name": socket.gethostname(), "command": watched.everything}
    lines += ["", str(t("On the machine {name}: “{command}” shows everything.", **where))]
    deliver(chosen.alerts, compose(chosen.alerts, str(subject), "\n".join(lines) + "\n", watched.world))


def _lines(one: Happening, settings: Settings) -> list[str]:
    when = show_time(one.at, settings.zone)
    if not one.begun:
        return [str(t("✓ {time}: no longer: {text}", time=when, text=one.finding.text))]
    told = str(t("✗ {time}: {text}", time=when, text=one.finding.text))
    return [told, f"  → {one.finding.hint}"] if one.finding.hint else [told]


def site_language(settings: Settings) -> Language:
    """Tell the site's language: as it is set, else the locale's."""
    return settings.interface.language or language_of_environment()


def read_told(place: Path) -> Findings:
    """Read what was told; a file that is missing or damaged tells nothing, and the worst is a mail too many."""
    try:
        return msgspec.json.decode(read_whole(place), type=Findings)
    except (CalvoxError, msgspec.DecodeError, UnicodeDecodeError):
        return {}


def write_told(place: Path, told: Findings) -> None:
    """Keep what was told."""
    write_whole(place, msgspec.json.encode(told))
