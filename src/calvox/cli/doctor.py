"""`calvox doctor`: ask every rule about facts that were collected, or explain what Windows says.

Rules:
- Exit code: 0 if nothing is worse than a notice and everything was known, 1 with a warning, 2 with an error, 3 if nothing is
  wrong as far as is known but something is not known.
- What stands in a facts file was written elsewhere: it is read with a bound, and shown without its control characters.
"""

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text as Styled

from calvox.apps.site.gathering import facts_of_bundle, facts_of_folder, is_bundle
from calvox.cli.own_stores import own_here, own_site
from calvox.cli.session import grid, settings, show
from calvox.common.clock import SYSTEM, show_time
from calvox.common.errors import BadInput, NotFound
from calvox.common.i18n import Text, t
from calvox.doctor.engine import ORDER, diagnose
from calvox.doctor.facts import Directory, LicenceServer, SessionHost, Site
from calvox.doctor.messages import explain, nearest, recognise
from calvox.doctor.rule import Finding, Outcome, Rule
from calvox.doctor.rules import every_rule

app = typer.Typer(
    invoke_without_command=True, subcommand_metavar="", context_settings={"allow_interspersed_args": True}
)

LARGEST = 64 * 2**20
"""Bytes of a facts file that are read."""
EXITS = {Outcome.WARNING: 1, Outcome.ERROR: 2, Outcome.UNKNOWN: 3}
STYLES = {Outcome.ERROR: "bold red", Outcome.WARNING: "yellow", Outcome.NOTICE: "cyan", Outcome.OK: "green"}
SHOWN = (Outcome.ERROR, Outcome.WARNING, Outcome.NOTICE)
"""What a person is shown one by one."""
TOLD = (*SHOWN, Outcome.UNKNOWN)
"""What a script is told unless it asks for everything."""
WORDS = {
    Outcome.ERROR: t("error"),
    Outcome.WARNING: t("warning"),
    Outcome.NOTICE: t("notice"),
    Outcome.UNKNOWN: t("unknown"),
    Outcome.OK: t("ok"),
    Outcome.NOT_APPLICABLE: t("not applicable"),
}
ABOUT = {"host": t("session host"), "server": t("licence server"), "site": t("site"), "own": t("our own server")}


@app.callback(
    help=str(
        t(
            "Find what is wrong with a site's licensing, and what to do. Exit code: 0 all well or a notice, 1 a warning, "
            "2 an error, 3 nothing wrong as far as is known, but not everything is."
        )
    )
)
def doctor(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE",
            help=str(t("Facts of one site, or the folder of a server of ours; none: those on this machine.")),
        ),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help=str(t("Show every answer, also what is well or unknown.")))
    ] = False,
    message: Annotated[
        str, typer.Option(help=str(t("Explain what Windows says: a message in French or English, a code, an event.")))
    ] = "",
    rules: Annotated[bool, typer.Option("--rules", help=str(t("List the rules.")))] = False,
    rule: Annotated[str, typer.Option(help=str(t("Show what one rule checks, and why.")), metavar="NAME")] = "",
) -> None:
    """Choose what was asked for."""
    if rules:
        _list_rules()
    elif rule:
        _show_rule(rule)
    elif message:
        _explain(message)
    elif sites := [load_site(path) for path in files] if files else own_here():
        _diagnose(together(sites), everything)
    else:
        raise BadInput(
            t("There is nothing to look at: no server of ours is on this machine"),
            hint=t("Name a file of facts or a folder, or use --message, --rules or --rule."),
        )


# Facts


