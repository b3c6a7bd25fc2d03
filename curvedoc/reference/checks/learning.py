"""Checks of R1, R2, R3, R5 and R9: the line, the hot dogs, memorised noise, text, double descent."""

from __future__ import annotations

import itertools
import math

import torch

from curvedoc.reference.loop import fit
from curvedoc.reference.runner import TrainedRun, train
from curvedoc.reference.settings import split
from curvedoc.reference.tasks import find

from .checked import Checked, Runs, above, below


def stable_rate(run: TrainedRun) -> tuple[Checked, ...]:
    """R1: the boundary between converging and diverging, found by bisection, is 1 / mean(x^2)."""
    x = run.task.train.x
    analytic = 1.0 / float(x.square().mean())
    low, high = analytic / 4, analytic * 4
    for _ in range(12):
        rate = (low * high) ** 0.5
        settings, _data = split(
            {**run.scenario.settings, "lr": rate, "steps": 60, "log_every": 20}, find("line")
        )
        losses = [row["train_loss"] for row in fit(run.task, settings).rows]
        low, high = (rate, high) if losses[-1] < losses[0] else (low, rate)
    return (below("measured bound of the stable rate, relative error", abs(low / analytic - 1), 0.02),)


def line_smooth(runs: Runs) -> tuple[Checked, ...]:
    """R1: below half the bound the weight approaches from one side."""
    weights = runs[""].column("weight_norm")
    return (
        *stable_rate(runs[""]),
        above(
            "smallest step towards the optimum",
            min(b - a for a, b in itertools.pairwise(weights)),
            0.0,
        ),
    )


def line_jumping(runs: Runs) -> tuple[Checked, ...]:
    """R1: between half the bound and the bound every update jumps over the optimum, and yet it converges."""
    weights = runs[""].column("weight_norm")[:10]
    crossings = sum((a - 2.0) * (b - 2.0) < 0 for a, b in itertools.pairwise(weights))
    return (
        above("jumps over the optimum in 9 updates", crossings, 8),
        below("final loss", runs[""].column("train_loss")[-1], 1e-6),
    )


def line_one_point(runs: Runs) -> tuple[Checked, ...]:
    """R1: with one point per update the way down is rougher than with a mini-batch."""

    def rough(run: TrainedRun) -> float:
        logs = [math.log(v) for v in run.column("train_loss")[:30] if v > 0]
        steps = [b - a for a, b in itertools.pairwise(logs)]
        mean = sum(steps) / len(steps)
        return math.sqrt(sum((s - mean) ** 2 for s in steps) / len(steps))

    return (
        above(
            "roughness of one point against a mini-batch", rough(runs[""]) / rough(runs["mini-batch"]), 1.5
        ),
    )


def hotdog(runs: Runs) -> tuple[Checked, ...]:
    """R2: the basket is learned first (an empty one is called a hot dog) and unlearned later."""
    empty, off = (runs[""].column(f"probe_{name}") for name in ("empty_basket", "hotdog_no_basket"))
    return (
        below("empty baskets called right, worst", min(empty), 0.2),
        above("empty baskets called right, end", empty[-1], 0.9),
        above("hot dogs without a basket found, end against the middle", off[-1] - off[len(off) // 2], 0.1),
    )  # fmt: skip


def hotdog_tiny(runs: Runs) -> tuple[Checked, ...]:
    """R2: off the basket, the small model gives the same answer to a hot dog as to what is none; the larger
    one tells them apart.
    """
    return (
        below("small: hot dogs without a basket found, beyond false alarms", _told_apart(runs[""]), 0.2),
        above("larger: the same", _told_apart(runs["more-capacity"]), 0.25),
    )


@torch.no_grad()
def _told_apart(run: TrainedRun) -> float:
    """Share of hot dogs without a basket called hot dog, minus that of the pictures without a hot dog."""
    run.model.eval()
    others = run.task.val.x[run.task.val.y == 0]
    called = (run.model(x).argmax(-1).float().mean() for x in (run.task.probes["hotdog_no_basket"].x, others))
    found, alarms = map(float, called)
    return found - alarms


def memorised(runs: Runs) -> tuple[Checked, ...]:
    """R3: random labels are learned by heart; validation stays within four standard errors of chance."""
    run, chance = runs[""], 1.0 / runs[""].task.outputs
    error = 4 * math.sqrt(chance * (1 - chance) / len(run.task.val))
    return (
        above("train accuracy", run.column("train_accuracy")[-1], 0.999),
        below(
            "distance of validation accuracy from chance", abs(run.column("val_accuracy")[-1] - chance), error
        ),
    )


def starts_at_ln_vocabulary(runs: Runs) -> tuple[Checked, ...]:
    """R5: before anything is learned every character is as likely as any other."""
    run = runs[""]
    first = train(run.scenario, None, run.seed, changes={"steps": 1, "log_every": 1}).column("train_loss")[0]
    return (
        below(
            "first loss against ln(vocabulary), relative error",
            abs(first / math.log(run.task.vocabulary) - 1),
            0.15,
        ),
    )


def double_descent(runs: Runs) -> tuple[Checked, ...]:
    """R9: validation loss falls, rises clearly, and falls below its first valley. The rise is the large
    inputs overfitting, the second fall the small ones being learned at last.
    """
    run = runs[""]
    loss, steps = run.column("val_loss"), run.column("step")
    peak = max(range(1, len(loss)), key=loss.__getitem__)
    valley = min(range(peak), key=loss.__getitem__)
    at_valley, at_peak = (
        _errors(train(run.scenario, None, run.seed, changes={"steps": int(steps[i])})) for i in (valley, peak)
    )
    end = _errors(run)
    return (
        above("peak against the first valley", loss[peak] / loss[valley], 1.1),
        below("end against the first valley", loss[-1] / loss[valley], 0.95),
        above("error from the large inputs, peak against valley", at_peak[0] / at_valley[0], 1.5),
        below("error from the small inputs, peak against valley", at_peak[1] / at_valley[1], 1.0),
        below("error from the small inputs, end against peak", end[1] / at_peak[1], 0.6),
    )


@torch.no_grad()
def _errors(run: TrainedRun) -> tuple[float, float]:
    """Mean squared validation error that the wrong weights of the large and of the small inputs make."""
    x, y = run.task.val.x, run.task.val.y
    # Validation targets carry no noise, so they give the true weights.
    wrong = run.model[1].weight[0] - torch.linalg.lstsq(x, y).solution[:, 0]  # type: ignore[index]
    small = x.std(0) < 0.5
    large, little = (float((x[:, which] @ wrong[which]).square().mean()) for which in (~small, small))
    return large, little
