"""The main metric of a run by the field's habits, and the direction of metrics that no table knows."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from . import vocabulary as v
from .tokens import Kind, Name, read_name, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence, Set

    from curvedoc.run import Curve, FloatArray, Ignored, Run

    from .placing import Column

# |rank correlation| with the loss above which an unknown metric's direction is read from the data: below it,
# two noisy series of ten points agree by chance in more than one case of ten.
CLEAR_CORRELATION = 0.5
# Common points needed for that.
COMMON_POINTS = 5
# A qualifier makes a metric narrower than its plain form: `span_acc` comes behind `f1`, `accuracy` before.
NARROWER = 3
# All zero at every step: probably not computed; behind the next group of metrics.
UNDEFINED = 10
# Relative difference below which two logged series are one value, rounded or averaged differently.
SAME = 1e-3
# Words that do not narrow: the layer of a framework, or the box head that every detector has.
_NEUTRAL = v.word_set(
    "binary categorical multiclass sparse get keras b box bbox coco token macro weighted eval rewards"
)


def main_metric(
    curves: Sequence[Curve],
    placed: Mapping[str, tuple[Column, ...]],
    wanted: str,
    reinforcement: bool,
    followed: Set[str] = frozenset(),
) -> str:
    """The quantity of the main metric; ``""`` when none was logged (one that is never finite is none).

    Measured on validation before train only; then what the training itself follows (``followed``: it logs the
    best value so far); then by rank (task metrics, accuracy-like, errors). Equals are told apart by how well
    they show the run: on both splits, at more points, with fewer words that narrow them, and at last by name,
    numbers in their order. In reinforcement learning the reward is the metric wherever measured.
    """
    if wanted:
        return wanted
    by_role = {c.role: c for c in curves}
    quantities: dict[str, list[Curve]] = {}
    for role, columns in placed.items():
        curve = by_role[role]
        metric = columns[0].name.kind in (Kind.METRIC, Kind.UNKNOWN) and not role.endswith("/loss")
        eligible = (
            metric and curve.higher_is_better is not None and not set(columns[0].name.extra) & v.ONE_SIDE
        )
        if eligible and _has_number(curve.values) and not _copies_loss(curve, by_role):
            quantities.setdefault(curve.quantity, []).append(curve)

    def key(quantity: str) -> tuple[object, ...]:
        found = quantities[quantity]
        rank = _rank(placed[found[0].role][0].name) + UNDEFINED * all(_all_zero(c.values) for c in found)
        splits = {c.split for c in found}
        on_train = not reinforcement and "val" not in splits
        shows = (not {"train", "val"} <= splits, -max(len(c) for c in found), quantity.count("_"))
        return (on_train, quantity not in followed, rank, *shows, _in_order(quantity))

    return min(quantities, key=key, default="")


def _in_order(name: str) -> list[tuple[str, int]]:
    """Sort key that puts ``class_2`` before ``class_10``."""
    return [(text, int(number or 0)) for text, number in re.findall(r"([^0-9]*)([0-9]*)", name)]


def followed(logged: Iterable[Ignored]) -> frozenset[str]:
    """The metrics whose best value so far stands in the log (``best_acc``): the training goes by them."""
    found = set()
    for name in logged:
        said = words(name.name)
        if "best" in said:
            own = read_name("_".join(w for w in said if w != "best"))
            found |= {own.quantity} if own.kind is Kind.METRIC else set()
    return frozenset(found)


def _rank(name: Name) -> int:
    word = v.QUANTITIES.get(name.base)
    heads = v.TASK_HEADS if name.base.startswith("map") else v.LONG_TASK_HEADS
    narrow = [w for w in name.extra if w not in _NEUTRAL and w not in heads]
    rank = word.rank if word else v.UNKNOWN_RANK
    return rank + NARROWER * min(3, len(narrow) + len(name.index)) - bool(heads & set(name.extra))


def _has_number(values: FloatArray) -> bool:
    import numpy as np

    return bool(np.isfinite(values).any())


def _all_zero(values: FloatArray) -> bool:
    return len(values) >= COMMON_POINTS and not values.any()


def _copies_loss(curve: Curve, by_role: Mapping[str, Curve]) -> bool:
    """The loss once more under another name (Keras `mean_squared_error` beside `loss`)."""
    import numpy as np

    loss = by_role.get(f"{curve.split}/loss")
    if loss is None or len(loss) != len(curve):
        return False
    return bool(np.allclose(loss.values, curve.values, rtol=SAME, atol=0, equal_nan=True))


def with_direction(curves: Sequence[Curve], wanted: str) -> tuple[list[Curve], list[str]]:
    """Give metrics of unknown direction the one that the data show: against or along the loss of the split.

    The metric that the user asked for (``wanted``) gets a direction in any case, with a note.
    """
    by_role = {c.role: c for c in curves}
    found: dict[str, bool] = {}
    for curve in curves:
        loss = by_role.get(f"{curve.split}/loss") or by_role.get("train/loss")
        if curve.higher_is_better is None and curve.split and not curve.role.endswith("loss") and loss:
            agreement = _rank_correlation(curve, loss)
            if abs(agreement) >= CLEAR_CORRELATION:
                found.setdefault(curve.quantity, agreement < 0)
    notes = []
    if wanted and all(c.higher_is_better is None for c in curves if c.quantity == wanted):
        if wanted not in found:
            notes.append(f"the direction of {wanted} is not known: higher is taken as better")
        found.setdefault(wanted, True)
    known = [
        replace(c, higher_is_better=found[c.quantity])
        if c.split and c.higher_is_better is None and c.quantity in found
        else c
        for c in curves
    ]
    return known, notes


def _rank_correlation(a: Curve, b: Curve) -> float:
    """Spearman's rho at the common steps; 0 where there are too few or one is constant."""
    import numpy as np

    _, at_a, at_b = np.intersect1d(a.steps, b.steps, return_indices=True)
    x, y = a.values[at_a], b.values[at_b]
    good = np.isfinite(x) & np.isfinite(y)
    x, y = x[good], y[good]
    if len(x) < COMMON_POINTS or x.min() == x.max() or y.min() == y.max():
        return 0.0
    ranks = [np.unique(values, return_inverse=True)[1].astype(float) for values in (x, y)]
    return float(np.corrcoef(ranks)[0, 1])


def why(run: Run) -> str:
    """Why the main metric of a run is the main one, in a few words; ``""`` where it has none.

    What a user asked for with ``--metric`` reads as any other: the run does not tell.
    """
    if not run.metric:
        return ""
    metrics = [c for c in run.curves if c.split and "loss" not in c.quantity.split("_")]
    quantities = {c.quantity for c in metrics} - {run.metric}
    others = {c.quantity for c in metrics if c.higher_is_better is not None} - {run.metric}
    base = read_name(run.metric).base
    if not others:
        return "the only metric whose direction is known" if quantities else "the only metric"
    if run.metric in followed(run.ignored):
        return "the log keeps its best value"
    if base == "reward":
        return "reinforcement learning is for the reward"
    if run.get(f"val/{run.metric}") and not any(run.get(f"val/{other}") for other in others):
        return "the only one measured on validation"
    of = f"of {len(others) + 1} metrics"
    rank = v.QUANTITIES[base].rank if base in v.QUANTITIES else v.UNKNOWN_RANK
    if rank < v.QUANTITIES["accuracy"].rank:
        return f"{of}, one made for a task comes first"
    if rank < v.QUANTITIES["mae"].rank and base not in v.WEAK_LOSSES:
        return f"{of}: one made for a task first, then accuracy and its like, then errors"
    return f"{of}, by habit"
