"""Runs and their log files: many at once, resumable, because a finished log is not made again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curvedoc.errors import UsageError, nearest

from .jobs import each, following, silent
from .writers import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from curvedoc.rule import Scenario

    from .jobs import Report

Wanted = tuple["Scenario", str]


def run_all(
    wanted: Sequence[Wanted],
    out: Path,
    formats: Sequence[str],
    seed: int | None,
    device: str,
    jobs: int,
    tell: Callable[[str], object],
    report: Report = silent,
) -> None:
    """Train and write each ``(scenario, remedy)`` whose logs are not all there yet; tells each as it ends.

    Raises :class:`UsageError` for an unknown format or remedy, before anything is trained.
    """
    from .runner import name_of, overridden

    for form in formats:
        if form not in FORMATS:
            raise UsageError(
                f"There is no log format '{form}'.{nearest(form, FORMATS)}", f"Use: {', '.join(FORMATS)}."
            )
    todo = []
    for scenario, treated in wanted:
        overridden(scenario, treated)
        name = name_of(scenario, treated, seed)
        if all((out / (name + FORMATS[form][0])).exists() for form in formats):
            tell(f"{name}: there already")
        else:
            todo.append((scenario, treated, out, tuple(formats), seed, device))
    for line in each(_one, todo, jobs, report):
        tell(line)


def _one(
    scenario: Scenario,
    treated: str,
    out: Path,
    formats: Sequence[str],
    seed: int | None,
    device: str,
    report: Report,
) -> str:
    from .runner import name_of, planned, train, write

    name = name_of(scenario, treated, seed)
    steps = planned(scenario, treated)[0].settings.steps
    trained = train(scenario, treated, seed, device, on_row=following(report, name, steps))
    report(name, 1.0)
    written = write(trained, out, formats, name)
    made = ", ".join(str(path) for path in written.values())
    return f"{name}: {len(trained.rows)} rows in {trained.seconds:.1f} s, {made}"
