"""A curve as few numbers as a page can carry: nothing extreme and nothing that is not finite gets lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from curvedoc.axes import LARGEST

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from curvedoc.run import FloatArray

# Stretches of lost values that are told apart: a chart of 1200 pixels shows no more.
MOST_LOST = 300


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """A curve for drawing.

    ``x``: rising steps, none twice. ``y``: the value, or the mean of the finite ones of ``per`` points; NaN
    where none is finite. ``low`` and ``high``: least and greatest of them (None when every point is kept).
    ``lost``: stretches ``(from, to)`` of steps whose values are not finite, ``lost_points`` of them in all.
    """

    x: FloatArray
    y: FloatArray
    low: FloatArray | None
    high: FloatArray | None
    per: int
    lost: tuple[tuple[float, float], ...]
    lost_points: int


def condense(steps: FloatArray, values: FloatArray, most: int) -> Points:
    """At most ``most`` points of a curve; ``steps`` and ``values`` have shape (n,), in any order.

    A curve that is short enough, with no step twice, is kept as it is. Values beyond 1e300 are drawn as
    1e300; points at steps that are not finite are left out.
    """
    import numpy as np

    known = np.isfinite(steps)
    steps, values = steps[known], values[known]
    if (steps[1:] < steps[:-1]).any():
        order = np.argsort(steps, kind="stable")
        steps, values = steps[order], values[order]
    finite = np.isfinite(values)
    lost = _lost(steps, ~finite)
    kept = np.where(finite, np.clip(values, -LARGEST, LARGEST), np.nan)
    starts = _starts(steps, most)
    if len(starts) == len(steps):
        return Points(steps, kept, None, None, 1, lost, int((~finite).sum()))
    sizes = np.diff(np.append(starts, len(steps)))
    counts = np.add.reduceat(finite.astype(np.int64), starts)
    # Divided before they are added: a sum of large values would overflow.
    shares = np.where(finite, kept, 0.0) / np.repeat(np.maximum(counts, 1), sizes)
    some = counts > 0
    return Points(
        x=steps[starts],
        y=np.where(some, np.add.reduceat(shares, starts), np.nan),
        low=np.where(some, np.minimum.reduceat(np.where(finite, kept, np.inf), starts), np.nan),
        high=np.where(some, np.maximum.reduceat(np.where(finite, kept, -np.inf), starts), np.nan),
        per=max(2, round(len(steps) / len(starts))),
        lost=lost,
        lost_points=int((~finite).sum()),
    )


def _starts(steps: FloatArray, most: int) -> NDArray[np.int64]:
    """Where each stretch of points begins; no two stretches begin at one step."""
    import numpy as np

    # Stretches of one length: the steps of an even log stay even, and are three numbers on the page.
    starts = np.arange(0, len(steps), max(1, -(-len(steps) // most)))
    first = np.ones(len(starts), dtype=bool)
    first[1:] = steps[starts][1:] > steps[starts][:-1]
    kept: NDArray[np.int64] = starts[first]
    return kept


def _lost(steps: FloatArray, gone: NDArray[np.bool_]) -> tuple[tuple[float, float], ...]:
    """Stretches of neighbouring points that are ``gone``; where there are very many, one for each place."""
    import numpy as np

    at = np.flatnonzero(gone)
    if not len(at):
        return ()
    new = np.flatnonzero(np.diff(at) > 1) + 1
    if len(new) >= MOST_LOST:
        place = at * MOST_LOST // len(steps)
        new = np.flatnonzero(np.diff(place)) + 1
    first, last = at[np.append(0, new)], at[np.append(new, len(at)) - 1]
    return tuple((float(steps[a]), float(steps[b])) for a, b in zip(first, last, strict=True))
