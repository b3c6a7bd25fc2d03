"""The loss improves clearly, no metric does."""

from __future__ import annotations

from ..features import Features, losses, metrics
from ..measure import Limit, NotMeasurable
from ..rule import Fix, Rule, Severity, Verdict, all_of, any_of
from ..states import State

FELL = Limit(0.25, 0.08, "")
POINTS = Limit(0.03, 0.012, "")
SHARE = Limit(0.25, 0.1, "")
HELD = Limit(0.033, 1.5, "", log=True)
FEW = Limit(3.5, 1.0, "")
DROP = Limit(0.5, 0.15, "more than half of what the metric had gained is gone")
FALL = Limit(0.03, 1.5, "three points of accuracy", log=True)
NOISE = Limit(4.0, 2.0, "", log=True)
POOR = Limit(0.9, 0.05, "")


def check(f: Features) -> Verdict:
    """..."""
    if f.reinforcement:
        raise NotMeasurable("the loss of reinforcement learning says nothing about its reward")
    fell = [losses.train_progress(f)] if f.has_train else []
    if f.has_val and f.has_val_metric:
        fell.append(losses.val_progress(f))
    flat = all_of(
        *(m.above(FELL) for m in fell),
        metrics.liveliest_gain(f).below(POINTS),
        metrics.relative_gain(f).below(SHARE),
        metrics.poorest(f).below(POOR),
        summary="The loss fell, no metric moved.",
    )
    if not (f.has_val and f.has_val_metric):
        return flat
    return any_of(
        flat,
        all_of(
            *(m.above(FELL) for m in fell),
            losses.val_rise(f).below(HELD),
            metrics.val_metric_points(f).above(FEW),
            metrics.val_metric_drop(f).above(DROP),
            metrics.val_metric_fall_noise(f).above(NOISE),
            *([metrics.val_metric_fall(f).above(FALL)] if f.bounded else []),
            summary="Validation loss fell while the validation metric got worse.",
        ),
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
