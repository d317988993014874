"""What the commands of `calvox windows` share: the site folder that they work in, and the licence server that is meant."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from calvox.common.i18n import t
from calvox.site.folder import SiteFolder, open_site

SiteOption = Annotated[Path, typer.Option("--site", help=str(t("The site folder.")))]
ServerOption = Annotated[
    str, typer.Option("--server", help=str(t("The licence server; needed if the site has several.")))
]


@contextmanager
def opened(folder: Path) -> Iterator[SiteFolder]:
    """Open a site folder for one command."""
    site = open_site(folder)
    try:
        yield site
    finally:
        site.close()
