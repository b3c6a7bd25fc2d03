"""From a trained run to what curvedoc says of it, without a file between; who judges is handed in."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from curvedoc.naming import assign
from curvedoc.run import Logged, Run, Series
from curvedoc.states import State

from .loop import by_name
from .objectives import HIGHER_IS_BETTER
from .runner import LoggedRun, level

Judge = Callable[[Run], State]

# What a cured run may be in. Grokking belongs: it is a run that has come to generalise.
HEALTHY = (State.SMOOTH_DESCENT, State.GROKKING)


def as_run(log: LoggedRun) -> Run:
    """The run as a reader would give it from the CSV file of the same rows."""
    columns = by_name(log.rows)
    steps = np.array(columns["step"], dtype=np.float64)
    series = []
    for name, values in columns.items():
        logged = np.array([name in row for row in log.rows])
        if name != "step":
            series.append(Series(name, steps[logged], np.array(values, dtype=np.float64)[logged]))
    return assign(Logged(log.name, log.name, "reference", "step", tuple(series)))


def score(log: LoggedRun, by: str = "loss") -> float:
    """Where validation ends, higher is better: minus its loss, or its metric (minus an error).

    With early stopping it is the kept checkpoint that counts, so the best level. NaN stands for a run
    without a value.
    """
    name = log.metric
    at = "best" if log.settings.patience else "end"
    if by == "loss":
        return -level(log.column("val_loss"), at)
    values = log.column(f"val_{name}")
    values = values if HIGHER_IS_BETTER[name] else [-v for v in values]
    return -level([-v for v in values], at)


def better(treated: LoggedRun, sick: LoggedRun) -> bool:
    """Whether the treated run validates better.

    By loss where both optimise the same thing on the same validation set; by the metric where the remedy
    changed the loss.
    """
    by = yardstick(treated, sick)
    new, old = score(treated, by), score(sick, by)
    return math.isfinite(new) and (not math.isfinite(old) or new > old)


LOSS_SETTINGS = ("loss", "label_smoothing", "focal", "class_weights", "l1", "l2")


def yardstick(treated: LoggedRun, sick: LoggedRun) -> str:
    """``"loss"`` or, where the two losses cannot be compared or the state is about the metric,
    ``"metric"``.
    """
    changed = any(getattr(treated.settings, s) != getattr(sick.settings, s) for s in LOSS_SETTINGS)
    return "metric" if changed or sick.scenario.state == State.LOSS_METRIC_MISMATCH else "loss"


def cured(treated: LoggedRun, sick: LoggedRun, judge: Judge) -> bool:
    """Healthy by the judge, and better on validation than the sick run."""
    return judge(as_run(treated)) in HEALTHY and better(treated, sick)
