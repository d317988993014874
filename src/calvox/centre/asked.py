"""What a call that was noted asks for: what is missing is named, and what does not belong to the matter is left out.

Rules: a migration has the old server's ID and its proof, unless that was given before; a reissue after a loss says what
happened and needs no proof; a thaw carries one request. What the same caller noted before changing the matter stays noted.
"""

from calvox.centre.calls import LONGEST_WHY, About, PrepareCall
from calvox.centre.noted import Noted
from calvox.centre.register import RETIRED
from calvox.centre.servers import ServerShown
from calvox.common.errors import BadInput, Conflict
from calvox.common.i18n import t


def asked_for(noted: Noted, caller: str, old: ServerShown | None) -> PrepareCall:
    """Make what is to be judged.

    Args:
        noted: What was noted.
        caller: The name by which the caller is found.
        old: The licence server that is replaced, if it was heard of.

    Raises:
        Conflict: something is missing.
    """
    if not noted.server_id or noted.agreement is None:
        raise Conflict(t("Server ID and agreement come first"))
    asked = (caller, "", noted.server_id, noted.agreement, noted.about.kind)
    match noted.about:
        case About.MIGRATION:
            _whole_migration(noted, old)
            return PrepareCall(*asked, noted.lines, noted.requests, replaces=noted.replaces, proof=noted.proof)
        case About.REISSUE:
            if not noted.why:
                raise Conflict(t("Note what happened first"), hint=t("One line is enough; it stays in the register."))
            return PrepareCall(*asked, noted.lines, noted.requests, replaces=noted.replaces, why=noted.why)
        case About.THAW:
            if noted.thaw is None and not noted.requests:
                raise Conflict(
                    t("Note the sequence of the freeze first"), hint=t("It stands on the call sheet, beside “thaw”.")
                )
            return PrepareCall(*asked, (), noted.requests, noted.thaw if not noted.requests else None)
    return PrepareCall(*asked, noted.lines, noted.requests)


def check_why(why: str) -> None:
    """Refuse what is not one short line.

    Raises:
        BadInput: it is not.
    """
    if len(why) > LONGEST_WHY or not (why.isprintable() or not why):
        raise BadInput(t("The field “{name}” is one line of at most {most} signs", name="why", most=LONGEST_WHY))


def _whole_migration(noted: Noted, old: ServerShown | None) -> None:
    if not noted.replaces:
        raise Conflict(t("The ID of the old licence server comes first"))
    if noted.replaces == noted.server_id:
        raise Conflict(
            t("The old licence server and the new one have the same ID"),
            hint=t("An erased server calls no more. Have the new one’s call sheet opened, and its ID read."),
        )
    if not noted.proof and not (old and old.state == RETIRED):
        raise Conflict(
            t("The 12 words of the old licence server come first"),
            hint=t(
                "They stand on the screen where it was erased. Where nobody has them, it is a reissue after a loss."
            ),
        )
