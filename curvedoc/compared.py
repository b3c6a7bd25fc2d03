"""What a comparison of runs says, measure by measure: the part of its result that reports show."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .diagnosis import Diagnosis
    from .run import FloatArray


class Measure(StrEnum):
    """What is compared of a curve."""

    FINAL = "final"  # the level at the end
    BEST = "best"  # the best level, not pulled by the luck of single points
    STEPS = "steps"  # steps until the baseline's level is reached
    AREA = "area"  # mean level over the steps that both sides have


class Outcome(StrEnum):
    """What came of one comparison."""

    WORSE = "worse"  # beyond noise and tolerance
    UNSURE = "unsure"  # beyond the noise of single runs, but not beyond what another seed alone may do
    TOLERATED = "tolerated"  # beyond noise, within tolerance
    SAME = "same"  # within noise
    BETTER = "better"  # beyond noise
    LOST = "lost"  # the curve ends in NaN or infinity
    SKIPPED = "skipped"  # there is nothing to compare; the note says why


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: how many runs, their mean, and how far it is known.

    ``error``: standard deviation between runs; of one run the standard error from its own noise; None where
    a single run is too short to tell.
    """

    runs: int
    mean: float
    error: float | None


@dataclass(frozen=True, slots=True)
class Compared:
    """One measure of one curve, new runs against the baseline.

    ``decides``: whether it may fail a gate. ``difference``: how much worse the new side is (negative:
    better), ``interval`` its 95 % interval. ``p``: how often such a difference or a larger one comes by
    chance, corrected for what is decided (or told) beside it; ``p_better`` the other way round. ``effect``:
    Hedges' g with its 95 % interval, positive = worse. ``tolerance``: in the unit of the difference.
    ``test``: how it was tested. ``note``: what a reader must know.
    """

    role: str
    measure: Measure
    decides: bool
    outcome: Outcome
    new: Side | None = None
    base: Side | None = None
    difference: float = 0.0
    interval: tuple[float, float] | None = None
    p: float | None = None
    p_better: float = 1.0
    effect: tuple[float, float, float] | None = None
    tolerance: float = 0.0
    test: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Entrant:
    """One side of ``curvedoc compare``: a run, or several of one experiment."""

    name: str
    diagnoses: tuple[Diagnosis, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """How one entrant fares on one curve.

    ``final``, ``best``: levels (``best`` by its own noise). ``steps``: mean step at which the target is
    reached, by the ``reached`` runs that get there. ``steps_at``/``curve``: the mean course of its runs.
    ``behind``: its final level against that of the leader; ``parts``: the first step from which the two
    courses stay apart beyond noise. Both None for the leader. ``note``: why there are no levels.
    """

    entrant: Entrant
    final: Side | None = None
    best: Side | None = None
    steps: float | None = None
    reached: int = 0
    steps_at: FloatArray | None = None
    curve: FloatArray | None = None
    behind: Compared | None = None
    parts: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Race:
    """All entrants on one curve, in the order of the call; ``leader`` has the best final level.

    ``better``: ``"lower"`` or ``"higher"``. ``target``: the level that steps are counted to, None where there
    is none. ``verdict``: who is ahead and how sure, in one sentence.
    """

    role: str
    better: str
    target: float | None
    rows: tuple[Row, ...]
    leader: Row | None
    verdict: str


@dataclass(frozen=True, slots=True, eq=False)
class Contest:
    """The result of ``curvedoc compare``: what its reports render. ``x``: what the steps count."""

    entrants: tuple[Entrant, ...]
    races: tuple[Race, ...]
    x: str
    remarks: tuple[str, ...] = ()
