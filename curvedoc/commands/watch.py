"""``curvedoc watch``: follow a run while it trains."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from curvedoc import flags
from curvedoc.console import complain
from curvedoc.errors import UnreadableError, UsageError

from .showing import show, style

if TYPE_CHECKING:
    from curvedoc.diagnosis import Diagnosis
    from curvedoc.live.views import Lines, Page
    from curvedoc.live.watching import Wishes
    from curvedoc.outputs import Wanted

SECONDS = click.FloatRange(0, min_open=True)


@click.command()
@click.argument("path")
@flags.reading
@flags.showing
@click.option(
    "--interval",
    type=click.FloatRange(0.1),
    default=1.0,
    show_default=True,
    metavar="SECONDS",
    help="Diagnose at most so often; seldomer where that costs more than 3 % of a core.",
)
@click.option(
    "--on",
    "hooks",
    nargs=2,
    multiple=True,
    metavar="STATE COMMAND",
    help="When the run comes into STATE (a state, a rule, or any), run COMMAND by the shell, with the "
    "diagnosis as JSON on its standard input. Repeatable.",
)
@click.option(
    "--until",
    multiple=True,
    metavar="STATE",
    help="End when the run comes into STATE: exit 1, or 0 for a healthy one. Repeatable.",
)
@click.option("--timeout", type=SECONDS, metavar="SECONDS", help="End after so long.")
@click.option("--idle", type=SECONDS, metavar="SECONDS", help="End when nothing new came for so long.")
@click.option("--min-confidence", type=click.FloatRange(0, 1), default=0.8, show_default=True, metavar="P",
              help="Tell a change only when at least this sure.")  # fmt: skip
def watch(
    path: str,
    reports: tuple[Wanted, ...],
    hooks: tuple[tuple[str, str], ...],
    until: tuple[str, ...],
    **given: Any,
) -> int:
    """Follow a run while it trains, and tell when its state changes.

    PATH is a log file, a directory of event files, or - for standard input; it may come later. Ends with the
    final report.
    """
    from curvedoc.diagnosis import Batch
    from curvedoc.intake import reading
    from curvedoc.live.target import Target
    from curvedoc.live.watching import Watch
    from curvedoc.readers import reader

    options = flags.options(given, flags.settings())
    if options.reader:
        reader(options.reader)
    target = Target(path, reading(options))
    watched = Watch(target, options.at(path), _wishes(hooks, until, given), _view(reports, given))
    code = watched.run()
    if watched.diagnosis is not None:
        show(Batch((watched.diagnosis,)), reports, given)
        return code
    error = watched.problem or target.problem or UnreadableError("no log has come", "Check the path.", path)
    error.path = error.path or path
    complain(error)
    return code or error.exit_code


def _wishes(hooks: tuple[tuple[str, str], ...], until: tuple[str, ...], given: dict[str, Any]) -> Wishes:
    """The flags, with every name known to be a state or a rule."""
    from curvedoc.gate import subject
    from curvedoc.live.changes import ANY
    from curvedoc.live.watching import Wishes
    from curvedoc.states import State

    wanted = {name for name in (*until, *(name for name, _ in hooks)) if name != ANY}
    found = {name: subject(name) for name in wanted}
    if State.INCONCLUSIVE in found.values():
        raise UsageError(
            "'inconclusive' is never told: a run is that until it is something else",
            f"Name another state, or {ANY}.",
        )
    rules = frozenset(name for name, what in found.items() if not isinstance(what, State))
    numbers = {key: given[key] for key in ("interval", "timeout", "idle", "min_confidence")}
    return Wishes(hooks=hooks, until=until, rules=rules, **numbers)


def _view(reports: tuple[Wanted, ...], given: dict[str, Any]) -> Lines | Page:
    """A page on a terminal, lines elsewhere; on standard error where another report has standard output."""
    from curvedoc.live.views import Lines, Page

    other = any(wanted.file is None and wanted.form != "terminal" for wanted in reports)
    if other or not sys.stdout.isatty() or os.environ.get("TERM") == "dumb":
        return Lines(aside=other)
    from curvedoc.diagnosis import Batch
    from curvedoc.reports import terminal

    def render(diagnosis: Diagnosis) -> str:
        look = style(given)
        return terminal.render(Batch((diagnosis,)), details=given["details"], **look)

    return Page(render)
