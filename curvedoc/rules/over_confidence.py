"""Validation loss rises while the validation metric does not fall."""

from __future__ import annotations

from ..features import Features, losses, metrics
from ..measure import Limit
from ..rule import Fix, Rule, Severity, Verdict, all_of
from ..states import State

RISE = Limit(0.033, 1.5, "", log=True)
NOISE = Limit(6.0, 2.0, "", log=True)
DROP = Limit(0.08, 0.04, "")
PERFECT = Limit(0.985, 0.01, "")
FEW = Limit(2.5, 0.8, "three evaluations can show a plain turn, two cannot")


def check(f: Features) -> Verdict:
    checks = [
        losses.val_points(f).above(FEW),
        losses.val_rise(f).above(RISE),
        losses.val_rise_noise(f).above(NOISE),
        metrics.val_metric_drop(f).below(DROP),
    ]
    if f.bounded:
        checks.append(metrics.val_fit(f).below(PERFECT))
    return all_of(*checks, summary="Validation loss rises while the metric holds.")


def fix(f: Features) -> tuple[Fix, ...]:
    return (Fix("label-smoothing", "Label smoothing.", "B4"),)


RULE = Rule(
    "over-confidence",
    "Over-confidence",
    State.LOSS_METRIC_MISMATCH,
    Severity.WARNING,
    check,
    fix,
    __doc__ or "",
    decides=True,
)
