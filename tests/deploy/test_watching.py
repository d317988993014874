"""Alert rules, dashboard and the page on watching: they parse, and name only what the processes really measure."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from msgspec.structs import replace
from prometheus_client import CollectorRegistry, generate_latest

from calvox.apps.centre.metrics import CentreMetrics
from calvox.apps.host_agent.metrics import AgentMetrics
from calvox.apps.licence_server.metrics import ServerMetrics
from calvox.server.keys import renew_tls
from tests.apps.host_agent.test_metrics import LICENSED
from tests.centre.world import Centre
from tests.world import Site

ROOT = Path(__file__).parents[2]
DEPLOY, PAGE = ROOT / "deploy", ROOT / "docs" / "watching.md"
RULES = DEPLOY / "prometheus" / "calvox-alerts.yml"
OURS = re.compile(r"\bcalvox_[a-z_]+\b")
OTHERS = {"node_textfile_mtime_seconds"}
"""Measurements of other exporters that the rules ask for."""


def families(registry: CollectorRegistry) -> dict[str, str]:
    """List a registry's measurements as they are exposed, each with its type."""
    lines = generate_latest(registry).decode().splitlines()
    told = [line.split() for line in lines if line.startswith("# TYPE ")]
    return {name: kind for _, _, name, kind in told if not name.endswith("_created")}


@cache
def measured() -> dict[str, dict[str, str]]:
    """List what each process measures."""
    with TemporaryDirectory() as folder:
        site, centre = Site.founded(Path(folder) / "site"), Centre(Path(folder) / "centre")
        centre.found()
        renew_tls(site.server.keys, ("localhost",), site.server.world)
        try:
            agent = families(AgentMetrics(lambda: LICENSED).registry)
            agent |= families(AgentMetrics(lambda: replace(LICENSED, state="grace")).registry)
            return {
                "server": families(ServerMetrics(site.server).registry),
                "centre": families(CentreMetrics(centre.context, lambda: 0).registry),
                "host": agent,
            }
        finally:
            site.close()
            centre.context.close()


def samples() -> set[str]:
    """List every name under which a value can be asked for."""
    names = set()
    for kinds in measured().values():
        for name, kind in kinds.items():
            names |= {f"{name}_{part}" for part in ("bucket", "count", "sum")} if kind == "histogram" else {name}
    return names


def rules() -> list[dict[str, Any]]:
    """Read the alert rules."""
    told = yaml.safe_load(RULES.read_text("utf-8"))
    return [rule for group in told["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    """Read the dashboard's panels."""
    told: list[dict[str, Any]] = json.loads((DEPLOY / "grafana" / "calvox.json").read_text("utf-8"))["panels"]
    return told


def expressions() -> Iterator[tuple[str, str]]:
    """Give every expression, with the alert or panel that it stands in."""
    yield from ((rule["alert"], rule["expr"]) for rule in rules())
    yield from ((panel["title"], target["expr"]) for panel in panels() for target in panel.get("targets", ()))


def test_rules_and_dashboard_ask_for_what_is_measured() -> None:
    """A name that was changed in the code and not here would be an alert that never comes."""
    known = samples()
    assert "calvox_commit_seconds_bucket" in known
    assert "calvox_refused_total" in known
    wrong = [(where, name) for where, text in expressions() for name in OURS.findall(text) if name not in known]
    assert wrong == []
    for where, text in expressions():
        assert OURS.search(text) or "up{" in text or any(name in text for name in OTHERS), where


def test_every_alert_tells_whom_and_what() -> None:
    """A severity, a sentence, a name of its own, and a place in the page."""
    names = [rule["alert"] for rule in rules()]
    assert len(names) == len(set(names))
    page = PAGE.read_text("utf-8")
    for rule in rules():
        assert rule["labels"]["severity"] in ("warning", "critical")
        assert len(rule["annotations"]["summary"]) > 20
        assert f"`{rule['alert']}`" in page, rule["alert"]


def test_panels_lie_side_by_side() -> None:
    """Each with a title, a place and a number of its own, on a data source that the reader chooses."""
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        assert max(x for x, _ in cells) < 24
        taken |= cells
        assert panel["type"] == "row" or panel["datasource"]["uid"] == "${datasource}"
    assert len({panel["id"] for panel in panels()}) == len(panels()) > 20


def test_the_example_asks_where_the_processes_listen() -> None:
    """By default, and under the names of jobs that the rules know."""
    from calvox.common.settings import Settings

    told = yaml.safe_load((DEPLOY / "prometheus" / "scrape.yml").read_text("utf-8"))
    targets = {job["job_name"]: job["static_configs"][0]["targets"] for job in told["scrape_configs"]}
    assert told["rule_files"] == [RULES.name]
    assert targets["calvox-server"] == [Settings().server.operations]
    assert targets["calvox-centre"] == [Settings().centre.operations]
    jobs = {name for _, text in expressions() for name in re.findall(r'job="([^"]+)"', text)}
    assert jobs <= set(targets)


def test_the_page_tells_of_every_measurement() -> None:
    """With its type, in the table of its process; and of none that is not there."""
    page = PAGE.read_text("utf-8")
    for process, kinds in measured().items():
        part = page.partition(f"<!-- {process} -->")[2].partition("<!-- end -->")[0]
        rows = dict(re.findall(r"^\| `(calvox_[a-z_]+)(?:\{[a-z, ]+\})?` \| (\w+) \|", part, re.MULTILINE))
        assert rows == kinds, process


def promtool(*arguments: str, folder: Path) -> None:
    """Run Prometheus' own checker."""
    program = shutil.which("promtool")
    if program is None:
        assert not os.environ.get("CI"), "promtool is missing: install the package prometheus"
        pytest.skip("promtool is missing: install the package prometheus")
    done = subprocess.run([program, *arguments], cwd=folder, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_prometheus_takes_every_expression(tmp_path: Path) -> None:
    """The dashboard's too, with its variables filled in."""
    shutil.copy(RULES, tmp_path)
    promtool("check", "rules", RULES.name, folder=tmp_path)
    shown = [text.replace("$instance", ".*") for _, text in expressions()]
    group = {"name": "all", "rules": [{"record": f"r:{at}", "expr": text} for at, text in enumerate(shown)]}
    (tmp_path / "all.yml").write_text(yaml.safe_dump({"groups": [group]}), "utf-8")
    promtool("check", "rules", "all.yml", folder=tmp_path)
    shutil.copy(DEPLOY / "prometheus" / "scrape.yml", tmp_path)
    promtool("check", "config", "scrape.yml", folder=tmp_path)


def test_each_alert_comes_when_it_should(tmp_path: Path) -> None:
    """From made-up measurements; and none comes of a server that is well."""
    tests = Path(__file__).parent / "alerts.yml"
    for name in (rule["alert"] for rule in rules()):
        assert f'alertname="{name}"' in tests.read_text("utf-8"), name
    shutil.copy(RULES, tmp_path)
    shutil.copy(tests, tmp_path)
    promtool("test", "rules", tests.name, folder=tmp_path)
