"""The old licence server in a migration: what it holds at the beginning, and that nothing is left on it in the end."""

from collections.abc import Iterator

from calvox.common.clock import DAY, utc
from calvox.common.i18n import Text, t
from calvox.doctor.facts import LicenceServer
from calvox.doctor.licensing import is_valid, packs_of
from calvox.windows.checklist_facts import FRESH_DAYS, Seen, evidence_of, unknown
from calvox.windows.plans.case import Case
from calvox.windows.plans.hosts import Hosts, known_hosts
from calvox.windows.plans.packs import Wanted, known_packs
from calvox.windows.plans.plan import Do, Line, Step, Vouch, command
from calvox.windows.plans.servers import alive, back_up, identity, issued, living, read_again, saved_before

REMOVED, NOT_REMOVED, BY_HAND = 89, 90, (92, 93)
"""Events: CALs removed from the source; removal failed; source out of reach, or declared dead."""


def is_gone(case: Case) -> bool:
    """Tell whether the old licence server can no longer take part: somebody says so, or it was deactivated too early."""
    if case.server(case.plan.old).activated.value is False:
        return True
    return _answers(case).seen.good is not True and case.vouched("inventory/answers") is not None


def inventory(case: Case, hosts: Hosts) -> Step:
    """See whether everything is written down that must be known later."""
    old = case.plan.old
    return Step(
        "inventory",
        t("Write down what {old} holds, and who uses it", old=case.bare(old)),
        t("What is not written down now cannot be compared later: packs, licence server ID, issued CALs, hosts."),
        (
            _answers(case),
            known_packs(case, old),
            identity(case, old),
            issued(case, old),
            saved_before(case, old),
            *known_hosts(hosts),
        ),
        (*read_again(old, *hosts.names), back_up(old), _is_gone_do(case)),
    )


def _answers(case: Case) -> Line:
    """Tell whether the old licence server was read by an administrator when the plan was opened, or later."""
    lately = case.opened - FRESH_DAYS * DAY
    answered = case.first(lambda site: _read_by_administrator(case.server(case.plan.old, site)) >= lately)
    server = case.server(case.plan.old, answered)
    name, read = server.machine.name, _read_by_administrator(server)
    if answered is None:
        text = t("{name} was not read by an administrator lately: it is not known whether it still answers.", name=name)
        return Line("answers", Seen(None, text), Vouch.IF_MISSING)
    evidence = (evidence_of(server, "machine.administrator"), evidence_of(server, "packs"))
    text = t("{name} answers: it was read by an administrator on {read}.", name=name, read=utc(read))
    return Line("answers", Seen(True, text, evidence))


def _read_by_administrator(server: LicenceServer) -> int:
    """Tell when the licensing class last answered to an administrator; 0 = never."""
    return max(server.packs.time, server.activated.time) if server.machine.administrator.value else 0


def _is_gone_do(case: Case) -> Do:
    text = t("If {old} will never answer again, say so; its packs are then installed anew:", old=case.plan.old)
    note = str(t("what happened to it"))
    words = ("--from", case.plan.old, "--to", case.plan.new, "--confirm", "inventory/answers", "--note", note)
    return Do(text, command("windows", "migrate", *words))


# In the end


def remove(case: Case, packs: tuple[Wanted, ...]) -> Step:
    """See whether the old licence server holds none of its packs any more."""
    old = case.plan.old
    lines = tuple(_left(case, packs))
    return Step(
        "remove",
        t("Remove the migrated CALs from {old}", old=case.bare(old)),
        t("The same CALs must not be issued by two licence servers; that would break Microsoft’s licence terms."),
        lines,
        (*_by_hand(case, lines), *read_again(old)),
        after=("verify",),
        notes=(*removals(case, old, case.plan.new), *_running_out(case)),
    )


def _by_hand(case: Case, lines: tuple[Line, ...]) -> Iterator[Do]:
    """Say how each pack that is left is removed."""
    old = case.plan.old
    left = [line.name.removeprefix("pack-") for line in lines if line.seen.good is False]
    for number in left:
        text = t("Remove pack {number} from {old}:", number=number, old=old)
        yield Do(text, command("windows", "act", "remove-pack", "--machine", old, "--pack", number))
    if left:
        text = t(
            "A server that is out of reach is not reached by the wizard either: remove its CALs by hand before it is used again."
        )
        yield Do(text)


