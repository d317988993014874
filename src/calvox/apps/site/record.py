"""Fill the Windows kit's record from a site's journal."""

import msgspec

from calvox.site.folder import SiteFolder
from calvox.windows.record import Action, Call, Code, Paper, Plan, Prepared, Record, Step


def record_of(site: SiteFolder) -> Record:
    """Read all that was telephoned, typed and done, each in the order in which it happened."""
    with site.journal.read() as reader:
        codes = [msgspec.convert(row, Code) for row in reader.select("code", order="heard")]
        steps = [msgspec.convert(row, Step, strict=False) for row in reader.select("step")]
        calls = [
            msgspec.convert({**row, "codes": [c for c in codes if c.call == row["call"]]}, Call)
            for row in reader.select("call")
        ]
        plans = [
            msgspec.convert({**row, "steps": [s for s in steps if s.plan == row["plan"]]}, Plan)
            for row in reader.select("plan")
        ]
        actions = [msgspec.convert(row, Action) for row in reader.select("action", order="entered")]
        done = {action.order for action in actions if action.outcome != "rehearsed"}
        prepared = [msgspec.convert(row, Prepared) for row in reader.select("prepared", order="time")]
        papers = [msgspec.convert(row, Paper) for row in reader.select("paper", order="time")]
    waiting = tuple(one for one in prepared if one.order not in done)
    return Record(
        calls=tuple(calls), prepared=waiting, actions=tuple(actions), plans=tuple(plans), papers=tuple(papers)
    )
