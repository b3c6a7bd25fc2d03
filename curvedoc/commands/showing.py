"""What the commands share: examining paths, and showing what came of it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from curvedoc.console import complain, emit, say
from curvedoc.errors import CurvedocError
from curvedoc.wording import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from curvedoc.diagnosis import Batch
    from curvedoc.intake import Options


def examine(paths: tuple[str, ...], options: Options) -> Batch:
    """Read and diagnose what the paths name, with a progress bar; says what was passed over."""
    from curvedoc.console import ProgressBar
    from curvedoc.intake import examine as examine_all
    from curvedoc.stream import cores

    skipped: list[CurvedocError] = []
    with ProgressBar() as progress:
        batch = examine_all(paths, options, progress, skipped, cores())
    if skipped:
        names = ", ".join(error.path for error in skipped[:3]) + (", …" if len(skipped) > 3 else "")
        say(clean(f"curvedoc: passed over what is no training log: {names} ({len(skipped)} in all)"))
    return batch


def style(given: Mapping[str, Any], output: str | None = None) -> dict[str, Any]:
    """What a report may know of the place where it will be shown."""
    from curvedoc.console import colour, speaks_unicode, width

    return {
        "width": given["width"] or width(sys.stdout),
        "color": output is None and colour(sys.stdout),
        "unicode": output is not None or speaks_unicode(sys.stdout),
    }


def show(batch: Batch, form: str, output: str | None, given: Mapping[str, Any]) -> None:
    """The report on standard output or in a file; what could not be read on standard error too.

    It is in the report already: whoever sees that on the same terminal is not told twice.
    """
    from curvedoc.reports import report

    render = report(form).render
    look = {**style(given, output), "details": given["details"]}
    # Outputs for machines have no style; each takes what it has parameters for.
    emit(render(batch, **{name: look[name] for name in look if name in render.__kwdefaults__}), output)
    if form != "terminal" or output is not None or not sys.stdout.isatty():
        for problem in batch.problems:
            complain(CurvedocError(problem.problem, problem.fix, problem.path))
