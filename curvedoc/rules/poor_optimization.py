"""The loss hardly moves."""

from __future__ import annotations

from ..features import Features, losses, metrics
from ..measure import Limit
from ..rule import Fix, Rule, Severity, Verdict, all_of, any_of
from ..states import State

PROGRESS = Limit(0.04, 1.6, "", log=True)
GAIN = Limit(0.06, 0.03, "")
REWARD = Limit(0.25, 0.1, "")
LITTLE = Limit(0.12, 0.04, "")
FLAT = Limit(0.02, 0.01, "")
GOOD = Limit(0.9, 0.05, "")


def check(f: Features) -> Verdict:
    if f.reinforcement:
        return all_of(metrics.train_metric_gain(f).below(REWARD), summary="The reward hardly moved.")
    p = losses.train_progress(f) if f.has_train else losses.val_progress(f)
    checks = [p.below(PROGRESS)]
    if f.has_train_metric and f.bounded:
        checks.append(metrics.train_metric_gain(f).below(GAIN))
    verdict = all_of(*checks, summary="The loss hardly moved.")
    if f.has_val_metric and f.bounded:
        flat = all_of(
            p.below(LITTLE),
            metrics.val_metric_gain(f).below(FLAT),
            metrics.val_fit(f).below(GOOD),
            summary="Neither loss nor metric moved.",
        )
        verdict = any_of(verdict, flat)
    return verdict


def fix(f: Features) -> tuple[Fix, ...]:
    return (Fix("learning-rate", "Change the learning rate.", "B3"),)


RULE = Rule(
    "poor-optimization",
    "Stuck",
    State.POOR_OPTIMIZATION,
    Severity.ERROR,
    check,
    fix,
    __doc__ or "",
    decides=True,
)
