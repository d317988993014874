"""A command line that is not understood, as an error of ours: in the reader's language, and in JSON for a script.

Typer brings its own copy of Click, exports few of its errors, and writes them in English. They are told by the names of
their classes and by what they carry. One that is not known here keeps Click's own words.
"""

import re
from difflib import get_close_matches
from typing import Any

from calvox.common.errors import BadInput
from calvox.common.i18n import Text, t


def usage_error(error: Exception) -> BadInput | None:
    """Make the error of a command line that Click does not understand; None: it is another kind of exception."""
    if not hasattr(error, "exit_code") or not hasattr(error, "show"):
        return None
    message, hint = _told(error)
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "calvox"
    return BadInput(message, hint=hint or t("“{command} --help” shows what there is.", command=command))


def shows_help(error: Exception) -> bool:
    """Tell whether nothing was asked, so that a person is shown the help."""
    return type(error).__name__ == "NoArgsIsHelpError"


def _told(error: Any) -> tuple[Text, Text | None]:
    match type(error).__name__:
        case "MissingParameter":
            return _missing(error.param), None
        case "NoSuchOption":
            return t("There is no option {name} here", name=error.option_name), _meant(
                sorted(error.possibilities or ())
            )
        case "BadOptionUsage" if "does not take" in error.message:
            return t("The option {name} takes no value", name=error.option_name), None
        case "BadOptionUsage":
            return t("{name} wants a value", name=error.option_name), None
        case "BadParameter":
            return t("The value of {name} is not good: {why}", name=_name(error.param), why=_why(error.message)), None
        case "NoArgsIsHelpError":
            return t("What shall be done is missing"), None
        case _:
            return _other(error)


def _other(error: Any) -> tuple[Text, Text | None]:
    if found := re.match(r"No such command '(.*?)'", error.message):
        context = error.ctx
        near = get_close_matches(found[1], context.command.list_commands(context))
        return t("There is no command {name} here", name=found[1]), _meant(near)
    if found := re.match(r"Got unexpected extra argument\S* \((.*)\)", error.message, re.DOTALL):
        return t("This is more than the command takes: {words}", words=found[1]), None
    return Text("{text}", {"text": error.format_message()}), None


def _missing(param: Any) -> Text:
    if getattr(param, "param_type_name", "") == "option":
        return t("The option {name} is missing", name=_name(param))
    return t("The argument {name} is missing", name=_name(param))


def _name(param: Any) -> str:
    """Name a parameter as the help does."""
    if param is None:
        return "?"
    return next((str(one) for one in param.opts if one.startswith("--")), str(param.get_error_hint()).strip("'"))


def _why(message: str) -> Text:
    if "integer" in message:
        return t("it is a whole number")
    if found := re.match(r"Input should be ('.*')", message):
        return t("it is one of {choices}", choices=found[1].replace("'", "").replace(" or ", ", "))
    return Text("{text}", {"text": message})


def _meant(names: list[str]) -> Text | None:
    return t("Did you mean {names}?", names=", ".join(names)) if names else None
