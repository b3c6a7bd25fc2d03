"""Two samples of levels: the right test for as many runs as there are, and what it says."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from curvedoc.wording import number

from . import statistics

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .summary import Level

# The middle 95 % of a law.
OUTER = 0.025
# Values are known to six digits: a difference below that is none.
ROUNDING = 1e-5

EXACT = "exact permutation test"
WELCH = "Welch's t-test"
PREDICTED = "t-test, one common spread"
OWN_NOISE = "noise within the runs"
TOLERANCE_ALONE = "the tolerance alone, too few points to tell noise"
HISTORY = "spread of earlier baselines"


@dataclass(frozen=True, slots=True)
class Spread:
    """How far single runs of one setting lie apart: standard deviation, and how well that is known."""

    deviation: float
    dof: float


@dataclass(frozen=True, slots=True)
class Tested:
    """A tested difference ``new - base`` (positive = worse).

    ``p``, ``p_better``: how often chance alone makes the new side as much worse, as much better. ``error``:
    standard error of the difference; ``interval``: its 95 % interval.
    """

    difference: float
    p: float
    p_better: float
    error: float
    interval: tuple[float, float]
    name: str
    effect: tuple[float, float, float] | None = None
    note: str = ""


def two_samples(
    new: Sequence[Level],
    base: Sequence[Level],
    alpha: float,
    spread: Spread | None = None,
    tolerated: bool = False,
) -> Tested | str:
    """Test two samples of levels (lower is better), or say why that is impossible.

    Two and more runs on each side: the exact permutation test where it can reach ``alpha``, else Welch's t.
    A single run on one side: a prediction from the spread of the other. One against one: the runs' own noise,
    or ``spread`` where earlier baselines tell it; of runs too short for either the difference alone, if there
    is a tolerance to hold it against (``tolerated``).
    """
    first, second = [level.value for level in new], [level.value for level in base]
    if len(first) == len(second) == 1:
        return _one_against_one(new[0], base[0], spread, tolerated)
    if min(len(first), len(second)) == 1:
        return _by_t(first, second, statistics.pooled(first, second), PREDICTED)
    made = _by_t(first, second, statistics.welch(first, second), WELCH)
    ways = statistics.splits(len(first), len(second))
    if ways > statistics.MOST_SPLITS:
        return made
    if 1 / ways > alpha:
        note = (
            f"{len(first)} runs against {len(second)} cannot reach p ≤ {number(alpha)} by an exact test "
            f"(least: {number(1 / ways)}); Welch's t-test takes the spread for normal"
        )
        return replace(made, note=note)
    p, p_better = statistics.permutation(first, second)
    return replace(made, p=p, p_better=p_better, name=EXACT)


def _one_against_one(new: Level, base: Level, spread: Spread | None, tolerated: bool) -> Tested | str:
    """Each level with its own error; the spread between runs on top where it is known."""
    if new.error is None or base.error is None:
        if tolerated:
            return _by_t([new.value], [base.value], (0.0, 1.0), TOLERANCE_ALONE)
        return "too few points to tell the noise of a single run; a tolerance would do without"
    parts = [(new.error**2, new.dof), (base.error**2, base.dof)]
    name = OWN_NOISE
    if spread is not None:
        parts.append((2 * spread.deviation**2, spread.dof))
        name = HISTORY
    error = math.sqrt(sum(square for square, _ in parts))
    below = sum(square**2 / dof for square, dof in parts)
    dof = error**4 / below if below else math.inf
    return _by_t([new.value], [base.value], (error, dof), name)


def _by_t(first: Sequence[float], second: Sequence[float], law: tuple[float, float], name: str) -> Tested:
    """Student's t with a standard error and degrees of freedom."""
    error, dof = law
    difference = statistics.mean(first) - statistics.mean(second)
    if abs(difference) <= ROUNDING * max(map(abs, [*first, *second])):
        difference = 0.0
    t = difference / error if error else math.copysign(math.inf, difference) if difference else 0.0
    room = statistics.quantile(OUTER, dof) * error
    return Tested(
        difference=difference,
        p=statistics.beyond(t, dof),
        p_better=statistics.beyond(-t, dof),
        error=error,
        interval=(difference - room, difference + room),
        name=name,
        effect=statistics.hedges(first, second),
    )
