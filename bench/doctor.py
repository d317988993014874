"""The doctor: its score over the fault corpus, and the time that it takes for a site.

Rows hold positive numbers alone, so that a score without a fault shows as two equal rows: as many causes named as there are,
as many errors deserved as reported.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from bench.lines import Group, Lap, Line, Scale, Unit
from bench.timing import milliseconds, over
from calvox.doctor.engine import diagnose
from calvox.doctor.facts import Site
from calvox.doctor.rules import every_rule
from tests.doctor.sites import NOW
from tests.faults.corpus import broken, every_case, judge, named_in_pairs, score


@contextmanager
def _score(folder: Path, scale: Scale) -> Iterator[list[Lap]]:
    rules = every_rule()
    total = score(judge(case, rules) for case in every_case())
    count, causes, named = named_in_pairs(rules)
    numbers = (
        total.cases,
        total.causes,
        total.named,
        total.errors,
        total.errors - total.false_errors,
        total.exact,
        count,
        causes,
        named,
    )
    yield [lambda number=number: float(number) for number in numbers]  # type: ignore[misc]


@contextmanager
def _time(folder: Path, scale: Scale) -> Iterator[list[Lap]]:
    rules, sites = every_rule(), [broken(case) for case in every_case()]
    written = [msgspec.json.encode(site) for site in sites]
    yield [
        milliseconds(over(written, lambda data: msgspec.json.decode(data, type=Site)), scale.seconds),
        milliseconds(over(sites, lambda site: diagnose(site, rules, NOW)), scale.seconds),
    ]


CASES, INJECTED, REPORTED, PAIRED = (
    "broken sites in the fault corpus",
    "causes in them",
    "errors reported on them",
    "causes in the pairs",
)
READ = "facts of a broken site read from JSON"
GROUPS = (
    Group(
        "doctor",
        (
            Line(CASES, Unit.COUNT),
            Line(INJECTED, Unit.COUNT),
            Line("causes named", Unit.COUNT, (INJECTED,)),
            Line(REPORTED, Unit.COUNT),
            Line("errors deserved, the rest is false", Unit.COUNT, (REPORTED,)),
            Line("sites without any miss or false word", Unit.COUNT, (CASES,)),
            Line("pairs of cases in one site", Unit.COUNT),
            Line(PAIRED, Unit.COUNT),
            Line("causes named in the pairs", Unit.COUNT, (PAIRED,)),
        ),
        _score,
    ),
    Group("doctor", (Line(READ, Unit.TIME), Line("every rule asked about it", Unit.TIME, (READ,))), _time),
)
