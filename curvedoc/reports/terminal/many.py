"""Several runs: a table, worst first, one line each; and the paths that could not be read."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from curvedoc.charts.sparks import sparkline
from curvedoc.families import families
from curvedoc.shown import where, worst_first
from curvedoc.wording import count, number, percent, step

from . import verdict
from .one import DIM, STATE_STYLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rich.table import Table

    from curvedoc.diagnosis import Diagnosis, Problem
    from curvedoc.gated import GateResult
    from curvedoc.paint import Paper
    from curvedoc.run import Run
    from curvedoc.styled import Text

    Block = Text | Table

SPARK = 12
FAMILIES = 8
NAME_AT_LEAST = 16
# Columns that a narrow terminal does without, the first to go first.
SPARED = (">points", ">best", "loss")


def table(paper: Paper, diagnoses: Sequence[Diagnosis], gate: GateResult | None = None) -> Iterator[Block]:
    """The summary table and a line of counts, with what a gate says of each run and of all."""
    ordered = worst_first(diagnoses)
    states = [d.state.label for d in ordered]
    columns = {
        "state": states,
        ">sure": [percent(d.confidence) for d in ordered],
        **({"gate": [verdict.standing(gate, d)[0] for d in ordered]} if gate is not None else {}),
        "run": _names([d.run for d in ordered]),
        "loss": [_spark(paper, d.run) for d in ordered],
        ">best": [step(d.best_step) if d.best_step is not None else "–" for d in ordered],
        ">gap": [number(d.gap.final) if d.gap else "–" for d in ordered],
        ">points": [str(d.run.n_points) for d in ordered],
    }
    room = _room(paper, columns)
    for spared in (head for head in SPARED if room < NAME_AT_LEAST):
        del columns[spared]
        room = _room(paper, columns)
    columns["run"] = [paper.short(name, max(room, NAME_AT_LEAST)) for name in columns["run"]]
    grid = paper.table(*columns)
    for d, *cells in zip(ordered, *columns.values(), strict=True):
        style = {"state": f"bold {STATE_STYLE[d.state]}", "loss": STATE_STYLE[d.state]}
        style |= {"gate": verdict.standing(gate, d)[1]} if gate is not None else {}
        paper.row(grid, *((cell, style.get(head, "")) for head, cell in zip(columns, cells, strict=True)))
    yield grid
    tally = Counter(states)
    yield paper.text()
    told = ", ".join(f"{n} {state}" for state, n in tally.items())
    yield paper.hang(paper.text((f"{len(ordered)} runs  ", "bold")), paper.text(told))
    if gate is not None:
        yield verdict.summary(paper, gate)
    yield from _families(paper, diagnoses)


def _families(paper: Paper, diagnoses: Sequence[Diagnosis]) -> Iterator[Text]:
    """Which of the runs are one experiment repeated, and how these came out."""
    found = families([d.run.name for d in diagnoses])
    for family in found[:FAMILIES]:
        tally = Counter(diagnoses[place].state.label for place in family.members)
        told = ", ".join(f"{n} {state}" for state, n in tally.most_common())
        yield paper.hang(
            paper.text((f"{family.size}  ", "bold")), paper.text(f"{family.name}  ", (told, DIM))
        )
    if len(found) > FAMILIES:
        yield paper.text((f"… and {len(found) - FAMILIES} more sets of runs", DIM))


def problems(paper: Paper, items: Sequence[Problem]) -> Iterator[Text]:
    """Every path that could not be diagnosed, with what to do."""
    yield paper.text((f"Not read: {count(len(items), 'path')}", "bold red"))
    for item in items:
        yield paper.hang(paper.text(("  ● ", "red")), paper.text((item.path, "bold"), f"  {item.problem}"))
        if item.fix:
            yield paper.hang(paper.text("    "), paper.text((item.fix, DIM)))


def _room(paper: Paper, columns: Mapping[str, Sequence[str]]) -> int:
    """What the other columns leave for the names."""
    others = [(head.lstrip(">"), *cells) for head, cells in columns.items() if head != "run"]
    return paper.width - sum(max(map(len, column)) + len("  ") for column in others)


def _names(runs: Sequence[Run]) -> list[str]:
    """Names where they tell the runs apart, paths otherwise."""
    names = [run.name for run in runs]
    return names if len(set(names)) == len(names) else [where(run) for run in runs]


def _spark(paper: Paper, run: Run) -> str:
    """Validation loss, or train loss without it."""
    curve = run.get("val/loss") or run.get("train/loss")
    return sparkline(curve.values, SPARK, paper.unicode) if curve and len(curve) else ""
