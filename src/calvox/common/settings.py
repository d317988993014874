"""Settings: what a site may choose, and where each choice comes from.

One precedence, the first that is set: an option on the command line, an environment variable CALVOX_SECTION_NAME, the
settings file (TOML), the default below. The file is the one named by --settings or CALVOX_SETTINGS, else ./calvox.toml,
else /etc/calvox/calvox.toml. An unknown name is an error, never ignored.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta

from calvox.common.clock import DAY
from calvox.common.errors import BadSettings
from calvox.common.i18n import t

PLACES = ("calvox.toml", "/etc/calvox/calvox.toml")
PREFIX = "CALVOX_"
_NUMBER = re.compile(r"-?[0-9]{1,18}")


class Interface(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How Calvox speaks to people."""

    language: Literal["", "en", "fr"] = ""
    """"en" or "fr"; empty: the locale's."""
    zone: str = "UTC"
    """Time zone in which times are shown, as in Europe/Paris."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """What a serving process logs at least."""
    log_format: Literal["", "json", "text"] = ""
    """"json" or "text"; empty: text on a terminal, JSON elsewhere."""
    syslog: str = ""
    """Where the log goes to as well: "/dev/log", "host:514" (UDP) or "tcp:host:601"; empty: nowhere else."""


class Centre(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The activation centre."""

    folder: str = "/var/lib/calvox/centre"
    """Where its register and keys lie."""
    listen: str = "127.0.0.1:7401"
    """Address and port of its TLS page."""
    operations: str = "127.0.0.1:7403"
    """Address and port, of this machine alone, for health and metrics; empty: none."""
    passphrase_file: str = ""
    """File with the signing key's passphrase; empty: systemd credential `calvox-passphrase`, else the terminal."""
    people_listen: str = "127.0.0.1:7406"
    """Address and port on which operators log in, with TLS; empty: none."""
    people_certificate: str = ""
    """File (PEM) with a certificate and its chain to show to operators; empty: the one that was made at init."""
    people_key: str = ""
    """File (PEM, not encrypted) with the key of that certificate."""
    call_hours: Annotated[int, Meta(ge=1, le=720)] = 72
    """Hours for which a call that was prepared and not signed is kept."""
    verify_at_start: Annotated[int, Meta(ge=0)] = 50_000
    """Entries up to which the whole register is verified before serving; a longer one is verified while it serves."""


