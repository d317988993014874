"""Typing a code group by group while somebody reads it out.

The state is a value: what was typed into each group, where the typist stands, and what can be undone. Rules: whatever
was typed is kept, good or not, so that a call can be broken off, stored and taken up again; each group is judged as
soon as it is entered; the whole is judged by `repair`. Where the state is stored is left to whoever asks.
"""

from dataclasses import dataclass

import msgspec

from calvox.common.errors import BadCode, BadInput
from calvox.common.i18n import Language, Text, t
from calvox.wire.phone.codec import CodeType, group_count, group_holds, refuse_other_type
from calvox.wire.phone.forms import LONGEST_GROUP, Form, Heard, hear_group, read_group, write_group
from calvox.wire.phone.recognise import refuse_microsoft
from calvox.wire.phone.repair import Choices, Oracle, Unclear, Whole, repair
from calvox.wire.phone.suggest import suggestions
from calvox.wire.phone.wordlists import shown

MOST_SHOWN = 8
"""Suggestions shown for one group."""
MOST_UNDONE = 32
"""Entries that can be taken back."""
LARGEST_SAVED = 1 << 17
"""Bytes of the longest stored state that is read."""


@dataclass(frozen=True, slots=True)
class GroupHeard:
    """The group holds."""

    index: int
    """Which group, from 0."""


@dataclass(frozen=True, slots=True)
class GroupMisheard:
    """The group does not hold."""

    index: int
    """Which group, from 0."""
    suggestions: tuple[str, ...]
    """What may have been said, as texts to be entered instead, the likeliest first."""
    reason: Text
    """What is wrong, for the person who typed it."""


class Dictation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A code that is being typed; every step gives a new one."""

    form: Form
    """How the code is said."""
    code_type: CodeType
    """What is being said."""
    language: Language
    """The language of the call, for what sounds alike."""
    texts: tuple[str, ...]
    """What was typed into each group; empty if nothing yet."""
    position: int = 0
    """The group to be typed next; the number of groups at the end."""
    past: tuple[tuple[int, str], ...] = ()
    """What each entry replaced, the oldest first: group and text."""

    @property
    def heard(self) -> tuple[Heard, ...]:
        """Read all groups; what cannot be read counts as not heard."""
        return tuple(hear_group(self.form, text) for text in self.texts)

    @property
    def misheard(self) -> tuple[int, ...]:
        """List the groups that were typed and do not hold."""
        return tuple(i for i, group in enumerate(self.heard) if self.texts[i] and not self._holds(i, group))

    @property
    def missing(self) -> tuple[int, ...]:
        """List the groups that have not been typed yet."""
        return tuple(i for i, text in enumerate(self.texts) if not text)

    def _holds(self, index: int, group: Heard) -> bool:
        return group_holds(self.form.encoding, self.code_type, index, group)

    def enter(self, index: int, text: str) -> tuple["Dictation", GroupHeard | GroupMisheard]:
        """Type one group, the first time or again.

        Raises:
            WrongKind: it is a code of Microsoft's; nothing changes.
            BadInput: There is no such group, or the text is too long for any; nothing changes.
        """
        if not 0 <= index < len(self.texts):
            raise BadInput(t("There is no group {number}", number=index + 1))
        if len(text) > LONGEST_GROUP:
            raise BadCode(t("“{start}…” is too long for one group", start=shown(text)))
        refuse_microsoft(text, self.code_type)
        answer = self.judge(index, text)
        position = index + 1 if isinstance(answer, GroupHeard) else index
        past = (*self.past, (index, self.texts[index]))[-MOST_UNDONE:]
        return self._with(index, text, position=position, past=past), answer

    def judge(self, index: int, text: str) -> GroupHeard | GroupMisheard:
        """Judge a text as this group, without entering it."""
        group = hear_group(self.form, text)
        if self._holds(index, group):
            return GroupHeard(index)
        found = suggestions(self.form, self.code_type, index, group, self.language)[:MOST_SHOWN]
        return GroupMisheard(index, tuple(write_group(self.form, s.symbols) for s in found), self._reason(index, text))

    def _reason(self, index: int, text: str) -> Text:
        try:
            found, wanted = len(read_group(self.form, text)), self.form.encoding.symbols
        except BadCode as error:
            return error.message
        if found != wanted:
            return t("Group {number} has {wanted} symbols, not {found}", number=index + 1, wanted=wanted, found=found)
        return t("Group {number} was mis-heard", number=index + 1)

    def undo(self) -> "Dictation":
        """Take back the last entry; without one, nothing changes."""
        if not self.past:
            return self
        index, text = self.past[-1]
        return self._with(index, text, position=index, past=self.past[:-1])

    def back(self) -> "Dictation":
        """Go to the group before; what stands there is kept."""
        return msgspec.structs.replace(self, position=max(0, self.position - 1))

    def clear(self) -> "Dictation":
        """Begin again."""
        return begin(self.form, self.code_type, self.language)

    def _with(self, index: int, text: str, *, position: int, past: tuple[tuple[int, str], ...]) -> "Dictation":
        texts = (*self.texts[:index], text, *self.texts[index + 1 :])
        return msgspec.structs.replace(self, texts=texts, position=position, past=past)

    def complete(self, accepts: Oracle) -> Whole | Choices | Unclear:
        """Find the code that was meant, as `repair` does; a group not typed counts as not heard.

        Raises:
            WrongKind: What was typed is a good code of another type.
        """
        refuse_other_type(self.form.encoding, self.code_type, self.heard)
        return repair(self.form, self.code_type, self.heard, accepts, self.language)

    def save(self) -> bytes:
        """Write the state as JSON."""
        return msgspec.json.encode(self)


def begin(form: Form, code_type: CodeType, language: Language = "en") -> Dictation:
    """Begin with nothing typed; `language` counts only where the form has none of its own."""
    return Dictation(form, code_type, form.language or language, ("",) * group_count(form.encoding, code_type))


def resume(data: bytes) -> Dictation:
    """Read a stored state.

    Raises:
        BadInput: It is none.
    """
    try:
        state = msgspec.json.decode(data[: LARGEST_SAVED + 1], type=Dictation)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadInput(t("This is no stored dictation: {reason}", reason=str(error))) from None
    groups = len(state.texts)
    fits = groups == group_count(state.form.encoding, state.code_type) and 0 <= state.position <= groups
    short = all(len(text) <= LONGEST_GROUP for text in (*state.texts, *(text for _, text in state.past)))
    if not (fits and short and len(state.past) <= MOST_UNDONE and all(0 <= i < groups for i, _ in state.past)):
        raise BadInput(t("This stored dictation does not fit its code"))
    return state
