"""`calvox windows`: the kit for sites that run Microsoft's own licensing.

Facts come in by a script carried to each machine, or over WinRM; then: call or do not call yet, which CAL for which host.
Documented interfaces alone; never a made code, never a touched grace counter.
"""

import typer

from calvox.cli.windows import accept, act, artefact, call, collect, decide, paper, plan
from calvox.common.i18n import t

app = typer.Typer(
    no_args_is_help=True, help=str(t("The kit for sites with Microsoft's own licensing: survey, precheck, accept."))
)
for part in (collect, decide, accept, act, artefact, paper, plan):
    app.add_typer(part.app)
app.add_typer(call.app, name="call")
