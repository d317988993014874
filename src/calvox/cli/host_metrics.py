"""`calvox host metrics`: what a monitoring agent on a session host picks up, as Prometheus' text."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from calvox.cli.session import settings
from calvox.common.files import write_whole
from calvox.common.i18n import t

metrics = typer.Typer()


@metrics.command("metrics", help=str(t("Write this session host's measurements as Prometheus' text.")))
def write_metrics(
    file: Annotated[
        Path | None, typer.Option(help=str(t("File for a collector of text files; else standard output.")))
    ] = None,
) -> None:
    """Write them."""
    from prometheus_client import generate_latest

    from calvox.apps.host_agent.metrics import AgentMetrics
    from calvox.apps.host_agent.process import how_it_stands

    told = how_it_stands(settings().host)
    text = generate_latest(AgentMetrics(lambda: told).registry)
    if file is None:
        sys.stdout.write(text.decode())
    else:
        write_whole(file, text, mode=0o644)
