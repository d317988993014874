"""An enrolment code that has just been made, with the commands and the configuration for its session host, ready to copy."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from calvox.common.i18n import Text, t
from calvox.server.hosts import MadeCode
from calvox.web.common.pages import Page


@dataclass(frozen=True)
class EnrolmentPage(Page):
    """Shows a code, this once."""

    template: ClassVar[str] = "manager/enrolment.html"
    title: ClassVar[Text] = t("Enrolment code")
    scripts: ClassVar[Sequence[str]] = ("copy.js",)
    words: ClassVar[Mapping[str, Text]] = {
        "once": t("The code is shown this once, and is good for one session host."),
        "until": t("Good until"),
        "commands": t("On that machine"),
        "commands_what": t("The first command makes it a session host; the second serves until it is ended."),
        "settings": t("Its settings"),
        "settings_what": t(
            "They hold where the signed policy does not say otherwise. The file is not needed for a first try."
        ),
        "copy_it": t("Copy"),
        "copied": t("Copied"),
        "approved": t("It is admitted at once."),
        "pending": t("Then approve it here: until that is done it is given nothing."),
        "back": t("To the session hosts"),
    }

    made: MadeCode
    heading: Text
    commands: tuple[str, ...]
    """Lines to type on the host."""
    settings: tuple[str, ...]
    """Lines of its settings file."""


def enrolment(made: MadeCode, address: str, servers: Sequence[str] = (), mode: str = "") -> EnrolmentPage:
    """Make the page.

    Args:
        made: The code.
        address: Where the host reaches this licence server.
        servers: Licence servers in the policy's order; empty: this one.
        mode: The policy's; empty: per user.
    """
    listed = ", ".join(json.dumps(one, ensure_ascii=False) for one in servers or (address,))
    return EnrolmentPage(
        made,
        t("Enrolment code for {name}", name=made.name),
        (f"calvox host enrol --server {address} --code {made.code}", "calvox host serve"),
        ("# /etc/calvox/calvox.toml", "[host]", f"servers = [{listed}]", f'mode = "{mode or "user"}"'),
    )
