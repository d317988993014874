"""The page of backups: how they stand, and one that an administrator has made now."""

from starlette.responses import Response

from calvox.apps.browser import Endpoint, Visit, WithPeople
from calvox.apps.continuity.cases import Continuity, Nothing
from calvox.apps.continuity.due import due
from calvox.apps.licence_server.backing_up import BackupRun
from calvox.web.manager import menu
from calvox.web.manager.backups import BackupRow, Running, backups


async def show_backups(visit: Visit[WithPeople]) -> Response:
    """Show backups and what is due."""
    stands: Continuity = await visit.case("backups", Nothing())
    run: BackupRun = await visit.case("backup-running", Nothing())
    soon = due(stands, visit.desk.people.store.settings.backup)
    rows = [BackupRow(one.time, one.drilled, one.size, one.position, one.archive.hex()) for one in stands.backups]
    page = backups(
        rows,
        Running(run.state, run.stage, run.part, run.problem, run.hint),
        keyed=soon.keyed,
        backup_by=soon.backup_by,
        drill_by=soon.drill_by,
        backup_late=soon.backup_late,
        drill_late=soon.drill_late,
    )
    return visit.page(page, menu.BACKUPS)


async def begin_backup(visit: Visit[WithPeople]) -> Response:
    """Begin one."""
    await visit.form()
    await visit.case("backup-begin", Nothing())
    return visit.go_to(menu.BACKUPS)


ENDPOINTS = (
    Endpoint("GET", menu.BACKUPS, show_backups),
    Endpoint("POST", menu.BACKUPS, begin_backup),
)
"""Their routes."""
