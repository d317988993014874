"""The main scene: one telephone call, in which one word is mis-heard.

Both sides are real: the operator's commands reach the centre's process, the administrator's the licence server's. The two
processes know nothing of each other; only what is said aloud here passes between them.
"""

from dataclasses import dataclass
from typing import Any

from calvox.apps.demo.stage import Stage
from calvox.apps.licence_server.call_cases import EnterGroup
from calvox.apps.licence_server.host_cases import Nothing
from calvox.apps.owner import Owner
from calvox.common.errors import CalvoxError
from calvox.common.i18n import t
from calvox.core.products import cal_type_named
from calvox.server.confirm import Done, Misheard
from calvox.wire.phone.codec import CodeType
from calvox.wire.phone.dictation import GroupMisheard, begin
from calvox.wire.phone.forms import Form, hear_group, write_group
from calvox.wire.phone.sounds import sounds

OPERATOR, ADMINISTRATOR = t("operator"), t("administrator")
MISHEARD_LINE = 3
"""The line in which a word is mis-heard, from 1."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """What the customer knows and says."""

    caller: str
    """Who may call."""
    call_word: str
    """What proves it."""
    agreement: str
    """12 digits."""


def play_call(stage: Stage, server: Owner[Any], secrets: Secrets, packs: tuple[str, ...]) -> Done:
    """Play the call from the first word to the accepted confirmation."""
    sheet = _prepare(stage, secrets.agreement, packs)
    prepared = _desk(stage, secrets, sheet)
    _compare(stage, sheet, prepared)
    stage.tell(
        t("The centre registers what it will sign, signs, and verifies with another library before a word is read out.")
    )
    signed = stage.run("centre", "sign", prepared["call"], "--agreed", "--form", stage.form)
    return _dictate(stage, server, signed["groups"])


def _prepare(stage: Stage, agreement: str, packs: tuple[str, ...]) -> Any:
    wishes = [word for pack in packs for word in ("--pack", pack)]
    sheet = stage.run("server", "activate", "--prepare-only", *wishes, "--agreement", agreement)
    phone = sheet["telephone"]
    stage.says(ADMINISTRATOR, t("I call {centre}: {number}, {hours}", centre=sheet["centre"], **_two(phone)))
    return sheet


def _two(phone: Any) -> dict[str, str]:
    return {"number": phone["number"], "hours": phone["hours"]}


def _desk(stage: Stage, secrets: Secrets, sheet: Any) -> Any:
    server_id = sheet["server_id"][stage.form]
    stage.says(OPERATOR, t("Who is calling?"))
    stage.says(ADMINISTRATOR, t("{name}; my call word is “{word}”.", name=secrets.caller, word=secrets.call_word))
    stage.says(OPERATOR, t("Your licence server's ID, please."))
    for group in server_id:
        stage.says(ADMINISTRATOR, group, style="bold")
    stage.says(OPERATOR, t("The agreement, and what is it about?"))
    for line in sheet["requests"]:
        stage.says(
            ADMINISTRATOR,
            t(
                "agreement {agreement}: {quantity} CALs, {cal_type}, version {version}, sequence {sequence}",
                **_line(line),
            ),
        )
    requests = [word for line in sheet["requests"] for word in ("--request", " ".join(line["spoken"][stage.form]))]
    who = ("--caller", secrets.caller, "--call-word-file", "-", "--agreement", secrets.agreement)
    prepared = stage.run(
        "centre", "call", *who, "--server-id", " ".join(server_id), *requests, secret=secrets.call_word + "\n"
    )
    if "refused" in prepared:
        raise CalvoxError(t("The centre refused: {reason}", reason=prepared["reason"]))
    stage.says(
        OPERATOR,
        t(
            "{caller} may call for {customer}, and it is all entitled.",
            caller=prepared["caller"],
            customer=prepared["customer"],
        ),
    )
    return prepared


def _line(line: Any) -> dict[str, Any]:
    said = {name: line[name] for name in ("agreement", "quantity", "version", "sequence")}
    return {**said, "cal_type": cal_type_named(line["cal_type"]).text}


def _compare(stage: Stage, sheet: Any, prepared: Any) -> None:
    """Compare the control words that the two processes computed."""
    theirs, ours = prepared["control_words"][stage.language], sheet["control_words"][stage.language]
    stage.says(OPERATOR, t("My control words are “{words}”.", words=" ".join(theirs)))
    stage.says(ADMINISTRATOR, t("Mine are “{words}”.", words=" ".join(ours)))
    if list(theirs) != list(ours):
        raise CalvoxError(t("The control words differ: nothing is signed"))
    stage.says(OPERATOR, t("They agree. I sign."), style="green")


def _dictate(stage: Stage, server: Owner[Any], groups: list[str]) -> Done:
    for number, group in enumerate(groups, start=1):
        stage.says(OPERATOR, f"{number}.  {group}", style="bold")
        heard = _misheard(stage, number, group) if number == MISHEARD_LINE else group
        answer = _type(stage, server, number, heard)
        if isinstance(answer, Misheard):
            _repair(stage, server, answer, heard, group)
    done = server.call("finish", Nothing())
    if not isinstance(done, Done):
        raise CalvoxError(t("The confirmation was not accepted"))
    return done


def _type(stage: Stage, server: Owner[Any], number: int, text: str) -> Any:
    return server.call("enter-group", EnterGroup(Form(stage.form), text, number, stage.language))


def _misheard(stage: Stage, number: int, group: str) -> str:
    """Replace a word by the one that sounds nearest, so that the line does not hold any more."""
    form = Form(stage.form)
    state = begin(form, CodeType.CONFIRMATION)
    symbols = hear_group(form, group)
    for place, symbol in enumerate(symbols):
        for near in sounds(form).near(symbol if symbol is not None else 0):
            text = write_group(form, (*symbols[:place], near, *symbols[place + 1 :]))
            judged = state.judge(number - 1, text)
            if isinstance(judged, GroupMisheard) and group in judged.suggestions:
                return text
    return group.split(" ", 1)[1]


def _repair(stage: Stage, server: Owner[Any], answer: Misheard, heard: str, said: str) -> None:
    stage.says(ADMINISTRATOR, t("I typed: {heard}", heard=heard))
    stage.says(ADMINISTRATOR, t("{why}. It may have been:", why=answer.why), style="yellow")
    for place, suggestion in enumerate(answer.suggestions[:4], start=1):
        stage.says(ADMINISTRATOR, f"  {place}  {suggestion}", style="green" if suggestion == said else "")
    stage.says(OPERATOR, t("I say it again: {group}", group=said))
    again = _type(stage, server, answer.group, said)
    if isinstance(again, Misheard):
        raise CalvoxError(t("Group {number} could not be repaired", number=answer.group))
    stage.says(ADMINISTRATOR, t("Now the line holds."), style="green")
