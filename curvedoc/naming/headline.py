"""The main metric of a run by the field's habits, and the direction of metrics that no table knows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from . import vocabulary as v
from .tokens import Kind, Name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from curvedoc.run import Curve, FloatArray

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
    curves: Sequence[Curve], placed: Mapping[str, tuple[Column, ...]], wanted: str, reinforcement: bool
) -> str:
    """The quantity of the main metric; ``""`` when none was logged (one that is never finite is none).

    Measured on validation before train only, then by rank (task metrics, accuracy-like, errors), then by
    points. In reinforcement learning the rank decides alone: the reward is the metric wherever measured.
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
        on_train = not reinforcement and not any(c.split == "val" for c in found)
        return (on_train, rank, -max(len(c) for c in found), quantity)

    return min(quantities, key=key, default="")


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
    if len(x) < COMMON_POINTS or np.ptp(x) == 0 or np.ptp(y) == 0:
        return 0.0
    ranks = [np.unique(values, return_inverse=True)[1].astype(float) for values in (x, y)]
    return float(np.corrcoef(ranks)[0, 1])
