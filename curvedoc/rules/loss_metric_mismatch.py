"""The loss improves clearly, no metric does."""

from __future__ import annotations

from ..features import Features, losses, metrics
from ..measure import Limit, NotMeasurable
from ..rule import Fix, Rule, Severity, Verdict, all_of, any_of
from ..states import State

FELL = Limit(0.25, 0.08, "")
POINTS = Limit(0.03, 0.012, "")
SHARE = Limit(0.25, 0.1, "")
POOR = Limit(0.9, 0.05, "")


def check(f: Features) -> Verdict:
    """..."""
    fell = [losses.train_progress(f)] if f.has_train else []
    if f.has_val and f.has_val_metric:
        fell.append(losses.val_progress(f))
    return all_of(
        *(m.above(FELL) for m in fell),
        metrics.liveliest_gain(f).below(POINTS),
        metrics.relative_gain(f).below(SHARE),
        metrics.poorest(f).below(POOR),
        summary="The loss fell, no metric moved.",
    )


def fix(f: Features) -> tuple[Fix, ...]:
    """..."""
    return (Fix("task-loss", "Task loss.", "B4"),)


RULE = Rule(
    "loss-metric-mismatch",
    "Loss/metric mismatch",
    State.LOSS_METRIC_MISMATCH,
    Severity.ERROR,
    check,
    fix,
    __doc__ or "",
    decides=True,
)
