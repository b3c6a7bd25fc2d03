"""Everything about a training run that can be set, with its default; a remedy changes some of it."""

from __future__ import annotations

import inspect
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from curvedoc.errors import UsageError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


@dataclass(frozen=True, slots=True)
class Settings:
    """Model, objective, optimisation and logging of one run.

    Lengths of time (``steps``, ``warmup``, ``log_every``, ``grokfast_window``) are in updates of the weights.
    0 means "off" where a thing can be off; ``batch_size`` 0 is the whole training set at once and
    ``log_every`` 0 is once per pass over the data.
    """

    # model
    model: str = "mlp"
    width: int = 64
    depth: int = 2
    heads: int = 4
    activation: str = "relu"
    init: str = "kaiming"
    init_scale: float = 1.0
    init_bias: float = 0.0
    norm: str = "none"
    residual: bool = False
    dropout: float = 0.0
    # objective
    loss: str = ""
    label_smoothing: float = 0.0
    focal: float = 0.0
    class_weights: bool = False
    l2: float = 0.0
    l1: float = 0.0
    # optimisation
    optimizer: str = "adamw"
    lr: float = 1e-3
    momentum: float = 0.9
    beta2: float = 0.999
    weight_decay: float = 0.0
    schedule: str = "constant"
    warmup: int = 0
    decay_at: float = 0.5
    decay_by: float = 0.1
    clip: float = 0.0
    batch_size: int = 32
    steps: int = 1000
    augment: float = 0.0
    patience: int = 0
    grokfast: str = ""
    grokfast_alpha: float = 0.98
    grokfast_lamb: float = 2.0
    grokfast_window: int = 100
    # logging
    log_every: int = 0
    eval_every: int = 1
    probe: bool = True


NAMES = frozenset(f.name for f in fields(Settings))


def split(wanted: Mapping[str, Any], task: Callable[..., Any]) -> tuple[Settings, dict[str, Any]]:
    """Sort plain settings into those of the run and those of the task's data.

    Raises :class:`UsageError` for a name that neither knows.
    """
    known = set(inspect.signature(task).parameters) - {"seed"}
    for name in wanted:
        if name not in NAMES and name not in known:
            raise UsageError(
                f"No setting '{name}' for the runner or this task.{nearest(name, NAMES | known)}",
                f"Use one of: {', '.join(sorted(NAMES | known))}.",
            )
    run = Settings(**{k: v for k, v in wanted.items() if k in NAMES})
    return run, {k: v for k, v in wanted.items() if k in known}
