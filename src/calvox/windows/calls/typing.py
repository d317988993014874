"""Typing a code while somebody reads it out: each group is judged as it comes, and a code counts once two typings are alike.

The state is a value, so a call can be broken off after any group and taken up again. Rules:
- A line is one group, several, or the whole code; a group that cannot be one is refused, and nothing that stood is lost.
- The second typing is compared group by group. Where it differs, the group is asked for again, and what two of the typings
  agree on counts, whichever came first.
- Instead of a second typing a code may be read back, group by group.
- A code whose length is not published is taken as one group.
"""

from dataclasses import dataclass, replace

from calvox.common.errors import BadInput
from calvox.common.i18n import Text, t
from calvox.windows.codes import GROUP, Slot, grouped, groups, plain, read_code, refuse_calvox, refuse_odd, shape_of


@dataclass(frozen=True, slots=True)
class Typing:
    """How far a code has been typed."""

    slot: Slot
    """Which code it is."""
    first: str = ""
    """The first typing, once it is whole; as corrected since."""
    text: str = ""
    """The typing that goes on: the first one, then the second."""

    @property
    def second(self) -> bool:
        """Tell whether the first typing is whole."""
        return bool(self.first)

    @property
    def differing(self) -> tuple[int, ...]:
        """List the groups, from 0, in which the second typing differs from the first."""
        pairs = zip(self.pieces(self.first), self.pieces(self.text), strict=False)
        return tuple(at for at, (one, other) in enumerate(pairs) if one != other)

    @property
    def count(self) -> int:
        """Count the groups that the code has."""
        return shape_of(self.slot).signs // GROUP if shape_of(self.slot).fixed else 1

    @property
    def next(self) -> int:
        """Tell which group, from 0, is wanted next; the number of groups if none is."""
        return self.differing[0] if self.second and self.differing else len(self.pieces(self.text))

    @property
    def complete(self) -> bool:
        """Tell whether both typings are there and alike."""
        return self.second and self.first == self.text

    def enter(self, line: str) -> "Typing":
        """Type a line.

        Raises:
            WrongKind: it is a Calvox code.
            BadInput: it cannot be the group, or groups, that are wanted; nothing changes.
        """
        found = self._read(line)
        at = 0 if len(found) == self.count else self.next
        if at + len(found) > self.count:
            raise BadInput(
                t("{label}: only {left} more groups are wanted", label=self.slot.label, left=self.count - at)
            )
        after = self
        for number, group in enumerate(found, start=at):
            after = after._put(number, group)
        refuse_calvox(self.slot, grouped(after.text))
        return after._turned()

    def correct(self, at: int, line: str) -> "Typing":
        """Replace one group of the first typing, while it is read back."""
        found = self._read(line)
        if len(found) != 1 or not 0 <= at < len(self.pieces(self.first)):
            raise BadInput(t("Type one group"))
        return replace(self, first=_with(self.pieces(self.first), at, found[0]))

    def back(self) -> "Typing":
        """Take the last group back."""
        return replace(self, text="".join(self.pieces(self.text)[:-1]))

    def pieces(self, code: str) -> tuple[str, ...]:
        """Cut a code into what is typed at once."""
        return groups(code) if shape_of(self.slot).fixed else (code,) if code else ()

    def _read(self, line: str) -> tuple[str, ...]:
        """Read whole groups from a line."""
        refuse_calvox(self.slot, line)
        if not shape_of(self.slot).fixed:
            return (read_code(self.slot, line),)
        signs = plain(line)
        refuse_odd(signs, before=self.next * GROUP if len(signs) < self.count * GROUP else 0)
        if not signs:
            raise BadInput(t("Nothing was typed"))
        self._refuse_short(line, len(signs))
        return groups(signs)

    def _refuse_short(self, line: str, found: int) -> None:
        """Refuse a line that does not end with a whole group."""
        if found > self.count * GROUP:
            read_code(self.slot, line)
        if found % GROUP:
            number = self.next + found // GROUP + 1
            raise BadInput(
                t("Group {group} has {size} signs, not {wanted}", group=number, size=found % GROUP, wanted=GROUP)
            )

    def _put(self, at: int, group: str) -> "Typing":
        one, other = self.pieces(self.first), self.pieces(self.text)
        if self.second and at < len(other) and group == other[at]:
            return replace(self, first=_with(one, at, group))
        return replace(self, text=_with(other, at, group))

    def _turned(self) -> "Typing":
        """Begin the second typing when the first is whole."""
        whole = len(self.pieces(self.text)) == self.count
        return Typing(self.slot, first=self.text) if whole and not self.second else self


def _with(cut: tuple[str, ...], at: int, group: str) -> str:
    return "".join((*cut[:at], group, *cut[at + 1 :]))


@dataclass(frozen=True, slots=True)
class Judged:
    """What can be said of a text while it is typed."""

    good: bool
    """Whether nothing speaks against it so far."""
    whole: bool
    """Whether it is a whole code."""
    signs: int
    """Letters and digits so far."""
    group: int
    """The group that stands next, from 1."""
    why: Text | None = None
    """What is wrong."""


def judge(slot: Slot, text: str) -> Judged:
    """Judge a text that is still being typed; nothing is raised."""
    signs = plain(text)
    shape = shape_of(slot)
    whole = len(signs) == shape.signs if shape.fixed else 0 < len(signs) <= shape.signs
    try:
        refuse_calvox(slot, text)
        refuse_odd(signs)
        if whole or len(signs) > shape.signs:
            read_code(slot, text)
    except BadInput as error:
        return Judged(False, False, len(signs), len(signs) // GROUP + 1, error.message)
    return Judged(True, whole, len(signs), len(signs) // GROUP + 1)
