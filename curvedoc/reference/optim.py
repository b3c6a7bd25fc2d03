"""How weights move: optimiser, learning rate over time, plateau scheduler, gradient filters."""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from curvedoc.errors import UsageError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable

    from .settings import Settings

OPTIMIZERS = ("sgd", "momentum", "adam", "adamw")
SCHEDULES = ("constant", "cosine", "linear", "step", "plateau")


def optimizer(settings: Settings, model: nn.Module) -> torch.optim.Optimizer:
    """The optimiser of the settings; Adam and SGD take weight decay as L2, AdamW decoupled."""
    weights, lr, decay = model.parameters(), settings.lr, settings.weight_decay
    betas = (0.9, settings.beta2)
    if settings.optimizer == "sgd":
        return torch.optim.SGD(weights, lr=lr, weight_decay=decay)
    if settings.optimizer == "momentum":
        return torch.optim.SGD(weights, lr=lr, weight_decay=decay, momentum=settings.momentum)
    if settings.optimizer == "adam":
        return torch.optim.Adam(weights, lr=lr, weight_decay=decay, betas=betas)
    if settings.optimizer == "adamw":
        return torch.optim.AdamW(weights, lr=lr, weight_decay=decay, betas=betas)
    raise _unknown("optimiser", settings.optimizer, OPTIMIZERS)


def schedule(settings: Settings) -> Callable[[int], float]:
    """The factor on the learning rate by update (the first is 1): linear warm-up, then the decay of the
    settings.
    """
    if settings.schedule not in SCHEDULES:
        raise _unknown("schedule", settings.schedule, SCHEDULES)

    def factor(step: int) -> float:
        if step <= settings.warmup:
            return step / settings.warmup
        done = (step - settings.warmup) / max(settings.steps - settings.warmup, 1)
        if settings.schedule == "cosine":
            return 0.5 * (1 + math.cos(math.pi * done))
        if settings.schedule == "linear":
            return 1 - done
        if settings.schedule == "step" and step > settings.decay_at * settings.steps:
            return settings.decay_by
        return 1.0

    return factor


class Plateau:
    """Multiplies the rate by ``decay_by`` when validation loss has not improved for ``patience`` looks."""

    def __init__(self, settings: Settings, patience: int = 8) -> None:
        self.active, self.by, self.patience = settings.schedule == "plateau", settings.decay_by, patience
        self.factor, self.best, self.waited = 1.0, math.inf, 0

    def look(self, val_loss: float) -> None:
        """Take the newest validation loss into account."""
        self.waited = 0 if val_loss < self.best else self.waited + 1
        self.best = min(self.best, val_loss)
        if self.active and self.waited >= self.patience:
            self.factor, self.waited = self.factor * self.by, 0


def gradient_filter(settings: Settings, model: nn.Module) -> Callable[[], None]:
    """Grokfast (Lee et al. 2024, arXiv 2405.20233): add the slow part of each gradient, amplified, to it.

    ``grokfast``: "ema" (exponential moving average, ``grokfast_alpha``), "ma" (mean over
    ``grokfast_window``), or "".
    """
    if settings.grokfast not in ("", "ema", "ma"):
        raise _unknown("gradient filter", settings.grokfast, ("ema", "ma"))
    parameters = [p for p in model.parameters() if p.requires_grad]
    averages = [torch.zeros_like(p) for p in parameters]
    window: deque[list[Tensor]] = deque()

    def ema() -> None:
        for p, average in zip(parameters, averages, strict=True):
            if p.grad is not None:
                average.mul_(settings.grokfast_alpha).add_(p.grad, alpha=1 - settings.grokfast_alpha)
                p.grad.add_(average, alpha=settings.grokfast_lamb)

    def ma() -> None:
        newest = [torch.zeros_like(p) if p.grad is None else p.grad.clone() for p in parameters]
        window.append(newest)
        oldest = window.popleft() if len(window) > settings.grokfast_window else None
        for i, (p, total) in enumerate(zip(parameters, averages, strict=True)):
            total.add_(newest[i])
            if oldest is not None:
                total.sub_(oldest[i])
            # As in the paper, nothing is added before the window is full.
            if p.grad is not None and len(window) == settings.grokfast_window:
                p.grad.add_(total, alpha=settings.grokfast_lamb / settings.grokfast_window)

    return {"ema": ema, "ma": ma}.get(settings.grokfast, lambda: None)


def _unknown(what: str, name: str, known: tuple[str, ...]) -> UsageError:
    return UsageError(
        f"There is no {what} '{name}'.{nearest(name, known)}", f"Use one of: {', '.join(known)}."
    )
