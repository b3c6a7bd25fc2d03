"""Every limit is needed: for each, a run that all other comparisons of the rule would call sick."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from rules.curves import LN10, fall, late, level, noisy, rise, run, share, spiked, turn

from curvedoc.features import Features
from curvedoc.rules import rule

if TYPE_CHECKING:
    from curvedoc.run import Run

N = 60
U = share(N)
SWINGS = 1.2 + 0.9 * np.sin(np.arange(N) * 2.3)
JUMP = np.where(U < 0.5, fall(N, floor=0.3, rate=8), 3.0)
LEARNT = {"train_loss": fall(N, floor=0.02)}
FITTED = {"train_loss": fall(N, floor=0.001, rate=90), "train_accuracy": rise(N, end=1.0, rate=90)}
FLAT = {"train_loss": level(N)}
BOTH = {"train_loss": fall(N), "val_loss": fall(N)}
MISMATCH = "loss-metric-mismatch"
POOR = {"train_loss": fall(N, floor=2.0), "val_loss": fall(N, floor=2.01)}
ODD = np.arange(N) % 2
UP_AND_DOWN = np.append(np.linspace(0.1, 0.8, 30), np.linspace(0.8, 0.2, 30))
WOBBLY = noisy(level(N, 1.0), 0.3, 3)
DIRTY = noisy(fall(N, floor=0.5, rate=12), 0.25, 2)
SLIGHT = turn(N, 1e5, 1.0, 1.04)
RAGGED = np.concatenate([[0.45], 0.5 + np.random.default_rng(1).normal(0, 0.15, N - 4), [0.4, 0.4, 0.4]])


def hump(low: float, high: float, end: float) -> np.ndarray:
    """A metric that rises from ``low`` to ``high`` at the middle and ends at ``end``."""
    return np.append(np.linspace(low, high, 30), np.linspace(high, end, 30))


# (rule, measure that must stop it, run)
CASES: list[tuple[str, str, Run]] = [
    ("inconclusive", "points", run(train_loss=fall(5))),
    ("unstable", "train_turbulence", run(train_loss=np.append([50.0, 20.0, 5.0], 1.0 + 0.8 * ODD[3:]))),
    ("unstable", "train_swing", run(train_loss=LN10 * (1.0 + 0.2 * ODD))),
    ("unstable", "train_metric_gain", run(train_loss=SWINGS, train_reward=rise(N, 0, 200.0))),
    (
        "grokking",
        "delay",
        run(**FITTED, val_loss=level(N, 4.0), val_accuracy=late(N, at=0.1, width=0.005)),
    ),
    ("grokking", "rise", run(**FITTED, val_loss=level(N, 4.0), val_accuracy=late(N, end=0.3))),
    (
        "grokking",
        "before",
        run(
            train_loss=fall(N, floor=0.001, rate=25),
            train_accuracy=rise(N, end=1.0, rate=25),
            val_loss=level(N, 4.0),
            val_accuracy=np.where(U < 0.07, 0.1, np.where(U < 0.7, 0.5, 0.95)),
        ),
    ),
    ("overfitting", "val_rise", run(**LEARNT, val_loss=SLIGHT)),
    ("overfitting", "val_excess", run(**LEARNT, val_loss=turn(N, 1.04, 1.0, 1.02))),
    ("overfitting", "val_rise_noise", run(**LEARNT, val_loss=DIRTY)),
    ("overfitting", "train_progress", run(train_loss=level(N, 1.0), val_loss=turn(N))),
    ("overfitting", "train_metric_gain", run(**FLAT, train_accuracy=level(N, 0.3), val_loss=turn(N))),
    ("overfitting", "val_progress", run(val_loss=1.0 + U)),
    ("overfitting", "val_points", run(**LEARNT, val_loss=[0.4, 0.9])),
    ("overfitting", "val_fit", run(**LEARNT, val_loss=turn(N), val_accuracy=rise(N, end=0.995, rate=9))),
    ("overfitting", "val_metric_points", run(**LEARNT, val_accuracy=[0.8, 0.6])),
    ("overfitting", "val_metric_drop", run(**LEARNT, val_accuracy=hump(0.1, 0.9, 0.86))),
    ("overfitting", "val_metric_fall", run(**LEARNT, val_accuracy=hump(0.8, 0.86, 0.845))),
    ("overfitting", "val_metric_fall_noise", run(**LEARNT, val_accuracy=np.clip(0.3 * WOBBLY, 0, 1))),
    (MISMATCH, "train_progress", run(train_loss=level(N), val_loss=fall(N), val_f1=level(N, 0.0))),
    (MISMATCH, "val_progress", run(train_loss=fall(N), val_loss=level(N), val_f1=level(N, 0.0))),
    (MISMATCH, "liveliest_gain", run(**BOTH, val_f1=rise(N, 0.6, 0.7))),
    (MISMATCH, "relative_gain", run(**BOTH, val_f1=rise(N, 0.001, 0.01))),
    (MISMATCH, "poorest", run(**BOTH, val_f1=level(N, 0.95))),
    (MISMATCH, "val_rise", run(train_loss=fall(N), val_loss=turn(N), val_accuracy=UP_AND_DOWN)),
    (MISMATCH, "val_progress", run(**LEARNT, val_loss=fall(N, floor=2.0), val_accuracy=UP_AND_DOWN)),
    (MISMATCH, "val_metric_points", run(**BOTH, val_accuracy=[0.8, 0.5, 0.2], val_f1=rise(N))),
    (MISMATCH, "val_metric_drop", run(**BOTH, val_accuracy=hump(0.1, 0.8, 0.6))),
    (MISMATCH, "val_metric_fall", run(**BOTH, val_accuracy=hump(0.02, 0.06, 0.036))),
    (MISMATCH, "val_metric_fall_noise", run(**BOTH, val_accuracy=RAGGED)),
    ("poor-optimization", "train_progress", run(train_loss=fall(N))),
    ("poor-optimization", "train_metric_gain", run(train_loss=level(N), train_accuracy=rise(N, 0.1, 0.5))),
    ("poor-optimization", "train_metric_gain", run(train_loss=SWINGS, train_reward=rise(N, 0, 200.0))),
    ("poor-optimization", "val_metric_gain",
     run(train_loss=fall(N, floor=2.1), val_accuracy=rise(N, 0.1, 0.13))),
    ("poor-optimization", "val_fit", run(train_loss=fall(N, floor=2.1), val_accuracy=level(N, 0.97))),
    ("poor-optimization", "train_progress", run(train_loss=fall(N, floor=1.0), val_accuracy=level(N, 0.1))),
    ("underfitting", "points", run(**{k: v[::12] for k, v in POOR.items()}, val_accuracy=level(5, 0.3))),
    ("underfitting", "train_kept", run(**BOTH, val_accuracy=level(N, 0.3))),
    ("underfitting", "train_fit", run(**POOR, train_accuracy=rise(N, 0.75, 0.8))),
    ("underfitting", "train_metric_gain", run(**POOR, train_accuracy=rise(N, 0.1, 0.5))),
    ("underfitting", "metric_gap", run(**POOR, train_accuracy=level(N, 0.3), val_accuracy=level(N, 0.1))),
    ("smooth-descent", "train_progress", run(train_loss=level(N))),
    ("smooth-descent", "val_progress", run(val_loss=level(N))),
    ("smooth-descent", "val_rise", run(**LEARNT, val_loss=turn(N), val_accuracy=rise(N, end=0.6))),
    ("smooth-descent", "val_rise", run(train_loss=fall(N), val_loss=turn(N))),
    ("smooth-descent", "train_metric_gain", run(train_loss=SWINGS, train_reward=level(N, 3.0))),
    ("non-finite-loss", "nonfinite_tail", run(train_loss=[2.0, np.nan, np.nan, np.nan, 1.0, np.nan])),
    ("divergence", "train_excess", run(train_loss=turn(N, 2.3, 1.0, 1.5))),
    ("divergence", "train_rise", run(train_loss=turn(N, 1e5, 1.0, 3.0))),
    ("divergence", "train_rise_noise", run(train_loss=noisy(fall(N, 4.0, 0.2, 12), 1.0, 5))),
    ("divergence", "train_metric_gain", run(train_loss=JUMP, train_reward=rise(N, 0, 200.0))),
    ("repeated-spikes", "spike_count", run(train_loss=spiked(fall(N, floor=0.3), [20, 40], 9.0))),
    ("repeated-spikes", "train_swing",
     run(train_loss=spiked(fall(1000, floor=0.3), [200, 400, 600, 800], 3.0))),
    ("repeated-spikes", "train_progress",
     run(train_loss=spiked(fall(N, floor=2.0), list(range(10, N, 7)), 5.0))),
    ("memorisation", "train_fit", run(**LEARNT, train_accuracy=rise(N, end=0.7), val_accuracy=level(N, 0.1))),
    ("memorisation", "metric_gap",
     run(**LEARNT, train_accuracy=rise(N, end=0.99), val_accuracy=rise(N, end=0.9))),
    ("validation-flat", "val_share", run(**LEARNT, val_loss=fall(N, 3.0, 1.5))),
    ("validation-flat", "gap_share", run(train_loss=fall(N, 2.0, 1.0), val_loss=level(N, 1.2))),
    ("validation-flat", "train_fall_since", run(train_loss=fall(N, 1.2, 1.0), val_loss=level(N, 1.3))),
    ("validation-flat", "val_points", run(**LEARNT, val_loss=[2.0, 2.0])),
    ("validation-flat", "val_fit", run(**LEARNT, val_loss=level(N, 2.0), val_accuracy=level(N, 0.97))),
    ("over-confidence", "val_rise", run(**LEARNT, val_loss=SLIGHT, val_accuracy=rise(N))),
    ("over-confidence", "val_rise_noise", run(**LEARNT, val_loss=DIRTY, val_accuracy=rise(N))),
    ("over-confidence", "val_metric_drop", run(**LEARNT, val_loss=turn(N), val_accuracy=UP_AND_DOWN)),
    ("over-confidence", "val_points", run(**LEARNT, val_loss=[0.4, 0.9], val_accuracy=rise(N))),
    ("over-confidence", "val_fit", run(**LEARNT, val_loss=turn(N), val_accuracy=rise(N, end=0.995, rate=9))),
    ("early-plateau", "train_kept", run(train_loss=fall(N, floor=0.5, rate=40))),
    ("early-plateau", "arrival", run(train_loss=fall(N, floor=1.9, rate=2))),
    ("crawl", "train_progress", run(train_loss=2.0 - U)),
    ("crawl", "tail_share", run(train_loss=fall(N, floor=2.2))),
    ("crawl", "fall_noise", run(train_loss=noisy(2.3 - 0.03 * U, 0.03, 1))),
    ("validation-jumps", "val_scatter", run(train_loss=fall(N), val_loss=noisy(level(N), 0.03, 1))),
    ("validation-jumps", "train_scatter",
     run(train_loss=noisy(fall(N), 0.4, 1), val_loss=noisy(level(N), 0.5, 2))),
    ("validation-jumps", "val_fall_scatter",
     run(train_loss=fall(N), val_loss=noisy(fall(N, floor=0.5), 0.4, 1))),
    ("validation-jumps", "train_progress", run(train_loss=level(N), val_loss=noisy(level(N), 0.5, 2))),
]  # fmt: skip


@pytest.mark.parametrize(("name", "measure", "logged"), CASES, ids=[f"{c[0]}-{c[1]}" for c in CASES])
def test_one_comparison_stops_the_rule(name: str, measure: str, logged: Run) -> None:
    verdict = rule(name).check(Features(logged))
    assert not verdict.fired
    assert verdict.strength < 0.5
    failed = {e.measure for e in verdict.evidence if not e.passed}
    assert failed == {measure}, [(e.measure, e.value, e.limit, e.passed) for e in verdict.evidence]
