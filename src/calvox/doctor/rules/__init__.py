"""Every rule of the doctor, one a module; `every_rule` finds them all."""

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from calvox.doctor.rule import Rule


@cache
def every_rule() -> tuple[Rule, ...]:
    """Load every rule, in the order of their names, each with its module's docstring."""
    names = sorted(module.name for module in iter_modules(__path__))
    return tuple(_load(name) for name in names)


def rules_named(names: Iterable[str]) -> tuple[Rule, ...]:
    """Load these rules and no others: a serving process needs few of them."""
    return tuple(_load(name.replace("-", "_")) for name in names)


def _load(name: str) -> Rule:
    module = import_module(f"{__name__}.{name}")
    rule: Rule = module.RULE
    assert rule.name == name.replace("_", "-"), name
    return replace(rule, docs=module.__doc__ or "")