def load_site(path: Path) -> Site:
    """Read the facts of a site: a folder of a site or of a server of ours, a bundle from Windows, or a file of facts.

    Raises:
        NotFound: there is no such file.
        BadInput: it is too large, cannot be read, or does not hold facts.
    """
    if path.is_dir():
        return own_site(path) or facts_of_folder(path)
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except FileNotFoundError as error:
        raise NotFound(t("There is no file {path}", path=str(path))) from error
    except OSError as error:
        raise BadInput(t("{path} cannot be read: {why}", path=str(path), why=error.strerror or "")) from error
    if len(data) > LARGEST:
        raise BadInput(t("{path} is too large for a file of facts", path=str(path)))
    if is_bundle(data):
        return facts_of_bundle(data)
    try:
        return msgspec.json.decode(data, type=Site)
    except (msgspec.DecodeError, RecursionError) as error:
        raise BadInput(t("{path} holds no facts: {why}", path=str(path), why=harmless(str(error)))) from error


def together(sites: list[Site]) -> Site:
    """Put facts from several files into one site; of a machine that occurs twice, the newer facts count."""
    ordered = sorted(sites, key=lambda site: (not site.only_own, site.collected))
    own = {(one.kind, one.folder): one for site in ordered for one in site.own}
    servers: dict[str, LicenceServer] = {s.machine.name.lower(): s for site in ordered for s in site.licence_servers}
    hosts: dict[str, SessionHost] = {h.machine.name.lower(): h for site in ordered for h in site.session_hosts}
    directory = {}
    for field in msgspec.structs.fields(Directory):
        facts = [getattr(site.directory, field.name) for site in ordered]
        directory[field.name] = next((fact for fact in reversed(facts) if fact.known), facts[-1])
    return msgspec.structs.replace(
        ordered[-1],
        licence_servers=tuple(servers.values()),
        session_hosts=tuple(hosts.values()),
        directory=Directory(**directory),
        own=tuple(own.values()),
    )


def harmless(text: str) -> str:
    """Take out what could steer a terminal: control and formatting characters."""
    return "".join("�" if unicodedata.category(c) in ("Cc", "Cf") and c != "\n" else c for c in text)


# Findings


def _diagnose(site: Site, everything: bool) -> None:
    findings = diagnose(site, every_rule(), SYSTEM.now())
    counts = Counter(finding.outcome for finding in findings)
    code = next((EXITS[o] for o in (Outcome.ERROR, Outcome.WARNING, Outcome.UNKNOWN) if counts[o]), 0)
    told = {
        "site": site.name,
        "collected": site.collected,
        "counts": {outcome.value: counts[outcome] for outcome in ORDER},
        "findings": [_plain(finding) for finding in findings if everything or finding.outcome in TOLD],
        "exit": code,
    }
    show(told, lambda screen: _draw(screen, site, findings, everything))
    raise typer.Exit(code)


def _plain(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "subject": finding.subject,
        "outcome": finding.outcome.value,
        "text": str(finding.text),
        "remedy": str(finding.remedy) if finding.remedy else None,
        "missing": list(finding.missing),
    }


def _draw(screen: Console, site: Site, findings: list[Finding], everything: bool) -> None:
    shown = findings if everything else [finding for finding in findings if finding.outcome in SHOWN]
    if shown:
        screen.print(_table(site, shown))
    unknown = [finding for finding in findings if finding.outcome is Outcome.UNKNOWN]
    if unknown and not everything:
        _draw_unknown(screen, unknown)
    counts = Counter(finding.outcome for finding in findings)
    sums = ", ".join(f"{WORDS[outcome]}: {counts[outcome]}" for outcome in ORDER)
    screen.print(sums, style="bold" if shown else "bold green" if not unknown else "bold", markup=False)


