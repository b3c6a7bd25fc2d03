"""Advice that several pages give, made specific by what the log shows.

Each builder takes the features of a run and returns one :class:`~curvedoc.rule.Fix`. None of them raises:
advice is asked for after the verdict, and a log that holds less only makes it less specific.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from .features import losses
from .rule import Fix
from .telling import at, best_step, level_at, peak_rate, rate_at
from .wording import number

if TYPE_CHECKING:
    from .features import Features
    from .series import Trend

# A rate that blew up is lowered by this factor first: rates are searched in thirds of a decade.
GENTLY = 3.0
# A rate that hardly moves the loss is a decade or more away from one that does.
BOLDLY = 10.0
# Norms of healthy updates that clipping leaves alone: it should touch only the upper tail.
UNTOUCHED = 75.0
# Fewer norms than this say nothing about the usual size.
FEWEST_NORMS = 5
# Warm-up over this share of the run; Goyal et al. took 5 of 90 epochs.
WARM_UP_SHARE = 0.05
# Warm-up shapes the beginning: trouble after this share of the run has another cause.
EARLY = 0.2
# A schedule has taken the rate away once less than this share of its peak is left.
DECAYED = 0.1
# Falling by less than this share of the whole progress in the last quarter is flat.
STILL_FALLING = 0.01
# Nobody waits fewer evaluations than this before stopping: one bad evaluation is chance.
LEAST_PATIENCE = 2


def round_rate(rate: float) -> float:
    """A rate as people write it: the nearest of 1, 2, 3, 5 times a power of ten (on the log scale)."""
    if not 1e-100 < rate < 1e100:
        return rate
    power = 10.0 ** math.floor(math.log10(rate))
    nearest = min((1.0, 2.0, 3.0, 5.0, 10.0), key=lambda m: abs(math.log(rate / (m * power))))
    return float(f"{nearest * power:.1g}")


def patience(f: Features) -> int | None:
    """Evaluations to wait before stopping: one more than the longest wait that this run needed between two
    records of validation loss before its best. None without a validation loss. Source: Prechelt 1998."""
    if not f.has_val:
        return None
    curve = f.curve("val/loss")
    finite = np.isfinite(curve.values)
    values = curve.values[finite & (curve.steps <= best_step(f.val))]
    if not len(values):
        return None
    lowest = np.minimum.accumulate(values)
    records = np.flatnonzero(np.append(True, lowest[1:] < lowest[:-1]))
    waits = np.diff(np.append(records, len(values) - 1))
    return max(LEAST_PATIENCE, int(waits.max(initial=0)) + 1)


def keep_best(f: Features) -> Fix:
    """Keep the checkpoint of the best validation, and stop in time next time."""
    wait = patience(f)
    if wait is None:
        return Fix("early-stopping", "Keep the checkpoint with the best validation and stop early.", "B2")
    place = at(f, best_step(f.val))
    if f.val.best_index == 0:
        text = (
            f"Validation loss was never below its first value ({number(f.val.best)}, {place}): "
            "no length of training helps, change something else."
        )
        return Fix("early-stopping", text, "B2")
    text = (
        f"Keep the checkpoint of {place} (validation loss {number(f.val.best)}), and stop early from now on: "
        f"end a run after {wait} evaluations without a new best."
    )
    return Fix("early-stopping", text, "B2")


def keep_going(f: Features) -> Fix:
    """For a healthy run: go on while it falls, stop when it is flat."""
    t = f.val if f.has_val else f.main
    place = at(f, best_step(t))
    if still_falling(t):
        return Fix("keep-going", f"Keep going: the loss was still falling at the end ({number(t.last)}).")
    wait = patience(f)
    after = f" A patience of {wait} evaluations would do for the next run." if wait else ""
    text = f"Stop here: the loss is flat ({number(t.last)}); keep the checkpoint of {place}.{after}"
    return Fix("stop-when-flat", text)


def still_falling(t: Trend) -> bool:
    """Whether the last quarter of a curve went on falling, by more than its noise."""
    start = float(t.steps[0] + 0.75 * (t.steps[-1] - t.steps[0]))
    fall = level_at(t, start) - t.last
    return fall > max(STILL_FALLING * (t.first - t.best), 2 * t.level_noise)


def lower_rate(f: Features, where: float, table: str = "P1") -> Fix:
    """A lower rate to try, from the rate in force where the trouble began."""
    rate, peak = rate_at(f, where), peak_rate(f)
    if rate is None or peak is None:
        text = "Lower the learning rate: try a third of it, and a third of that, until the loss holds."
        return Fix("lower-learning-rate", text, table)
    tried = number(round_rate(rate / GENTLY))
    if peak[1] > where and rate < peak[0]:
        text = (
            f"Lower the peak of the learning rate to {tried}: on its way up to {number(peak[0])} it was "
            f"{number(rate)} where the loss left its best ({at(f, where)})."
        )
    else:
        text = f"Lower the learning rate to {tried}: it was {number(rate)} at {at(f, where)}."
    return Fix("lower-learning-rate", text, table)


def raise_rate(f: Features, by: float = BOLDLY, table: str = "B3") -> Fix:
    """A higher rate to try, from the largest that was logged."""
    peak = peak_rate(f)
    if peak is None:
        change = (
            f"Raise the learning rate by {number(by)}, then in steps of three while the loss falls faster."
        )
    else:
        rate = number(round_rate(peak[0] * by))
        change = f"Raise the learning rate from {number(peak[0])} to {rate}, then in steps of three."
    text = f"{change} A range test over a few hundred steps finds the largest rate that works."
    return Fix("raise-learning-rate", text, table)


def later_decay(f: Features, where: float) -> tuple[Fix, ...]:
    """Decay later: only where the schedule had taken the rate away by the step at which the fall ended."""
    peak, rate = peak_rate(f), rate_at(f, where)
    if peak is None or rate is None or rate > DECAYED * peak[0]:
        return ()
    text = (
        f"Decay the learning rate later: by {at(f, where)}, where the loss stopped falling, it had gone from "
        f"{number(peak[0])} to {number(rate)}. Hold the peak until the loss is flat at it."
    )
    return (Fix("later-decay", text, "C"),)


def _extent(f: Features) -> tuple[float, float]:
    """First and last logged step of the loss, finite or not."""
    steps = losses.loss_curves(f)[0].steps
    return float(steps[0]), float(steps[-1])


def warm_up(f: Features) -> Fix:
    """Warm-up over the first small part of the run."""
    first, last = _extent(f)
    length = float(f"{WARM_UP_SHARE * (last - first):.2g}")
    over = f" (to about {at(f, first + length)})" if length >= 1 else ""
    text = f"Warm the learning rate up linearly over the first twentieth of the run{over}."
    return Fix("warm-up", text, "C")


def early_warm_up(f: Features, where: float) -> tuple[Fix, ...]:
    """Warm-up, but only where the trouble began early."""
    first, last = _extent(f)
    return (warm_up(f),) if where <= first + EARLY * (last - first) else ()


def clip(f: Features, where: float) -> Fix:
    """Clip gradients at the usual norm, taken from the log where it holds norms."""
    curve = f.run.get("grad_norm")
    finite = np.isfinite(curve.values) if curve is not None else np.zeros(0, dtype=bool)
    if curve is None or finite.sum() < FEWEST_NORMS:
        text = "Clip the gradient norm (start at 1) and log it: its upper quartile is the norm to clip at."
        return Fix("clip-gradients", text, "P4")
    healthy = finite & (curve.steps <= where)
    before = f"before {at(f, where)}"
    if healthy.sum() < FEWEST_NORMS:
        healthy, before = finite, "in the log"
    norm = float(np.percentile(curve.values[healthy], UNTOUCHED))
    text = (
        f"Clip the gradient norm at {norm:.2g}: three quarters of the norms {before} were below, "
        f"the largest of the run was {float(curve.values[finite].max()):.2g}."
    )
    return Fix("clip-gradients", text, "P4")


def regularise() -> tuple[Fix, ...]:
    """Remedies of the bottleneck "generalization", in the order of the table."""
    return (
        Fix("weight-decay", "Add weight decay, decoupled (AdamW), or multiply what is there by three.", "B2"),
        Fix("dropout", "Add dropout, or raise it, where the network is widest.", "B2"),
        Fix("augmentation", "Augment the training data.", "B2"),
        Fix("more-data", "Get more training examples, or cleaner ones.", "P2"),
        Fix("smaller-model", "Take a smaller model, or freeze part of it.", "B2"),
    )


def initialise() -> tuple[Fix, ...]:
    """Initialisation, normalisation and paths for the gradient: remedies when no signal comes through."""
    return (
        Fix(
            "kaiming-init",
            "Initialise for the activation: Kaiming for ReLU, Xavier for tanh and sigmoid.",
            "C",
        ),
        Fix("normalisation", "Normalise the inputs and add batch or layer normalisation.", "B3"),
        Fix(
            "leaky-relu",
            "Replace saturating activations (sigmoid, tanh, dying ReLU) by LeakyReLU or GELU.",
            "P4",
        ),
        Fix("residual", "Add residual connections if the network is deep.", "P4"),
    )
