"""The kit's record is what the site's journal says, no more and no less."""

from pathlib import Path

from calvox.apps.site.record import record_of
from calvox.journal.interface import Transaction
from calvox.site import book
from calvox.site.folder import found_site, open_site

ORDERS = ("0" * 32, "1" * 32)


def enter(tx: Transaction) -> None:
    """Enter a call with its code, two scripts of which one came back, a plan and a paper."""
    tx.append(book.CallOpened(call=1, kind="activate", server="ls", purchase=0, source="", sheet="{}", by="anne"))
    tx.append(book.CodeHeard(call=1, slot="server-id", code="A" * 35, check="twice", by="anne"))
    entered = {"server": "ls", "quantity": 0, "pack_id": 0, "how": "winrm", "read_back": "activated", "by": "anne"}
    tx.append(book.CodeEntered(call=1, slot="server-id", code="A" * 35, **entered))  # type: ignore[arg-type]
    tx.append(book.CallEnded(call=1, outcome="done", note="", by="anne"))
    for order in ORDERS:
        about = {"order": order, "action": "start-service", "machine": "ls", "given": "{}", "call": 0, "by": "anne"}
        tx.append(book.ActionPrepared(digest=bytes(32), **about))  # type: ignore[arg-type]
    done = {"how": "script", "outcome": "done", "code": 0, "before": "", "after": "", "time": 7}
    tx.append(book.ActionDone(**(about | done)))  # type: ignore[arg-type]
    tx.append(book.PlanOpened(plan=1, kind="migrate", old="ls", new="ls2", by="anne"))
    tx.append(book.StepConfirmed(plan=1, step="repoint", done=True, note="seen", by="anne"))
    tx.append(book.PaperMade(paper="tracking", file="tracking.pdf", digest=bytes(32), by="anne"))


def test_the_record_holds_what_was_entered(tmp_path: Path) -> None:
    """Each entry is found where it belongs, and a script whose result came back waits no longer."""
    found_site(tmp_path / "s", "Usine", "anne")
    site = open_site(tmp_path / "s")
    site.journal.run(enter)
    record = record_of(site)
    (call,), (plan,) = record.calls, record.plans
    assert (call.outcome, call.codes[0].how, call.codes[0].read_back) == ("done", "winrm", "activated")
    assert call.codes[0].entered >= call.codes[0].heard > 0
    assert [one.order for one in record.prepared] == [ORDERS[0]]
    assert [(one.order, one.outcome) for one in record.actions] == [(ORDERS[1], "done")]
    assert [(s.step, s.done, s.note) for s in plan.steps] == [("repoint", True, "seen")]
    assert (plan.closed, [p.file for p in record.papers]) == (0, ["tracking.pdf"])
    site.close()
