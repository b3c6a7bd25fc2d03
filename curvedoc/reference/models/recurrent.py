"""Recurrent networks that read a sequence and answer at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from curvedoc.reference.settings import Settings
    from curvedoc.reference.tasks import Task


class Recurrent(nn.Module):
    """A recurrent core and a linear layer on its last state.

    ``init_scale`` multiplies the orthogonal recurrent matrix of a plain RNN: above 1 gradients explode over
    time.
    """

    def __init__(self, core: nn.RNNBase, settings: Settings, task: Task) -> None:
        super().__init__()
        self.core = core
        self.head = nn.Linear(settings.width, task.outputs)
        if isinstance(core, nn.RNN):
            with torch.no_grad():
                nn.init.orthogonal_(core.get_parameter("weight_hh_l0"), gain=settings.init_scale)

    def forward(self, x: Tensor) -> Tensor:
        """(n, length, channels) -> (n, outputs)."""
        states, _ = self.core(x)
        out: Tensor = self.head(states[:, -1])
        return out


def rnn(settings: Settings, task: Task) -> nn.Module:
    """A plain recurrent net with tanh (or ReLU when ``activation`` is "relu")."""
    kind = "relu" if settings.activation == "relu" else "tanh"
    core = nn.RNN(task.train.x.shape[-1], settings.width, nonlinearity=kind, batch_first=True)
    return Recurrent(core, settings, task)


def lstm(settings: Settings, task: Task) -> nn.Module:
    """A long short-term memory network."""
    return Recurrent(nn.LSTM(task.train.x.shape[-1], settings.width, batch_first=True), settings, task)
