"""Tasks over rows of numbers: the line, clusters, a teacher network, spirals, digits, rare events,
ranking.
"""

from __future__ import annotations

import torch
from torch import Tensor

from .task import Split, Task, generator, jitter, wrong_labels


def line(seed: int, *, n_train: int = 16, n_val: int = 16, slope: float = 2.0) -> Task:
    """The line y = 2x without noise: one weight to find.

    x is a fixed grid over (0, 2], so the analytic bound of the rate, 1 / mean(x^2), is the same for every
    seed.
    """
    del seed
    x = torch.cat(
        [torch.arange(1, n + 1) / n * 2.0 - off for n, off in ((n_train, 0.0), (n_val, 1.0 / n_val))]
    )[:, None]
    return _halves(x, slope * x, n_train, "mse", "mae", 1)


def clusters(
    seed: int,
    *,
    n_train: int = 2000,
    n_val: int = 1000,
    classes: int = 10,
    inputs: int = 20,
    informative: int = 0,
    spread: float = 1.0,
    label_noise: float = 0.0,
    random_labels: bool = False,
    random_inputs: bool = False,
    shift: float = 0.0,
) -> Task:
    """Gaussian clusters, one per class, with centres of unit variance.

    ``spread`` is the standard deviation within a cluster; with ``informative`` > 0 only that many inputs
    carry the class and the others are noise. ``label_noise`` is the fraction of wrong training labels;
    ``random_labels`` cuts every tie between input and label, and so does ``random_inputs``. ``shift`` moves
    the validation inputs.
    """
    draw = generator(seed)
    n = n_train + n_val
    centres = torch.randn(classes, inputs, generator=draw)
    if informative:
        centres[:, informative:] = 0.0
    y = torch.randint(0, classes, (n,), generator=draw)
    x = centres[y] + spread * torch.randn(n, inputs, generator=draw)
    if random_inputs:
        x = torch.randn(n, inputs, generator=draw)
    if random_labels:
        y = torch.randint(0, classes, (n,), generator=draw)
    if label_noise:
        y = torch.cat([wrong_labels(y[:n_train], label_noise, classes, draw), y[n_train:]])
    x[n_train:] += shift
    return _halves(x, y, n_train, "cross_entropy", "accuracy", classes, augment=True)


def teacher(
    seed: int,
    *,
    n_train: int = 1000,
    n_val: int = 500,
    inputs: int = 10,
    hidden: int = 16,
    noise: float = 0.1,
    seen: int = 0,
) -> Task:
    """Regression on the output of a random two-layer tanh network (variance 1) plus noise.

    With ``seen`` > 0 the model gets only that many of the inputs: the rest of the target is out of its reach.
    """
    draw = generator(seed)
    x = torch.randn(n_train + n_val, inputs, generator=draw)
    first = torch.randn(inputs, hidden, generator=draw) * 2.0 / inputs**0.5
    second = torch.randn(hidden, 1, generator=draw) / hidden**0.5
    clean = torch.tanh(x @ first) @ second
    clean = (clean - clean.mean()) / clean.std()
    y = clean + noise * torch.randn(clean.shape, generator=draw)
    return _halves(x[:, :seen] if seen else x, y, n_train, "mse", "r2", 1, augment=True)


def spirals(
    seed: int,
    *,
    n_train: int = 600,
    n_val: int = 400,
    turns: float = 1.5,
    noise: float = 0.05,
    label_noise: float = 0.0,
) -> Task:
    """Two interleaved spirals in the plane, one per class."""
    draw = generator(seed)
    n = n_train + n_val
    y = torch.randint(0, 2, (n,), generator=draw)
    t = torch.rand(n, generator=draw).sqrt() * turns * 2 * torch.pi
    angle = t + torch.pi * y
    x = torch.stack([t * angle.cos(), t * angle.sin()], 1) / (turns * 2 * torch.pi) * 2
    x = x + noise * torch.randn(x.shape, generator=draw)
    if label_noise:
        y = torch.cat([wrong_labels(y[:n_train], label_noise, 2, draw), y[n_train:]])
    return _halves(x, y, n_train, "cross_entropy", "accuracy", 2, augment=True)


