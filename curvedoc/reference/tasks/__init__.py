"""What is learned: generated data sets, each a function ``(seed, ...) -> Task``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curvedoc.errors import UsageError, nearest

from . import images, modular, sequences, tabular, text
from .task import Split, Task

if TYPE_CHECKING:
    from collections.abc import Callable

TASKS: dict[str, Callable[..., Task]] = {
    "line": tabular.line,
    "clusters": tabular.clusters,
    "teacher": tabular.teacher,
    "spirals": tabular.spirals,
    "digits": tabular.digits,
    "rare": tabular.rare,
    "ranking": tabular.ranking,
    "scales": tabular.scales,
    "sine": tabular.sine,
    "hotdog": images.hotdog,
    "weighted-mean": sequences.weighted_mean,
    "adding": sequences.adding,
    "modular": modular.modular,
    "text": text.text,
}

__all__ = ["TASKS", "Split", "Task", "find"]


def find(name: str) -> Callable[..., Task]:
    """Return the task of that name; :class:`UsageError` when there is none."""
    if name not in TASKS:
        raise UsageError(
            f"There is no task '{name}'.{nearest(name, TASKS)}", f"Use one of: {', '.join(TASKS)}."
        )
    return TASKS[name]
