"""Checks of R11 and R12: signals and gradients that die or explode."""

from __future__ import annotations

import math

import torch
from torch import nn

from curvedoc.reference.catalogue import scenario
from curvedoc.reference.runner import TrainedRun, train

from .checked import Checked, Runs, above, below, reached


def gradient_ratio(run: TrainedRun) -> float:
    """Norm of the gradient at the first weight matrix over that at the last, for the model as it was at the
    start.
    """
    fresh = train(
        run.scenario, run.treated or None, run.seed, changes={"steps": 1, "log_every": 1, "lr": 0.0}
    )
    weights = [m.weight for m in fresh.model.modules() if isinstance(m, nn.Linear)]
    first, last = (float(w.grad.norm()) if w.grad is not None else 0.0 for w in (weights[0], weights[-1]))
    return first / last if last else 0.0


def first_layer_starves(runs: Runs) -> tuple[Checked, ...]:
    """R11: the gradient hardly reaches the first layer; with the remedy it does."""
    sick = gradient_ratio(runs[""])
    return (
        below("gradient of the first layer against the last", sick, 1e-2),
        *(
            above(f"{name}: the same, times the sick one's", gradient_ratio(t) / sick, 30)
            for name, t in runs.items()
            if name
        ),
    )


@torch.no_grad()
def signal_dies(runs: Runs) -> tuple[Checked, ...]:
    """R11: at the start all examples look alike at the output; with the remedy they do not."""

    def signal(run: TrainedRun) -> float:
        with torch.enable_grad():
            fresh = train(
                run.scenario, run.treated or None, run.seed, changes={"steps": 1, "log_every": 1, "lr": 0.0}
            )
        # As in training: the running averages of batch normalisation have seen one batch only.
        fresh.model.train()
        return float(fresh.model(fresh.task.train.x).std(0).mean())

    return (
        below("spread of the outputs over examples at the start", signal(runs[""]), 1e-3),
        *(above(f"{name}: the same", signal(treated), 1e-2) for name, treated in runs.items() if name),
    )


def dead_units(runs: Runs) -> tuple[Checked, ...]:
    """R11: no unit of the last ReLU layer answers to any training example; with the remedy most do."""
    return (
        above("silent units of the last hidden layer", _silent(runs[""]), 0.99),
        *(below(f"{name}: the same", _silent(treated), 0.5) for name, treated in runs.items() if name),
    )


@torch.no_grad()
def _silent(run: TrainedRun) -> float:
    hidden = run.model[:-1](run.task.train.x)  # type: ignore[index]
    return float((hidden.max(0).values <= 0).float().mean())


def hardly_moved(runs: Runs) -> tuple[Checked, ...]:
    """R11: the weights are where they started."""
    norms = runs[""].column("weight_norm")
    return (below("relative change of the weight norm", abs(norms[-1] / norms[0] - 1), 0.01),)


def exploded(runs: Runs) -> tuple[Checked, ...]:
    """R12: gradients grow by orders of magnitude in the sick run and stay bounded in the treated ones."""

    def growth(run: TrainedRun) -> float:
        norms = run.column("grad_norm")
        worst = max((v for v in norms if math.isfinite(v)), default=math.inf)
        return (
            math.inf if any(not math.isfinite(v) for v in norms) else worst / sorted(norms)[len(norms) // 2]
        )

    return (
        above("largest gradient norm against the median", growth(runs[""]), 100),
        *(below(f"{name}: the same", growth(treated), 100) for name, treated in runs.items() if name),
    )


def clipped_and_lowered(runs: Runs) -> tuple[Checked, ...]:
    """R4: clipping takes hold of some gradients, and the plateau scheduler lowered the rate at least once."""
    run = runs[""]
    rates = run.column("lr")
    return (
        above(
            "largest mean gradient norm, times the clip",
            max(run.column("grad_norm")) / run.log.settings.clip,
            1.0,
        ),
        below("learning rate, end against start", rates[-1] / rates[0], 0.6),
    )


def side_by_side(runs: Runs) -> tuple[Checked, ...]:
    """R15: the same task with four optimisers. All get there; momentum and the adaptive ones in fewer
    updates than plain SGD; decoupled decay holds AdamW back less than the same decay holds Adam.
    """
    sgd = runs[""]
    others = {
        name: train(scenario(f"optimiser-{name}"), seed=sgd.seed) for name in ("momentum", "adam", "adamw")
    }
    good = 0.85
    updates = {name: reached(run, "val_accuracy", good) for name, run in {"sgd": sgd, **others}.items()}
    decayed = others["adamw"].column("train_loss")[-1] / others["adam"].column("train_loss")[-1]
    return (
        below(f"sgd: updates to {good:.0%} validation accuracy", updates["sgd"], math.inf),
        *(below(f"{name}: the same against sgd", updates[name] / updates["sgd"], 0.5) for name in others),
        below("train loss with the same decay, AdamW against Adam", decayed, 0.5),
    )


def updates_per_epoch(runs: Runs) -> tuple[Checked, ...]:
    """R14: one update per epoch; the small batch makes many of the same epochs and gets much further."""
    sick, small = runs[""], runs["smaller-batch"]

    def pace(run: TrainedRun) -> float:
        return run.column("step")[-1] / run.column("epoch")[-1]

    epochs = small.column("epoch")[-1] / sick.column("epoch")[-1]
    return (
        below("updates per epoch, beyond one", abs(pace(sick) - 1.0), 1e-6),
        above("smaller batch: updates per epoch", pace(small), 30),
        below("smaller batch: difference in epochs", abs(epochs - 1.0), 0.01),
        below(
            "smaller batch: train loss against the sick one",
            small.column("train_loss")[-1] / sick.column("train_loss")[-1],
            0.2,
        ),
    )