def digits(seed: int, *, n_train: int = 1000, n_val: int = 700, label_noise: float = 0.0) -> Task:
    """Handwritten digits of 8 x 8 pixels, the set bundled with scikit-learn (1797 images)."""
    from sklearn.datasets import load_digits

    draw = generator(seed)
    bundle = load_digits()
    order = torch.randperm(len(bundle.target), generator=draw)[: n_train + n_val]
    x = (torch.tensor(bundle.data, dtype=torch.float32)[order] - 4.9) / 6.0
    y = torch.tensor(bundle.target, dtype=torch.int64)[order]
    if label_noise:
        y = torch.cat([wrong_labels(y[:n_train], label_noise, 10, draw), y[n_train:]])
    return _halves(x, y, n_train, "cross_entropy", "accuracy", 10, augment=True)


def rare(
    seed: int,
    *,
    n_train: int = 4000,
    n_val: int = 2000,
    share: float = 0.03,
    distance: float = 1.2,
    inputs: int = 10,
) -> Task:
    """Two overlapping classes of which the positive one is rare; judged by F1."""
    draw = generator(seed)
    n = n_train + n_val
    y = (torch.rand(n, generator=draw) < share).long()
    x = torch.randn(n, inputs, generator=draw)
    x[:, 0] += distance * y
    return _halves(x, y, n_train, "cross_entropy", "f1", 2, augment=True)


def ranking(
    seed: int, *, n_train: int = 1500, n_val: int = 500, inputs: int = 10, group: int = 10, easy: float = 3.0
) -> Task:
    """Lists of ``group`` items: the level of a list is easy to predict, the order within it is small beside
    it.

    A regression loss is nearly all level, so it falls without the order getting better; the metric is
    the share of pairs of a list that stand in the right order. ``n_train`` counts items.
    """
    draw = generator(seed)
    lists = (n_train + n_val) // group
    level = torch.randn(lists, 1, generator=draw).repeat(1, group)
    x = torch.randn(lists, group, inputs, generator=draw)
    order = torch.sin(2.0 * x[..., 1]) + torch.sin(2.0 * x[..., 2])
    x[..., 0] = level
    y = easy * level + 0.3 * order
    y, keep = y[..., None], n_train // group
    return Task(Split(x[:keep], y[:keep]), Split(x[keep:], y[keep:]), "mse", "pair_accuracy", 1)


def scales(
    seed: int,
    *,
    n_train: int = 100,
    n_val: int = 500,
    fast: int = 60,
    slow: int = 20,
    small: float = 0.1,
    noise: float = 1.0,
    loud: float = 2.0,
    large: float = 1.0,
) -> Task:
    """Linear target over inputs of two sizes: the large ones are learned, and overfitted, long before the
    small ones.

    ``large`` and ``loud`` are the shares (standard deviations) of the fast and the slow ones in the target.
    This makes validation loss fall, rise and fall again (epoch-wise double descent, Heckel and Yilmaz 2020,
    arXiv 2007.10099).
    """
    draw = generator(seed)
    n = n_train + n_val
    x = torch.randn(n, fast + slow, generator=draw)
    theta = torch.cat(
        [
            torch.randn(fast, generator=draw) * large / fast**0.5,
            torch.randn(slow, generator=draw) * loud / slow**0.5,
        ]
    )
    y = x @ theta
    y[:n_train] += noise * torch.randn(n_train, generator=draw)
    x[:, fast:] *= small
    return _halves(x, y[:, None], n_train, "mse", "r2", 1)


def sine(
    seed: int, *, n_train: int = 500, n_val: int = 300, frequency: float = 6.0, noise: float = 0.1
) -> Task:
    """A sine over [-1, 1] with noise: beyond a straight line, easy for a network."""
    draw = generator(seed)
    x = torch.rand(n_train + n_val, 1, generator=draw) * 2 - 1
    y = torch.sin(frequency * x) + noise * torch.randn(x.shape, generator=draw)
    return _halves(x, y, n_train, "mse", "r2", 1, augment=True)


def _halves(
    x: Tensor, y: Tensor, n_train: int, loss: str, metric: str, outputs: int, augment: bool = False
) -> Task:
    train, val = Split(x[:n_train], y[:n_train]), Split(x[n_train:], y[n_train:])
    return Task(train, val, loss, metric, outputs, augment=jitter if augment else None)
