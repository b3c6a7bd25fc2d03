"""Answers out of fold: whatever is fitted has never seen the group, or the source, that it is scored on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from .answers import Answer
    from .labels import Label

    Indices = NDArray[np.intp]


def folds_by_group(rows: Sequence[Label], k: int, seed: int = 0) -> list[Indices]:
    """Indices held out in each of at most ``k`` folds; every group lies in one fold whole.

    The largest groups are dealt first, each to the smallest fold; groups of one size in an order drawn by
    ``seed``. Raises ValueError for ``k`` below 2.
    """
    if k < 2:
        raise ValueError(f"{k} folds: at least 2 are needed to hold one out")
    members = _members([row.group for row in rows])
    order = np.random.default_rng(seed).permutation(len(members))
    dealt: list[list[Indices]] = [[] for _ in range(k)]
    sizes = [0] * k
    for indices in sorted((members[i] for i in order), key=len, reverse=True):
        smallest = sizes.index(min(sizes))
        dealt[smallest].append(indices)
        sizes[smallest] += len(indices)
    return [np.sort(np.concatenate(fold)) for fold in dealt if fold]


def folds_by_source(rows: Sequence[Label]) -> list[Indices]:
    """Indices of each source, sources in the order of their names."""
    return _members([row.source for row in rows])


def _members(names: Sequence[str]) -> list[Indices]:
    _, member = np.unique(np.array(names), return_inverse=True)
    return [np.flatnonzero(member == i) for i in range(member.max(initial=-1) + 1)]


def out_of_fold(
    n: int, folds: Sequence[Indices], answer: Callable[[Indices, Indices], Sequence[Answer]]
) -> list[Answer]:
    """One answer for each of ``n`` logs, given when its fold was held out.

    ``answer(rest, held)`` fits on ``rest`` and answers ``held``, in that order. Raises ValueError unless the
    folds hold every index once.
    """
    if sorted(np.concatenate(folds).tolist() if folds else []) != list(range(n)):
        raise ValueError("the folds must hold every log exactly once")
    found: dict[int, Answer] = {}
    for held in folds:
        rest = np.setdiff1d(np.arange(n), held)
        found.update(zip(held.tolist(), answer(rest, held), strict=True))
    return [found[i] for i in range(n)]
