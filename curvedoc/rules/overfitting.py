"""Validation has turned while train goes on.

## What it looks like
Both losses fall at first. Then validation loss reaches its best and climbs, clearly and for good, while
train loss keeps falling (or stays low): the gap widens at every evaluation.

## Why it matters
From the turn on the network learns details of the training examples that other examples do not have. Every
later checkpoint is worse than the one at the turn, and the compute since then is lost.

## What to do
- use the checkpoint of the best validation, and stop early next time
- regularise (weight decay, dropout), augment, get more data, or take fewer degrees of freedom: in this
  order of effort

## When it is harmless
- A gap alone is no overfitting: a constant or slowly growing gap with both losses falling is normal.
- Where the metric that decides goes on rising, the network only grows too sure of itself; see
  `over-confidence`.
- Near-perfect validation leaves a loss close to zero that doubles without changing anything.
- With wrong labels or few data validation may fall a second time (double descent), on algorithmic tasks
  much later (`grokking`); both are rare enough not to be waited for.
"""

from __future__ import annotations

from typing import Any

from curvedoc import advice, papers, presets
from curvedoc.features import Features, losses, metrics
from curvedoc.measure import Limit
from curvedoc.rule import Fix, Rule, Scenario, Severity, Verdict, all_of
from curvedoc.states import State
from curvedoc.telling import at, best_step, level_at, metric_loss, moved, sentence
from curvedoc.wording import number

RISE = Limit(
    0.045,
    1.5,
    "healthy runs of five sources end at 0.033 or below (half of them at 0); overfitted ones start at 0.055",
    log=True,
)
NOISE = Limit(4.0, 2.0, "in standard errors of the end level: a smaller rise is noise", log=True)
EXCESS = Limit(0.03, 1.4, "a rise of under three percent above the best is not worth a name", log=True)
METRIC_FALL = Limit(0.02, 1.5, "two points of accuracy", log=True)
METRIC_SHARE = Limit(
    0.1, 1.5, "labelled overfitting loses 4-30 % of the metric's gain, healthy runs at most 4 %", log=True
)
LEARNED = Limit(
    0.22,
    0.06,
    "runs that never fitted their training set shed at most 0.18 of the loss, overfitted ones at least 0.32",
)
GAIN = Limit(
    0.12,
    0.06,
    "the same of the train metric: at most 0.09 where nothing was fitted, at least 0.2 where it was",
)
PERFECT = Limit(0.985, 0.01, "at 99 % validation accuracy a loss that doubles near zero changes nothing")
VAL_LEARNED = Limit(0.05, 0.03, "without a train loss, validation itself must first have learned something")
FEW = Limit(2.5, 0.8, "three evaluations can show a plain turn, two cannot")


def check(f: Features) -> Verdict:
    """Validation loss ends above its best, by more than noise, in a run that has learned its training set."""
    ways = [
        losses.train_progress(f).above(LEARNED) if f.has_train else losses.val_progress(f).above(VAL_LEARNED)
    ]
    if f.has_train and f.has_train_metric and f.bounded:
        ways.append(metrics.train_metric_gain(f).above(GAIN))
    learned = max(ways, key=lambda e: e.strength)
    if not f.has_val and f.has_val_metric and f.has_train:
        return all_of(
            metrics.val_metric_points(f).above(FEW),
            metrics.val_metric_drop(f).above(METRIC_SHARE),
            metrics.val_metric_fall_noise(f).above(NOISE),
            *([metrics.val_metric_fall(f).above(METRIC_FALL)] if f.bounded else []),
            learned,
            summary=_metric_summary(f),
            span=metrics.val_metric_fall(f).span,
        )
    checks = [
        losses.val_rise(f).above(RISE),
        losses.val_excess(f).above(EXCESS),
        losses.val_rise_noise(f).above(NOISE),
        learned,
        losses.val_points(f).above(FEW),
    ]
    if f.has_val_metric and f.bounded:
        checks.append(metrics.val_fit(f).below(PERFECT))
    return all_of(*checks, summary=_summary(f), span=losses.val_rise(f).span)


def _summary(f: Features) -> str:
    turn = best_step(f.val)
    rose = f"Validation loss rose from {number(f.val.best)} ({at(f, turn)}) to {number(f.val.last)}"
    if not f.has_train:
        return f"{rose}; train loss is not logged."
    then = level_at(f.train, turn)
    if f.train.last < then:
        return f"{rose} while train loss fell from {number(then)} to {number(f.train.last)}."
    return f"{rose}; train loss, {number(then)} there, ends at {number(f.train.last)}."


def _metric_summary(f: Features) -> str:
    return sentence(f"{metric_loss(f)} while train loss {moved(f.train)}.")


def fix(f: Features) -> tuple[Fix, ...]:
    """Keep the best checkpoint, then regularise."""
    return (advice.keep_best(f), *advice.regularise())


# One remedy, one knob: what B2 names, for tasks that can be augmented by noise.
REMEDIES: dict[str, dict[str, Any]] = {
    "early-stopping": {"patience": 5},
    "weight-decay": {"weight_decay": 3.0},
    "dropout": {"dropout": 0.7},
    "augmentation": {"augment": 1.0},
    "smaller-model": {"width": 8, "depth": 1},
}
SCENARIOS = (
    Scenario(
        "label-noise",
        "digits",
        State.OVERFITTING,
        {"n_train": 600, "label_noise": 0.4, "width": 512, "steps": 1520},
        {**REMEDIES, "clean-data": {"label_noise": 0.0, "steps": 500}},
        seed=1,
        seconds=5,
        about="R8: four of ten labels wrong, wide network",
    ),
    Scenario(
        "few-examples",
        "clusters",
        State.OVERFITTING,
        {"spread": 2.0, "n_train": 300, "width": 256, "steps": 1000, "log_every": 10},
        {
            "weight-decay": {"weight_decay": 10.0},
            "dropout": {"dropout": 0.7},
            "smaller-model": {"width": 8, "depth": 1},
            "more-data": {"n_train": 20000},
        },
        seed=1,
        seconds=2,
        about="R8: 300 examples of ten overlapping classes",
    ),
    Scenario(
        "text-few-sentences",
        "text",
        State.OVERFITTING,
        {**presets.WRITER, "lr": 3e-3, "n_train": 16, "batch_size": 16, "steps": 400, "log_every": 8},
        {"more-data": {"n_train": 600, "batch_size": 32}},
        seed=1,
        seconds=4,
        about="R5: a language model on 16 sentences",
    ),
)

RULE = Rule(
    "overfitting",
    "Validation turned while train went on",
    State.OVERFITTING,
    Severity.ERROR,
    check,
    fix,
    __doc__ or "",
    bottleneck="B2",
    decides=True,
    overrules=("smooth-descent",),
    sources=(papers.PRECHELT, papers.RICE, papers.NAKKIRAN, papers.LOSHCHILOV),
    scenarios=SCENARIOS,
)
