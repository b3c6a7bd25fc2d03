"""How each logged name was read: the answer of ``curvedoc columns``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curvedoc.paint import Paper
from curvedoc.wording import axis, count, number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.table import Table

    from curvedoc.run import Curve, Run
    from curvedoc.styled import Text

DIM = "dim"
NAMES = 8


def render(runs: Sequence[Run], *, width: int = 80, color: bool = False, unicode: bool = True) -> str:
    """Each logged name with its role or the reason why it is ignored, and how to override it.

    Runs that logged the same names share one table, with the values of the first.
    """
    paper = Paper(width, color, unicode)
    blocks: list[Text | Table] = []
    for alike in _alike(runs):
        blocks += [*_head(paper, alike), _table(paper, alike[0]), *_notes(paper, alike[0]), paper.text()]
    return paper.write([*blocks, *_hint(paper, runs)])


def _alike(runs: Sequence[Run]) -> list[list[Run]]:
    """Runs grouped by what was logged and how it was read."""
    groups: dict[object, list[Run]] = {}
    for run in runs:
        read = (run.reader, run.x, run.metric, *((c.name, c.role) for c in run.curves), *run.ignored)
        groups.setdefault(read, []).append(run)
    return list(groups.values())


def _head(paper: Paper, runs: Sequence[Run]) -> Iterator[Text]:
    first = runs[0]
    facts = f" · read as {first.reader} · steps: {first.x} · {count(first.n_points, 'point')}"
    yield paper.hang(paper.text(), paper.text((first.path, "bold"), (facts, DIM)))
    if len(runs) > 1:
        names = ", ".join(run.name for run in runs[1 : NAMES + 1])
        more = f" and {len(runs) - 1 - NAMES} more" if len(runs) > NAMES + 1 else ""
        yield paper.hang(paper.text(("  the same in  ", DIM)), paper.text(names + more))


def _table(paper: Paper, run: Run) -> Table:
    table = paper.table("logged name", "read as", ">points", ">first", ">last", "better", "")
    for curve in run.curves:
        ends = [number(float(curve.values[i])) if len(curve) else "–" for i in (0, -1)]
        better = {True: "higher", False: "lower", None: ""}[curve.higher_is_better]
        about = (_about(run, curve), DIM)
        paper.row(table, curve.name, (curve.role, "green"), str(len(curve)), *ends, better, about)
    for ignored in run.ignored:
        paper.row(table, ignored.name, ("ignored", "yellow"), "", "", "", "", (ignored.reason, DIM))
    return table


def _about(run: Run, curve: Curve) -> str:
    summed = f"sum of {len(curve.sources)}" if curve.sources else ""
    main = "main metric" if run.metric and curve.quantity == run.metric else ""
    return ", ".join(part for part in (main, summed) if part)


def _notes(paper: Paper, run: Run) -> Iterator[Text]:
    for note in run.notes:
        yield paper.hang(paper.text("  · "), paper.text(note))


def _hint(paper: Paper, runs: Sequence[Run]) -> Iterator[Text | Table]:
    if not runs:
        yield paper.text("No run was found.")
        return
    names = [curve.name for run in runs for curve in run.curves] + [
        i.name for run in runs for i in run.ignored
    ]
    example = _quoted(next((name for name in names if name.isprintable() and len(name) < 30), "NAME"))
    yield paper.text(("To read it differently:", "bold"))
    table = paper.table("", "")
    for flag, about in (
        (
            f"--map train/loss={example}",
            "this name is the training loss (val/loss, val/accuracy, lr ... likewise)",
        ),
        ("--x NAME", f"steps from this name instead of {axis(runs[0].x)}"),
        ("--metric accuracy", "judge by this quantity"),
    ):
        paper.row(table, "  " + flag, (about, DIM))
    table.show_header = False
    yield table


def _quoted(name: str) -> str:
    """As a shell takes it."""
    from shlex import quote

    return quote(name)
