"""``curvedoc plot``: a figure of runs for papers and slides."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from curvedoc import flags
from curvedoc.console import complain, emit
from curvedoc.errors import EXIT_OK, EXIT_UNREADABLE, CurvedocError, UsageError

from .showing import examine


@click.command()
@flags.paths
@flags.reading
@click.option("--output", "-o", required=True, metavar="FILE", help="The figure: .svg, .png or .pdf.")
@click.option("--width", type=click.FloatRange(1, 100), metavar="INCHES",
              help="Width of the figure. [default: 6.4, of three and more runs 3.2 each]")  # fmt: skip
@click.option("--dpi", type=click.IntRange(30, 1200), default=200, show_default=True, metavar="N",
              help="Dots per inch of a PNG.")  # fmt: skip
@click.option("--log/--linear", "log", default=None, help="Axis of the losses (default: by their range).")
@click.option("--smooth", is_flag=True, help="Draw the trend over the raw curve.")
def plot(
    paths: tuple[str, ...],
    output: str,
    width: float | None,
    dpi: int,
    log: bool | None,
    smooth: bool,
    **given: Any,
) -> int:
    """Draw runs as a figure for papers and slides.

    Up to 12 runs stand side by side. Needs matplotlib: pip install 'curvedoc[plot]'.
    """
    from curvedoc.figure import FORMATS, Look, draw

    form = Path(output).suffix.lower().lstrip(".")
    if form not in FORMATS:
        raise UsageError(
            f"the ending '.{form}' names no format of a figure" if form else "its name has no ending",
            f"Choose one of: {', '.join('.' + known for known in FORMATS)}.",
            output,
        )
    batch = examine(paths, flags.options(given, flags.settings()))
    for problem in batch.problems:
        complain(CurvedocError(problem.problem, problem.fix, problem.path))
    if not batch.diagnoses:
        return EXIT_UNREADABLE
    emit(draw(batch.diagnoses, form, Look(width, dpi, log, smooth)), output)
    return EXIT_UNREADABLE if batch.problems else EXIT_OK