class Server(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The licence server."""

    folder: str = "/var/lib/calvox/server"
    """Where its ledger and keys lie."""
    listen: str = "127.0.0.1:7402"
    """Address and port on which session hosts reach it, with mutual TLS."""
    operations: str = "127.0.0.1:7404"
    """Address and port, of this machine alone, for health and metrics; empty: none."""
    people_listen: str = "127.0.0.1:7405"
    """Address and port on which people log in, with TLS; empty: none."""
    people_certificate: str = ""
    """File (PEM) with a certificate and its chain to show to people; empty: the one that was made at init."""
    people_key: str = ""
    """File (PEM, not encrypted) with the key of that certificate."""
    names: Annotated[tuple[str, ...], Meta(min_length=1)] = ("localhost", "127.0.0.1")
    """Names and addresses that its certificate bears."""
    role: Literal["primary", "second"] = "primary"
    """"second": it stands in for another licence server, and issues temporary CALs only."""
    over_use: Literal["allow", "warn", "enforce"] = "allow"
    """Per-user CALs beyond the packs: "allow", "warn" or "enforce"."""
    prevent_upgrade: bool = False
    """Whether a host may only have CALs of its own version."""
    lease_seconds: Annotated[int, Meta(ge=10, le=DAY)] = 600
    """How long a per-session CAL is kept without a sign of life."""
    enrolment_hours: Annotated[int, Meta(ge=1, le=720)] = 24
    """How long an enrolment code is good."""
    allowed_groups: tuple[str, ...] = ()
    """Groups whose session hosts are given CALs; empty: every approved host is."""
    requests_each_second: Annotated[int, Meta(ge=1, le=1_000_000)] = 500
    """Requests that one session host may send in the long run, ten times as many at once."""
    holders_each_hour: Annotated[int, Meta(ge=0, le=10_000_000)] = 5_000
    """Devices, users and sessions that one session host may name for the first time in an hour; 0: no bound."""
    verify_at_start: Annotated[int, Meta(ge=0)] = 50_000
    """Entries up to which the whole ledger is verified before serving; a longer one is verified while it serves."""


class Host(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The session host."""

    folder: str = "/var/lib/calvox/host"
    """Where its certificate and tokens lie."""
    timeout_seconds: Annotated[int, Meta(ge=1, le=600)] = 10
    """How long the licence server may take to answer."""
    heartbeat_seconds: Annotated[int, Meta(ge=1, le=3600)] = 120
    """How often the host's process gives a sign of life for sessions; well below the server's lease."""
    mode: Literal["device", "user", "session"] = "user"
    """What people's CALs are counted by, where the signed policy does not say."""
    servers: Annotated[tuple[str, ...], Meta(max_length=16)] = ()
    """Licence servers in the order in which to ask, where the signed policy does not say; empty: as they were enrolled."""
    retry_seconds: Annotated[int, Meta(ge=1, le=3600)] = 60
    """How long a licence server that did not answer is left alone."""
    socket: str = ""
    """Where the host's process listens for programs of this machine; empty: `agent.sock` in its folder."""
    socket_users: tuple[str, ...] = ()
    """Users who may ask for CALs over that socket, besides root and the user that the process runs as."""


class Alerts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Mails about what went wrong on a licence server or an activation centre."""

    smtp: str = ""
    """Host and port of the mail server, as mail.example.test:587; empty: no mail is sent."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """"starttls", "tls" from the first byte, or "none"."""
    authority_file: str = ""
    """Certificate (PEM) of the authority behind the mail server; empty: those that the machine trusts."""
    user: str = ""
    """Name to log in with; empty: no login."""
    password_file: str = ""
    """File with the password for it."""
    sender: str = ""
    """Address that the mails come from."""
    recipients: tuple[str, ...] = ()
    """Addresses that they go to."""
    interval_minutes: Annotated[int, Meta(ge=1, le=10_080)] = 15
    """Least time between two mails; what happens meanwhile is in the next one."""


class Backup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Backups of the licence server and of the activation centre."""

    folder: str = "/var/lib/calvox/backups"
    """Where archives are written."""
    second: str = ""
    """A second place, on another disk or a share; empty: none."""
    keep: Annotated[int, Meta(ge=2, le=10_000)] = 14
    """How many verified archives are kept in each place; older ones of the same store are removed."""
    warn_hours: Annotated[int, Meta(ge=1, le=8784)] = 36
    """A last backup that is older is told of."""
    drill_days: Annotated[int, Meta(ge=1, le=3660)] = 180
    """So often the recovery key is typed from its paper, to see that it opens a backup."""


class Manager(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The manager in the browser of a site without any server of ours."""

    site_listen: str = "127.0.0.1:7407"
    """Address and port on which `calvox manager serve` shows a site folder, with TLS."""


class Directory(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The site's Active Directory, whose users may log in where their groups let them."""

    servers: Annotated[tuple[str, ...], Meta(max_length=16)] = ()
    """Its servers in the order in which to ask, as dc1.corp.example or dc1.corp.example:636; empty: there is no directory."""
    security: Literal["ldaps", "starttls"] = "ldaps"
    """"ldaps" (TLS from the first byte) or "starttls"; without TLS no password is sent."""
    authority_file: str = ""
    """Certificate (PEM) of the authority behind its servers; empty: those that the machine trusts."""
    base: str = ""
    """Where users and groups are looked for, as dc=corp,dc=example."""
    suffix: str = ""
    """What stands after the @ of its users' names, as corp.example."""
    administrators: tuple[str, ...] = ()
    """Groups, by account name or distinguished name, whose users administer the licence server."""
    auditors: tuple[str, ...] = ()
    """Groups whose users read all of the licence server."""
    supervisors: tuple[str, ...] = ()
    """Groups whose users supervise the activation centre."""
    operators: tuple[str, ...] = ()
    """Groups whose users take the activation centre's calls."""
    timeout_seconds: Annotated[int, Meta(ge=1, le=60)] = 5
    """How long one of its servers may take to answer."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that can be set."""

    interface: Interface = Interface()
    centre: Centre = Centre()
    server: Server = Server()
    host: Host = Host()
    alerts: Alerts = Alerts()
    directory: Directory = Directory()
    backup: Backup = Backup()
    manager: Manager = Manager()

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which times are shown."""
        return ZoneInfo(self.interface.zone)


class Loaded(msgspec.Struct, frozen=True):
    """Settings, and where each value came from."""

    settings: Settings
    sources: Mapping[str, str]
    """"server.listen" to "option", the variable's name, the file's path or "default"."""


def load(
    file: Path | None = None, environment: Mapping[str, str] = os.environ, options: Mapping[str, Any] | None = None
) -> Loaded:
    """Gather the settings; `options` maps "server.folder" to a value, None meaning not given.

    Raises:
        BadSettings: a file is missing or unreadable, a name unknown, a value of the wrong type.
    """
    _check_variables(environment)
    path = _file(file, environment)
    values: dict[str, dict[str, Any]] = _read(path) if path else {}
    sources = {f"{s}.{n}": str(path) for s, section in values.items() for n in section}
    for name in names():
        section, _, field = name.partition(".")
        variable = PREFIX + name.upper().replace(".", "_")
        if variable in environment:
            values.setdefault(section, {})[field] = _from_text(name, environment[variable])
            sources[name] = variable
        option = (options or {}).get(name)
        if option is not None:
            values.setdefault(section, {})[field] = str(option) if isinstance(option, Path) else option
            sources[name] = "option"
    return Loaded(_convert(values, sources), {name: sources.get(name, "default") for name in names()})


def _check_variables(environment: Mapping[str, str]) -> None:
    """Refuse a variable that begins like those of a section and names no setting."""
    known = {PREFIX + name.upper().replace(".", "_") for name in names()}
    sections = tuple(f"{PREFIX}{section.name.upper()}_" for section in _fields(Settings))
    for variable in sorted(set(environment) - known):
        if variable.startswith(sections):
            raise BadSettings(t("There is no setting for the variable {name}", name=variable))


def names() -> list[str]:
    """List every setting as section.name."""
    return [f"{section.name}.{field.name}" for section in _fields(Settings) for field in _fields(section.type)]


def value_of(settings: Settings, name: str) -> Any:
    """Read one setting by its section.name."""
    section, _, field = name.partition(".")
    return getattr(getattr(settings, section), field)


def _fields(kind: Any) -> tuple[msgspec.structs.FieldInfo, ...]:
    return msgspec.structs.fields(kind)


def _file(file: Path | None, environment: Mapping[str, str]) -> Path | None:
    named = file or (Path(environment["CALVOX_SETTINGS"]) if environment.get("CALVOX_SETTINGS") else None)
    if named is not None:
        if not named.is_file():
            raise BadSettings(t("There is no settings file {path}", path=str(named)))
        return named
    return next((Path(place) for place in PLACES if Path(place).is_file()), None)


def _read(path: Path) -> dict[str, dict[str, Any]]:
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadSettings(t("{path}: {why}", path=str(path), why=str(error))) from error
    for name, section in values.items():
        if not isinstance(section, dict):
            raise BadSettings(t("{path}: “{name}” stands outside a section", path=str(path), name=name))
    return values


def _from_text(name: str, text: str) -> Any:
    """Read a variable as its setting's default would be written; what does not fit is left to be refused."""
    default = value_of(Settings(), name)
    if isinstance(default, bool):
        return {"true": True, "1": True, "false": False, "0": False}.get(text.lower(), text)
    if isinstance(default, int):
        return int(text) if _NUMBER.fullmatch(text.strip()) else text
    return [part.strip() for part in text.split(",") if part.strip()] if isinstance(default, tuple) else text


def _convert(values: Mapping[str, Any], sources: Mapping[str, str]) -> Settings:
    try:
        settings = msgspec.convert(values, Settings)
        ZoneInfo(settings.interface.zone)
    except msgspec.ValidationError as error:
        raise BadSettings(
            t("Settings: {why}", why=str(error)),
            hint=t("Looked at: {places}", places=", ".join(sorted(set(sources.values()))) or "default"),
        ) from error
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise BadSettings(t("“{zone}” is no time zone", zone=values["interface"]["zone"])) from error
    return settings
