"""The sheet by which a call to the clearing house is held: what is said, what is noted, where each is found.

Pure: made from a dossier. The terminal, a page and a PDF draw the same sheet. Rules: a value that is not known is never
guessed, and the sheet says how to learn it; each code has Microsoft's name, and beside it the one of the French procedure;
no telephone number comes from anywhere but the site's own list.
"""

from dataclasses import dataclass

from calvox.common.i18n import Text
from calvox.windows.calls import saying, steps
from calvox.windows.calls.dossier import Dossier, Telephone
from calvox.windows.calls.kinds import ABOUT, ARTICLE, CallKind
from calvox.windows.calls.saying import SayLine
from calvox.windows.codes import GROUP, Slot, groups, shape_of


@dataclass(frozen=True, slots=True)
class NoteSlot:
    """A code to be noted."""

    slot: Slot
    """Which code it is."""
    label: Text
    """Microsoft's name of it."""
    article: str
    """What the French procedure calls it."""
    groups: int
    """How many groups it has; 0 = its length is not published, so leave a free line."""
    size: int
    """Boxes in a group."""
    where: Text
    """Where Microsoft's wizard asks for it."""
    heard: tuple[str, ...] = ()
    """Its groups, if it was heard already."""


@dataclass(frozen=True, slots=True)
class CallSheet:
    """One call on one sheet."""

    kind: CallKind
    """What the call is for."""
    title: Text
    """The sheet's head."""
    call: int
    """Its number on this site; 0 = not opened yet."""
    server: str
    """The licence server that it is about."""
    say: tuple[SayLine, ...]
    """What is said, in the order in which it is asked."""
    note: tuple[NoteSlot, ...]
    """What is noted."""
    prepare: tuple[Text, ...]
    """What lies at hand before the number is dialled."""
    telephones: tuple[Telephone, ...]
    """The site's own list of the clearing house's numbers."""
    telephone_hint: Text
    """Where the number in force is found."""
    wizard: tuple[Text, ...]
    """The way through Microsoft's wizard by telephone."""
    web: tuple[Text, ...]
    """The way by a web browser on another machine."""
    warnings: tuple[Text, ...]
    """What speaks against the call, or must be known before it."""
    unknown: tuple[Text, ...]
    """What must be said and is not known, and how to learn it."""


def sheet(dossier: Dossier, *, call: int = 0, heard: str = "") -> CallSheet:
    """Make the sheet; `heard` is the code that was noted already."""
    about = ABOUT[dossier.kind]
    say = saying.lines(dossier)
    return CallSheet(
        kind=dossier.kind,
        title=about.title,
        call=call,
        server=dossier.server,
        say=say,
        note=(_note(about.slot, dossier.kind, heard),),
        prepare=steps.prepare(dossier),
        telephones=dossier.telephones,
        telephone_hint=steps.TELEPHONE_HINT,
        wizard=steps.wizard(dossier),
        web=steps.web(dossier),
        warnings=steps.warnings(dossier),
        unknown=tuple(line.missing for line in say if line.missing is not None),
    )


def _note(slot: Slot, kind: CallKind, heard: str) -> NoteSlot:
    shape = shape_of(slot)
    return NoteSlot(
        slot=slot,
        label=slot.label,
        article=ARTICLE,
        groups=shape.signs // GROUP if shape.fixed else 0,
        size=GROUP,
        where=steps.FIELD[kind],
        heard=groups(heard),
    )
