"""The packs of a licence server, a value each: how many CALs, and when they were installed as far as the journal knows."""

from collections.abc import Iterator, Sequence

from calvox.common.i18n import t
from calvox.core.products import CalType, version_name
from calvox.doctor.facts import LicenceServer, Pack
from calvox.doctor.licensing import packs_of
from calvox.windows.codes import Slot
from calvox.windows.papers.rows import Value
from calvox.windows.record import Call, Code


def pack_values(server: LicenceServer, calls: Sequence[Call]) -> Iterator[Value]:
    """Give the packs that Windows shows, then the codes that were entered and are none of these."""
    codes = [(c, code) for c in calls for code in c.codes if code.slot == Slot.PACK_ID and code.entered]
    packs = packs_of(server)
    bought = [pack for pack in packs or () if pack.counts]
    numbers = {pack.number for pack in bought}
    for pack in bought:
        yield _shown(server, pack, [code for _, code in codes if code.pack_id == pack.number])
    if packs is None:
        why = t("not read by an administrator") if server.packs.known else server.packs.why or t("not collected")
        yield Value(note=why)
    elif not bought:
        yield Value(t("none installed"), server.packs.source, server.packs.time)
    for call, code in codes:
        if code.pack_id not in numbers:
            yield _entered(call, code, server)


def _shown(server: LicenceServer, pack: Pack, codes: Sequence[Code]) -> Value:
    values = {
        "total": pack.total,
        "kind": CalType(pack.product).text,
        "version": version_name(pack.version),
        "number": pack.number,
        "issued": pack.issued,
    }
    text = t("{total} CALs {kind} {version} (pack {number}, {issued} issued)", **values)
    note = t("entered by {by} in call {call}", by=codes[-1].by, call=codes[-1].call) if codes else ""
    installed = codes[-1].entered if codes else 0
    return Value(text, server.packs.source, server.packs.time, note=note, installed=installed)


def _entered(call: Call, code: Code, server: LicenceServer) -> Value:
    source = t("journal: call {call}, entered by {by}", call=call.call, by=code.by)
    if server.packs.time < code.entered:
        note = t("The packs were not read since: collect the licence server again.")
    else:
        note = t("Which of the packs it made, Windows does not say.")
    text = t("{quantity} CALs", quantity=code.quantity) if code.quantity else t("a licence key pack ID was entered")
    return Value(text, source, 0, note=note, installed=code.entered)
