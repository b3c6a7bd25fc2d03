"""Validation stays flat while train falls.

## What it looks like
Train loss falls far; validation loss stopped long before, or never moved, and runs level to the end. It
does not rise: only the gap grows.

## Why it matters
What train still gains is of no use to other examples. Either the model has begun to memorise, or validation
differs from train in what it asks, or there is too little data for the task.

## What to do
- stop where validation stopped; spend the compute on data or regularisation
- check that validation is drawn like train, and prepared and measured in the same way (normalisation,
  evaluation mode)

## When it is harmless
- Validation that is near perfect has nowhere to go.
- A validation loss close to the irreducible noise of the data stays there, and train sinks below it only by
  memorising.
- A first evaluation that comes late misses the shared descent; the two are compared from there on.
"""

from __future__ import annotations

from curvedoc import advice, papers
from curvedoc.features import Features, losses, metrics
from curvedoc.measure import Limit
from curvedoc.rule import Fix, Rule, Severity, Verdict, all_of
from curvedoc.states import State
from curvedoc.telling import at, best_step, moved
from curvedoc.wording import number

SHARE = Limit(
    0.25,
    0.1,
    "labelled runs that are not overfitted pass on at least 0.33 of train's fall; overfitted 0.03 (median)",
)
GAP = Limit(
    0.4,
    0.12,
    "19 of 20 labelled runs that are not overfitted stay below 0.35; overfitted ones reach 0.92 (median)",
)
FELL = Limit(
    0.3, 0.08, "labelled overfitting sheds at least 0.32 of the train loss after the first evaluation"
)
PERFECT = Limit(0.95, 0.03, "validation this good has nowhere to go")
FEW = Limit(2.5, 0.8, "three evaluations can show a plain turn, two cannot")


def check(f: Features) -> Verdict:
    """Validation took little part in the fall of train, and the gap is wide."""
    checks = [
        losses.val_share(f).below(SHARE),
        losses.gap_share(f).above(GAP),
        losses.train_fall_since(f).above(FELL),
        losses.val_points(f).above(FEW),
    ]
    if f.has_val_metric and f.bounded:
        checks.append(metrics.val_fit(f).below(PERFECT))
    summary = (
        f"Train loss {moved(f.train)}, but validation loss {moved(f.val)}; it was never better than "
        f"{number(f.val.best)} ({at(f, best_step(f.val))})."
    )
    return all_of(*checks, summary=summary)


def fix(f: Features) -> tuple[Fix, ...]:
    """Stop there; check the split; regularise."""
    return (
        advice.keep_best(f),
        Fix("check-split", "Check that validation is drawn, prepared and evaluated like train.", "B2"),
        *advice.regularise(),
    )


RULE = Rule(
    "validation-flat",
    "Validation is flat while train falls",
    State.OVERFITTING,
    Severity.WARNING,
    check,
    fix,
    __doc__ or "",
    bottleneck="B2",
    decides=True,
    overrules=("smooth-descent",),
    sources=(
        papers.PRECHELT,
        papers.ZHANG,
    ),
)
