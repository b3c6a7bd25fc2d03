"""Train is near perfect, validation far behind."""

from __future__ import annotations

from ..features import Features, metrics
from ..measure import Limit
from ..rule import Fix, Rule, Severity, Verdict, all_of
from ..states import State

FIT = Limit(0.9, 0.05, "")
GAP = Limit(0.3, 0.1, "")


def check(f: Features) -> Verdict:
    return all_of(
        metrics.train_fit(f).above(FIT),
        metrics.metric_gap(f).above(GAP),
        summary="Train is memorised, validation far behind.",
    )


def fix(f: Features) -> tuple[Fix, ...]:
    return (Fix("regularise", "Regularise.", "B2"),)


RULE = Rule(
    "memorisation",
    "Memorisation",
    State.OVERFITTING,
    Severity.ERROR,
    check,
    fix,
    __doc__ or "",
    decides=True,
    overrules=("repeated-spikes",),
)
