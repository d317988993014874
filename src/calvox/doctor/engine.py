"""Ask every rule about everything that it is about, and collect the findings, worst first."""

from collections.abc import Iterable, Iterator

from calvox.common.i18n import Text, t
from calvox.doctor.facts import Fact, Site
from calvox.doctor.rule import Finding, Found, Outcome, Rule, View

ORDER = [Outcome.ERROR, Outcome.WARNING, Outcome.NOTICE, Outcome.UNKNOWN, Outcome.OK, Outcome.NOT_APPLICABLE]


def diagnose(site: Site, rules: Iterable[Rule], now: int) -> list[Finding]:
    """Answer every rule about every subject."""
    findings = [finding for rule in rules for view in views(site, rule, now) for finding in answer(rule, view)]
    return sorted(findings, key=lambda f: (ORDER.index(f.outcome), f.subject, f.rule))


def views(site: Site, rule: Rule, now: int) -> Iterator[View]:
    """List what a rule is asked about."""
    match rule.about:
        case "host":
            yield from (View(site, now, host=host) for host in site.session_hosts)
        case "server":
            yield from (View(site, now, server=server) for server in site.licence_servers)
        case "own":
            yield from (View(site, now, own=own) for own in site.own)
        case "site" if not site.only_own:
            yield View(site, now)


def answer(rule: Rule, view: View) -> list[Finding]:
    """Ask one rule about one subject."""
    missing = tuple(unknown(view, rule.needs))
    if missing:
        text = t("{title}: not known, because something was not collected", title=rule.title)
        return [Finding(rule.name, view.subject, Outcome.UNKNOWN, text, missing=missing)]
    if not rule.applies(view):
        return [
            Finding(rule.name, view.subject, Outcome.NOT_APPLICABLE, t("Does not apply: {title}", title=rule.title))
        ]
    found = list(rule.check(view))
    if not found:
        return [Finding(rule.name, view.subject, Outcome.OK, t("Not the case: {title}", title=rule.title))]
    return [Finding(rule.name, view.subject, one.outcome, one.text, _remedy(rule, one)) for one in found]


def _remedy(rule: Rule, found: Found) -> Text | None:
    """Give the remedy where there is something to mend."""
    return None if found.outcome is Outcome.UNKNOWN else rule.remedy


def unknown(view: View, needs: Iterable[str]) -> Iterator[str]:
    """List the needed facts that are unknown, each with its reason."""
    for need in needs:
        fact = fact_at(view, need)
        if not fact.known:
            yield f"{need}: {fact.why or 'not collected'}"


def fact_at(view: View, need: str) -> Fact[object]:
    """Find a fact by its path: "site.…" from the site, anything else from the machine that the view is about."""
    path = need.split(".")
    thing: object = view.site if path[0] == "site" else (view.host or view.server or view.own)
    for part in path[1:] if path[0] == "site" else path:
        thing = getattr(thing, part)
    assert isinstance(thing, Fact), need
    return thing
