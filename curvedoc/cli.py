"""The command line: arguments in, exit code out; no judgement, no formatting.

Everything but click is imported inside the commands, so that ``--help`` and completion answer at once.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any, NoReturn

import click

from . import __version__, flags
from .console import complain, emit, hurry, leave, say
from .errors import (
    EXIT_BUG,
    EXIT_GATE,
    EXIT_OK,
    EXIT_UNREADABLE,
    EXIT_USAGE,
    CurvedocError,
)
from .wording import clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .diagnosis import Batch
    from .intake import Options

EXIT_INTERRUPTED = 130  # 128 + SIGINT, as shells have it
SHELLS = ("bash", "zsh", "fish")

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


@app.command()
@flags.paths
@flags.reading
@flags.showing
def diagnose(paths: tuple[str, ...], form: str, output: str | None, **given: Any) -> int:
    """Name the state of each run, with evidence and a fix.

    PATH is a log file, a directory (searched for runs), a glob, or - for standard input.
    """
    batch = _examine(paths, flags.options(given, flags.settings()))
    _report(batch, form, output, given)
    return EXIT_UNREADABLE if batch.problems else EXIT_OK


@app.command()
@flags.paths
@flags.reading
@flags.showing
@click.option(
    "--fail-on", multiple=True, metavar="STATES", help="States or rules that fail, separated by commas."
)
@click.option("--min-confidence", type=click.FloatRange(0, 1), metavar="P",
              help="Fail only when at least this sure (default: 0.8).")  # fmt: skip
def check(
    paths: tuple[str, ...],
    form: str,
    output: str | None,
    fail_on: tuple[str, ...],
    min_confidence: float | None,
    **given: Any,
) -> int:
    """A gate for CI: exit 1 when a run is in a forbidden state.

    Takes the same PATHs as diagnose. A path that cannot be read never passes: exit 3.
    """
    from .gate import DEFAULT_MIN_CONFIDENCE, forbidden, gate

    settings = flags.settings()
    names = forbidden(fail_on or settings.fail_on)
    limits = (min_confidence, settings.min_confidence, DEFAULT_MIN_CONFIDENCE)
    limit = next(value for value in limits if value is not None)
    batch = _examine(paths, flags.options(given, settings))
    result = gate(batch, names, limit)
    _report(batch, form, output, given)
    for diagnosis, reason in result.failed:
        say(f"curvedoc: {diagnosis.run.path}: gate failed: {reason}")
    for diagnosis, reason in result.doubtful:
        say(f"curvedoc: {diagnosis.run.path}: not failed: {reason} is below {limit:g}")
    if result.failed:
        return EXIT_GATE
    return EXIT_OK if result else EXIT_UNREADABLE


@app.command()
@flags.paths
@flags.reading
@flags.width
def columns(paths: tuple[str, ...], **given: Any) -> int:
    """Show how each logged name was read, and how to override it."""
    from .intake import results
    from .reports import columns as report

    found = list(results(paths, flags.options(given, flags.settings())))
    runs = [run for run in found if not isinstance(run, CurvedocError)]
    if runs:
        emit(report.render(runs, **_style(given)))
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

    found, style = subject(name), _style(given)
    page = (
        pages.render_state(found, RULES, **style)
        if isinstance(found, State)
        else pages.render_rule(found, **style)
    )
    emit(page)
    return EXIT_OK


@app.command()
@flags.width
def rules(**given: Any) -> int:
    """List the states and the rules."""
    from .reports import pages
    from .rules import RULES

    emit(pages.render_rules(RULES, **_style(given)))
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


def _examine(paths: tuple[str, ...], options: Options) -> Batch:
    from .console import ProgressBar
    from .intake import examine
    from .stream import cores

    skipped: list[CurvedocError] = []
    with ProgressBar() as progress:
        batch = examine(paths, options, progress, skipped, cores())
    if skipped:
        names = ", ".join(error.path for error in skipped[:3]) + (", …" if len(skipped) > 3 else "")
        say(clean(f"curvedoc: passed over what is no training log: {names} ({len(skipped)} in all)"))
    return batch


def _style(given: Mapping[str, Any], output: str | None = None) -> dict[str, Any]:
    """What a report may know of the place where it will be shown."""
    from .console import colour, speaks_unicode, width

    return {
        "width": given["width"] or width(sys.stdout),
        "color": output is None and colour(sys.stdout),
        "unicode": output is not None or speaks_unicode(sys.stdout),
    }


def _report(batch: Batch, form: str, output: str | None, given: Mapping[str, Any]) -> None:
    """The report on standard output or in a file; what could not be read on standard error too.

    It is in the report already: whoever sees that on the same terminal is not told twice.
    """
    from .reports import report

    render = report(form).render
    style = {**_style(given, output), "details": given["details"]}
    # Outputs for machines have no style; each takes what it has parameters for.
    emit(render(batch, **{name: style[name] for name in style if name in render.__kwdefaults__}), output)
    if form != "terminal" or output is not None or not sys.stdout.isatty():
        for problem in batch.problems:
            complain(CurvedocError(problem.problem, problem.fix, problem.path))


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
        error.show()
        return EXIT_USAGE
    except CurvedocError as error:
        complain(error)
        return error.exit_code
    except Exception as error:
        return _bug(error)


def program() -> NoReturn:
    """The whole process."""
    leave(main())


def _bug(error: Exception) -> int:
    if os.environ.get("CURVEDOC_DEBUG"):
        import traceback

        traceback.print_exception(error)
    problem = f"this is a bug in curvedoc {__version__}: {type(error).__name__}: {error}"
    fix = "Please report it with what the same command prints under CURVEDOC_DEBUG=1, and the log if you can."
    complain(CurvedocError(problem, fix))
    return EXIT_BUG
