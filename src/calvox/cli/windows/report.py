"""`calvox report windows`: what a Windows site's packs and CALs were at each reading."""

from pathlib import Path

from calvox.apps.site.gathering import history_of
from calvox.cli.session import say, show
from calvox.cli.windows.drawn import draw_usage, plain_usage
from calvox.common.files import write_whole
from calvox.common.i18n import t
from calvox.site.folder import open_site
from calvox.windows.usage import usage
from calvox.windows.usage_shown import line_chart, to_csv


def show_usage(place: Path, csv: Path | None, svg: Path | None) -> None:
    """Report on a site folder, and write the files that were asked for."""
    site = open_site(place)
    try:
        report = usage(history_of(site))
    finally:
        site.close()
    if csv is not None:
        write_whole(csv, to_csv(report).encode("utf-8-sig"))
        say(t("Written: {path}", path=str(csv)))
    if svg is not None:
        write_whole(svg, line_chart(t("Use over time"), report.series).encode())
        say(t("Written: {path}", path=str(svg)))
    show(plain_usage(report), lambda screen: draw_usage(screen, report))
