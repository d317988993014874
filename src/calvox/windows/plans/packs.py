"""Which packs must be there, and whether they are: by type, version and number of CALs.

Rules:
- What must be there is what the licence server held when the plan was opened, or the last time before; where nothing of that
  was ever read, what was bought.
- CALs of one type and version count together, for Windows may put them into other packs than before.
- Where CALs come to a licence server that has some of its own, those do not count. They are what it held when it was first read
  in this plan; if there is no such earlier reading, nothing tells which CALs came.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from calvox.common.errors import BadInput
from calvox.common.i18n import Text, t
from calvox.core.products import CalType, cal_type_named, version_name, version_named
from calvox.core.purchases import Purchase
from calvox.doctor.facts import LicenceServer, Site
from calvox.doctor.licensing import is_valid, packs_of
from calvox.windows.checklist_facts import Seen, evidence_of, unknown
from calvox.windows.evidence import Evidence
from calvox.windows.plans.case import Case
from calvox.windows.plans.plan import Line, Vouch
from calvox.windows.plans.servers import not_read_since
from calvox.windows.record import Code

PACK_CALLS = ("migrate", "reinstall", "install")
"""Kinds of calls that bring packs."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """CALs that must be there."""

    name: str
    """pack-N by Windows' number, or purchase-N by its number in site.toml."""
    kind: CalType
    version: int
    total: int
    upto: int
    """How many CALs of this type and version there must be for this pack and those before it."""
    purchase: int
    """Number of the purchase in site.toml that seems to be the one, from 1; 0 = none."""
    evidence: tuple[Evidence, ...] = ()
    """Where it was read; empty if it is what was bought."""

    @property
    def text(self) -> Text:
        """Name it."""
        return t(
            "{total} CALs {kind} of {version}",
            total=self.total,
            kind=self.kind.text,
            version=version_name(self.version),
        )


def held(case: Case, name: str) -> LicenceServer | None:
    """Find the reading that tells what a licence server held: at the plan's opening, else before it, else after it."""
    earlier, later = case.states[: case.begun + 1], case.states[case.begun + 1 :]
    for site in (*reversed(earlier), *later):
        server = case.server(name, site)
        if any(is_valid(pack, case.opened) for pack in packs_of(server) or ()):
            return server
    return None


def wanted(case: Case, name: str) -> tuple[Wanted, ...]:
    """List the packs that must be there in the end, because a licence server held them or because they were bought."""
    server = held(case, name)
    return _summed(_of_packs(case, server) if server else _of_purchases(case.purchases))


def _of_packs(case: Case, server: LicenceServer) -> Iterator[Wanted]:
    evidence = (evidence_of(server, "packs"),)
    for pack in packs_of(server) or ():
        if is_valid(pack, case.opened):
            kind = CalType(pack.product)
            number = purchase_of(case.purchases, kind, pack.version, pack.total)
            yield Wanted(f"pack-{pack.number}", kind, pack.version, pack.total, 0, number, evidence)


def _of_purchases(purchases: Sequence[Purchase]) -> Iterator[Wanted]:
    for number, purchase in enumerate(purchases, start=1):
        kind = _kind(purchase)
        if kind is not None:
            yield Wanted(f"purchase-{number}", *kind, purchase.quantity, 0, number)


def _summed(packs: Iterator[Wanted]) -> tuple[Wanted, ...]:
    sums: dict[tuple[CalType, int], int] = {}
    summed = []
    for one in packs:
        key = (one.kind, one.version)
        sums[key] = sums.get(key, 0) + one.total
        summed.append(Wanted(one.name, *key, one.total, sums[key], one.purchase, one.evidence))
    return tuple(summed)


def _kind(purchase: Purchase) -> tuple[CalType, int] | None:
    """Read type and version of a purchase; None if they are not told in words that are known."""
    try:
        return cal_type_named(purchase.cal_type), version_named(purchase.version)
    except BadInput:
        return None


def purchase_of(purchases: Sequence[Purchase], kind: CalType, version: int, quantity: int) -> int:
    """Find the number of the purchase that a pack seems to come from, 0 if none does."""
    fitting = [n for n, one in enumerate(purchases, start=1) if _kind(one) == (kind, version)]
    exact = (n for n in fitting if purchases[n - 1].quantity == quantity)
    return next(exact, fitting[0] if fitting else 0)


