"""The curves of a run that are worth a chart, with the steps worth marking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curvedoc.shown import marked, parts, title
from curvedoc.wording import axis, shorten, step

from .chart import Line, Mark, chart

if TYPE_CHECKING:
    from collections.abc import Iterator

    from curvedoc.diagnosis import Diagnosis
    from curvedoc.paint import Paper
    from curvedoc.run import Run
    from curvedoc.styled import Text

# The chart of the loss, then the smaller one of the metric.
LOSS_ROWS, METRIC_ROWS = 12, 6


def charts(paper: Paper, diagnosis: Diagnosis) -> Iterator[Text]:
    """The loss with best and onset, then the main metric; a blank line before each."""
    logged = diagnosis.run
    marks = _marks(diagnosis)
    for quantity, rows in (("loss", LOSS_ROWS), (logged.metric, METRIC_ROWS)):
        lines = list(_lines(logged, quantity))
        drawn = (
            chart(paper, title([line.curve for line in lines], quantity), lines, marks, axis(logged.x), rows)
            if lines
            else []
        )
        if drawn:
            yield paper.text()
            yield from drawn
        marks = []


def _lines(logged: Run, quantity: str) -> Iterator[Line]:
    for split, curve in parts(logged, quantity):
        style, dotted, sign = ("yellow", True, "o") if split in ("val", "test") else ("cyan", False, "*")
        yield Line(shorten(split or quantity, 12), curve, style, dotted, sign)


def _marks(diagnosis: Diagnosis) -> list[Mark]:
    return [
        Mark(at, f"{what} {step(at)}", "red" if what == "onset" else "green")
        for what, at in marked(diagnosis)
    ]
