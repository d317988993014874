"""What a call is about, on its page: an installation, or a licence server that takes another one's place, or a freeze's end.

The operator chooses it, says beforehand what becomes of the CALs that are out, and is shown the limits of the agreement and
what the old licence server has. A supervisor's leave beyond the limits is a form that nobody else sees.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from calvox.centre.calls import LONGEST_WHY, About
from calvox.centre.noted import Noted, OpenCallShown
from calvox.centre.register import RETIRED
from calvox.centre.replacing import MOST_IN_WINDOW
from calvox.common.i18n import Text, t
from calvox.web.desk.menu import STATES, pack_text, until, words_of

WORDS: Mapping[str, Text] = {
    "about": t("What the call is about"),
    "else": t("It is about something else"),
    "choose": t("Choose"),
    "say": t("Say beforehand:"),
    "old": t("Old licence server"),
    "old_what": t("Have the caller read the Calvox server ID of the old licence server, line by line."),
    "same_what": t("Leave it out if the very same licence server was restored, or lost its code."),
    "old_forms": t("How it is said"),
    "old_go": t("Go on with this server ID"),
    "meant": t("A line was mis-heard. Have it read again: which of these is it?"),
    "this": t("It is this one"),
    "change": t("Change"),
    "unheard": t("never heard of"),
    "unheard_what": t("Nothing was ever signed for it. Have the ID read again."),
    "proof": t("Its 12 words"),
    "proof_what": t("They stand on the screen where the old licence server was erased, in two lines."),
    "proof_go": t("Check the 12 words"),
    "proven": t("The 12 words are right: the old licence server was erased."),
    "before": t("It was retired by its 12 words before; they are not needed again."),
    "why": t("What happened? One line; it stays in the register."),
    "note": t("Note"),
    "limits": t("Limits of this agreement"),
    "limits_what": t("Without the 12 words: once in 90 days, three times in 24 months."),
    "done": t("Done in the last 24 months:"),
    "now": t("One may be done now."),
    "later": t("The next one without a supervisor:"),
    "leave": t("A supervisor allowed one more, until"),
    "ask_leave": t("A supervisor may allow one more. Call the number held in the agreement before."),
    "allow": t("Allow one more"),
    "allow_why": t("Why is it allowed? Your name and this line stay in the register."),
    "keeps": t("It keeps its packs. Note none: the call is about the new ID alone."),
    "packs": t("Signed for the old licence server"),
    "none": t("Nothing was signed for it under this agreement that has not ended."),
    "first": t("First sequence on the new call sheet"),
    "take_over": t("Note these packs"),
    "freeze": t("Freeze"),
    "freeze_what": t("Note the sequence beside “thaw” on the call sheet, or have the request read."),
    "freeze_sequence": t("Sequence of the freeze"),
    "noted": t("Noted:"),
}
"""What `desk/about.html` says."""


@dataclass(frozen=True)
class Matter:
    """One thing that a call may be about."""

    about: About
    name: Text
    what: Text
    before: Text | None = None
    """What the operator says of the CALs that are out."""


MATTERS: Sequence[Matter] = (
    Matter(
        About.INSTALL,
        t("Activation or packs"),
        t("A licence server is activated, or gets more CALs."),
    ),
    Matter(
        About.MIGRATION,
        t("Migration"),
        t("The old licence server was erased, and its 12 words are at hand. A new one takes its place."),
        t(
            "The CALs that are out stay good to their end, and session hosts follow to the new licence server. "
            "What you do not take over comes back to the agreement after 90 days. "
            "The old licence server never gets anything again."
        ),
    ),
    Matter(
        About.REISSUE,
        t("Reissue after a loss, or of a server enrolled anew"),
        t("The licence server is lost, was restored, or was enrolled anew, and there are no 12 words. Limits apply."),
        t(
            "The CALs that are out stay good to their end. "
            "A lost licence server never gets anything again; if it is found, leave it switched off. "
            "What you do not take over now stays taken for good."
        ),
    ),
    Matter(
        About.THAW,
        t("End of a freeze"),
        t("A frozen licence server shall issue CALs again. Nothing is taken."),
        t(
            "The licence server issues CALs again as soon as the code is typed. What was out stays good. "
            "This code serves for this freeze alone."
        ),
    ),
)


CONTINUES = t(
    "This is the same licence server, enrolled anew after a change of its machine or because its sequences are used up. "
    "The CALs that are out stay good, are renewed as before, and session hosts follow by themselves. "
    "The licence server keeps its packs; its old ID never gets anything again."
)
"""What the operator says where the new ID is the next one of the old."""


@dataclass(frozen=True)
class Subject:
    """What the page shows of it."""

    said: ClassVar[Mapping[str, Text]] = WORDS
    matters: ClassVar[Sequence[Matter]] = MATTERS
    most: ClassVar[int] = MOST_IN_WINDOW
    longest: ClassVar[int] = LONGEST_WHY

    shown: OpenCallShown
    supervisor: bool
    choices: Sequence[str] = ()
    """Old server IDs that may have been meant."""

    @property
    def noted(self) -> Noted:
        """What is noted."""
        return self.shown.noted

    @property
    def matter(self) -> Matter:
        """What was chosen."""
        return next(one for one in MATTERS if one.about is self.noted.about)

    @property
    def before(self) -> Text | None:
        """What the operator says of the CALs that are out."""
        return CONTINUES if self.shown.continues else self.matter.before

    @property
    def old_lines(self) -> tuple[str, ...]:
        """The old server ID in the call's words."""
        return words_of(self.noted.replaces, self.noted.language) if self.noted.replaces else ()

    @property
    def old_state(self) -> tuple[Text, str] | None:
        """How the old licence server stands, and the colour; None: it was never heard of."""
        server = self.shown.old.server if self.shown.old else None
        return STATES[server.state] if server else None

    @property
    def retired_before(self) -> bool:
        """Whether its proof was given earlier."""
        return bool(self.shown.old and self.shown.old.server and self.shown.old.server.state == RETIRED)

    @property
    def needs_proof(self) -> bool:
        """Whether the 12 words are awaited now."""
        return self.noted.about is About.MIGRATION and not (self.noted.proof or self.retired_before)

    @property
    def meant(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Old server IDs that may have been meant, with their lines."""
        return tuple((one, words_of(one, self.noted.language)) for one in self.choices)

    @property
    def packs(self) -> tuple[Text, ...]:
        """What was signed for the old licence server."""
        return tuple(
            t("{quantity} × {pack}; ends: {ends}", quantity=one.quantity, pack=name, ends=until(one.expiry))
            for one in (self.shown.old.packs if self.shown.old else ())
            if (name := pack_text(one.cal_type, one.version))
        )

    @property
    def first(self) -> int:
        """The sequence with which the new licence server most likely begins."""
        return max(self.shown.server.highest if self.shown.server else 0, 0) + 1

    @property
    def may_allow(self) -> bool:
        """Whether the reader may go beyond the limits, and that is of use."""
        limits = self.shown.limits
        return bool(self.supervisor and limits and limits.again and not limits.leave)
