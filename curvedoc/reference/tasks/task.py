"""What a task is: two splits, the loss and metric that belong to it, sets that are watched beside them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import torch
from torch import Tensor

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Inputs and targets: the first axis counts examples."""

    x: Tensor
    y: Tensor

    def __len__(self) -> int:
        return len(self.x)

    def to(self, device: str) -> Split:
        """The same data on a device."""
        return Split(self.x.to(device), self.y.to(device))

    def take(self, wanted: Tensor) -> Split:
        """The examples at these indices (or where the mask holds)."""
        return Split(self.x[wanted], self.y[wanted])


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """Data with its natural loss and metric.

    ``outputs`` is the number of values the model must give per prediction, ``vocabulary`` the number of
    tokens where the input is tokens (0 where it is numbers). ``probes`` are sets whose metric is logged
    beside the curves (the hot dogs without a basket). ``augment(x, strength, generator)`` gives
    changed copies of inputs that keep their target. ``causal`` forbids a model to look ahead.
    After update ``later_from`` (0: never) only the first ``later_examples`` are trained on.
    """

    train: Split
    val: Split
    loss: str
    metric: str
    outputs: int
    vocabulary: int = 0
    probes: Mapping[str, Split] = field(default_factory=dict)
    augment: Callable[[Tensor, float, torch.Generator], Tensor] | None = None
    causal: bool = False
    later_from: int = 0
    later_examples: int = 0

    def training(self, step: int) -> Split:
        """The examples that are trained on after this many updates."""
        if not self.later_from or step < self.later_from:
            return self.train
        return Split(self.train.x[: self.later_examples], self.train.y[: self.later_examples])

    def to(self, device: str) -> Task:
        """The same task on a device."""
        probes = {name: probe.to(device) for name, probe in self.probes.items()}
        return replace(self, train=self.train.to(device), val=self.val.to(device), probes=probes)


def generator(seed: int) -> torch.Generator:
    """A source of random numbers of its own, so that data do not depend on what drew before."""
    return torch.Generator().manual_seed(seed)


def jitter(x: Tensor, strength: float, draw: torch.Generator) -> Tensor:
    """Add normal noise of that standard deviation to numbers."""
    return x + strength * torch.randn(x.shape, generator=draw)


def wrong_labels(y: Tensor, fraction: float, classes: int, draw: torch.Generator) -> Tensor:
    """Replace that fraction of the labels by another class."""
    n_wrong = round(fraction * len(y))
    which = torch.randperm(len(y), generator=draw)[:n_wrong]
    shift = torch.randint(1, classes, (n_wrong,), generator=draw)
    changed = y.clone()
    changed[which] = (changed[which] + shift) % classes
    return changed
