"""Whether confidence means what it says: reliability table, expected calibration error, Brier score.

Asked of every log that was read with a confidence, ``inconclusive`` included. The expected calibration error
(Naeini et al. 2015; Guo et al. 2017) is the mean distance between confidence and accuracy over the bins,
weighed by their answers. The headline has ten bins of equal width; ten of equal mass stand beside it, for
nearly all confidences may fall into one bin of equal width.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from .intervals import Statistic, figure
from .statistics import share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from curvedoc.run import FloatArray

    from .answers import Scored
    from .intervals import Estimate

BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers with a confidence in (low, high] (the first bin holds its lower end too).

    ``confidence`` and ``accuracy`` are means over its answers, NaN when there is none.
    """

    low: float
    high: float
    answers: int
    confidence: float
    accuracy: Estimate


def has_confidence(row: Scored) -> bool:
    """Answers that state one, to logs that were read."""
    return row.answer.read and not math.isnan(row.answer.confidence)


def equal_width(bins: int = BINS) -> FloatArray:
    """The inner edges of bins of equal width on [0, 1]."""
    return np.arange(1, bins) / bins


def equal_mass(rows: Sequence[Scored], bins: int = BINS) -> FloatArray:
    """The inner edges of bins with as many answers each; equal confidences share one bin."""
    values = np.sort([row.answer.confidence for row in rows if has_confidence(row)])
    if not len(values):
        return np.empty(0)
    # The last of each share: its bin is closed there.
    at = np.ceil(np.arange(1, bins) / bins * len(values)).astype(int) - 1
    edges: FloatArray = np.unique(values[np.maximum(at, 0)])
    kept: FloatArray = edges[edges < values[-1]]
    return kept


def ece(edges: FloatArray) -> Statistic:
    """The expected calibration error over the bins between inner ``edges``."""

    def terms(rows: Sequence[Scored]) -> FloatArray:
        """Per bin the sum of (confidence - right); then the number of answers."""
        confidence = np.array([row.answer.confidence for row in rows])
        right = np.array([float(row.right) for row in rows])
        table = np.zeros((len(rows), len(edges) + 2))
        table[np.arange(len(rows)), np.searchsorted(edges, confidence, side="left")] = confidence - right
        table[:, -1] = 1.0
        return table

    def combine(sums: FloatArray) -> FloatArray:
        error: FloatArray = np.abs(sums[..., :-1]).sum(axis=-1) / sums[..., -1]
        return error

    return Statistic("expected calibration error", has_confidence, terms, combine)


def _brier_terms(rows: Sequence[Scored]) -> FloatArray:
    return np.array([[(row.answer.confidence - row.right) ** 2, 1.0] for row in rows])


BRIER = Statistic(
    "Brier score of the verdict", has_confidence, _brier_terms, lambda sums: sums[..., 0] / sums[..., 1]
)


def reliability(rows: Sequence[Scored], edges: FloatArray) -> tuple[Bin, ...]:
    """What confidence was said and what was right, bin by bin; intervals by group."""
    asked = [row for row in rows if has_confidence(row)]
    place = np.searchsorted(edges, [row.answer.confidence for row in asked], side="left")
    ends = [0.0, *(float(edge) for edge in edges), 1.0]
    right = share("accuracy", lambda row: row.right, has_confidence)
    bins = []
    for i in range(len(edges) + 1):
        inside = [row for row, at in zip(asked, place, strict=True) if at == i]
        mean = float(np.mean([row.answer.confidence for row in inside])) if inside else math.nan
        bins.append(Bin(ends[i], ends[i + 1], len(inside), mean, figure(inside, right).by_log))
    return tuple(bins)
