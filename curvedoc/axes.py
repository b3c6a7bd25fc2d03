"""Where a point of a curve goes on a chart: scales, ticks, thinning; knows nothing of any drawing library."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from .run import FloatArray

    IntArray = NDArray[np.intp]

# On a linear axis a range of 2.5 decades leaves its lower half invisible (one dot of a 12-row chart).
LOG_DECADES = 2.5
# A single rounding remainder (1e-300) must not flatten the rest of a logarithmic axis.
DEEPEST = 1e-12
# Keep differences and quotients of two values finite.
LARGEST, SMALLEST = 1e300, 1e-290


@dataclass(frozen=True, slots=True)
class Scale:
    """A closed range of values, mapped to [0, 1] linearly or by logarithm."""

    low: float
    high: float
    log: bool = False

    def place(self, values: FloatArray) -> FloatArray:
        """Fractions in [0, 1], same shape; beyond the range is clipped to it, NaN stays NaN."""
        import numpy as np

        low, high = self.low, self.high
        shown = np.clip(values, low, high)
        if self.log:
            low, high, shown = math.log10(low), math.log10(high), np.log10(shown)
        placed: FloatArray = np.clip((shown - low) / (high - low), 0.0, 1.0)
        return placed

    def ticks(self, most: int) -> list[float]:
        """At most ``most`` round values inside the range, in order: steps of 1, 2, 2.5 or 5, or decades."""
        if self.log:
            first, last = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
            stride = max(1, math.ceil((last - first + 1) / most))
            return [10.0**e for e in range(first, last + 1, stride)]
        unit = next(u for u in self._units(most) if len(self._multiples(u)) <= most)
        return [i * unit for i in self._multiples(unit)]

    def _units(self, most: int) -> Iterator[float]:
        """Round distances between ticks, from too small to large enough."""
        power = 10.0 ** math.floor(math.log10((self.high - self.low) / (most + 1)))
        return (power * ten * f for ten in (1, 10, 100) for f in (1, 2, 2.5, 5))

    def _multiples(self, unit: float) -> range:
        return range(math.ceil(self.low / unit - 1e-9), math.floor(self.high / unit + 1e-9) + 1)


def finite(values: FloatArray) -> FloatArray:
    """The finite ones of ``values``, bounded so that their differences are finite too."""
    import numpy as np

    if len(values) and values.min() >= -LARGEST and values.max() <= LARGEST:
        return values
    kept: FloatArray = np.clip(values[np.isfinite(values)], -LARGEST, LARGEST)
    return kept


def _middle(values: FloatArray) -> float:
    """The (upper) median; numpy's own takes 10 ms to load what it needs for masked arrays."""
    import numpy as np

    return float(np.partition(values, len(values) // 2)[len(values) // 2])


def scale_for(arrays: Iterable[FloatArray], log: bool | None = None) -> Scale | None:
    """The scale that shows every finite value of ``arrays``; None when there is none.

    Logarithmic (unless ``log`` says otherwise) when nothing is negative and the positive values span more
    than :data:`LOG_DECADES`. A constant gets room above and below.
    """
    import numpy as np

    parts = [finite(a) for a in arrays]
    values = np.concatenate(parts) if parts else np.empty(0)
    if not len(values):
        return None
    low, high = float(values.min()), float(values.max())
    if log is not False and low >= 0 and high > 0:
        positive = values if low > 0 else values[values > 0]
        least = float(positive.min())
        # The median costs most here, and cannot count where the least is not far below the most.
        floor = max(least, _middle(positive) * DEEPEST if least < high * DEEPEST else 0.0, SMALLEST)
        if high / floor > 10**LOG_DECADES:
            return Scale(floor, high, log=True)
    size = max(abs(low), abs(high))
    if high - low <= max(SMALLEST, 1e-12 * size):
        room = size * 0.1 if size > SMALLEST else 1.0
        return Scale(low - room, high + room)
    return Scale(low, high)


def thin(steps: FloatArray, values: FloatArray, scale: Scale, columns: int) -> tuple[FloatArray, FloatArray]:
    """At most two points per column, the least and the greatest, so that no spike is lost.

    ``steps``, ``values``: shape (n,), any order. Returns the positions in [0, 1] on ``scale`` and the values,
    by rising step, without points that are not finite.
    """
    import numpy as np

    keep = np.isfinite(steps) & np.isfinite(values)
    if not keep.all():
        steps, values = steps[keep], values[keep]
    if (steps[1:] < steps[:-1]).any():
        order = np.argsort(steps, kind="stable")
        steps, values = steps[order], values[order]
    if len(steps) <= columns:
        return scale.place(steps), np.clip(values, -LARGEST, LARGEST)
    starts = _starts(steps, scale, columns)
    column = np.flatnonzero(np.diff(starts, append=len(steps)))
    starts = starts[column]
    ends = np.append(starts[1:], len(steps)) - 1
    least, most = np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)
    rising = values[starts] <= values[ends]
    pairs = np.stack([np.where(rising, least, most), np.where(rising, most, least)], axis=1)
    return np.repeat(column / max(1, columns - 1), 2), np.clip(pairs.ravel(), -LARGEST, LARGEST)


def _starts(steps: FloatArray, scale: Scale, columns: int) -> IntArray:
    """For each column the first of the ascending steps in it, or where it would stand."""
    import numpy as np

    edges = np.arange(columns) / columns
    if scale.log:
        return np.searchsorted(scale.place(steps), edges)
    starts = np.searchsorted(steps, scale.low + edges * (scale.high - scale.low))
    starts[0] = 0
    return starts


def levels(values: FloatArray, columns: int, height: int) -> Sequence[int | None]:
    """A curve as ``columns`` bars of 0..height-1 for a sparkline: the median of each stretch.

    None where a stretch holds no finite value; fewer bars when there are fewer points.
    """
    import numpy as np

    scale = scale_for([values])
    if scale is None:
        return [None] * min(columns, len(values))
    bars: list[int | None] = []
    for part in np.array_split(values, min(columns, len(values))):
        inside = finite(part)
        if len(inside):
            place = float(scale.place(np.array([_middle(inside)]))[0])
            bars.append(min(height - 1, int(place * height)))
        else:
            bars.append(None)
    return bars
