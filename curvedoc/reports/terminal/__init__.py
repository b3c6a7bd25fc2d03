"""For people: one run in full with its curves drawn, or a table of several, worst first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curvedoc.paint import Paper
from curvedoc.shown import worst_first

if TYPE_CHECKING:
    from curvedoc.diagnosis import Batch
    from curvedoc.gated import GateResult


def render(
    batch: Batch,
    *,
    width: int = 80,
    color: bool = False,
    unicode: bool = True,
    details: bool = False,
    gate: GateResult | None = None,
) -> str:
    """The batch as text for a terminal.

    ``width``: columns (at least 40 are used). ``color``: ANSI styles. ``unicode``: False writes ASCII
    alone. ``details``: every run in full below the table, and nothing condensed. ``gate``: what a gate
    said of the batch.
    """
    from . import many, one

    paper = Paper(width, color, unicode)
    blocks: list[many.Block] = []
    several = len(batch.diagnoses) > 1
    if several:
        blocks += many.table(paper, batch.diagnoses, gate)
    if details or not several:
        for diagnosis in worst_first(batch.diagnoses):
            blocks += [
                *([paper.text(), paper.rule()] if several else []),
                *one.run(paper, diagnosis, details, gate),
            ]
    if batch.problems:
        blocks += [*([paper.text()] if blocks else []), *many.problems(paper, batch.problems)]
    return paper.write(blocks)
