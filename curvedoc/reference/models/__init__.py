"""What learns: small models, each built from the settings and the shape of the task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curvedoc.errors import UsageError, nearest

from . import dense, recurrent, transformer
from .layers import initialise

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import nn

    from curvedoc.reference.settings import Settings
    from curvedoc.reference.tasks import Task

MODELS: dict[str, Callable[[Settings, Task], nn.Module]] = {
    "slope": dense.slope,
    "linear": dense.linear,
    "mlp": dense.mlp,
    "cnn": dense.cnn,
    "rnn": recurrent.rnn,
    "lstm": recurrent.lstm,
    "transformer": transformer.transformer,
}


def build(settings: Settings, task: Task) -> nn.Module:
    """Return the initialised model that the settings name; :class:`UsageError` when there is none."""
    if settings.model not in MODELS:
        raise UsageError(
            f"There is no model '{settings.model}'.{nearest(settings.model, MODELS)}",
            f"Use one of: {', '.join(MODELS)}.",
        )
    model = MODELS[settings.model](settings, task)
    initialise(model, settings)
    return model
