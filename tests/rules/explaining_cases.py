"""Runs that show a finding that explains, and runs that merely look like it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from rules.curves import (
    LN10,
    Values,
    fall,
    jittered,
    late,
    level,
    mapped,
    noisy,
    power,
    rise,
    run,
    share,
    spiked,
    turn,
)

if TYPE_CHECKING:
    from curvedoc.run import Run

N = 60
LONG = 400


def saw(n: int, height: float, period: int = 2) -> Values:
    """Up and down about zero with that period."""
    return height * np.cos(2 * np.pi * np.arange(n) / period)


def burst(n: int, at: int, size: float, width: int = 3, base: float = 1.0) -> Values:
    """A norm with one burst."""
    values = noisy(level(n, base), 0.2, 5)
    values[at : at + width] = size * base
    return values


def stepped(n: int, *drops: float, by: float = 0.1, start: float = 0.1) -> Values:
    """A rate that drops by a factor at shares of the run."""
    return start * by ** sum((share(n) >= at).astype(float) for at in drops)


def stalled(n: int, at: float, level_: float, rate: float = 20.0) -> Values:
    """Falls fast until the share ``at`` of the run and stands still at ``level_``."""
    falling = level_ + (LN10 - level_) * (1 - share(n) / at)
    return np.where(share(n) < at, falling, level_)


def jump(n: int, at: float, height: float, width: float = 0.02) -> Values:
    """A bump at a share of the run."""
    return height * np.exp(-(((share(n) - at) / width) ** 2))


def lost(values: Values, at: int) -> Values:
    """NaN from a point on."""
    return np.where(np.arange(len(values)) >= at, np.nan, values)


MEMORISED = {
    "train_loss": fall(LONG, floor=0.001, rate=60),
    "val_loss": turn(LONG, best=2.2, end=4.0, at=0.05),
    "train_accuracy": rise(LONG, end=1.0, rate=80),
}
SLOTS = [int(LONG * at) for at in (0.3, 0.42, 0.55, 0.68, 0.81)]
FITTED = noisy(fall(LONG, floor=0.001, rate=60), 0.1, 1)
TWICE = turn(LONG, best=0.8, end=1.6, at=0.2) - 1.0 * late(LONG, 0, 1, at=0.75, width=0.05)
HEALTHY = {
    "train_loss": noisy(fall(LONG, floor=0.1), 0.05, 1),
    "val_loss": noisy(fall(LONG, floor=0.3), 0.05, 2),
}

# rule, what it is, the run
SICK: list[tuple[str, str, Run]] = [
    ("oscillation", "every other point", run(train_loss=fall(N, floor=0.4) + saw(N, 0.25))),
    (
        "oscillation",
        "every fourth point, noisy",
        run(train_loss=noisy(fall(LONG, floor=0.6) + saw(LONG, 0.3, 4), 0.05, 1)),
    ),
    ("oscillation", "long log", run(train_loss=noisy(fall(5000, floor=0.6) + saw(5000, 0.3), 0.05, 1))),
    ("isolated-spike", "one", run(train_loss=spiked(noisy(fall(LONG), 0.03, 1), [250], 1.5))),
    (
        "isolated-spike",
        "one of a single point in a long log",
        run(train_loss=spiked(noisy(fall(9000), 0.1, 1), [6001], 4.0)),
    ),
    ("isolated-spike", "three", run(train_loss=spiked(noisy(fall(N), 0.02, 1), [20, 33, 50], 1.0))),
    ("missing-warm-up", "comes back", run(train_loss=fall(LONG) + jump(LONG, 0.04, 6.0))),
    (
        "missing-warm-up",
        "stays up, rate at its peak",
        run(train_loss=np.where(share(LONG) < 0.02, LN10, 7.0), lr=level(LONG, 0.1)),
    ),
    ("missing-warm-up", "NaN at once", run(train_loss=lost(fall(LONG), 12), lr=level(LONG, 0.1))),
    (
        "exploding-gradients",
        "a burst, and the loss jumps",
        run(
            train_loss=fall(LONG, floor=0.3) + jump(LONG, 0.51, 3.0, 0.01), grad_norm=burst(LONG, 200, 150.0)
        ),
    ),
    (
        "exploding-gradients",
        "to infinity and NaN",
        run(train_loss=lost(fall(LONG), 203), grad_norm=lost(burst(LONG, 200, np.inf), 203)),
    ),
    (
        "exploding-gradients",
        "from the start",
        run(train_loss=np.geomspace(2, 2e6, 30), grad_norm=np.geomspace(1, 1e9, 30)),
    ),
    (
        "vanishing-gradients",
        "collapse",
        run(
            train_loss=noisy(level(LONG, 2.29), 0.004, 1),
            grad_norm=noisy(1e-5 + fall(LONG, 2.0, 0.0, 90), 0.2, 2),
        ),
    ),
    (
        "stuck-at-chance",
        "ten classes, accuracy",
        run(train_loss=noisy(level(N, LN10), 0.003, 1), val_accuracy=jittered(level(N, 0.1), 0.01, 2)),
    ),
    (
        "stuck-at-chance",
        "ten classes in percent",
        run(train_loss=noisy(level(N, LN10), 0.003, 1), val_accuracy=100 * jittered(level(N, 0.1), 0.01, 2)),
    ),
    ("stuck-at-chance", "two classes, loss alone", run(train_loss=noisy(level(N, np.log(2)), 0.004, 1))),
    (
        "stuck-at-chance",
        "fell to chance from a bad start",
        run(train_loss=fall(LONG, 4.0, LN10, 60), train_accuracy=jittered(level(LONG, 0.1), 0.01, 1)),
    ),
    (
        "learning-rate-decayed-early",
        "stepped per batch",
        run(train_loss=noisy(stalled(LONG, 0.05, 1.7), 0.01, 1), lr=stepped(LONG, 0.02, 0.05)),
    ),
    (
        "learning-rate-decayed-early",
        "two cuts in a short log",
        run(train_loss=noisy(stalled(N, 0.3, 1.2), 0.005, 1), lr=stepped(N, 0.25, 0.3)),
    ),
    ("metric-flat", "F1 is zero", run(train_loss=fall(N), val_loss=fall(N), val_f1=level(N, 0.0))),
    ("metric-flat", "accuracy of one class", run(train_loss=fall(N), val_accuracy=level(N, 0.734375))),
    (
        "metric-flat",
        "beside a metric that moves",
        run(metric="accuracy", train_loss=fall(N), val_accuracy=rise(N), val_recall=level(N, 0.0)),
    ),
    ("validation-better", "throughout", run(train_loss=fall(N, floor=0.8), val_loss=fall(N, floor=0.5))),
    ("double-descent", "loss", run(train_loss=fall(LONG, floor=0.01), val_loss=noisy(TWICE, 0.02, 1))),
    (
        "double-descent",
        "error in percent",
        run(train_loss=fall(LONG, floor=0.01), val_error=100 * noisy(TWICE / 3, 0.02, 1)),
    ),
    ("waiting-to-grok", "chance level", run(**MEMORISED, val_accuracy=jittered(level(LONG, 0.02), 0.01, 1))),
    ("semi-grokking", "half", run(**MEMORISED, val_accuracy=jittered(late(LONG, 0.03, 0.5), 0.01, 1))),
    (
        "ungrokking",
        "fell back",
        run(
            **MEMORISED,
            val_accuracy=jittered(rise(LONG, 0.05, 0.99, 60) - 0.7 * late(LONG, 0, 1, 0.6), 0.01, 1),
        ),
    ),
    ("late-slingshots", "five", run(train_loss=spiked(FITTED, SLOTS, 0.4))),
    ("steps-backwards", "in a curve", run(train_loss=fall(N))),
]
SICK[-1] = (*SICK[-1][:2], mapped(SICK[-1][2], steps=lambda s: np.concatenate([s[:40], s[:20] + 10])))

FINE: list[tuple[str, str, Run]] = [
    ("oscillation", "noise", run(train_loss=noisy(fall(LONG, floor=0.4), 0.4, 1))),
    ("oscillation", "noise of a short run", run(train_loss=noisy(fall(30, floor=0.4), 0.3, 4))),
    ("oscillation", "small beat", run(train_loss=fall(LONG, floor=0.4) + saw(LONG, 0.005))),
    (
        "oscillation",
        "warm restarts",
        run(train_loss=fall(LONG, floor=0.4) + 0.3 * (1 - (8 * share(LONG)) % 1)),
    ),
    (
        "oscillation",
        "swing that ended",
        run(train_loss=fall(LONG, floor=0.3) + saw(LONG, 0.3) * (share(LONG) < 0.15)),
    ),
    ("isolated-spike", "noise", run(train_loss=noisy(fall(LONG), 0.15, 1))),
    ("isolated-spike", "steep beginning", run(train_loss=power(LONG, top=11.0, reach=5000))),
    (
        "isolated-spike",
        "drop of the rate",
        run(train_loss=noisy(np.where(share(LONG) < 0.5, 1.0, 0.3), 0.02, 1)),
    ),
    ("isolated-spike", "at the very end, so not recovered", run(train_loss=spiked(fall(N), [N - 1], 3.0))),
    (
        "isolated-spike",
        "wiggles about a standstill",
        run(train_loss=spiked(noisy(level(LONG, LN10), 0.001, 1), [200], 0.1)),
    ),
    ("missing-warm-up", "healthy", run(**HEALTHY)),
    ("missing-warm-up", "noisy", run(train_loss=noisy(fall(LONG, rate=2), 0.3, 1))),
    (
        "missing-warm-up",
        "warmed up",
        run(train_loss=fall(LONG) + jump(LONG, 0.05, 6.0), lr=0.1 * np.minimum(1, share(LONG) / 0.05)),
    ),
    ("missing-warm-up", "one outlier", run(train_loss=spiked(noisy(fall(LONG), 0.03, 1), [20], 9.0))),
    ("missing-warm-up", "NaN late", run(train_loss=lost(fall(LONG), 300))),
    (
        "exploding-gradients",
        "clipped: the loss does not notice",
        run(train_loss=noisy(fall(LONG), 0.05, 1), grad_norm=burst(LONG, 200, 150.0)),
    ),
    (
        "exploding-gradients",
        "infinite norm skipped by the loss scaler",
        run(train_loss=noisy(fall(LONG), 0.05, 1), grad_norm=burst(LONG, 200, np.inf, 1)),
    ),
    (
        "exploding-gradients",
        "starts large",
        run(train_loss=noisy(fall(LONG), 0.05, 1), grad_norm=noisy(fall(LONG, 300.0, 1.0, 40), 0.3, 2)),
    ),
    (
        "exploding-gradients",
        "grows slowly",
        run(train_loss=noisy(fall(LONG), 0.05, 1), grad_norm=np.geomspace(1, 8, LONG)),
    ),
    (
        "vanishing-gradients",
        "because the loss is done",
        run(train_loss=fall(LONG, floor=1e-4, rate=30), grad_norm=fall(LONG, 2.0, 1e-6, 30)),
    ),
    (
        "vanishing-gradients",
        "stuck with a gradient",
        run(train_loss=noisy(level(LONG, 2.3), 0.004, 1), grad_norm=noisy(level(LONG, 0.3), 0.3, 2)),
    ),
    ("stuck-at-chance", "passes by", run(train_loss=fall(LONG, 4.0, 0.2))),
    ("stuck-at-chance", "leaves late", run(train_loss=LN10 * (1 - late(LONG, 0, 0.9)))),
    ("stuck-at-chance", "ends at ln 2 by chance", run(train_loss=fall(LONG, 3.0, np.log(2), 20))),
    (
        "stuck-at-chance",
        "accuracy says otherwise",
        run(train_loss=noisy(level(N, np.log(3)), 0.003, 1), val_accuracy=jittered(level(N, 0.8), 0.01, 2)),
    ),
    ("stuck-at-chance", "between the logarithms", run(train_loss=noisy(level(N, 1.24), 0.003, 1))),
    (
        "learning-rate-decayed-early",
        "cosine",
        run(train_loss=fall(LONG, floor=0.8), lr=0.05 * (1 + np.cos(np.pi * share(LONG)))),
    ),
    (
        "learning-rate-decayed-early",
        "steps at half and three quarters",
        run(train_loss=fall(LONG, floor=0.8, rate=9), lr=stepped(LONG, 0.5, 0.75)),
    ),
    (
        "learning-rate-decayed-early",
        "step that brings the loss down",
        run(
            train_loss=np.where(share(LONG) < 0.4, 1.0 + np.exp(-30 * share(LONG)), 0.6),
            lr=stepped(LONG, 0.4, by=0.01),
        ),
    ),
    (
        "learning-rate-decayed-early",
        "flat before",
        run(train_loss=fall(LONG, floor=0.8, rate=40), lr=stepped(LONG, 0.4, by=0.01)),
    ),
    (
        "learning-rate-decayed-early",
        "warm restarts",
        run(train_loss=stalled(LONG, 0.1, 1.5), lr=0.1 * (1 - (5 * share(LONG)) % 1) + 1e-4),
    ),
    (
        "learning-rate-decayed-early",
        "goes on falling",
        run(train_loss=2.3 - share(LONG), lr=stepped(LONG, 0.1, 0.2)),
    ),
    ("metric-flat", "perfect", run(train_loss=fall(N), val_accuracy=level(N, 1.0))),
    ("metric-flat", "perfect in percent", run(train_loss=fall(N), val_accuracy=level(N, 100.0))),
    ("metric-flat", "moves late", run(train_loss=fall(N), val_f1=np.where(share(N) < 0.7, 0.0, 0.4))),
    (
        "metric-flat",
        "moves a little",
        run(train_loss=fall(N), val_accuracy=jittered(level(N, 0.5), 0.0005, 1)),
    ),
    ("metric-flat", "no error left", run(train_loss=fall(N), val_wer=level(N, 0.0))),
    ("validation-better", "a little", run(train_loss=fall(N, floor=0.5), val_loss=fall(N, floor=0.48))),
    (
        "validation-better",
        "only at the start",
        run(train_loss=fall(N, rate=5), val_loss=fall(N, rate=12, floor=0.6)),
    ),
    ("double-descent", "overfitting", run(train_loss=fall(LONG, floor=0.01), val_loss=turn(LONG))),
    ("double-descent", "healthy", run(**HEALTHY)),
    ("double-descent", "spike", run(train_loss=fall(LONG), val_loss=fall(LONG) + jump(LONG, 0.5, 2.0, 0.01))),
    ("double-descent", "train has it too", run(train_loss=TWICE - 0.1, val_loss=TWICE)),
    (
        "double-descent",
        "noise",
        run(train_loss=fall(LONG), val_loss=noisy(fall(LONG, floor=0.5, rate=12), 0.2, 1)),
    ),
    (
        "double-descent",
        "the schedule did it",
        run(train_loss=fall(LONG, floor=0.01), val_loss=TWICE, lr=stepped(LONG, 0.75)),
    ),
    (
        "double-descent",
        "grokking has no first descent",
        run(
            train_loss=fall(LONG, floor=0.001, rate=60),
            val_loss=(4.5 + 6 * share(LONG)) * (1 - late(LONG, 0, 1)) + 0.05,
        ),
    ),
    ("waiting-to-grok", "arrived", run(**MEMORISED, val_accuracy=late(LONG))),
    ("waiting-to-grok", "modest gap", run(**MEMORISED, val_accuracy=rise(LONG, end=0.7, rate=50))),
    (
        "waiting-to-grok",
        "not memorised",
        run(train_loss=fall(LONG), train_accuracy=rise(LONG, end=0.8), val_accuracy=level(LONG, 0.1)),
    ),
    ("semi-grokking", "grokking", run(**MEMORISED, val_accuracy=late(LONG, 0.03, 0.99))),
    ("semi-grokking", "no delay", run(**MEMORISED, val_accuracy=rise(LONG, 0.05, 0.5, 60))),
    ("ungrokking", "stays", run(**MEMORISED, val_accuracy=jittered(late(LONG, 0.05, 0.99, 0.3), 0.01, 1))),
    (
        "ungrokking",
        "a dip that comes back",
        run(**MEMORISED, val_accuracy=np.clip(rise(LONG, 0.05, 0.99, 60) - jump(LONG, 0.7, 0.8), 0, 1)),
    ),
    (
        "ungrokking",
        "train collapses as well",
        run(
            train_loss=fall(LONG),
            train_accuracy=0.99 - 0.7 * late(LONG, 0, 1),
            val_accuracy=0.97 - 0.7 * late(LONG, 0, 1),
        ),
    ),
    ("late-slingshots", "noise near zero", run(train_loss=noisy(fall(LONG, floor=0.001, rate=60), 1.0, 1))),
    ("late-slingshots", "two", run(train_loss=spiked(FITTED, SLOTS[:2], 0.4))),
    ("late-slingshots", "too small to see", run(train_loss=spiked(FITTED, SLOTS, 0.004))),
    ("steps-backwards", "repeated steps", mapped(run(train_loss=fall(N)), steps=lambda s: s // 2)),
    (
        "isolated-spike",
        "before it diverges",
        run(train_loss=spiked(fall(LONG), [200], 1.5) + 5 * late(LONG, 0, 1, 0.9)),
    ),
    # Each of these is kept from firing by one comparison alone.
    ("isolated-spike", "five", run(train_loss=spiked(noisy(fall(LONG), 0.03, 1), SLOTS, 1.5))),
    ("missing-warm-up", "a small climb", run(train_loss=fall(LONG) + jump(LONG, 0.05, 0.8))),
    (
        "exploding-gradients",
        "the loss jumps, the norm hardly",
        run(train_loss=fall(LONG, floor=0.3) + jump(LONG, 0.51, 3.0, 0.01), grad_norm=burst(LONG, 200, 6.0)),
    ),
    (
        "vanishing-gradients",
        "less, not gone",
        run(train_loss=noisy(level(LONG, 2.3), 0.004, 1), grad_norm=fall(LONG, 2.0, 0.4, 90)),
    ),
    (
        "vanishing-gradients",
        "late",
        run(train_loss=noisy(level(LONG, 2.3), 0.004, 1), grad_norm=np.where(share(LONG) < 0.7, 1.0, 1e-4)),
    ),
    ("stuck-at-chance", "four points", run(train_loss=level(4, LN10))),
    (
        "stuck-at-chance",
        "about to leave",
        run(
            train_loss=np.log(2) * np.where(share(LONG) < 0.9, 1.0, 0.96),
            train_accuracy=level(LONG, 0.52),
        ),
    ),
    (
        "stuck-at-chance",
        "only at the end",
        run(
            train_loss=3.2 - (3.2 - LN10) * np.minimum(1, share(LONG) / 0.6), train_accuracy=level(LONG, 0.1)
        ),
    ),
    (
        "learning-rate-decayed-early",
        "cut late",
        run(train_loss=stalled(LONG, 0.8, 1.2), lr=stepped(LONG, 0.78, by=0.01)),
    ),
    (
        "learning-rate-decayed-early",
        "slower, not stalled",
        run(
            train_loss=np.maximum(2.3 - 3 * share(LONG), 1.9 - 1.0 * share(LONG)),
            lr=stepped(LONG, 0.2, by=0.01),
        ),
    ),
    (
        "learning-rate-decayed-early",
        "done by then",
        run(train_loss=stalled(LONG, 0.3, 0.05), lr=stepped(LONG, 0.28, by=0.01)),
    ),
    (
        "validation-better",
        "most of the time",
        run(train_loss=level(N, 1.0), val_loss=np.where(share(N) < 0.3, 1.2, 0.6)),
    ),
    (
        "validation-better",
        "four evaluations",
        run(train_loss=fall(4, floor=0.8), val_loss=fall(4, floor=0.4, top=1.5)),
    ),
    (
        "double-descent",
        "a low hump",
        run(
            train_loss=fall(LONG, floor=0.01),
            val_loss=fall(LONG, floor=0.5, rate=20) + 0.03 * (share(LONG) > 0.4) * (share(LONG) < 0.7),
        ),
    ),
    (
        "double-descent",
        "noise of a few evaluations",
        run(
            train_loss=fall(LONG, floor=0.01),
            val_loss=noisy(turn(LONG, best=0.8, end=0.95, at=0.2) - 0.15 * late(LONG, 0, 1, 0.75), 0.2, 0),
            every=10,
        ),
    ),
    (
        "double-descent",
        "half way back",
        run(
            train_loss=fall(LONG, floor=0.01),
            val_loss=turn(LONG, best=0.8, end=1.8, at=0.2) - 0.55 * late(LONG, 0, 1, 0.8),
        ),
    ),
    (
        "waiting-to-grok",
        "memorised just now",
        run(train_loss=fall(LONG), train_accuracy=late(LONG, 0.1, 1.0, 0.85), val_accuracy=level(LONG, 0.1)),
    ),
    (
        "waiting-to-grok",
        "not quite memorised",
        run(
            train_loss=fall(LONG),
            train_accuracy=np.where(share(LONG) < 0.9, 0.98, 0.95),
            val_accuracy=level(LONG, 0.1),
        ),
    ),
    ("waiting-to-grok", "good from the start", run(**MEMORISED, val_accuracy=level(LONG, 0.6))),
    ("waiting-to-grok", "understood in part", run(**MEMORISED, val_accuracy=rise(LONG, 0.02, 0.45, 10))),
    (
        "semi-grokking",
        "train collapses",
        run(
            train_loss=fall(LONG, rate=60),
            train_accuracy=rise(LONG, end=1.0, rate=80) - 0.5 * late(LONG, 0, 1, 0.9),
            val_accuracy=late(LONG, 0.03, 0.5),
        ),
    ),
    (
        "semi-grokking",
        "soon",
        run(
            **{**MEMORISED, "train_accuracy": late(LONG, 0.1, 1.0, 0.3)},
            val_accuracy=late(LONG, 0.03, 0.5, 0.6),
        ),
    ),
    ("semi-grokking", "a little", run(**MEMORISED, val_accuracy=late(LONG, 0.03, 0.12))),
    (
        "semi-grokking",
        "half of it at once",
        run(**MEMORISED, val_accuracy=rise(LONG, 0.03, 0.45, 90) + late(LONG, 0, 0.2)),
    ),
    (
        "ungrokking",
        "was never perfect",
        run(**MEMORISED, val_accuracy=rise(LONG, 0.05, 0.75, 60) - 0.4 * late(LONG, 0, 1, 0.6)),
    ),
    (
        "ungrokking",
        "a few points",
        run(**MEMORISED, val_accuracy=rise(LONG, 0.05, 0.99, 60) - 0.12 * late(LONG, 0, 1, 0.6)),
    ),
    ("ungrokking", "noise", run(**MEMORISED, val_accuracy=jittered(level(LONG, 0.75), 0.6, 3), every=16)),
]
