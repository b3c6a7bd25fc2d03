"""Validation stays flat while train falls."""

from __future__ import annotations

from ..features import Features, losses, metrics
from ..measure import Limit
from ..rule import Fix, Rule, Severity, Verdict, all_of
from ..states import State

SHARE = Limit(0.25, 0.1, "")
GAP = Limit(0.4, 0.12, "")
FELL = Limit(0.3, 0.08, "")
PERFECT = Limit(0.95, 0.03, "")
FEW = Limit(2.5, 0.8, "three evaluations can show a plain turn, two cannot")


def check(f: Features) -> Verdict:
    checks = [
        losses.val_points(f).above(FEW),
        losses.val_share(f).below(SHARE),
        losses.gap_share(f).above(GAP),
        losses.train_fall_since(f).above(FELL),
    ]
    if f.has_val_metric and f.bounded:
        checks.append(metrics.val_fit(f).below(PERFECT))
    return all_of(*checks, summary="Validation is flat while train falls.")


def fix(f: Features) -> tuple[Fix, ...]:
    return (Fix("early-stopping", "Keep the best checkpoint.", "B2"),)


RULE = Rule(
    "validation-flat",
    "Validation flat",
    State.OVERFITTING,
    Severity.WARNING,
    check,
    fix,
    __doc__ or "",
    decides=True,
)
