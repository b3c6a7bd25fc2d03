"""The curves of a run that are worth a chart, with the steps worth marking."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from curvedoc.shown import title
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
    train = logged.get(f"train/{quantity}")
    val = logged.get(f"val/{quantity}")
    test = None if val else logged.get(f"test/{quantity}")
    bare = None if train or val or test else logged.get(quantity)
    for curve, label, style, dotted, sign in (
        (train, "train", "cyan", False, "*"),
        (val, "val", "yellow", True, "o"),
        (test, "test", "yellow", True, "o"),
        (bare, quantity, "cyan", False, "*"),
    ):
        if curve and len(curve):
            yield Line(shorten(label, 12), curve, style, dotted, sign)


def _marks(diagnosis: Diagnosis) -> list[Mark]:
    best, onset = diagnosis.best_step, diagnosis.onset_step
    if best is not None and best == onset:
        named = [(best, "best and onset", "green")]
    else:
        named = [
            (at, what, style)
            for at, what, style in ((best, "best", "green"), (onset, "onset", "red"))
            if at is not None
        ]
    return [Mark(at, f"{what} {step(at)}", style) for at, what, style in named if isfinite(at)]
