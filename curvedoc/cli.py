"""The command line: arguments in, exit code out; no judgement, no formatting.

Everything but click is imported inside the commands, so that ``--help`` and completion answer at once.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from . import __version__, flags
from .commands import check, compare, plot, watch
from .commands.showing import examine, show, style
from .console import complain, emit, hurry, leave, say
from .errors import (
    EXIT_BUG,
    EXIT_GATE,
    EXIT_OK,
    EXIT_UNREADABLE,
    EXIT_USAGE,
    CurvedocError,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .outputs import Wanted

EXIT_INTERRUPTED = 130  # 128 + SIGINT, as shells have it
SHELLS = ("bash", "zsh", "fish")
MANY = 8  # files that `columns` names as passed over

EPILOG = f"""\b
Exit codes:
  {EXIT_OK}    diagnosed; for check: the gate passed
  {EXIT_GATE}    check: the gate failed; bench: below --min-accuracy
  {EXIT_USAGE}    the call or the settings are wrong
  {EXIT_UNREADABLE}    a path could not be read (the others are still diagnosed)
  {EXIT_BUG}   a bug in curvedoc
  {EXIT_INTERRUPTED}  interrupted
"""


@click.group(
    epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(__version__, "--version", message="%(prog)s %(version)s")
@click.pass_context
def app(context: click.Context) -> None:
    """Reads the log of a training run and names its state, with evidence and a fix."""
    if context.invoked_subcommand != "reference":
        hurry()


app.add_command(check.check)
app.add_command(compare.compare)
app.add_command(plot.plot)
app.add_command(watch.watch)


@app.command()
@flags.paths
@flags.reading
@flags.showing
def diagnose(paths: tuple[str, ...], reports: tuple[Wanted, ...], **given: Any) -> int:
    """Name the state of each run, with evidence and a fix.

    PATH is a log (also packed), a directory or archive (searched for runs), the store of a tracker (MLflow,
    W&B, Sacred, Aim), an address (s3://, gs://, hf://, https://), a glob, or - for standard input.
    """
    batch = examine(paths, flags.options(given, flags.settings()))
    show(batch, reports, given)
    return EXIT_UNREADABLE if batch.problems else EXIT_OK


@app.command()
@flags.paths
@flags.reading
@flags.width
@click.option("--details", is_flag=True, help="List every curve and every ignored name.")
def columns(paths: tuple[str, ...], details: bool, **given: Any) -> int:
    """Show how each logged name was read, and how to override it."""
    from .intake import results
    from .reports import columns as report
    from .wording import clean

    skipped: list[CurvedocError] = []
    found = list(results(paths, flags.options(given, flags.settings()), skipped=skipped))
    runs = [run for run in found if not isinstance(run, CurvedocError)]
    if runs:
        emit(report.render(runs, details=details, **style(given)))
    for error in skipped if details else skipped[:MANY]:
        say(clean(f"curvedoc: passed over {error.path}: {error.problem}"))
    if len(skipped) > MANY and not details:
        say(f"curvedoc: passed over {len(skipped) - MANY} more files: --details lists them")
    errors = [error for error in found if isinstance(error, CurvedocError)]
    for error in errors:
        complain(error)
    return max((error.exit_code for error in errors), default=EXIT_OK)


@app.command()
@click.argument("name", metavar="STATE_OR_RULE", shell_complete=lambda _ctx, _param, typed: _pages(typed))
@flags.width
def explain(name: str, **given: Any) -> int:
    """Print the page of a state or a rule."""
    from .gate import subject
    from .reports import pages
    from .rules import RULES
    from .states import State

    found, look = subject(name), style(given)
    page = (
        pages.render_state(found, RULES, **look)
        if isinstance(found, State)
        else pages.render_rule(found, **look)
    )
    emit(page)
    return EXIT_OK


@app.command()
@flags.width
def rules(**given: Any) -> int:
    """List the states and the rules."""
    from .reports import pages
    from .rules import RULES

    emit(pages.render_rules(RULES, **style(given)))
    return EXIT_OK


@app.command()
@click.argument("shell", type=click.Choice(SHELLS), metavar="|".join(SHELLS))
def completion(shell: str) -> int:
    """Print the completion script of a shell.

    Add to the start-up file of the shell: eval "$(curvedoc completion bash)"; for fish: curvedoc completion
    fish | source.
    """
    from click.shell_completion import get_completion_class

    made = get_completion_class(shell)
    assert made is not None, "click knows all of SHELLS"
    emit(made(app, {}, "curvedoc", "_CURVEDOC_COMPLETE").source())
    return EXIT_OK


def _pages(typed: str) -> list[str]:
    from .rules import RULES
    from .states import State

    return [name for name in (*State, *(rule.id for rule in RULES)) if name.startswith(typed)]


@app.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []}, add_help_option=False
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def bench(arguments: tuple[str, ...]) -> int:
    """Score the verdicts on labelled logs."""
    from .bench.command import main

    return main(arguments)


@app.command(
    context_settings={"ignore_unknown_options": True, "help_option_names": []}, add_help_option=False
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def reference(arguments: tuple[str, ...]) -> int:
    """Train the reference runs.

    Needs torch: pip install 'curvedoc[reference]'.
    """
    from importlib import import_module

    # By name, for torch must not hang on the command line's import graph.
    code: int = import_module("curvedoc.reference.commands").main(list(arguments))
    return code


def main(args: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code, prints no traceback unless CURVEDOC_DEBUG is set."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a file name need not be valid text
            stream.reconfigure(errors="backslashreplace")
    try:
        return int(app.main(args, prog_name="curvedoc", standalone_mode=False) or EXIT_OK)
    except click.Abort:
        return EXIT_INTERRUPTED
    except click.ClickException as error:
        with contextlib.suppress(OSError):  # nobody is there to read it
            error.show()
        return EXIT_USAGE
    except CurvedocError as error:
        complain(error)
        return error.exit_code
    except Exception as error:
        return _bug(error)


def program() -> NoReturn:
    """The whole process."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:  # closed by the caller (``>&-``)
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - to the end
    leave(main())


def _bug(error: Exception) -> int:
    if os.environ.get("CURVEDOC_DEBUG"):
        import traceback

        traceback.print_exception(error)
    problem = f"this is a bug in curvedoc {__version__}: {type(error).__name__}: {error}"
    fix = "Please report it with what the same command prints under CURVEDOC_DEBUG=1, and the log if you can."
    complain(CurvedocError(problem, fix))
    return EXIT_BUG
