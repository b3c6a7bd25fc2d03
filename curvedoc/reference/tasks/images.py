"""Small generated pictures: hot dog or not, with a green basket as a tempting shortcut."""

from __future__ import annotations

import torch
from torch import Tensor

from .task import Split, Task, generator, jitter

SIZE = 16
BASKET = torch.tensor([0.15, 0.65, 0.2])
BUN = torch.tensor([0.85, 0.65, 0.35])
SAUSAGE = torch.tensor([0.75, 0.25, 0.15])


def hotdog(
    seed: int,
    *,
    n_train: int = 600,
    n_val: int = 300,
    on_basket: float = 0.7,
    empty_baskets: float = 0.15,
    noise: float = 0.15,
) -> Task:
    """Hot dog (1) or not (0) on pictures of 16 x 16 pixels in colour.

    ``on_basket`` of the hot dogs lie on a green basket; ``empty_baskets`` of the other pictures show an
    empty one, the rest a round thing in the colours of a hot dog. Probes: empty baskets, hot dogs without a
    basket.
    """
    draw = generator(seed)
    everything = [_split(draw, n, on_basket, empty_baskets, noise) for n in (n_train, n_val)]
    probes = {
        "empty_basket": _split(draw, 100, 0.0, 1.0, noise, only=0),
        "hotdog_no_basket": _split(draw, 100, 0.0, 0.0, noise, only=1),
    }
    return Task(everything[0], everything[1], "cross_entropy", "accuracy", 2, probes=probes, augment=jitter)


def _split(
    draw: torch.Generator,
    n: int,
    on_basket: float,
    empty_baskets: float,
    noise: float,
    only: int | None = None,
) -> Split:
    y = torch.randint(0, 2, (n,), generator=draw) if only is None else torch.full((n,), only)
    chance = torch.rand(n, generator=draw)
    pictures = []
    for label, luck in zip(y.tolist(), chance.tolist(), strict=True):
        picture = torch.rand(3, 1, 1, generator=draw).expand(3, SIZE, SIZE) * 0.4 + 0.3
        if label:
            picture = _dish(_basket(picture) if luck < on_basket else picture, draw, long=True)
        else:
            picture = _basket(picture) if luck < empty_baskets else _dish(picture, draw, long=False)
        pictures.append(picture)
    x = torch.stack(pictures)
    return Split(x + noise * torch.randn(x.shape, generator=draw) - 0.5, y)


def _basket(picture: Tensor) -> Tensor:
    """A green weave over most of the picture."""
    rows = torch.arange(SIZE)
    weave = 0.85 + 0.15 * ((rows[:, None] // 2 + rows[None, :] // 2) % 2)
    inside = (rows >= 2) & (rows < SIZE - 2)
    mask = inside[:, None] & inside[None, :]
    return torch.where(mask, BASKET[:, None, None] * weave, picture)


def _dish(picture: Tensor, draw: torch.Generator, long: bool) -> Tensor:
    """A bun with a sausage (``long``), or a round thing of the same area and colours, anywhere, any way
    round.
    """
    turn, dx, dy = torch.rand(3, generator=draw).tolist()
    angle = torch.tensor(turn * torch.pi)
    axis = torch.arange(SIZE) - (SIZE - 1) / 2
    u = axis[None, :] - (dx - 0.5) * 5
    v = axis[:, None] - (dy - 0.5) * 5
    along, across = u * angle.cos() + v * angle.sin(), v * angle.cos() - u * angle.sin()
    length, breadth = (6.0, 2.6) if long else (3.9, 3.9)
    bun = (along / length) ** 2 + (across / breadth) ** 2 < 1
    filling = (along / length) ** 2 + (across / breadth) ** 2 < 0.3
    picture = torch.where(bun, BUN[:, None, None], picture)
    return torch.where(filling, SAUSAGE[:, None, None], picture)
