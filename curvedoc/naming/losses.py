"""Which of several logged losses is *the* loss of a split: the total, the sum of its parts, or none.

A total wins; parts (``box_loss``, ``cls_loss``) are summed; a reinforcement-learning run descends on its
value loss; the two losses of an adversarial pair are no descent at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from . import vocabulary as v
from .regimes import ADVERSARIAL_NOTE, is_adversarial
from .tokens import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from curvedoc.run import FloatArray

    from .placing import Column

# Fewer points than this make a shorter twin (`_epoch`) a worse witness than the longer one (`_step`).
ENOUGH_POINTS = 5
# Names listed in one sentence.
LISTED = 8


class Choice(NamedTuple):
    """The columns of a loss (one as it is, several to be summed) and what has to be said about it."""

    columns: tuple[Column, ...] = ()
    notes: tuple[str, ...] = ()


def preference(column: Column, shared: frozenset[bool] = frozenset()) -> tuple[object, ...]:
    """Sort key among columns for the same role, best first.

    What the user gave comes first. Epoch means come before step values, unless (on train) they are too few;
    then the form (total or not) that the other split has too (``shared``), fewer numbers, more points, the
    shorter name.
    """
    name = column.name
    short = column.points < ENOUGH_POINTS
    step = name.grain == "step"
    first = (short, step) if name.split == "train" else (step, short)
    other_form = bool(shared) and name.total not in shared
    grain = {"": 0, "epoch": 1, "step": 2}[name.grain]
    return (
        not column.given,
        *first,
        other_form,
        name.total,
        len(name.index),
        grain,
        -column.points,
        *column.order,
    )


def choose(columns: Sequence[Column], reinforcement: bool) -> tuple[dict[str, tuple[Column, ...]], list[str]]:
    """Choose the loss of every split; ``columns`` has at most one column for each split and quantity.

    Returns split -> columns, and notes for the user.
    """
    losses = [c for c in columns if c.name.kind is Kind.LOSS and not is_adversarial(c)]
    adversarial = any(is_adversarial(c) for c in columns)
    if not losses and not adversarial:
        return _weak(columns)
    if adversarial:
        losses = [c for c in losses if c.name.base == "loss" and c.name.plain]
    splits: dict[str, list[Column]] = {}
    for column in losses:
        splits.setdefault(column.name.split, []).append(column)
    pair = _pair(splits)
    choices: dict[str, Choice] = {}
    for split, found in sorted(splits.items()):
        paired = tuple(c for c in found if pair and c.name.quantity == pair)
        choices[split] = Choice(paired or _plain(found))
        if not choices[split].columns:
            choices[split] = _from_parts(split, splits, reinforcement)
    notes = [ADVERSARIAL_NOTE] if adversarial else []
    notes += [note for choice in choices.values() for note in choice.notes]
    chosen = {split: choice.columns for split, choice in choices.items()}
    return chosen, notes + _sums(chosen)


def total(columns: Sequence[Column]) -> FloatArray:
    """Sum of the values of columns that share their steps; infinities of both signs give NaN."""
    import numpy as np

    with np.errstate(invalid="ignore", over="ignore"):
        summed: FloatArray = np.sum([c.series.values for c in columns], axis=0)
    return summed


def _plain(found: Sequence[Column]) -> tuple[Column, ...]:
    """The column that is simply the loss: `loss`; or `nll`, `logloss` ... where no part of a loss is."""
    order = list(dict.fromkeys(v.LOSSES.values()))
    best = sorted(found, key=lambda c: (not c.name.plain, order.index(c.name.base), *preference(c)))
    whole = best[0].name.base == "loss" or all(not c.name.extra for c in best)
    return (best[0],) if (best[0].name.plain and whole) or len(best) == 1 else ()


def _pair(splits: dict[str, list[Column]]) -> str:
    """The one loss that validation logs when it has no total, if train logs it too: it makes a gap."""
    train, val = splits.get("train", []), splits.get("val", [])
    if (
        len(val) != 1
        or (val[0].name.plain and val[0].name.base == "loss")
        or any(c.given for c in (*train, *val))
    ):
        return ""
    quantity = val[0].name.quantity
    return quantity if any(c.name.quantity == quantity for c in train) else ""


def _from_parts(split: str, splits: dict[str, list[Column]], reinforcement: bool) -> Choice:
    """The loss where only parts are logged: those that train and validation have in common, if any."""
    parts = [c for c in splits[split] if not set(c.name.words) & v.RESTATED] or splits[split]
    if reinforcement and len(parts) > 1:
        return _descended(split, parts)
    other = splits.get("val" if split == "train" else "train", [])
    shared = {c.name.quantity for c in other} if other and not _plain(other) else set()
    common = [c for c in parts if c.name.quantity in shared] or parts
    notes = _left_out(split, parts, common, "the other split does not log it")
    return _summable(split, common, notes)


def _descended(split: str, parts: Sequence[Column]) -> Choice:
    """Reinforcement learning: the value loss is a regression that should fall; then the policy loss."""

    def key(column: Column) -> tuple[object, ...]:
        said = set(column.name.words)
        rank = 0 if said & v.VALUE else 1 if said & v.POLICY else 2
        return (rank, bool(said & (v.RESTATED | {"d"})), len(column.name.extra), *preference(column))

    best = min(parts, key=key)
    return Choice((best,), (f"{split}/loss is {best.series.name}: no total loss is logged",))


def _summable(split: str, parts: Sequence[Column], notes: tuple[str, ...]) -> Choice:
    """The parts that share their steps; a part that is never finite is left out unless nothing else moves."""
    import numpy as np

    groups: dict[bytes, list[Column]] = {}
    for part in parts:
        groups.setdefault((part.series.steps + 0.0).tobytes(), []).append(part)
    group = max(groups.values(), key=lambda g: (len(g), g[0].points))
    notes += _left_out(split, parts, group, "logged at other steps")
    finite = [c for c in group if np.isfinite(c.series.values).any()]
    lost = listed([c.series.name for c in _without(group, finite)])
    if lost and finite:
        rest = total(finite)
        moving = len(set(rest[np.isfinite(rest)].tolist())) > 1
        return Choice(
            tuple(finite if moving else group),
            (*notes, f"{lost} is never finite{f', left out of {split}/loss' if moving else ''}"),
        )
    return Choice(tuple(group), notes)


def _without(columns: Sequence[Column], others: Sequence[Column]) -> list[Column]:
    """The columns that are none of the others."""
    left = set(map(id, others))
    return [c for c in columns if id(c) not in left]


def _left_out(split: str, parts: Sequence[Column], kept: Sequence[Column], why: str) -> tuple[str, ...]:
    left = listed([c.series.name for c in _without(parts, kept)])
    return (f"{split}/loss leaves out {left}: {why}",) if left else ()


def _sums(chosen: dict[str, tuple[Column, ...]]) -> list[str]:
    """One sentence for each sum; splits that sum the same parts share it."""
    sums: dict[str, list[str]] = {}
    for split, columns in chosen.items():
        if len(columns) > 1:
            sums.setdefault(listed([c.name.quantity for c in columns]), []).append(f"{split}/loss")
    said = {1: "is the sum", 2: "are the sums", 3: "are the sums"}
    return [
        f"{listed(roles)} {said[len(roles)]} of {parts}: no total is logged" for parts, roles in sums.items()
    ]


def _weak(columns: Sequence[Column]) -> tuple[dict[str, tuple[Column, ...]], list[str]]:
    """No loss at all: an error that is logged (`mse`, `error`, `perplexity`) is what the run descends on."""
    metrics = [c for c in columns if c.name.kind is Kind.METRIC]
    errors = [c for c in metrics if c.name.base in v.WEAK_LOSSES or (c.name.base == "elbo" and falls(c))]
    splits: dict[str, set[str]] = {}
    for column in errors:
        splits.setdefault(column.name.quantity, set()).add(column.name.split)

    def key(column: Column) -> tuple[object, ...]:
        name = column.name
        both = len(splits[name.quantity] & {"train", "val"})
        rank = (*v.WEAK_LOSSES, "elbo").index(name.base)
        return (-both, rank, len(name.extra), *preference(column))

    best = min(errors, key=key, default=None)
    if best is None:
        return {}, []
    chosen: dict[str, tuple[Column, ...]] = {
        c.name.split: (c,) for c in errors if c.name.quantity == best.name.quantity
    }
    names = sorted(c.series.name for columns in chosen.values() for c in columns)
    return chosen, [f"no loss is logged: read as the loss: {listed(names)}"]


def falls(column: Column) -> bool:
    """Whether the last third of the values is lower than the first (by medians)."""
    values = column.series.values.tolist()
    third = len(values) // 3
    return bool(third) and sorted(values[-third:])[third // 2] < sorted(values[:third])[third // 2]


def listed(names: Sequence[str]) -> str:
    """``"a, b and c"``, cut after a few; ``""`` for none."""
    names = [*names[:LISTED], f"{len(names) - LISTED} more"] if len(names) > LISTED + 1 else list(names)
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else "".join(names)
