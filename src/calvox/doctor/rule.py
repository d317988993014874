"""A rule of the doctor, and what it may answer.

A rule is one module in `rules/` whose docstring tells people what it checks, and whose `RULE` tells the engine what it
needs. If a needed fact is unknown the answer is *unknown*, never *ok*; the rule itself is not asked.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from calvox.common.i18n import Text
from calvox.doctor.facts import LicenceServer, SessionHost, Site, short_name
from calvox.doctor.own import OwnStore

About = Literal["host", "server", "site", "own"]


class Outcome(StrEnum):
    """What a rule answers."""

    OK = "ok"
    NOTICE = "notice"
    WARNING = "warning"
    ERROR = "error"
    NOT_APPLICABLE = "not-applicable"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class View:
    """What a rule sees: the site, and the one machine that it is asked about."""

    site: Site
    """Everything collected."""
    now: int
    """Seconds since 1970-01-01 UTC."""
    host: SessionHost | None = None
    """The session host, for rules about one."""
    server: LicenceServer | None = None
    """The licence server, for rules about one."""
    own: OwnStore | None = None
    """The server of ours, for rules about one."""

    @property
    def the_host(self) -> SessionHost:
        """Give the session host that this rule is about."""
        assert self.host is not None
        return self.host

    @property
    def the_server(self) -> LicenceServer:
        """Give the licence server that this rule is about."""
        assert self.server is not None
        return self.server

    @property
    def the_own(self) -> OwnStore:
        """Give the server of ours that this rule is about."""
        assert self.own is not None
        return self.own

    @property
    def subject(self) -> str:
        """Name what the rule is asked about."""
        if self.own is not None:
            return self.own.name
        about = self.host or self.server
        return about.machine.name if about else self.site.name

    def servers_of_host(self) -> list[LicenceServer]:
        """Find the collected licence servers that the host names; names are compared without their domain."""
        named = {short_name(name) for name in self.the_host.servers.value or ()}
        return [s for s in self.site.licence_servers if short_name(s.machine.name) in named]

    def hosts_of_server(self) -> list[SessionHost]:
        """Find the collected session hosts that name the licence server."""
        own = short_name(self.the_server.machine.name)
        return [h for h in self.site.session_hosts if own in {short_name(n) for n in h.servers.value or ()}]


@dataclass(frozen=True, slots=True)
class Found:
    """Something that a rule has to say."""

    outcome: Literal[Outcome.NOTICE, Outcome.WARNING, Outcome.ERROR, Outcome.UNKNOWN]
    """How bad it is; unknown where the facts at hand do not tell after all."""
    text: Text
    """What was found, with the numbers and names."""


@dataclass(frozen=True)
class Rule:
    """One rule."""

    name: str
    """Its name, kebab-case, as its module with underscores."""
    about: About
    """What it is asked about: each session host, each licence server, the site once, or each server of ours."""
    needs: tuple[str, ...]
    """Facts that must be known: field names of the machine it is about ("grace_days", "machine.join"), or of the site
    ("site.directory.self_may_write")."""
    title: Text
    """What is wrong when it finds something, in a few words."""
    remedy: Text
    """A command, or steps that a person can follow."""
    check: Callable[[View], Iterable[Found]]
    """Finds what is wrong; nothing found is *ok*."""
    applies: Callable[[View], bool] = lambda _: True
    """Whether the rule makes sense here; asked once the needed facts are known."""
    reference: str = ""
    """Where Microsoft or the project says so."""
    docs: str = ""
    """The module's docstring, filled in by the registry."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule answered about one subject."""

    rule: str
    subject: str
    outcome: Outcome
    text: Text
    remedy: Text | None = None
    missing: tuple[str, ...] = ()
    """Facts that were needed and unknown, with the reason: "grace_days: access denied"."""


def error(text: Text) -> Found:
    """Say that something is broken or will break."""
    return Found(Outcome.ERROR, text)


def warning(text: Text) -> Found:
    """Say that something needs attention."""
    return Found(Outcome.WARNING, text)


def cannot_tell(text: Text) -> Found:
    """Say that the facts at hand do not tell, and what is missing: never let that pass for *ok*."""
    return Found(Outcome.UNKNOWN, text)


def notice(text: Text) -> Found:
    """Say that something is worth knowing."""
    return Found(Outcome.NOTICE, text)
