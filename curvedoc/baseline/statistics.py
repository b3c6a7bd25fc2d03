"""The statistics of a comparison: two samples, an effect with its interval, several tests, a trend.

Written out here because scipy takes longer to import than a run takes to be judged; the tests hold every
function against scipy. All tests are one-sided: the question is whether the first sample lies higher.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# Splits that are counted one by one: ten runs against ten are 184,756, a tenth of a second.
MOST_SPLITS = 200_000
# Sums of one split in another order differ in their last digits.
ROUNDING = 1e-12
# Series for which the exact law of Kendall's S is counted; beyond it is normal to three digits.
EXACT_KENDALL = 60


def splits(n: int, m: int) -> int:
    """In how many ways ``n + m`` runs fall into groups of ``n`` and ``m``."""
    return math.comb(n + m, n)


def permutation(first: Sequence[float], second: Sequence[float]) -> tuple[float, float]:
    """Exact permutation test on the difference of means: P(as large or larger | same law), P(as small or
    smaller).

    Counts every split of the pooled values (see :data:`MOST_SPLITS`); the least value it can give is
    1 / :func:`splits`. Assumes nothing of the law but that the runs are exchangeable. Fisher 1935.
    """
    import numpy as np

    values = np.array([*first, *second], dtype=np.float64)
    values -= values.mean()
    # The sums of all choices of 0, 1 ... n values, one more value at a time.
    sums = [np.zeros(1), *(np.empty(0) for _ in first)]
    for value in values:
        sums[1:] = [np.append(own, fewer + value) for own, fewer in zip(sums[1:], sums[:-1], strict=True)]
    seen, room = values[: len(first)].sum(), ROUNDING * float(np.abs(values).sum())
    return float((sums[-1] >= seen - room).mean()), float((sums[-1] <= seen + room).mean())


def welch(first: Sequence[float], second: Sequence[float]) -> tuple[float, float]:
    """Standard error of the difference of means and its degrees of freedom (Welch 1947, Satterthwaite).

    Both samples need two values; both constant give (0, the smaller count - 1).
    """
    parts = [variance(sample) / len(sample) for sample in (first, second)]
    total = sum(parts)
    if total == 0:
        return 0.0, float(min(len(first), len(second)) - 1)
    below = sum(part**2 / (len(s) - 1) for part, s in zip(parts, (first, second), strict=True))
    return math.sqrt(total), total**2 / below if below else math.inf


def pooled(first: Sequence[float], second: Sequence[float]) -> tuple[float, float]:
    """Standard error of the difference of means under one common spread, and its degrees of freedom.

    The only way when one side is a single run: it is compared with a prediction from the other side.
    """
    dof = len(first) + len(second) - 2
    spread = spread_of(first, second)
    return spread * math.sqrt(1 / len(first) + 1 / len(second)), float(dof)


def spread_of(first: Sequence[float], second: Sequence[float]) -> float:
    """Pooled standard deviation of two samples, of which one may be a single value."""
    squares = sum((len(s) - 1) * variance(s) for s in (first, second))
    return math.sqrt(squares / (len(first) + len(second) - 2))


def hedges(first: Sequence[float], second: Sequence[float]) -> tuple[float, float, float] | None:
    """Hedges' g, the difference of means in pooled standard deviations, with its 95 % interval.

    Corrected for small samples; the interval is the large-sample one (Hedges and Olkin 1985). None for
    fewer than four values, and without a spread to divide by.
    """
    n, m = len(first), len(second)
    dof = n + m - 2
    if dof < 2 or (spread := spread_of(first, second)) == 0:
        return None
    small = math.exp(math.lgamma(dof / 2) - math.lgamma((dof - 1) / 2)) / math.sqrt(dof / 2)
    g = small * (mean(first) - mean(second)) / spread
    error = math.sqrt((n + m) / (n * m) + g**2 / (2 * (n + m)))
    return g, g - 1.96 * error, g + 1.96 * error


def mean(values: Sequence[float]) -> float:
    """Arithmetic mean."""
    return math.fsum(values) / len(values)


def variance(values: Sequence[float]) -> float:
    """Variance of a sample (n - 1); 0 for a single value."""
    if len(values) < 2:
        return 0.0
    middle = mean(values)
    return math.fsum((value - middle) ** 2 for value in values) / (len(values) - 1)


def beyond(t: float, dof: float) -> float:
    """P(T > t) for Student's t; the normal law for infinitely many degrees of freedom."""
    if math.isinf(t):
        return 0.0 if t > 0 else 1.0
    if dof > 1e6:
        return 0.5 * math.erfc(t / math.sqrt(2))
    tail = 0.5 * _beta_share(dof / 2, 0.5, dof / (dof + t * t))
    return tail if t >= 0 else 1 - tail


