"""Validation loss rises while the validation metric does not fall.

## What it looks like
Two curves of the same split contradict each other for a long stretch: the loss climbs, accuracy holds or
still improves.

## Why it matters
The answers stay as good, but their probabilities get worse: on the examples it gets wrong the network grows
ever surer. Whoever uses the probabilities (thresholds, ranking, risk) is hurt; whoever uses only the
answers is not. It is also how overfitting begins: by the loss first, by the metric later.

## What to do
- decide what counts, and choose the checkpoint by that: by the metric if answers count, by the loss if
  probabilities do
- label smoothing or mixup in training; a temperature fitted on validation data afterwards
- weight decay and early stopping against the overfitting behind it

## When it is harmless
When only the most likely answer is used. Near-perfect validation has a loss near zero that doubles without
meaning.
"""

from __future__ import annotations

from curvedoc import advice, papers
from curvedoc.features import Features, losses, metrics
from curvedoc.measure import Limit
from curvedoc.rule import Fix, Rule, Scenario, Severity, Verdict, all_of
from curvedoc.states import State
from curvedoc.telling import at, best_step, level_at, metric_name, quality
from curvedoc.wording import number

RISE = Limit(
    0.033,
    1.5,
    "runs whose metric went on improving start at 0.035 (AlgoPerf); healthy ones end at 0.033 or below",
    log=True,
)
NOISE = Limit(6.0, 2.0, "in standard errors of the end level: the contradiction must be plain", log=True)
DROP = Limit(0.08, 0.04, "of the metric's own gain; one that falls further agrees with the loss")
PERFECT = Limit(0.985, 0.01, "at 99 % validation accuracy a loss that doubles near zero changes nothing")
FEW = Limit(2.5, 0.8, "three evaluations can show a plain turn, two cannot")


def check(f: Features) -> Verdict:
    """Validation loss plainly above its best; validation metric at or near its own."""
    checks = [
        losses.val_rise(f).above(RISE),
        losses.val_rise_noise(f).above(NOISE),
        metrics.val_metric_drop(f).below(DROP),
        losses.val_points(f).above(FEW),
    ]
    if f.bounded:
        checks.append(metrics.val_fit(f).below(PERFECT))
    return all_of(*checks, summary=_summary(f))


def _summary(f: Features) -> str:
    t, turn = f.val_metric, best_step(f.val)
    rose = f"Validation loss rose from {number(f.val.best)} ({at(f, turn)}) to {number(f.val.last)}"
    then, name, now = level_at(t, turn), metric_name(f, "val"), quality(f, "val", t.last)
    if abs(t.last - then) <= 2 * t.level_noise or quality(f, "val", then) == now:
        return f"{rose}, but {name} held ({now})."
    return f"{rose}, but {name} went from {quality(f, 'val', then)} to {now}."


def fix(f: Features) -> tuple[Fix, ...]:
    """Make the probabilities honest again."""
    keep = advice.keep_best(f)
    return (
        Fix("label-smoothing", "Train with label smoothing (0.1) or mixup.", "B4"),
        Fix("calibrate", "Fit a temperature on validation data if the probabilities are used.", "B4"),
        Fix(keep.remedy, f"If probabilities count: {keep.text[:1].lower()}{keep.text[1:]}", keep.table),
        Fix("weight-decay", "Add weight decay: large weights are what makes it so sure.", "B2"),
        Fix("focal-loss", "Or use a focal loss: it gives less weight to what is already right.", "B4"),
    )


SCENARIOS = (
    Scenario(
        "over-confidence",
        "clusters",
        State.OVERFITTING,
        {"spread": 1.5, "n_train": 800, "width": 128, "steps": 2500},
        {
            "early-stopping": {"patience": 4},
            "weight-decay": {"weight_decay": 2.0},
        },
        seed=1,
        seconds=3,
        about="R13: validation loss climbs while accuracy stays: ever surer, no better",
    ),
)

RULE = Rule(
    "over-confidence",
    "Over-confidence: loss up, metric not down",
    State.LOSS_METRIC_MISMATCH,
    Severity.WARNING,
    check,
    fix,
    __doc__ or "",
    bottleneck="B4",
    decides=True,
    overrules=("smooth-descent",),
    sources=(
        papers.GUO,
        papers.MUELLER,
        papers.LIN,
    ),
    scenarios=SCENARIOS,
    tried_for=State.OVERFITTING,
)
