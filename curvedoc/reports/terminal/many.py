"""Several runs: a table, worst first, one line each; and the paths that could not be read."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from curvedoc.states import WORST_FIRST
from curvedoc.wording import count, number, percent, shorten, step

from .one import DIM, STATE_STYLE, where
from .sparks import sparkline

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.table import Table
    from rich.text import Text

    from curvedoc.diagnosis import Diagnosis, Problem
    from curvedoc.paint import Paper
    from curvedoc.run import Run

    Block = Text | Table

SPARK = 12
NAME_AT_LEAST = 16


def worst_first(diagnoses: Sequence[Diagnosis]) -> list[Diagnosis]:
    """By state in the order of :data:`~curvedoc.states.WORST_FIRST`, then the surest first."""
    return sorted(diagnoses, key=lambda d: (WORST_FIRST.index(d.state), -d.confidence))


def table(paper: Paper, diagnoses: Sequence[Diagnosis]) -> Iterator[Block]:
    """The summary table and a line of counts."""
    ordered = worst_first(diagnoses)
    steps = [step(d.best_step) if d.best_step is not None else "–" for d in ordered]
    gaps = [number(d.gap.final) if d.gap else "–" for d in ordered]
    sparks = [_spark(paper, d.run) for d in ordered]
    counts = [str(d.run.n_points) for d in ordered]
    states = [d.state.title for d in ordered]
    other = (("state", states), ("loss", sparks), ("best", steps), ("gap", gaps), ("points", counts))
    taken = sum(max(map(len, (head, *column))) for head, column in other) + len(">99 %") + 6 * len("  ")
    names = _names(paper, [d.run for d in ordered], max(NAME_AT_LEAST, paper.width - taken))
    grid = paper.table("state", ">sure", "run", "loss", ">best", ">gap", ">points")
    for i, d in enumerate(ordered):
        style = STATE_STYLE[d.state]
        head = (states[i], f"bold {style}"), percent(d.confidence), names[i], (sparks[i], style)
        paper.row(grid, *head, steps[i], gaps[i], counts[i])
    yield grid
    tally = Counter(states)
    yield paper.text()
    told = ", ".join(f"{n} {state}" for state, n in tally.items())
    yield paper.hang(paper.text((f"{len(ordered)} runs  ", "bold")), paper.text(told))


def problems(paper: Paper, items: Sequence[Problem]) -> Iterator[Text]:
    """Every path that could not be diagnosed, with what to do."""
    if not items:
        return
    yield paper.text()
    yield paper.text((f"Not read: {count(len(items), 'path')}", "bold red"))
    for item in items:
        yield paper.hang(paper.text(("  ● ", "red")), paper.text((item.path, "bold"), f"  {item.problem}"))
        if item.fix:
            yield paper.hang(paper.text("    "), paper.text((item.fix, DIM)))


def _names(paper: Paper, runs: Sequence[Run], width: int) -> list[str]:
    """Names where they tell the runs apart, paths otherwise."""
    names = [paper.plain(run.name) for run in runs]
    if len(set(names)) < len(names):
        names = [paper.plain(where(run)) for run in runs]
    return [shorten(name, width) for name in names]


def _spark(paper: Paper, run: Run) -> str:
    """Validation loss, or train loss without it."""
    curve = run.get("val/loss") or run.get("train/loss")
    return sparkline(curve.values, SPARK, paper.unicode) if curve and len(curve) else ""
