"""What is optimised and what is reported: losses and metrics over a whole batch or split."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from curvedoc.errors import UsageError, nearest

if TYPE_CHECKING:
    from .settings import Settings
    from .tasks import Task

Objective = Callable[[Tensor, Tensor], Tensor]
IGNORED = -100


def objective(settings: Settings, task: Task) -> Objective:
    """The loss of the settings (the task's own where they name none), as ``(prediction, target) ->
    scalar``.
    """
    name = settings.loss or task.loss
    if name == "cross_entropy":
        return _cross_entropy(settings, task)
    plain: dict[str, Objective] = {"mse": F.mse_loss, "mae": F.l1_loss, "pairwise": _pairwise}
    if name not in plain:
        known = ["cross_entropy", *plain]
        raise UsageError(
            f"There is no loss '{name}'.{nearest(name, known)}", f"Use one of: {', '.join(known)}."
        )
    return plain[name]


def _cross_entropy(settings: Settings, task: Task) -> Objective:
    weight = None
    if settings.class_weights:
        counts = torch.bincount(task.train.y.flatten(), minlength=task.outputs).clamp(min=1)
        weight = counts.sum() / (task.outputs * counts)

    def loss(prediction: Tensor, target: Tensor) -> Tensor:
        flat, wanted = prediction.reshape(-1, prediction.shape[-1]), target.flatten()
        if not settings.focal:
            return F.cross_entropy(
                flat, wanted, weight=weight, label_smoothing=settings.label_smoothing, ignore_index=IGNORED
            )
        # Focal loss (Lin et al. 2017): examples that are already right count for less.
        each = F.cross_entropy(flat, wanted, reduction="none")
        scale = (1 - torch.exp(-each)) ** settings.focal
        if weight is not None:
            scale = scale * weight[wanted]
        return (scale * each).mean()

    return loss


def _pairs(prediction: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Differences of prediction and of target over all pairs within each list of the last-but-one axis."""
    p, t = prediction.squeeze(-1), target.reshape(prediction.shape[:-1])
    i, j = torch.triu_indices(p.shape[-1], p.shape[-1], 1, device=p.device)
    return p[..., i] - p[..., j], t[..., i] - t[..., j]


def _pairwise(prediction: Tensor, target: Tensor) -> Tensor:
    """Logistic loss over the order of pairs (RankNet, Burges et al. 2005)."""
    p, t = _pairs(prediction, target)
    return F.softplus(-p * torch.sign(t)).mean()


def penalty(settings: Settings, model: nn.Module) -> Tensor | float:
    """The L1 and L2 terms that settings add to the loss itself (unlike weight decay, they show in the
    curve).
    """
    total: Tensor | float = 0.0
    for parameter in model.parameters() if settings.l1 or settings.l2 else ():
        total = total + settings.l1 * parameter.abs().sum() + settings.l2 * parameter.square().sum()
    return total


def metric(name: str, prediction: Tensor, target: Tensor) -> float:
    """Return the metric of that name over all examples given; NaN where it is undefined."""
    return METRICS[name](prediction, target)


def _accuracy(prediction: Tensor, target: Tensor) -> float:
    counts = target != IGNORED
    return float((prediction.argmax(-1) == target)[counts].float().mean())


def _f1(prediction: Tensor, target: Tensor) -> float:
    said, true = prediction.argmax(-1) == 1, target == 1
    hits = float((said & true).sum())
    return 2 * hits / max(float(said.sum() + true.sum()), 1.0)


def _mae(prediction: Tensor, target: Tensor) -> float:
    return float((prediction - target).abs().mean())


def _r2(prediction: Tensor, target: Tensor) -> float:
    left = (prediction - target).square().mean()
    return float(1 - left / target.var(correction=0))


def _pair_accuracy(prediction: Tensor, target: Tensor) -> float:
    p, t = _pairs(prediction, target)
    return float((p.sign() == t.sign()).float().mean())


METRICS: dict[str, Callable[[Tensor, Tensor], float]] = {
    "accuracy": _accuracy,
    "f1": _f1,
    "mae": _mae,
    "r2": _r2,
    "pair_accuracy": _pair_accuracy,
}
HIGHER_IS_BETTER = {"accuracy": True, "f1": True, "mae": False, "r2": True, "pair_accuracy": True}
