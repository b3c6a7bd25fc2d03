"""Parts that several models share: activation, normalisation, initialisation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from curvedoc.errors import UsageError, nearest

if TYPE_CHECKING:
    from curvedoc.reference.settings import Settings

ACTIVATIONS: dict[str, type[nn.Module]] = {
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "gelu": nn.GELU,
}
INITS = ("kaiming", "xavier", "normal", "default")


def activation(name: str) -> nn.Module:
    """The activation of that name; :class:`UsageError` when there is none."""
    if name not in ACTIVATIONS:
        raise UsageError(
            f"There is no activation '{name}'.{nearest(name, ACTIVATIONS)}",
            f"Use one of: {', '.join(ACTIVATIONS)}.",
        )
    return ACTIVATIONS[name]()


def norm(name: str, width: int) -> nn.Module:
    """``layer`` or ``batch`` normalisation over ``width`` values, or nothing at all (``none``)."""
    if name == "layer":
        return nn.LayerNorm(width)
    return nn.BatchNorm1d(width) if name == "batch" else nn.Identity()


class Hidden(nn.Module):
    """One hidden layer: linear, norm, activation, dropout, and a short cut around them where the widths
    allow one.
    """

    def __init__(self, inputs: int, settings: Settings) -> None:
        super().__init__()
        self.residual = settings.residual and inputs == settings.width
        self.body = nn.Sequential(
            nn.Linear(inputs, settings.width),
            norm(settings.norm, settings.width),
            activation(settings.activation),
            nn.Dropout(settings.dropout),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(n, inputs) -> (n, width)."""
        out: Tensor = self.body(x)
        return x + out if self.residual else out


def initialise(model: nn.Module, settings: Settings) -> None:
    """Set the weights: ``kaiming`` for ReLU, ``xavier`` for tanh and sigmoid, ``normal`` with standard
    deviation
    ``init_scale``, ``default`` what torch does. ``init_scale`` multiplies all but ``normal``; hidden biases
    get
    ``init_bias``. A model that knows better sets ``keeps_init``.
    """
    if settings.init not in INITS:
        raise UsageError(
            f"There is no initialisation '{settings.init}'.{nearest(settings.init, INITS)}",
            f"Use one of: {', '.join(INITS)}.",
        )
    if getattr(model, "keeps_init", False):
        return
    linears = [m for m in model.modules() if isinstance(m, nn.Linear)]
    with torch.no_grad():
        for layer in linears:
            if settings.init == "normal":
                nn.init.normal_(layer.weight, std=settings.init_scale)
            elif settings.init == "kaiming":
                nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            elif settings.init == "xavier":
                nn.init.xavier_normal_(layer.weight)
            if settings.init != "normal":
                layer.weight.mul_(settings.init_scale)
            if layer.bias is not None and settings.init != "default":
                layer.bias.fill_(settings.init_bias if layer is not linears[-1] else 0.0)
        if settings.init == "kaiming" and linears:
            # The last layer has no ReLU behind it: without the factor its outputs start too loud.
            linears[-1].weight.mul_(0.5)
