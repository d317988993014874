"""The first step: by telephone, or by a file that somebody carries; and what stands in the way, if anything does."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from calvox.common.i18n import Text, t
from calvox.web.common.pages import Page
from calvox.web.manager.calling import Chosen, Purpose, Step, steps


@dataclass(frozen=True)
class MethodPage(Page):
    """Asks how the centre is reached."""

    template: ClassVar[str] = "manager/activate_method.html"
    title: ClassVar[Text] = t("Activation")
    words: ClassVar[Mapping[str, Text]] = {
        "steps": t("Steps of the call"),
        "method": t("How do you reach the activation centre?"),
        "telephone": t("Telephone"),
        "telephone_what": t("You read this server’s ID out, and type the confirmation while the operator reads it."),
        "file": t("File or QR code"),
        "file_what": t(
            "Somebody carries a request to the centre, and brings its answer back. Nobody reads anything out."
        ),
        "offline": t("This server needs no Internet: only what is said or carried passes between it and the centre."),
        "go": t("Next"),
    }

    heading: Text
    what: Text
    """What this call does."""
    action: str
    steps: tuple[Step, ...]
    closed: Text | None = None
    """Why it cannot be begun; None: it can."""
    instead: str = ""
    """Where to go instead."""
    instead_name: Text | None = None


def method(purpose: Purpose, activated: bool) -> MethodPage:
    """Make the page; a server is activated once, and packs need an activated one."""
    page = MethodPage(purpose.name_text, _WHAT[purpose], f"{purpose.path}/country", steps(Chosen(purpose), 0))
    other = Purpose.INSTALL if purpose is Purpose.ACTIVATE else Purpose.ACTIVATE
    if activated == (purpose is Purpose.INSTALL):
        return page
    return MethodPage(page.heading, page.what, page.action, page.steps, _CLOSED[purpose], other.path, other.name_text)


_WHAT: Mapping[Purpose, Text] = {
    Purpose.ACTIVATE: t(
        "Activation lets this licence server issue CALs. Its first packs of licences can be installed in the same call."
    ),
    Purpose.INSTALL: t("Packs of licences add to what this server may issue. One call installs as many as you like."),
}
_CLOSED: Mapping[Purpose, Text] = {
    Purpose.ACTIVATE: t("This licence server is activated already."),
    Purpose.INSTALL: t("This licence server is not activated yet. Its first packs are installed in the same call."),
}