def kept(case: Case, name: str, one: Wanted, since: int, site: Site | None = None) -> Seen:
    """Tell whether a pack is still there, or there again, on the licence server that had it."""
    server = case.server(name, site)
    missing = not_read_since(server, "packs", since)
    total = _total(case, server, one)
    if missing is not None or total is None:
        return missing or _not_believed(server)
    return _seen(one, server, total >= one.upto, total, case.evidence_of_codes(name, *PACK_CALLS))


def arrived(case: Case, name: str, one: Wanted) -> Seen:
    """Tell whether a pack came to another licence server, whose own packs do not count."""
    server = case.server(name)
    total = _total(case, server, one)
    if total is None:
        return unknown(server, "packs") if not server.packs.known else _not_believed(server)
    codes = case.evidence_of_codes(name, *PACK_CALLS)
    if any(code.time > server.packs.time for code in codes):
        text = t("Windows took a code after {name} was last read: read it again.", name=server.machine.name)
        return Seen(None, text, (evidence_of(server, "packs"), *codes))
    own, first = _own(case, name, one)
    come = total - own
    if come < one.upto and total >= one.upto and first == server.packs.time:
        values = {"what": one.text, "name": server.machine.name}
        text = t(
            "{what}: {name} has as many, but was not read before they came; whose they are is not known.", **values
        )
        return Seen(None, text, (evidence_of(server, "packs"), *codes))
    return _seen(one, server, come >= one.upto, max(0, come), codes)


def _own(case: Case, name: str, one: Wanted) -> tuple[int, int]:
    """Tell how many CALs of a kind the server had when it was first read in this plan, and when that was."""
    first = case.first(lambda site: _total(case, case.server(name, site), one) is not None)
    server = case.server(name, first)
    come = sum(code.quantity for code in _entered(case, name, one) if code.entered <= server.packs.time)
    return max(0, (_total(case, server, one) or 0) - come), server.packs.time


def _entered(case: Case, name: str, one: Wanted) -> Iterator[Code]:
    for call, code in case.codes(name, *PACK_CALLS):
        if 0 < call.purchase <= len(case.purchases) and _kind(case.purchases[call.purchase - 1]) == (
            one.kind,
            one.version,
        ):
            yield code


def _total(case: Case, server: LicenceServer, one: Wanted) -> int | None:
    packs = packs_of(server)
    if packs is None:
        return None
    fitting = (p for p in packs if (p.product, p.version) == (one.kind, one.version) and is_valid(p, case.now))
    return sum(pack.total for pack in fitting)


def _not_believed(server: LicenceServer) -> Seen:
    text = t(
        "The packs of {name} are all zero, which is believed from an administrator alone.", name=server.machine.name
    )
    return Seen(None, text, (evidence_of(server, "packs"),))


def _seen(one: Wanted, server: LicenceServer, good: bool, total: int, codes: tuple[Evidence, ...]) -> Seen:
    there = min(one.total, max(0, total - (one.upto - one.total)))
    values = {"what": one.text, "there": there, "name": server.machine.name}
    return Seen(good, t("{what}: {there} on {name}.", **values), (evidence_of(server, "packs"), *codes))


def listed_packs(packs: Sequence[Wanted]) -> Text:
    """Name packs in one row."""
    text = packs[0].text
    for one in packs[1:]:
        text = t("{packs}; {more}", packs=text, more=one.text)
    return text


def known_packs(case: Case, name: str) -> Line:
    """Tell whether it is known what a licence server holds."""
    server, packs = held(case, name), wanted(case, name)
    if server is not None:
        text = t("{name} holds {packs}.", name=server.machine.name, packs=listed_packs(packs))
        return Line("packs", Seen(True, text, (evidence_of(server, "packs"),)))
    if packs:
        text = t("No packs of {name} were ever read; what was bought is {packs}.", name=name, packs=listed_packs(packs))
        return Line("packs", Seen(None, text), Vouch.IF_MISSING)
    text = t(
        "No packs of {name} were ever read, and [[purchases]] in site.toml is empty: nothing tells what to expect.",
        name=name,
    )
    return Line("packs", Seen(None, text))
