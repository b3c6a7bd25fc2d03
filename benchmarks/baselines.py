"""Published ways to see overfitting, as baselines: they answer overfitting or smooth_descent, nothing else.

    python benchmarks/baselines.py CORPUS

Each is one number of a run and a threshold, fitted on the simulated runs of Li et al. (2024) alone: the
threshold with the best F1 for overfitting, the middle one where several are best. A run without the curves
that a number needs raises no alarm.

Sources: L. Prechelt (1998), Early Stopping - But When?; H. Li et al. (2024), Keeping Deep Learning Models in
Check: A History-Based Approach to Mitigate Overfitting (OverfitGuard; the rank correlation of the two losses
and early stopping with a patience are its baselines).
"""

from __future__ import annotations

import csv
import math
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from curvedoc.run import Curve, Run

    FloatArray = NDArray[np.float64]

OVERFITTING = "overfitting"
HEALTHY = "smooth_descent"
SIMULATED = "overfitguard_simulated"  # the source in academic/labels.csv


def ordered(curve: Curve | None) -> tuple[FloatArray, FloatArray]:
    """Steps and values of a curve by step, without NaN and infinity; empty where there is none."""
    if curve is None:
        return np.empty(0), np.empty(0)
    kept = np.isfinite(curve.values)
    steps, values = curve.steps[kept], curve.values[kept]
    order = np.argsort(steps, kind="stable")
    return steps[order], values[order]


def generalization_loss(run: Run) -> float:
    """Prechelt's GL at its largest, in percent: how far the validation loss rose above its best so far.

    ``GL(t) = 100 (E_va(t) / E_opt(t) - 1)``; his criterion GL_a stops once it exceeds a, so a run is caught
    if its largest GL does. NaN without a validation loss or where one is not positive (a ratio then means
    nothing).
    """
    _, values = ordered(run.get("val/loss"))
    if not len(values) or values.min() <= 0:
        return math.nan
    return float(100 * (values / np.minimum.accumulate(values) - 1).max())


def patience_needed(run: Run) -> float:
    """The longest stretch of evaluations without a new best validation loss; NaN where there is none."""
    _, values = ordered(run.get("val/loss"))
    if not len(values):
        return math.nan
    best = np.minimum.accumulate(values)
    new = np.flatnonzero(np.r_[True, values[1:] < best[:-1]])
    return float(np.diff(np.r_[new, len(values)]).max() - 1)


def ranks(values: FloatArray) -> FloatArray:
    """Ranks from 1 on, equal values sharing the mean of theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    mean: FloatArray = (last - (counts - 1) / 2)[place]
    return mean


def spearman(a: FloatArray, b: FloatArray) -> float:
    """Rank correlation of two arrays of one length; NaN for fewer than three points or a constant."""
    if len(a) < 3:
        return math.nan
    x, y = ranks(a), ranks(b)
    x, y = x - x.mean(), y - y.mean()
    norm = math.sqrt(float(x @ x) * float(y @ y))
    return float(x @ y) / norm if norm else math.nan


def loss_correlation(run: Run) -> float:
    """Spearman's correlation of the train and the validation loss.

    At every step of the validation the train loss counts that was logged last (the first one before any).
    """
    steps, train = ordered(run.get("train/loss"))
    at, val = ordered(run.get("val/loss"))
    if not len(train):
        return math.nan
    last = np.searchsorted(steps, at, side="right") - 1
    return spearman(train[np.maximum(last, 0)], val)


@dataclass(frozen=True, slots=True)
class Baseline:
    """One number of a run against a threshold: an alarm above it, or below it (``alarm_below``)."""

    name: str
    number: Callable[[Run], float]
    threshold: float
    alarm_below: bool = False

    def answer(self, run: Run) -> str:
        """``overfitting`` or ``smooth_descent``; the latter also for a number that is NaN."""
        number = self.number(run)
        alarm = number < self.threshold if self.alarm_below else number > self.threshold
        return OVERFITTING if alarm else HEALTHY


def best_threshold(numbers: Sequence[float], sick: Sequence[bool], alarm_below: bool = False) -> float:
    """The threshold with the best F1 for ``sick``, the middle one of several; NaN numbers raise no alarm.

    Thresholds are tried half-way between neighbouring numbers, and one that never alarms: that is what
    stays where nothing is sick.
    """
    sign = -1.0 if alarm_below else 1.0
    values = sign * np.asarray(numbers, dtype=float)
    wanted = np.asarray(sick, dtype=bool)
    known = np.unique(values[np.isfinite(values)])
    never = known[-1] + 1 if len(known) else 0.0
    tried = np.r_[(known[1:] + known[:-1]) / 2, never] if len(known) else np.array([never])

    def f1(limit: float) -> float:
        alarms = values > limit
        both = int(alarms.sum() + wanted.sum())
        return 2 * int((alarms & wanted).sum()) / both if both else 0.0

    scores = np.array([f1(limit) for limit in tried])
    best = tried[scores == scores.max()] if scores.max() > 0 else np.array([never])
    return float(sign * best[(len(best) - 1) // 2])


def fit(runs: Sequence[Run], labels: Sequence[str]) -> tuple[Baseline, ...]:
    """The baselines with thresholds from these runs; a label is a state, all but overfitting count as not.

    Give runs of the simulated set alone: what is fitted there is then measured on logs it never saw.
    """
    sick = [label == OVERFITTING for label in labels]
    found = [
        Baseline(name, number, best_threshold([number(run) for run in runs], sick, below), below)
        for name, number, below in (
            ("generalization loss (Prechelt)", generalization_loss, False),
            ("rank correlation of the losses", loss_correlation, True),
            ("early stopping with patience", patience_needed, False),
        )
    ]
    majority = Counter(sick).most_common(1)[0][0]
    # A number that is always 0, against a limit that it always or never passes.
    return (*found, Baseline("majority class", lambda _: 0.0, -1.0 if majority else 1.0))


def fitted(corpus: Path) -> tuple[Baseline, ...]:
    """The baselines fitted on the simulated runs of a corpus (``academic/labels.csv``)."""
    import curvedoc

    folder = corpus / "academic"
    with (folder / "labels.csv").open(newline="", encoding="utf-8") as lines:
        rows = [row for row in csv.DictReader(lines) if row["source"] == SIMULATED]
    runs = [curvedoc.read(str(folder / row["path"]))[0] for row in rows]
    return fit(runs, [row["primary"] for row in rows])


def main() -> int:
    for baseline in fitted(Path(sys.argv[1])):
        print(f"{baseline.name:32} {'<' if baseline.alarm_below else '>'} {baseline.threshold:.4g}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
