"""The first page: call or not yet, and why; what the doctor found, and what to do about it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import quote

from calvox.common.i18n import Text, t
from calvox.doctor.facts import Site
from calvox.doctor.licensing import MODE_NAMES
from calvox.doctor.rule import Finding, Outcome
from calvox.web.common.pages import Page
from calvox.web.windows import menu
from calvox.web.windows.lines import BAD, GOOD, OPEN, WAITS, Told
from calvox.windows.calls.kinds import ABOUT, CallKind
from calvox.windows.precheck import Condition, Precheck, State

STATES: Mapping[State, tuple[Text, str]] = {
    State.HOLDS: (t("holds"), GOOD),
    State.FAILS: (t("not so"), BAD),
    State.UNKNOWN: (t("not known"), OPEN),
}
OUTCOMES: Mapping[Outcome, tuple[Text, str]] = {
    Outcome.ERROR: (t("error"), BAD),
    Outcome.WARNING: (t("warning"), OPEN),
    Outcome.NOTICE: (t("notice"), WAITS),
}
"""What a person is shown one by one."""
MOST_UNKNOWN = 60
"""Missing facts that are listed."""
Remedy = Callable[[Condition], Text | None]


@dataclass(frozen=True)
class Verdict:
    """Call or not yet, for one licence server."""

    server: str
    call: bool
    heading: Text
    against: tuple[Told, ...]
    holds: tuple[Told, ...]
    then: Text
    """What the call that comes next is for."""
    path: str
    """The page that opens it."""


@dataclass(frozen=True)
class Unknown:
    """A fact that was not collected, and of whom."""

    fact: str
    machines: str


@dataclass(frozen=True)
class OpenCall:
    """A call that goes on."""

    number: int
    title: Text
    server: str


@dataclass(frozen=True)
class OverviewPage(Page):
    """A Windows site at a glance."""

    template: ClassVar[str] = "windows/overview.html"
    title: ClassVar[Text] = t("Overview")
    words: ClassVar[Mapping[str, Text]] = {
        "servers": t("Licence servers"),
        "hosts": t("Session hosts"),
        "mode": t("Mode"),
        "collected": t("Newest reading"),
        "never": t("nothing collected yet"),
        "begin": t("Begin here"),
        "begin_what": t("Carry the collector to each machine, run it there, and import what it wrote."),
        "to_import": t("Go to the import"),
        "because": t("because:"),
        "all_holds": t("Everything holds."),
        "holds": t("What holds"),
        "open_calls": t("Calls that are open"),
        "go_on": t("Go on"),
        "findings": t("What the doctor found"),
        "nothing": t("Nothing is wrong, as far as is known."),
        "unknown": t("Not known, for lack of facts"),
        "fact": t("Missing"),
        "about": t("About"),
    }

    site: Site
    mode: Text | str
    verdicts: tuple[Verdict, ...]
    calls: tuple[OpenCall, ...]
    findings: tuple[Told, ...]
    unknown: tuple[Unknown, ...]


def overview(
    site: Site, prechecks: Sequence[tuple[Precheck, Remedy]], calls: Sequence[OpenCall], findings: Sequence[Finding]
) -> OverviewPage:
    """Make the page."""
    activated = {server.machine.name: server.activated.value for server in site.licence_servers}
    return OverviewPage(
        site=site,
        mode=_mode(site),
        verdicts=tuple(_verdict(one, remedy, activated.get(one.server)) for one, remedy in prechecks),
        calls=tuple(calls),
        findings=tuple(_finding(one) for one in findings if one.outcome in OUTCOMES),
        unknown=_unknown(findings),
    )


def _mode(site: Site) -> Text | str:
    """Name the mode of the session hosts; of several modes all."""
    modes = dict.fromkeys(host.mode.value for host in site.session_hosts)
    told = [str(MODE_NAMES[mode]) if mode is not None else str(t("not known")) for mode in modes]
    return ", ".join(told) or "–"


def _verdict(told: Precheck, remedy: Remedy, activated: bool | None) -> Verdict:
    kind = CallKind.INSTALL if activated else CallKind.ACTIVATE
    heading = t("Call for {server}", server=told.server) if told.call else t("Not yet for {server}", server=told.server)
    todos = [remedy(one) for one in told.because]
    against = [
        _condition(
            one, None if todo in todos[at + 1 :] else todo
        )  # one remedy for several stands under the last of them
        for at, (one, todo) in enumerate(zip(told.because, todos, strict=True))
    ]
    holds = [_condition(one, None) for one in told.conditions if one.state is State.HOLDS]
    path = f"{menu.CALLS}?server={quote(told.server)}&kind={kind}"
    return Verdict(told.server, told.call, heading, tuple(against), tuple(holds), ABOUT[kind].title, path)


def _condition(one: Condition, todo: Text | None) -> Told:
    word, colour = STATES[one.state]
    return Told(word, colour, one.text, todo or "", _page_for(one) if todo else "")


def _page_for(one: Condition) -> str:
    """Tell where something is done about a condition; what is written into site.toml is done on no page."""
    machine = quote(one.subject)
    if one.name in ("service-running", "service-automatic") and one.state is State.FAILS:
        return f"{menu.ACTIONS}/start-service?machine={machine}"
    if one.name == "cal-fits-mode" and one.state is State.FAILS:
        return f"{menu.ACTIONS}/set-licensing?machine={machine}"
    pages = {"backup": menu.MACHINES, "hosts": menu.IMPORT, "administrator": menu.IMPORT, "fresh": menu.IMPORT}
    return pages.get(one.name, menu.IMPORT if one.subject and one.state is State.UNKNOWN else "")


def _finding(one: Finding) -> Told:
    word, colour = OUTCOMES[one.outcome]
    named = one.subject in str(one.text)
    text = one.text if named else t("{name}: {text}", name=one.subject, text=one.text)
    return Told(word, colour, text, one.remedy or "")


def _unknown(findings: Sequence[Finding]) -> tuple[Unknown, ...]:
    """Sum up what is not known, by what was not collected."""
    lacking: dict[str, dict[str, None]] = {}
    for one in findings:
        if one.outcome is Outcome.UNKNOWN:
            for missing in one.missing or (str(one.text),):
                lacking.setdefault(missing, {})[one.subject] = None
    return tuple(Unknown(fact, ", ".join(sorted(names))) for fact, names in sorted(lacking.items())[:MOST_UNKNOWN])
