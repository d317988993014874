"""`calvox manager`: a Windows site's folder in the browser, without any server of ours."""

from pathlib import Path
from typing import Annotated

import typer

from calvox.cli.session import console, settings, show
from calvox.common.i18n import t

app = typer.Typer(no_args_is_help=True, help=str(t("A Windows site in the browser of this machine.")))


@app.callback()
def manager() -> None:
    """Hold the commands together."""


@app.command(help=str(t("Serve a site folder to a browser, until Ctrl-C; a link that is printed lets you in once.")))
def serve(
    site: Annotated[Path, typer.Argument(metavar="SITE", help=str(t("The site folder.")))],
    listen: Annotated[
        str, typer.Option(help=str(t("Address and port; default: the setting manager.site_listen.")))
    ] = "",
) -> None:
    """Serve."""
    from calvox.apps.site_manager.process import serve_site

    serve_site(site, listen or settings().manager.site_listen, settings().zone, _ready, _again)


def _ready(link: str, fingerprint: str, own: str) -> None:
    lines = [t("The site is served. Open this link; it lets you in once, within ten minutes:"), link]
    if own:
        lines.append(t("Your browser warns, for nobody vouches for this certificate. Compare its SHA-256:"))
        lines.append(fingerprint)
    lines.append(t("Enter prints another link, Ctrl-C ends it."))

    def render(screen: object) -> None:
        for line in lines:
            console().print(str(line), soft_wrap=True)

    show({"link": link, "fingerprint": fingerprint}, render)


def _again(link: str) -> None:
    show({"link": link}, lambda screen: screen.print(link, soft_wrap=True))
