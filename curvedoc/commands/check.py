"""``curvedoc check``: the gate."""

from __future__ import annotations

from typing import Any

import click

from curvedoc import flags
from curvedoc.console import say
from curvedoc.errors import EXIT_GATE, EXIT_OK, EXIT_UNREADABLE

from .showing import examine, show


@click.command()
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
    from curvedoc.gate import DEFAULT_MIN_CONFIDENCE, forbidden, gate

    settings = flags.settings()
    names = forbidden(fail_on or settings.fail_on)
    limits = (min_confidence, settings.min_confidence, DEFAULT_MIN_CONFIDENCE)
    limit = next(value for value in limits if value is not None)
    batch = examine(paths, flags.options(given, settings))
    result = gate(batch, names, limit)
    show(batch, form, output, given)
    for diagnosis, reason in result.failed:
        say(f"curvedoc: {diagnosis.run.path}: gate failed: {reason}")
    for diagnosis, reason in result.doubtful:
        say(f"curvedoc: {diagnosis.run.path}: not failed: {reason} is below {limit:g}")
    if result.failed:
        return EXIT_GATE
    return EXIT_OK if result else EXIT_UNREADABLE
