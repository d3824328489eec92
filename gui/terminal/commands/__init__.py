"""The commands of the terminal, each in a module of its own, put together from the table ``COMMANDS``.

Words for people go to standard error, results to standard output. Exit codes: 0 done, 1 failed, 2 wrong
use, 130 interrupted.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import wraps
from importlib import import_module
from typing import Annotated, Any

import typer
import typer.main
from pydantic import ValidationError
from typer.core import TyperGroup

from engine.data.table import DataError
from engine.export.target import ExportError
from engine.plan import TooLargeError
from engine.project import ProjectError
from engine.spec import explain
from gui import logs
from gui.terminal import COMMANDS, completion_variable, program_name
from gui.terminal.options import UsageError

_ABOUT = """Glassbox: build a neural network, watch it learn, and check every number.

Examples:

  python main.py                      opens the window with the ready example
  python main.py patients.csv         opens it with a table or a project
  python main.py train --data wine    trains in the terminal
  python main.py train --help         explains one command, with examples
"""
application = typer.Typer(
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=_ABOUT,
)


@application.callback(invoke_without_command=True)
def _about(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        from gui.version import VERSION  # noqa: PLC0415

        print(f"Glassbox {VERSION}")
        raise typer.Exit


def _interruptible(command: Callable[..., None]) -> Callable[..., None]:
    """The command, ended by Ctrl+C with a word and exit code 130."""

    @wraps(command)
    def work(*given: Any, **named: Any) -> None:
        try:
            command(*given, **named)
        except KeyboardInterrupt:
            print("Interrupted.", file=sys.stderr)
            raise typer.Exit(130) from None

    return work


for _name, _group in COMMANDS.items():
    _command = getattr(import_module(f"gui.terminal.commands.{_name}"), _name)
    application.command(_name, rich_help_panel=_group)(_interruptible(_command))


def run(arguments: Sequence[str]) -> int:
    """Runs a command and returns the exit code; every refusal is one plain sentence."""
    command = _all_commands()
    return guarded(lambda: command(list(arguments), prog_name=program_name(), complete_var=completion_variable()))


def _all_commands() -> TyperGroup:
    """The commands; the help of a switch names no kind of value, for it takes none."""
    group = typer.main.get_command(application)
    assert isinstance(group, TyperGroup)
    above = typer.Context(group, **group.context_settings)
    for command in (group, *group.commands.values()):
        for option in command.get_params(typer.Context(command, parent=above)):
            if getattr(option, "is_flag", False):
                option.metavar = ""
    return group


def guarded(work: Callable[[], object]) -> int:
    """Does the work; turns the errors that people can mend into a sentence and an exit code."""
    try:
        work()
    except SystemExit as ended:
        # Typer has said what there is to say.
        return ended.code if isinstance(ended.code, int) else 0
    except ValidationError as error:
        return _refuse(*explain(error))
    except (UsageError, DataError, ProjectError, ExportError, TooLargeError) as error:
        return _refuse(str(error))
    except OSError as error:
        logs.log.warning("refused: %s", error)
        print(f"Glassbox: {f'{error.filename}: ' if error.filename else ''}{error.strerror or error}.", file=sys.stderr)
        return 1
    except Exception as error:  # noqa: BLE001 - whatever it is, people get a sentence, and the log the rest
        print(f"Glassbox: {logs.report(error)}.", file=sys.stderr)
        return 1
    return 0


def _refuse(*sentences: str) -> int:
    for sentence in sentences:
        logs.log.warning("refused: %s", sentence)
        print(f"Glassbox: {sentence}.", file=sys.stderr)
    return 2
