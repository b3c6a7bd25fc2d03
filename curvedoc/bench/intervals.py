"""Intervals by the bootstrap over whole groups: runs of one group resemble each other.

Every statistic is a function of sums over the logs, so a draw of groups needs nothing but a weighted sum, and
two thousand draws are one product of matrices. Where no group misses the interval has no width; of g such
groups up to a share of 3/g may miss elsewhere (rule of three).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from curvedoc.run import FloatArray

    from .answers import Scored

DRAWS = 2000
SEED = 0
LEVELS = (0.025, 0.975)


@dataclass(frozen=True, slots=True)
class Statistic:
    """A number about scored answers that is a function of sums.

    ``about``: which answers it is about. ``terms``: those answers -> array (n, k). ``combine``: sums of shape
    (..., k) -> (...); NaN where it is undefined.
    """

    name: str
    about: Callable[[Scored], bool]
    terms: Callable[[Sequence[Scored]], FloatArray]
    combine: Callable[[FloatArray], FloatArray]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its 95 % interval; NaN where there is none (no log, or a single group)."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Figure:
    """A statistic: every log weighing the same, and every group weighing the same.

    ``logs`` and ``groups`` count what it is about.
    """

    name: str
    logs: int
    groups: int
    by_log: Estimate
    by_group: Estimate


def figure(rows: Sequence[Scored], statistic: Statistic, draws: int = DRAWS, seed: int = SEED) -> Figure:
    """A statistic over scored answers with its percentile bootstrap intervals, groups drawn with replacement.

    Pure: the same rows and seed give the same numbers, whatever the order of the rows.
    """
    kept = sorted((row for row in rows if statistic.about(row)), key=lambda row: str(row.label.path))
    names, member = np.unique([row.label.group for row in kept], return_inverse=True)
    groups = len(names)
    if not kept:
        nothing = Estimate(np.nan, np.nan, np.nan)
        return Figure(statistic.name, 0, 0, nothing, nothing)
    terms = statistic.terms(kept)
    sums = np.zeros((groups, terms.shape[1]))
    np.add.at(sums, member, terms)
    means = sums / np.bincount(member)[:, None]
    by_log, by_group = (_estimate(statistic, each, _counts(groups, draws, seed)) for each in (sums, means))
    return Figure(statistic.name, len(kept), groups, by_log, by_group)


@lru_cache(maxsize=8)
def _counts(groups: int, draws: int, seed: int) -> FloatArray:
    """How often each group is drawn: shape (draws, groups); the same groups are asked for again and again."""
    share = np.full(groups, 1 / groups)
    return np.random.default_rng(seed).multinomial(groups, share, size=draws).astype(np.float64)


def _estimate(statistic: Statistic, sums: FloatArray, counts: FloatArray) -> Estimate:
    """Value on all groups, and the interval when groups (rows of ``sums``) are drawn ``counts`` times."""
    value = float(statistic.combine(sums.sum(axis=0)))
    if len(sums) < 2:
        return Estimate(value, np.nan, np.nan)
    drawn = statistic.combine(counts @ sums)
    drawn = drawn[np.isfinite(drawn)]
    if not len(drawn):
        return Estimate(value, np.nan, np.nan)
    low, high = np.quantile(drawn, LEVELS)
    return Estimate(value, float(low), float(high))
