"""Checks of R6 and R7: grokking, what prevents it, slingshots, Grokfast."""

from __future__ import annotations

import math
from statistics import median
from typing import TYPE_CHECKING

from curvedoc.reference.runner import train
from curvedoc.reference.tasks.modular import table

from .checked import Checked, Runs, above, below, reached

if TYPE_CHECKING:
    from curvedoc.reference.runner import TrainedRun

ARRIVED = 0.95


def groks(run: TrainedRun) -> tuple[Checked, ...]:
    """R6: the table is what it says, train is perfect early, validation perfect much later."""
    prime, operation = run.task.outputs, run.scenario.settings.get("operation", "add")
    pairs, c = table(prime, operation)
    a, b = pairs[:, 0], pairs[:, 1]
    what, left, right = {
        "add": ("a + b = c", a + b, c),
        "sub": ("a - b = c exactly where c + b = a", c + b, a),
        "mul": ("a * b = c", a * b, c),
        "div": ("a / b = c exactly where c * b = a", c * b, a),
    }[operation]
    identity = bool(((left - right) % prime == 0).all()) and len(set(map(tuple, pairs.tolist()))) == len(c)
    early, late = reached(run, "train_accuracy", 0.99), reached(run, "val_accuracy", 0.9)
    return (
        Checked(f"{what} mod {prime}", str(identity), "True", identity),
        above(
            "validation at 90 %: how many times later than train at 99 %",
            late / early if late < math.inf else math.nan,
            5,
        ),
    )


def grokfast(runs: Runs) -> tuple[Checked, ...]:
    """R7: with the slow gradients amplified the same seed gets to 95 % validation accuracy sooner; the
    median over three seeds.
    """
    plain = runs[""]
    seeds = (plain.seed, plain.seed + 1, plain.seed + 2)

    def wait(name: str, seed: int) -> float:
        run = runs[name] if seed == plain.seed else train(plain.scenario, name, seed)
        return reached(run, "val_accuracy", ARRIVED)

    waits = {name: [wait(name, seed) for seed in seeds] for name in runs}
    return (
        *groks(plain),
        *(
            above(
                f"{name}: median speed-up to 95 % validation accuracy over {len(seeds)} seeds",
                median(slow / fast for slow, fast in zip(waits[""], waits[name], strict=True)),
                1.2,
            )
            for name in runs
            if name
        ),
    )


def stays_memorised(runs: Runs) -> tuple[Checked, ...]:
    """R6: train perfect, validation still poor at the end; the remedy groks."""
    run = runs[""]
    ends = {name: each.column("val_accuracy")[-1] for name, each in runs.items()}
    return (
        above("train accuracy", run.column("train_accuracy")[-1], 0.95),
        below("validation accuracy at the end", ends[""], 0.3),
        *(above(f"{name}: validation accuracy at the end", end, 0.9) for name, end in ends.items() if name),
    )


def ungrokking(runs: Runs) -> tuple[Checked, ...]:
    """R6: understood, then forgotten on less data, with train perfect at both times; not with the same data.

    Source: Varma et al. 2023.
    """
    run = runs[""]
    accuracy = run.column("val_accuracy")
    return (
        above("best validation accuracy", max(accuracy), 0.95),
        below("validation accuracy at the end", accuracy[-1], 0.5),
        above("train accuracy at the end", run.column("train_accuracy")[-1], 0.99),
        *(
            above(f"{name}: validation accuracy at the end", treated.column("val_accuracy")[-1], 0.95)
            for name, treated in runs.items()
            if name
        ),
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