def quantile(tail: float, dof: float) -> float:
    """The t with P(T > t) = ``tail``, for tails below one half.

    By Newton's method, which cannot overshoot: the tail is convex for positive t.
    """
    dof = min(dof, 1e6)
    scale = math.exp(math.lgamma((dof + 1) / 2) - math.lgamma(dof / 2)) / math.sqrt(dof * math.pi)
    t = 0.0
    for _ in range(100):
        density = scale * math.exp(-(dof + 1) / 2 * math.log1p(t * t / dof))
        step = (beyond(t, dof) - tail) / density
        t += step
        if abs(step) <= 1e-12 * t:
            break
    return t


def _beta_share(a: float, b: float, x: float) -> float:
    """Regularised incomplete beta function I_x(a, b) by its continued fraction (Lentz)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):
        return 1 - _beta_share(b, a, 1 - x)
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    c, d = 1.0, 1 / _not_zero(1 - (a + b) * x / (a + 1))
    fraction = d
    for k in range(1, 300):
        even = k * (b - k) * x / ((a + 2 * k - 1) * (a + 2 * k))
        odd = -(a + k) * (a + b + k) * x / ((a + 2 * k) * (a + 2 * k + 1))
        for term in (even, odd):
            d = 1 / _not_zero(1 + term * d)
            c = _not_zero(1 + term / c)
            fraction *= c * d
        if abs(c * d - 1) < 1e-14:
            break
    return math.exp(log_front) * fraction / a


def _not_zero(value: float) -> float:
    return value if abs(value) > 1e-300 else 1e-300


def holm(ps: Sequence[float]) -> list[float]:
    """P-values corrected for being several, in the same order (Holm 1979).

    >>> holm([0.01, 0.04])
    [0.02, 0.04]
    """
    order = sorted(range(len(ps)), key=lambda i: ps[i])
    corrected, highest = [0.0] * len(ps), 0.0
    for rank, i in enumerate(order):
        highest = max(highest, min(1.0, (len(ps) - rank) * ps[i]))
        corrected[i] = highest
    return corrected


def rising(values: Sequence[float]) -> float:
    """P-value of a monotone rise over time (Mann 1945, Kendall): exact without ties, else normal.

    The least value that n values can give is 1 / n!.
    """
    n = len(values)
    score = sum((values[j] > values[i]) - (values[j] < values[i]) for i in range(n) for j in range(i + 1, n))
    ties = [values.count(value) for value in set(values)] if len(set(values)) < n else []
    if not ties and n <= EXACT_KENDALL:
        # S = pairs - 2 * inversions, and the inversions of all orders are counted one more value at a time.
        most = (n * (n - 1) // 2 - score) // 2
        counts = _inversions(n)
        return sum(counts[: most + 1]) / math.factorial(n)
    square = (n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties)) / 18
    if square <= 0:
        return 1.0
    return beyond((score - 1) / math.sqrt(square), math.inf)


def _inversions(n: int) -> list[int]:
    """How many orders of n values have 0, 1, 2 ... inversions."""
    counts = [1]
    for size in range(2, n + 1):
        wider = [0] * (len(counts) + size - 1)
        for i, count in enumerate(counts):
            for more in range(size):
                wider[i + more] += count
        counts = wider
    return counts


def slope(values: Sequence[float]) -> float:
    """Median of the slopes between all pairs of values, per place (Theil 1950, Sen 1968)."""
    slopes = sorted(
        (values[j] - values[i]) / (j - i) for i in range(len(values)) for j in range(i + 1, len(values))
    )
    half = len(slopes) // 2
    return slopes[half] if len(slopes) % 2 else 0.5 * (slopes[half - 1] + slopes[half])