def _table(site: Site, findings: Sequence[Finding]) -> Table:
    when = show_time(site.collected, settings().zone) if site.collected else "–"
    table = Table(
        title=Styled(harmless(str(t("{site}, facts of {when}", site=site.name, when=when)))),
        title_justify="left",
        header_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    for column in (t("Level"), t("About"), t("Finding, and what to do")):
        table.add_column(str(column), overflow="fold")
    for finding in findings:
        style = STYLES.get(finding.outcome, "dim")
        told = Styled(harmless(str(finding.text)))
        for missing in finding.missing:
            told.append(harmless(f"\n· {missing}"), style="dim")
        if finding.remedy:
            told.append(harmless(f"\n→ {finding.remedy}"), style="green")
        told.append(f"\n{finding.rule}\n", style="dim")
        table.add_row(Styled(str(WORDS[finding.outcome]), style=style), Styled(harmless(finding.subject)), told)
    return table


def _draw_unknown(screen: Console, unknown: list[Finding]) -> None:
    """Sum up what is not known, by what was not collected."""
    lacking: dict[str, set[str]] = defaultdict(set)
    for finding in unknown:
        for missing in finding.missing or (str(finding.text),):
            lacking[missing].add(finding.subject)
    title = t("Not known, for lack of facts: {count} answers (--all shows each)", count=len(unknown))
    table = grid(title, t("Missing"), t("About"))
    for missing, subjects in sorted(lacking.items()):
        table.add_row(Styled(harmless(missing)), Styled(harmless(_few(sorted(subjects)))))
    screen.print(table)


def _few(names: list[str], most: int = 4) -> str:
    return ", ".join(names[:most]) + (f" … ({len(names)})" if len(names) > most else "")


# Messages


def _explain(message: str) -> None:
    known, causes = recognise(message), explain(message)
    near = [] if known else nearest(message)
    told = {
        "recognised": [str(one.meaning) for one in known],
        "causes": [
            {"cause": str(c.text), "tell": str(c.tell), "remedy": str(c.remedy), "rules": list(c.rules)} for c in causes
        ],
        "nearest": near,
    }

    def render(screen: Console) -> None:
        if not known:
            _say(screen, t("This message is not known."), "yellow")
            for text in near:
                _say(screen, t("It resembles: {text}", text=text))
            return
        for one in known:
            _say(screen, one.meaning, "bold")
        for number, cause in enumerate(causes, 1):
            _say(screen, f"\n{number}. {cause.text}", "bold")
            _say(screen, t("How to tell: {tell}", tell=cause.tell))
            _say(screen, f"→ {cause.remedy}", "green")
            if cause.rules:
                _say(screen, t("Rules that prove it: {rules}", rules=", ".join(cause.rules)), "dim")

    show(told, render)
    raise typer.Exit(0 if known else EXITS[Outcome.UNKNOWN])


def _say(screen: Console, text: Text | str, style: str = "") -> None:
    screen.print(str(text), style=style or None, markup=False)


# Rules


def _list_rules() -> None:
    rules = every_rule()
    told = [{"name": r.name, "about": r.about, "title": str(r.title), "needs": list(r.needs)} for r in rules]

    def render(screen: Console) -> None:
        table = grid(t("{count} rules", count=len(rules)), t("Rule"), t("About"), t("Finds"))
        for rule in rules:
            table.add_row(rule.name, str(ABOUT[rule.about]), str(rule.title))
        screen.print(table)

    show(told, render)


def _show_rule(name: str) -> None:
    rule = _rule_named(name)
    told: dict[str, Any] = {"name": rule.name, "about": rule.about, "title": str(rule.title), "docs": rule.docs}
    told |= {"needs": list(rule.needs), "remedy": str(rule.remedy), "reference": rule.reference}

    def render(screen: Console) -> None:
        _say(screen, f"{rule.name} – {ABOUT[rule.about]}\n", "bold")
        _say(screen, rule.docs.strip())
        _say(screen, f"\n→ {rule.remedy}", "green")

    show(told, render)


def _rule_named(name: str) -> Rule:
    rules = {rule.name: rule for rule in every_rule()}
    if name not in rules:
        near = get_close_matches(name[:100], rules, n=3)
        hint = t("Did you mean {names}?", names=", ".join(near)) if near else t("--rules lists them.")
        raise NotFound(t("There is no rule “{name}”", name=harmless(name[:100])), hint=hint)
    return rules[name]