def _left(case: Case, packs: tuple[Wanted, ...]) -> Iterator[Line]:
    """Tell of each pack whether the old licence server still has it."""
    server = case.server(case.plan.old)
    name, there = server.machine.name, packs_of(server)
    if there is None:
        yield Line("packs", unknown(server, "packs") if not server.packs.known else _doubtful(server), Vouch.ALWAYS)
        return
    evidence = (evidence_of(server, "packs"),)
    left = {f"pack-{pack.number}": pack for pack in there if is_valid(pack, case.now)}
    for one in packs:
        if one.evidence and one.name not in left:
            yield Line(one.name, Seen(True, t("{what}: no longer on {name}.", what=one.text, name=name), evidence))
    for key, pack in left.items():
        text = t(
            "Pack {number} is still on {name}, with {total} CALs.", number=pack.number, name=name, total=pack.total
        )
        yield Line(key, Seen(False, text, evidence), Vouch.ALWAYS)
    if not left and not any(one.evidence for one in packs):
        yield Line("packs", Seen(True, t("{name} holds no packs.", name=name), evidence))


def _doubtful(server: LicenceServer) -> Seen:
    text = t("That {name} holds no packs is believed from an administrator alone.", name=server.machine.name)
    return Seen(None, text, (evidence_of(server, "packs"),))


def _running_out(case: Case) -> tuple[Text, ...]:
    server = case.server(case.plan.old)
    if not living(server, case.now):
        return ()
    stay = t("They stay valid on the devices until they end (inferred); {new} issues the next ones.", new=case.plan.new)
    return (t("{running} {stay}", running=alive(server, case.now), stay=stay),)


def deactivate(case: Case) -> Step:
    """See whether the old licence server is deactivated."""
    old = case.plan.old
    by_call = t("By telephone, with the confirmation code that you are given:")
    by_role = t(
        "Or remove the role Remote Desktop Licensing from it, which Microsoft calls deactivating too (KB953918), and say so:"
    )
    note = str(t("role removed"))
    words = ("--from", old, "--to", case.plan.new, "--confirm", "deactivate/activated", "--note", note)
    return Step(
        "deactivate",
        t("Deactivate {old}, last of all", old=case.bare(old)),
        t("It issues nothing any more. Only now is there nothing left for which it would be needed."),
        (_deactivated(case),),
        (
            Do(by_call, command("windows", "call", "open", "deactivate", "--server", old)),
            Do(by_role, command("windows", "migrate", *words)),
            Do(
                t(
                    "Take it out of Active Directory too: UnpublishLS, RemoveLSfromTSLSGroup; and off other servers’ lists of peers."
                )
            ),
            *read_again(old),
        ),
        after=("remove",),
        notes=_too_early(case),
    )


def _deactivated(case: Case) -> Line:
    server = case.server(case.plan.old)
    name = server.machine.name
    if not server.activated.known:
        return Line("activated", unknown(server, "activated"), Vouch.ALWAYS)
    evidence = (evidence_of(server, "activated"), *case.evidence_of_codes(name, "deactivate"))
    if server.activated.value:
        return Line("activated", Seen(False, t("{name} is still activated.", name=name), evidence), Vouch.ALWAYS)
    return Line("activated", Seen(True, t("{name} is deactivated.", name=name), evidence), Vouch.ALWAYS)


def _too_early(case: Case) -> tuple[Text, ...]:
    old = case.server(case.plan.old)
    if old.activated.value is not False:
        return ()
    text = t(
        "If {old} was deactivated before the packs had left it, the wizard cannot remove them there: the call is one for a server "
        "that no longer works, and its packs are removed by hand.",
        old=old.machine.name,
    )
    return (text,)


def removals(case: Case, old: str, new: str) -> Iterator[Text]:
    """Tell what the events say about the removal of CALs from the old licence server."""
    for name in (new, old):
        for event in case.events(name, REMOVED, NOT_REMOVED, *BY_HAND):
            values = {"event": event.id, "name": name, "time": utc(event.time), "old": old}
            if event.id == REMOVED:
                yield t("Event {event} on {name}, {time}: CALs were removed from {old}.", **values)
            elif event.id == NOT_REMOVED:
                yield t(
                    "Event {event} on {name}, {time}: CALs could not be removed from {old}; do it by hand.", **values
                )
            else:
                yield t(
                    "Event {event} on {name}, {time}: {old} was out of reach; its CALs stay there until somebody removes them.",
                    **values,
                )
