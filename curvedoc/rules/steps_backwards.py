"""The step counter ran backwards.

## What it looks like
In the log a step is smaller than the one before it: the run was resumed from an older checkpoint, begun
anew in the same file, or written by two processes at once.

## Why it matters
What was logged after the checkpoint and before the stop was trained twice. Curves drawn as they stand
fold back on themselves; here the later points replace those that they overwrite, so that the curves show
the run as it went on.

## What to do
- check that this is what happened; split the file if it holds several runs
- save the state of the optimiser, the schedule and the data order in the checkpoint, so that a resumed
  run goes on where it stopped
- write every run to a file of its own

## When it is harmless
After an ordinary restart from a checkpoint. Look at the curve at that step: a jump there is the restart,
not the model.
"""

from __future__ import annotations

from curvedoc.features import Features, shape
from curvedoc.measure import Limit
from curvedoc.rule import Fix, Rule, Severity, Verdict, all_of
from curvedoc.states import State
from curvedoc.wording import count

ONCE = Limit(0.5, 0.2, "a single step back is enough to fold a curve")


def check(f: Features) -> Verdict:
    """At least one step back, in a curve or as the reader noted it."""
    falls = shape.step_falls(f)
    summary = (
        f"The step counter runs backwards ({count(int(falls.value), 'time')}): a resumed run, or several "
        "in one log."
    )
    return all_of(falls.above(ONCE), summary=summary)


def fix(_: Features) -> tuple[Fix, ...]:
    """One run, one file; complete checkpoints."""
    return (
        Fix(
            "log-more",
            "Write each run to a file of its own, and restore optimiser, schedule and data order when "
            "resuming.",
        ),
    )


RULE = Rule(
    "steps-backwards",
    "Step counter ran backwards",
    State.INCONCLUSIVE,
    Severity.INFO,
    check,
    fix,
    __doc__ or "",
)
