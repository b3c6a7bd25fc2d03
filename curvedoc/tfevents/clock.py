"""One step counter for all series of a run: the wall times tell how two counters go together.

Many training loops log the train loss per iteration and the validation loss per epoch, both as "step". A
point of the slower counter belongs to the step that the faster one had reached at that moment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from curvedoc.steps import usual_increment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from curvedoc.run import FloatArray

_FEWEST = 3  # points: two of anything lie on a line
_SHORTER = 0.5  # a counter that comes at most so far as the fastest, in the same time, counts another thing
_TOGETHER = 0.5  # of the time of the fastest that both must share


def on_one_counter(series: Mapping[str, FloatArray]) -> tuple[dict[str, FloatArray], list[str]]:
    """Put series that count another thing (epochs) on the counter that runs fastest; second: their names.

    ``series``: name -> array of shape (3, n), steps, values and wall times. A series is moved only when its
    counter goes with the fastest one in proportion, so that equal things are never pulled apart.
    """
    usable = {name: points for name, points in series.items() if _rises(points)}
    if len(usable) < 2:
        return dict(series), []
    fastest = max(usable.values(), key=lambda points: (np.ptp(points[0]), points.shape[1]))
    moved = {}
    for name, points in usable.items():
        steps = _moved(points, fastest)
        if steps is not None:
            moved[name] = np.stack([steps, *points[1:]])
    return {**series, **moved}, list(moved)


def _rises(points: FloatArray) -> bool:
    steps, _, times = points
    if len(steps) < _FEWEST or not np.isfinite(times).all():
        return False
    return bool((np.diff(steps) > 0).all() and (np.diff(times) >= 0).all() and times[-1] > times[0])


def _moved(points: FloatArray, fastest: FloatArray) -> FloatArray | None:
    """The steps of the fastest counter at the moments of ``points``; None where they do not go together."""
    steps, _, times = points
    shared = min(times[-1], fastest[2, -1]) - max(times[0], fastest[2, 0])
    if np.ptp(steps) > _SHORTER * np.ptp(fastest[0]) or shared < _TOGETHER * np.ptp(fastest[2]):
        return None
    reached = np.interp(times, fastest[2], fastest[0])
    per_step = float(np.ptp(reached) / np.ptp(steps))
    expected = reached[0] + per_step * (steps - steps[0])
    slack = per_step * usual_increment(steps) + usual_increment(fastest[0])
    in_proportion = np.abs(reached - expected).max() <= slack and (np.diff(reached) > 0).all()
    # Where each counter of the two has the pace of the other they count the same, however far each came.
    return np.round(reached) if in_proportion and per_step > 1 / _SHORTER else None
