"""The train loss ends far above its best and does not come back."""

from __future__ import annotations

from ..features import Features, losses, metrics
from ..measure import Limit
from ..rule import Fix, Rule, Severity, Verdict, all_of
from ..states import State

RISE = Limit(
    0.25,
    1.5,
    "healthy runs of 8 sources end within 0.015 of their best, memorised ones within 0.13; diverged ones 0.3 and more",
    log=True,
)
NOISE = Limit(3.0, 2.0, "three standard errors", log=True)
EXCESS = Limit(0.6, 1.5, "", log=True)
LEARNED = Limit(0.22, 0.06, "")
LOST = Limit(1.15, 0.1, "")
GAIN = Limit(0.4, 0.15, "")


def check(f: Features) -> Verdict:
    f.train
    checks = [
        losses.train_excess(f).above(EXCESS),
        losses.train_rise(f).above(RISE),
        losses.train_rise_noise(f).above(NOISE),
    ]
    learned = [losses.train_progress(f).above(LEARNED), losses.train_kept(f).above(LOST)]
    checks.append(max(learned, key=lambda e: e.strength))
    if f.reinforcement and f.has_train_metric:
        checks.append(metrics.train_metric_gain(f).below(GAIN))
    return all_of(*checks, summary="The loss ends far above its best and did not come back.")


def fix(f: Features) -> tuple[Fix, ...]:
    return (Fix("lower-learning-rate", "Lower the learning rate.", "P1"),)


RULE = Rule(
    "divergence", "Divergence", State.UNSTABLE, Severity.ERROR, check, fix, __doc__ or "", decides=True
)
