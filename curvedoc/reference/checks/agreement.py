"""Checks of R13: where loss and metric part ways."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn

from .checked import Checked, Runs, above, below

if TYPE_CHECKING:
    from curvedoc.reference.runner import TrainedRun


@torch.no_grad()
def no_positives(runs: Runs) -> tuple[Checked, ...]:
    """R13: the sick model calls nothing positive although its loss fell; the treated ones do."""

    def positives(run: TrainedRun) -> float:
        run.model.eval()
        return float((run.model(run.task.val.x).argmax(-1) == 1).float().mean())

    loss = runs[""].column("train_loss")
    return (
        below("loss, end against start", loss[-1] / loss[0], 0.5),
        below("share called positive", positives(runs[""]), 1e-3),
        *(above(f"{name}: share called positive", positives(t), 0.01) for name, t in runs.items() if name),
    )  # fmt: skip


@torch.no_grad()
def penalty_dominates(runs: Runs) -> tuple[Checked, ...]:
    """R13: what the task contributes to the loss is a small part of it."""
    run = runs[""]
    run.model.eval()
    data = float(nn.functional.cross_entropy(run.model(run.task.train.x), run.task.train.y))
    return (below("share of the data in the loss at the end", data / run.column("train_loss")[-1], 0.1),)


def level_hides_order(runs: Runs) -> tuple[Checked, ...]:
    """R13: nearly all of the squared error is the level of a list, so its order costs next to nothing."""
    y = runs[""].task.train.y
    within = float((y - y.mean(1, keepdim=True)).square().mean() / y.var(correction=0))
    end = {name: run.column("val_pair_accuracy")[-1] for name, run in runs.items()}
    return (
        below("variance within lists", within, 0.05),
        above("task loss: gain in ordered pairs", end["task-loss"] - end[""], 0.1),
    )


@torch.no_grad()
def too_sure(runs: Runs) -> tuple[Checked, ...]:
    """R13: mean confidence on validation runs ahead of accuracy; less so with the remedies."""

    def excess(run: TrainedRun) -> float:
        run.model.eval()
        p = run.model(run.task.val.x).softmax(-1).max(-1).values
        return float(p.mean()) - run.column("val_accuracy")[-1]

    sick = excess(runs[""])
    return (
        above("confidence minus accuracy", sick, 0.05),
        *(below(f"{n}: the same", excess(t), sick) for n, t in runs.items() if n),
    )
