"""Checks of R6 and R7: grokking, what prevents it, slingshots, Grokfast."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from curvedoc.reference.tasks.modular import table

from .checked import Checked, Runs, above, below, reached

if TYPE_CHECKING:
    from curvedoc.reference.runner import TrainedRun


def groks(run: TrainedRun) -> tuple[Checked, ...]:
    """R6: the table is what it says, train is perfect early, validation perfect much later."""
    prime = run.task.outputs
    pairs, c = table(prime, "div")
    identity = bool((c * pairs[:, 1] % prime == pairs[:, 0]).all())
    early, late = reached(run, "train_accuracy", 0.99), reached(run, "val_accuracy", 0.9)
    return (
        Checked("a / b = c exactly where c * b = a", str(identity), "True", identity),
        above(
            "validation at 90 %: how many times later than train at 99 %",
            late / early if late < math.inf else math.nan,
            5,
        ),
    )


def grokfast(runs: Runs) -> tuple[Checked, ...]:
    """R7: the same seed with the slow gradients amplified gets to 95 % validation accuracy sooner."""
    plain = reached(runs[""], "val_accuracy", 0.95)
    faster = (
        above(
            f"{name}: speed-up to 95 % validation accuracy", plain / reached(run, "val_accuracy", 0.95), 1.2
        )
        for name, run in runs.items()
        if name == "grokfast"
    )
    return (*groks(runs[""]), *faster)


def stays_memorised(runs: Runs) -> tuple[Checked, ...]:
    """R6: train perfect, validation still poor at the end; the remedy groks."""
    run = runs[""]
    ends = {name: each.column("val_accuracy")[-1] for name, each in runs.items()}
    return (
        above("train accuracy", run.column("train_accuracy")[-1], 0.99),
        below("validation accuracy at the end", ends[""], 0.3),
        *(above(f"{name}: validation accuracy at the end", end, 0.9) for name, end in ends.items() if name),
    )


def semi_grokking(runs: Runs) -> tuple[Checked, ...]:
    """R6: a delayed rise to a middling level."""
    end = runs[""].column("val_accuracy")[-1]
    return (
        above("validation accuracy at the end", end, 0.2),
        below("validation accuracy at the end", end, 0.9),
    )


def slingshots(runs: Runs) -> tuple[Checked, ...]:
    """R6: long after memorising, the loss leaps by orders of magnitude again and again while the weights
    grow.
    """
    run = runs[""]
    since = reached(run, "train_accuracy", 0.999)
    loss = [row["train_loss"] for row in run.rows if row["step"] > since + 100]
    lowest, leaps = math.inf, 0
    for value in loss:
        lowest = min(lowest, value)
        if value > 100 * lowest:
            leaps, lowest = leaps + 1, value
    norms = run.column("weight_norm")
    return (
        above("leaps of the loss by a factor of 100", leaps, 1),
        above("growth of the weight norm", norms[-1] / norms[0], 1.2),
    )
