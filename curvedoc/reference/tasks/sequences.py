"""Tasks over sequences of numbers: a time-weighted mean, and the adding problem that strains a recurrent
net.
"""

from __future__ import annotations

import torch

from .task import Split, Task, generator, jitter


def weighted_mean(
    seed: int,
    *,
    n_train: int = 800,
    n_val: int = 300,
    length: int = 12,
    channels: int = 4,
    noise: float = 0.05,
    seen: int = 0,
) -> Task:
    """The mean of all channels of a short random walk, late time steps weighing more; x is ``(n, length,
    channels)``.

    With ``seen`` > 0 the model gets only that many of the channels; each carries an equal share.
    """
    draw = generator(seed)
    n = n_train + n_val
    x = torch.randn(n, length, channels, generator=draw).cumsum(1) / length**0.5
    weight = torch.linspace(0.1, 1.0, length)
    weight = weight / weight.sum()
    y = (x.mean(2) * weight).sum(1, keepdim=True)
    y = (y - y.mean()) / y.std() + noise * torch.randn(n, 1, generator=draw)
    x = x[:, :, :seen] if seen else x
    return Task(
        Split(x[:n_train], y[:n_train]), Split(x[n_train:], y[n_train:]), "mse", "r2", 1, augment=jitter
    )


def adding(seed: int, *, n_train: int = 1000, n_val: int = 300, length: int = 30) -> Task:
    """The sum of the two marked numbers of a sequence (Hochreiter and Schmidhuber 1997); x is ``(n, length,
    2)``.
    """
    draw = generator(seed)
    n = n_train + n_val
    numbers = torch.rand(n, length, generator=draw)
    marks = torch.zeros(n, length)
    rows = torch.arange(n)
    marks[rows, torch.randint(0, length // 2, (n,), generator=draw)] = 1.0
    marks[rows, torch.randint(length // 2, length, (n,), generator=draw)] = 1.0
    x = torch.stack([numbers, marks], 2)
    y = (numbers * marks).sum(1, keepdim=True)
    return Task(Split(x[:n_train], y[:n_train]), Split(x[n_train:], y[n_train:]), "mse", "r2", 1)
