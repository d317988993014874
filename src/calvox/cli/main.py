"""`calvox`: find the language, the settings and the noun; run the command; present what went wrong.

Only the module of the noun that was named is imported, so that a command starts quickly and a licence server's process
never holds the centre's code.
"""

import os
import sys
from importlib import import_module
from pathlib import Path

import msgspec
import typer
from rich.console import Console
from rich.text import Text as Styled

from calvox.cli.session import Session, begin
from calvox.cli.usage import shows_help, usage_error
from calvox.common.errors import BadInput, CalvoxError, rendering
from calvox.common.i18n import fitting_language, language_of_environment, set_language, t
from calvox.common.settings import load

NOUNS = (
    "centre",
    "server",
    "pack",
    "cal",
    "people",
    "host",
    "report",
    "journal",
    "backup",
    "site",
    "windows",
    "manager",
    "doctor",
    "codes",
    "config",
    "demo",
)
INTERRUPTED = 130


def main() -> None:
    """Run one command."""
    arguments = sys.argv[1:]
    try:
        json = _flag(arguments, "--json")
        wish = _option(arguments, "--lang")
        set_language(fitting_language(wish) if wish else language_of_environment())
        file = _option(arguments, "--settings")
        loaded = load(Path(file) if file else None)
        if not wish and loaded.settings.interface.language:
            set_language(fitting_language(loaded.settings.interface.language))
        begin(Session(loaded, json))
        code = _application(arguments)(arguments, prog_name="calvox", standalone_mode=False)
    except CalvoxError as error:
        code = _present(error, "--json" in sys.argv)
    except typer.Abort:
        code = 1
    except KeyboardInterrupt:
        text = t("Interrupted; what had been entered is kept.")
        sys.stderr.write(f"\n{text}\n")
        code = INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as error:
        code = _misused(error, "--json" in sys.argv)
    sys.exit(code or 0)


def _application(arguments: list[str]) -> typer.Typer:
    named = next((a for a in arguments if not a.startswith("-")), None)
    application = typer.Typer(
        name="calvox",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        help=str(t("Client access licences for networks without Internet, activated over the telephone.")),
        epilog=str(t("Everywhere: --json for scripts, --lang fr or en, --settings FILE.")),
    )

    @application.callback()
    def root() -> None:
        """Hold the nouns together."""

    for noun in [named] if named in NOUNS else NOUNS:
        try:
            module = import_module(f"calvox.cli.{noun}")
        except ModuleNotFoundError as error:
            if named == noun:
                raise _missing_extra(noun, error) from error
            continue
        application.add_typer(module.app, name=noun)
    return application


def _missing_extra(noun: str, error: ModuleNotFoundError) -> CalvoxError:
    return BadInput(
        t("“calvox {noun}” needs the package {name}, which is not installed", noun=noun, name=str(error.name)),
        hint=t("Install calvox[{extra}].", extra={"centre": "centre", "host": "host"}.get(noun, "server")),
    )


def _misused(error: Exception, json: bool) -> int:
    """Present a command line that is not understood; anything else goes on as it is."""
    told = usage_error(error)
    if told is None:
        raise error
    if shows_help(error) and not json:
        getattr(error, "show")()  # noqa: B009
        return rendering(told).exit
    return _present(told, json)


def _present(error: CalvoxError, json: bool) -> int:
    row = rendering(error)
    if json:
        told = {"code": error.code, "message": str(error.message), "hint": str(error.hint or "")}
        sys.stderr.write(msgspec.json.encode(told).decode() + "\n")
    else:
        screen = Console(stderr=True, highlight=False, emoji=False)
        title = str(t("{title}:", title=row.title))
        screen.print(Styled.assemble((title, "bold red"), f" {error.message}"))
        if error.hint:
            screen.print(f"→ {error.hint}", markup=False)
    return row.exit


def _flag(arguments: list[str], name: str) -> bool:
    found = name in arguments
    while name in arguments:
        arguments.remove(name)
    return found


def _option(arguments: list[str], name: str) -> str | None:
    """Take `--name value` or `--name=value` out of the arguments."""
    for at, argument in enumerate(arguments):
        if argument == name:
            if at + 1 == len(arguments):
                raise BadInput(t("{name} wants a value", name=name))
            del arguments[at]
            return arguments.pop(at)
        if argument.startswith(f"{name}="):
            return arguments.pop(at).partition("=")[2]
    return None
