"""``curvedoc compare``: runs side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from curvedoc import flags
from curvedoc.console import complain, emit
from curvedoc.errors import EXIT_OK, EXIT_UNREADABLE, CurvedocError, UsageError, nearest

from .basing import terms_of
from .showing import examine, spare, style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from curvedoc.baseline.contest import Target
    from curvedoc.compared import Entrant
    from curvedoc.diagnosis import Diagnosis

FORMATS = ("terminal", "json", "markdown")


@click.command()
@flags.paths
@click.option(
    "--versus",
    multiple=True,
    metavar="PATH",
    help="All PATHs are one side, repeats of one experiment, and these the other. Repeatable; quote globs.",
)
@click.option(
    "--compare",
    multiple=True,
    metavar="ROLES",
    help="The curves to compare, e.g. val/loss. [default: main metric and loss on validation]",
)
@click.option(
    "--target",
    metavar="CONDITION",
    help="Count steps to this: 'val/accuracy >= 0.9'. [default: the worst run's best level]",
)
@click.option("--tolerance", metavar="AMOUNT", help="A difference that does not matter: 0.01, or 2%.")
@click.option("--alpha", type=float, metavar="P", help="How sure 'better' must be. [default: 0.05]")
@flags.reading
@click.option(
    "--format",
    "form",
    default="terminal",
    show_default=True,
    metavar="NAME",
    help="terminal, json or markdown.",
)
@click.option("--output", metavar="FILE", help="Write the report to FILE, whole or not at all.")
@flags.width
def compare(
    paths: tuple[str, ...], versus: tuple[str, ...], form: str, output: str | None, **given: Any
) -> int:
    """Runs side by side: states, levels with their noise, steps to a target, where the curves part.

    Runs whose names differ in a counted seed or fold are one side, every other run is a side of its own;
    repeats of a single experiment are compared with each other.
    """  # fmt: skip
    from curvedoc.baseline.contest import contest

    if form not in FORMATS:
        raise UsageError(
            f"There is no output format '{form}' of compare.{nearest(form, FORMATS)}",
            f"Choose one of: {', '.join(FORMATS)}.",
        )
    terms, target = terms_of(given), _target(given["target"])
    options = flags.options(given, flags.settings())
    batches = [examine(side, options) for side in (paths, versus) if side]
    spare(output, batches)
    problems = [problem for batch in batches for problem in batch.problems]
    for problem in problems:
        complain(CurvedocError(problem.problem, problem.fix, problem.path))
    if versus:
        entrants = _sides((paths, versus), [batch.diagnoses for batch in batches])
    else:
        entrants = _entrants(batches[0].diagnoses)
    if len(entrants) < 2 and problems:
        return EXIT_UNREADABLE
    if len(entrants) < 2:
        raise UsageError("there is only one run to compare", "Name another beside it, or behind --versus.")
    _show(contest(entrants, terms, target), form, output, given)
    return EXIT_UNREADABLE if problems else EXIT_OK


def _sides(paths: Sequence[Sequence[str]], diagnoses: Sequence[Sequence[Diagnosis]]) -> list[Entrant]:
    """All runs of each side, called as the experiment that they repeat, or as the call has them."""
    from curvedoc.baseline.matching import groups
    from curvedoc.compared import Entrant

    found = [groups([d.run.name for d in side]) for side in diagnoses]
    names = [own[0].name for own in found if len(own) == 1]
    if len(set(names)) < len(paths):
        more = [f" and {len(own) - 1} more" if len(own) > 1 else "" for own in paths]
        names = [name + rest for name, rest in zip(_apart([own[0] for own in paths]), more, strict=True)]
    return [Entrant(name, tuple(side)) for name, side in zip(names, diagnoses, strict=True) if side]


def _apart(paths: Sequence[str]) -> list[str]:
    """Paths without the folders that all of them begin with."""
    parts = [path.rstrip("/").split("/") for path in paths]
    while all(len(own) > 1 for own in parts) and len({own[0] for own in parts}) == 1:
        parts = [own[1:] for own in parts]
    return ["/".join(own) for own in parts]


def _entrants(diagnoses: Sequence[Diagnosis]) -> list[Entrant]:
    from curvedoc.baseline.matching import groups
    from curvedoc.compared import Entrant

    found = groups([d.run.name for d in diagnoses])
    if len(found) == 1:  # `compare seed_0.csv seed_1.csv` can only mean these two
        return [Entrant(d.run.name, (d,)) for d in diagnoses]
    return [Entrant(group.name, tuple(diagnoses[i] for i in group.members)) for group in found]


def _target(text: str | None) -> Target | None:
    """A role and a level out of a condition such as ``val/accuracy >= 0.9``."""
    from curvedoc.gate.expression import Level, parse

    if text is None:
        return None
    condition = parse(text)
    if condition.level is not Level.FINAL or condition.step is not None:
        raise UsageError(f"--target '{text}' is more than a level", "Write it like 'val/accuracy >= 0.9'.")
    return condition.curve, condition.bound.share


def _show(found: Any, form: str, output: str | None, given: dict[str, Any]) -> None:
    if form == "terminal":
        from curvedoc.reports.terminal.comparison import render

        emit(render(found, **style(given, output)), output)
        return
    from curvedoc.reports import comparison

    emit(comparison.as_json(found) if form == "json" else comparison.as_markdown(found), output)
