"""A line, a multi-layer perceptron, a small convolutional network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor, nn

from .layers import Hidden, activation

if TYPE_CHECKING:
    from curvedoc.reference.settings import Settings
    from curvedoc.reference.tasks import Task


def slope(settings: Settings, task: Task) -> nn.Module:  # noqa: ARG001 (every builder takes both)
    """y = a x with a = 1 at the start."""
    model = nn.Linear(1, 1, bias=False)
    nn.init.ones_(model.weight)
    model.keeps_init = True  # type: ignore[assignment]
    return model


def linear(settings: Settings, task: Task) -> nn.Module:  # noqa: ARG001
    """One linear layer over all inputs."""
    return nn.Sequential(nn.Flatten(), nn.Linear(task.train.x[0].numel(), task.outputs))


def mlp(settings: Settings, task: Task) -> nn.Module:
    """``depth`` hidden layers of ``width``; tokens are embedded first and stand side by side.

    Keeps any axes between the first and the last (a list of items is judged item by item).
    """
    front: list[nn.Module] = []
    inputs = task.train.x.shape[-1]
    if task.vocabulary:
        front = [nn.Embedding(task.vocabulary, settings.width), nn.Flatten()]
        inputs *= settings.width
    elif task.train.x.dim() == 4:
        front = [nn.Flatten()]
        inputs = task.train.x[0].numel()
    hidden = [Hidden(inputs if i == 0 else settings.width, settings) for i in range(settings.depth)]
    return nn.Sequential(*front, *hidden, nn.Linear(settings.width if hidden else inputs, task.outputs))


class Cnn(nn.Module):
    """``depth`` convolutions of ``width`` channels, each followed by pooling by two, then one linear
    layer.
    """

    def __init__(self, settings: Settings, task: Task) -> None:
        super().__init__()
        channels, size = task.train.x.shape[1], task.train.x.shape[2]
        layers: list[nn.Module] = []
        for _ in range(settings.depth):
            layers += [
                nn.Conv2d(channels, settings.width, 3, padding=1),
                activation(settings.activation),
                nn.MaxPool2d(2),
            ]
            channels, size = settings.width, size // 2
        self.body = nn.Sequential(*layers, nn.Flatten(), nn.Dropout(settings.dropout))
        self.head = nn.Linear(channels * size * size, task.outputs)

    def forward(self, x: Tensor) -> Tensor:
        """(n, channels, height, width) -> (n, outputs)."""
        out: Tensor = self.head(self.body(x))
        return out


def cnn(settings: Settings, task: Task) -> nn.Module:
    """A small convolutional network for pictures."""
    return Cnn(settings, task)
