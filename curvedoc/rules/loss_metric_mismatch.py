"""The loss improves clearly, no metric does.

## What it looks like
Train loss (and validation loss) falls as it should, yet accuracy, F1 or whatever decides stays where it
started, often at exactly the level of always giving the same answer; or it rises at first and is then lost
again while the loss still falls.

## Why it matters
The run optimises something else than what is wanted; training longer makes the loss better and the result
no better. Typical causes: rare positives (predicting "no" everywhere is a good loss), a penalty or an
auxiliary part that is nearly all of the loss, a regression loss where the order counts, a decision
threshold that nothing ever reaches, or a metric computed on the wrong thing.

## What to do
- look at the predictions: are they all one class, all below the threshold?
- weight the classes or use a focal loss for rare positives; move the threshold
- plot the parts of the loss: which one falls?
- train on a loss of the task (ranking, overlap, sequence level)

## When it is harmless
Early in a run of a hard task the loss may move long before a coarse metric does (exact match, mAP, code
that passes its tests). A metric that is already near its best has nowhere to go.
"""

from __future__ import annotations

from curvedoc import papers
from curvedoc.features import Features, losses, metrics
from curvedoc.measure import Limit, NotMeasurable
from curvedoc.rule import Fix, Rule, Scenario, Severity, Verdict, all_of, any_of
from curvedoc.states import State
from curvedoc.telling import SPLITS, main_loss, metric_loss, moved, sentence, whole
from curvedoc.wording import number

FELL = Limit(0.25, 0.08, "a smaller fall of the loss promises nothing for a metric")
POINTS = Limit(0.03, 0.012, "three points of a metric that ends at 1 are within reach of noise")
SHARE = Limit(0.25, 0.1, "a metric that is tiny by nature and grows by more than this is moving")
SETTLED = Limit(0.1, 1.5, "a loss that only came down to the level of guessing taught nothing", log=True)
POOR = Limit(0.9, 0.05, "metrics that are all this good have nowhere to go")
HELD = Limit(0.033, 1.5, "healthy validation loss ends this near its best or nearer", log=True)
FEW = Limit(3.5, 1.0, "a metric must be seen to rise and to fall")
DROP = Limit(0.5, 0.15, "more than half of what the metric had gained is gone")
FALL = Limit(0.03, 1.5, "three points of a metric that ends at 1 are within reach of noise", log=True)
NOISE = Limit(4.0, 2.0, "in standard errors of the end level: a smaller fall is noise", log=True)


def check(f: Features) -> Verdict:
    """The loss fell (on validation too if the metric was taken there); the metric did not gain, or lost."""
    if f.reinforcement:
        raise NotMeasurable("the loss of reinforcement learning says nothing about its reward")
    fell = [losses.train_progress(f)] if f.has_train else []
    falling = [f.train] if f.has_train else []
    if f.has_val and f.has_val_metric:
        fell.append(losses.val_progress(f))
        falling.append(f.val)
    settled = max((losses.settled_fall(t) for t in falling or [f.main]), key=lambda m: m.value)
    metric = f.val_metric if f.has_val_metric else f.train_metric
    fell_then = max(
        (losses.fall_while(t, float(metric.steps[0])) for t in falling or [f.main]), key=lambda m: m.value
    )
    gain, poorest = metrics.liveliest_gain(f), metrics.poorest(f)
    split = SPLITS["val" if f.has_val_metric else "train"]
    flat = all_of(
        *(m.above(FELL) for m in fell),
        fell_then.above(FELL),
        gain.below(POINTS),
        metrics.relative_gain(f).below(SHARE),
        poorest.below(POOR),
        settled.above(SETTLED),
        summary=sentence(
            f"{main_loss(f)} {moved(f.main)}, but no {split} metric gained more than "
            f"{number(abs(round(gain.value, 3)))}; the poorest ends at {number(round(poorest.value, 3))}."
        ),
        span=whole(f.main),
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
            summary=_lost(f),
            span=metrics.val_metric_fall(f).span,
        ),
    )


def _lost(f: Features) -> str:
    return sentence(f"{metric_loss(f)} although validation loss {moved(f.val)}.")


def fix(_: Features) -> tuple[Fix, ...]:
    """Make loss and metric agree."""
    return (
        Fix(
            "inspect-data",
            "Look at the predictions: count them by class, and how many pass the threshold.",
            "B4",
        ),
        Fix("class-weights", "Weight the classes by their rarity (or sample them evenly).", "B4"),
        Fix("focal-loss", "Use a focal loss if positives are rare.", "B4"),
        Fix("task-loss", "Train on a loss of the task itself: pairwise for ranking, Dice for overlap.", "B4"),
        Fix(
            "less-regularisation", "Plot the parts of the loss; turn down a penalty that is most of it.", "B4"
        ),
    )


SCENARIOS = (
    Scenario(
        "loud-penalty",
        "digits",
        State.LOSS_METRIC_MISMATCH,
        {"l2": 3.0, "init_scale": 3.0, "steps": 1600},
        {"less-regularisation": {"l2": 1e-4, "init_scale": 1.0}},
        seed=1,
        seconds=2,
        about="R13: a penalty that is nearly all of the loss",
    ),
    Scenario(
        "ranking-by-regression",
        "ranking",
        State.LOSS_METRIC_MISMATCH,
        {
            "easy": 30.0,
            "inputs": 20,
            "n_train": 3000,
            "width": 32,
            "depth": 2,
            "steps": 1000,
            "log_every": 10,
        },
        {"task-loss": {"loss": "pairwise"}},
        seed=2,
        seconds=1,
        about="R13: squared error learns the level, the order within a list is left",
    ),
    Scenario(
        "rare-positives",
        "rare",
        State.LOSS_METRIC_MISMATCH,
        {"distance": 1.6, "model": "linear", "steps": 2500, "log_every": 50},
        {"class-weights": {"class_weights": True}, "focal-loss": {"focal": 2.0, "class_weights": True}},
        seed=1,
        seconds=1,
        about="R13: three positives in a hundred, cross-entropy falls and F1 stays at zero",
    ),
)

RULE = Rule(
    "loss-metric-mismatch",
    "The loss falls, the metric does not move",
    State.LOSS_METRIC_MISMATCH,
    Severity.ERROR,
    check,
    fix,
    __doc__ or "",
    bottleneck="B4",
    decides=True,
    overrules=("smooth-descent",),
    sources=(papers.LIN,),
    scenarios=SCENARIOS,
)
