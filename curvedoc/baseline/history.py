"""Baselines one after another: what was compared against before, how far runs lie apart, slow drift."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from . import statistics
from .roles import courses
from .samples import Spread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .summary import Summary

# A moving range of two values is this many standard deviations wide on average.
RANGE_TO_SIGMA = 1.128
# Successive differences of k values know the spread about as well as this share of k - 1 independent ones.
RANGE_DOF = 0.9
# Fewer single runs than this do not tell how far they lie apart.
FEWEST_TO_SPREAD = 4


@dataclass(frozen=True, slots=True)
class Entry:
    """One baseline: its runs, the label it was written with and the day; both may be empty."""

    runs: tuple[Summary, ...]
    label: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What new runs are compared with: entries, the newest last (at least one), and where they come from."""

    entries: tuple[Entry, ...]
    path: str = ""

    @property
    def runs(self) -> tuple[Summary, ...]:
        """The runs of the newest entry."""
        return self.entries[-1].runs


@dataclass(frozen=True, slots=True)
class Drift:
    """A trend over baselines and the new runs: levels by time (lower is better), its p-value, its rise."""

    levels: tuple[float, ...]
    p: float
    rise: float


def mean_level(role: str, runs: Sequence[Summary]) -> float | None:
    """Mean final level of a role, turned so that lower is better; None where no run has it."""
    found = courses(role, runs)
    return statistics.mean([c.worse * c.final for c in found]) if found else None


def drift(role: str, before: Sequence[Sequence[Summary]], new: Sequence[Summary]) -> Drift | None:
    """Whether the final level got worse from baseline to baseline, though no step may have been beyond noise.

    ``before``: the runs of each baseline, oldest first. None where there is no new level or none before it.
    Mann and Kendall's test for a monotone rise; ``rise``: Theil and Sen's slope over the whole time.
    """
    levels = [level for runs in [*before, new] if (level := mean_level(role, runs)) is not None]
    if len(levels) < 2 or mean_level(role, new) is None:
        return None
    return Drift(tuple(levels), statistics.rising(levels), statistics.slope(levels) * (len(levels) - 1))


def spread(role: str, before: Sequence[Sequence[Summary]]) -> Spread | None:
    """How far the final levels of single runs lie apart, by the moving range of the baselines.

    Successive differences forgive a level that moves slowly. None unless enough baselines are one run each.
    """
    single = [courses(role, runs)[0] for runs in before if len(courses(role, runs)) == 1]
    if len(single) < FEWEST_TO_SPREAD:
        return None
    levels = [course.final for course in single]
    ranges = [abs(b - a) for a, b in pairwise(levels)]
    return Spread(statistics.mean(ranges) / RANGE_TO_SIGMA, RANGE_DOF * (len(levels) - 1))
