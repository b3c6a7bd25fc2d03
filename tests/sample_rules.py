"""Two hand-built rules for the tests of the pages: one with everything, one with nothing."""

from __future__ import annotations

from curvedoc.measure import Limit
from curvedoc.rule import Rule, Scenario, Severity, Source, Verdict
from curvedoc.states import State

PAGE = """Validation has turned
while train goes on improving.

## What it looks like
The loss on **validation data** falls, reaches its best, and rises again; `val/loss` ends
clearly above its best.

- train keeps falling to the end of the run, and does so by more than its own noise
  in the same stretch
- the gap widens

    loss     ..__
    val_loss .._/

## When it is harmless
When the best checkpoint is kept anyway.
"""

RISE = Limit(0.1, 0.05, "a tenth of the initial drop: below it no two raters agreed")
SLOPE = Limit(1e-05, 2.0, "slower than this is flat", log=True)


def _check(features: object) -> Verdict:
    return Verdict(False, 0.0, ())


RULES = (
    Rule(
        id="overfitting",
        title="Validation turned while train went on",
        state=State.OVERFITTING,
        severity=Severity.ERROR,
        check=_check,
        fix=lambda features: (),
        page=PAGE,
        bottleneck="B2",
        decides=True,
        overrules=("smooth-descent",),
        sources=(
            Source("Background table, S2"),
            Source("Prechelt 1998, Early stopping", "https://example.org/p"),
        ),
        scenarios=(
            Scenario(
                "R8-few-examples",
                "digits",
                State.OVERFITTING,
                treated={"dropout": {}, "weight-decay": {}},
                about="64 examples",
            ),
        ),
    ),
    Rule(
        id="overconfidence",
        title="Loss rises, metric does not fall",
        state=State.LOSS_METRIC_MISMATCH,
        severity=Severity.WARNING,
        check=_check,
        fix=lambda features: (),
        page="One line.",
    ),
)
