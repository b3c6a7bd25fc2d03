"""Train is near perfect, validation far behind.

## What it looks like
The metric on train reaches its top while the metric on validation stays low, sometimes at chance.
Validation loss may climb or may look calm: it need not show.

## Why it matters
Networks have room enough to learn their training set by heart, even with random labels; then the train
curves say nothing about the task. So wide a gap means that what was learned does not carry over.

## What to do
- at chance, doubt the data first: do labels belong to inputs, is validation made the same way as train, is
  the split sound?
- otherwise more data, augmentation, stronger regularisation, a smaller model

## When it is harmless
- On small algorithmic tasks with weight decay validation may follow much later (`grokking`).
- When validation is much harder than train on purpose (another domain), the gap measures the domains.
"""

from __future__ import annotations

from curvedoc import advice, papers, presets
from curvedoc.features import Features, metrics
from curvedoc.measure import Limit
from curvedoc.rule import Fix, Rule, Scenario, Severity, Verdict, all_of
from curvedoc.states import State
from curvedoc.telling import first_at, metric_name, quality, sentence

FIT = Limit(0.9, 0.05, "nearly all of train is right: what is left is within the noise of its labels")
GAP = Limit(
    0.3, 0.1, "labelled healthy runs end with a gap of 0.26 at most, overfitted ones at 0.54 in the median"
)


def check(f: Features) -> Verdict:
    """Train metric near its top, validation metric far below it."""
    fit, gap = metrics.train_fit(f), metrics.metric_gap(f)
    levels = f"{metric_name(f, 'train')} ends at {quality(f, 'train', fit.value)}"
    t = f.train_metric
    since = first_at(t, FIT.value)
    return all_of(
        fit.above(FIT),
        gap.above(GAP),
        summary=sentence(
            f"{levels}, {metric_name(f, 'val')} only at {quality(f, 'val', f.val_metric.last)}."
        ),
        span=(since, float(t.steps[-1])),
    )


def fix(f: Features) -> tuple[Fix, ...]:
    """Doubt the data, then regularise."""
    return (
        Fix(
            "check-split",
            "Check that labels belong to their inputs and that train and validation are made the same way.",
            "B2",
        ),
        *advice.regularise(),
        advice.keep_best(f),
    )


SCENARIOS = (
    Scenario(
        "random-labels",
        "clusters",
        State.OVERFITTING,
        {"n_train": 300, "random_labels": True, "width": 512, "steps": 1000},
        seed=1,
        seconds=3,
        about="R3: labels without any tie to the inputs are still learned by heart",
    ),
    Scenario(
        "random-inputs",
        "clusters",
        State.OVERFITTING,
        {"n_train": 300, "random_inputs": True, "width": 512, "lr": 3e-4, "steps": 1000},
        seed=1,
        seconds=3,
        about="R3: inputs that are nothing but noise",
    ),
    Scenario(
        "too-little-to-grok",
        "modular",
        State.OVERFITTING,
        {**presets.MODULAR, "fraction": 0.15, "batch_size": 512, "lr": 2e-3},
        {"more-data": {"fraction": 0.6}},
        seed=1,
        seconds=15,
        about="R6: too little of the table to understand it, with the same weight decay",
        tried_for=State.GROKKING,
    ),
)

RULE = Rule(
    "memorisation",
    "Train is memorised, validation far behind",
    State.OVERFITTING,
    Severity.ERROR,
    check,
    fix,
    __doc__ or "",
    bottleneck="B2",
    decides=True,
    overrules=(
        "repeated-spikes",
        "smooth-descent",
    ),
    sources=(
        papers.ZHANG,
        papers.VARMA,
    ),
    scenarios=SCENARIOS,
)
