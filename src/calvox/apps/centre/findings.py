"""What is wrong with an activation centre just now, as its operators want to be told; the doctor's rules judge all of it."""

import socket
from collections.abc import Callable, Container
from pathlib import Path

from calvox.apps.alerting.by_rules import found_by_rules
from calvox.apps.alerting.watched import Findings, Watched
from calvox.apps.centre.own_facts import centre_facts
from calvox.centre.card import card_of
from calvox.centre.context import Context
from calvox.common.clock import World
from calvox.common.settings import Settings
from calvox.doctor.fact import Fact


def findings(context: Context, known: Container[str] = ()) -> Findings:
    """Look for everything that is wrong."""
    return found_by_rules(centre_facts(context, Fact(why="verified elsewhere")), context.world.now())


def watched(context: Context) -> Watched:
    """Tell what the telling needs of an open activation centre."""
    with context.journal.read() as reader:
        name = card_of(reader).name
    return _watched(context.site, name, context.world, lambda known: findings(context, known))


def watched_unopened(settings: Settings, world: World) -> Watched:
    """Tell it of one that perhaps cannot be opened; nobody looks into it."""
    return _watched(settings, socket.gethostname(), world, lambda known: {})


def _watched(settings: Settings, name: str, world: World, look: Callable[[Container[str]], Findings]) -> Watched:
    return Watched(
        name=name,
        folder=Path(settings.centre.folder),
        settings=settings,
        world=world,
        shown=world.now,
        look=look,
        everything="calvox doctor",
        trial="calvox centre alert-test",
        verify="calvox journal verify --of centre",
    )
