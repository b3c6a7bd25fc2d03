"""A small transformer: regression over a sequence, an answer after "=", or a prediction at every position."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812 (torch's own name for it)

from .layers import activation, norm

if TYPE_CHECKING:
    from curvedoc.reference.settings import Settings
    from curvedoc.reference.tasks import Task


class Block(nn.Module):
    """Attention and a two-layer net, each added to the stream; normalised first where ``norm`` says so."""

    def __init__(self, settings: Settings, causal: bool) -> None:
        super().__init__()
        width = settings.width
        self.heads, self.causal = settings.heads, causal
        self.norms = nn.ModuleList([norm(settings.norm, width), norm(settings.norm, width)])
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.net = nn.Sequential(
            nn.Linear(width, 4 * width),
            activation(settings.activation),
            nn.Linear(4 * width, width),
            nn.Dropout(settings.dropout),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(n, length, width) -> the same shape."""
        n, length, width = x.shape
        parts = self.qkv(self.norms[0](x)).view(n, length, 3, self.heads, width // self.heads)
        q, k, v = parts.permute(2, 0, 3, 1, 4)
        mixed = F.scaled_dot_product_attention(q, k, v, is_causal=self.causal)
        x = x + self.out(mixed.transpose(1, 2).reshape(n, length, width))
        out: Tensor = x + self.net(self.norms[1](x))
        return out


class Transformer(nn.Module):
    """Tokens or numbers, learned positions, ``depth`` blocks, a linear head.

    Answers at every position where the targets have a length, at the last token otherwise, and over the
    mean of all positions for numbers.
    """

    keeps_init = False

    def __init__(self, settings: Settings, task: Task) -> None:
        super().__init__()
        x, y = task.train.x, task.train.y
        self.every = bool(task.vocabulary) and y.dim() == 2
        self.last = bool(task.vocabulary) and not self.every
        width = settings.width
        self.embed = (
            nn.Embedding(task.vocabulary, width) if task.vocabulary else nn.Linear(x.shape[-1], width)
        )
        self.position = nn.Parameter(torch.randn(x.shape[1], width) * 0.02)
        if task.vocabulary:
            nn.init.normal_(self.embed.weight, std=width**-0.5)
        self.blocks = nn.Sequential(*[Block(settings, task.causal) for _ in range(settings.depth)])
        self.norm = norm(settings.norm, width)
        self.head = nn.Linear(width, task.outputs)

    def forward(self, x: Tensor) -> Tensor:
        """(n, length) tokens or (n, length, channels) numbers -> (n, outputs) or (n, length, outputs)."""
        states = self.norm(self.blocks(self.embed(x) + self.position))
        if self.last:
            states = states[:, -1]
        elif not self.every:
            states = states.mean(1)
        out: Tensor = self.head(states)
        return out


def transformer(settings: Settings, task: Task) -> nn.Module:
    """A transformer as small as its settings."""
    return Transformer(settings, task)
