"""What a baseline keeps of a run: each curve as a level, its noise, and a condensed course.

A comparison knows runs in this form alone, so a baseline that was written to a file judges like the logs it
came from.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from curvedoc.series import MAD_TO_SIGMA, condense, median, running_median, window

if TYPE_CHECKING:
    from collections.abc import Sequence

    from curvedoc.run import Curve, FloatArray, Run

# A course keeps this many block medians: two in a hundred of a run is as sharply as steps are compared.
POINTS = 64
# The level at the end is the median of this share of the points, of at least LEAST_WINDOW of them.
WINDOW = 0.1
LEAST_WINDOW = 5
# Fewer points than this do not tell their own noise from their trend.
FEWEST = 6
# Noise is taken from the later half of a curve, about a parabola; values further out count as this far out.
OUTLIER = 3.0
# Correlation is not known to be higher than this from the few hundred points of a later half.
HIGHEST_CORRELATION = 0.95
# Standard error of a median beside that of a mean, on normal noise.
MEDIAN_ERROR = 1.2533
# Digits that are kept of a value, and of a step.
DIGITS, STEP_DIGITS = 6, 9


@dataclass(frozen=True, slots=True)
class Level:
    """A number taken from one curve: its value, standard error and the degrees of freedom of the error.

    ``error`` None: the curve is too short to tell.
    """

    value: float
    error: float | None
    dof: float = math.inf


@dataclass(frozen=True, slots=True)
class Course:
    """One curve of a run, condensed.

    ``better``: ``"lower"`` or ``"higher"``. ``points``: finite points logged; ``noise``: standard deviation
    of a point about the trend in the later half (0 when ``points`` < FEWEST); ``tau``: how many points in a
    row weigh as much as one that is independent. ``final``, ``best``: levels. ``end``: the last step.
    ``steps``, ``values``: block medians, all finite; empty in the older entries of a baseline.
    """

    role: str
    better: str
    points: int
    noise: float
    tau: float
    final: float
    best: float
    end: float
    steps: tuple[float, ...]
    values: tuple[float, ...]

    @property
    def worse(self) -> int:
        """1 when higher values are worse, -1 when lower ones are."""
        return 1 if self.better == "lower" else -1

    @property
    def at_end(self) -> Level:
        """The level at the end."""
        return self._level(self.final, width_of_end(self.points))

    @property
    def at_best(self) -> Level:
        """The best level; its noise is taken to be that of the later half."""
        return self._level(self.best, 2 * window(self.points // 2))

    @property
    def dof(self) -> float:
        """Degrees of freedom of the noise: independent points behind it, less the three of the parabola."""
        return max(1.0, later_half(self.points) / self.tau - 3)

    def error_of(self, points: float) -> float | None:
        """Standard error of the mean of so many points in a row."""
        if self.points < FEWEST:
            return None
        return self.noise * math.sqrt(min(1.0, self.tau / points))

    def _level(self, value: float, points: int) -> Level:
        error = self.error_of(points)
        return Level(value, None if error is None else MEDIAN_ERROR * error, self.dof)


@dataclass(frozen=True, slots=True)
class Summary:
    """One run: its name, what counts its steps, its main metric (a quantity, or empty) and its courses.

    ``lost``: roles whose last value is not finite; they have no course.
    """

    name: str
    x: str
    metric: str
    courses: tuple[Course, ...]
    lost: tuple[str, ...] = ()

    def get(self, role: str) -> Course | None:
        """The course of a role, or None."""
        return next((course for course in self.courses if course.role == role), None)


def summary(run: Run, roles: Sequence[str] = ()) -> Summary:
    """The summary of a run: loss and main metric on each split, and what else ``roles`` ask for."""
    wanted = {"train/loss", "val/loss", "test/loss", *roles}
    wanted |= {f"{split}/{run.metric}" for split in ("train", "val", "test") if run.metric}
    curves = [curve for curve in run.curves if curve.role in wanted and len(curve)]
    lost = tuple(sorted(c.role for c in curves if not math.isfinite(float(c.values[-1]))))
    kept = [course(c) for c in curves if c.role not in lost and c.higher_is_better is not None]
    return Summary(run.name, run.x, run.metric, tuple(sorted(kept, key=lambda c: c.role)), lost)


def course(curve: Curve) -> Course:
    """A curve condensed; points that are not finite are left out, at least one must be finite."""
    keep = np.isfinite(curve.values) & np.isfinite(curve.steps)
    order = np.argsort(curve.steps[keep], kind="stable")
    steps, values = curve.steps[keep][order], curve.values[keep][order]
    noise, tau = own_noise(values)
    worse = -1.0 if curve.higher_is_better else 1.0
    at, level = condense(steps, values, POINTS)
    final = median(values[-width_of_end(len(values)) :])
    # A curve that is still falling is at its best at the end, however the chosen places may fall.
    best = min(lowest_level(worse * values), worse * final)
    return Course(
        role=curve.role,
        better="higher" if curve.higher_is_better else "lower",
        points=len(values),
        noise=rounded(noise),
        tau=rounded(tau),
        final=rounded(final),
        best=rounded(worse * best),
        end=rounded(float(steps[-1]), STEP_DIGITS),
        steps=tuple(rounded(s, STEP_DIGITS) for s in at.tolist()),
        values=tuple(rounded(v) for v in level.tolist()),
    )


def later_half(n: int) -> int:
    """How many of ``n`` points the noise is taken from: half, all of a short curve."""
    return max(n // 2, min(n, 12))


def width_of_end(n: int) -> int:
    """How many of ``n`` points make up the level at the end; 1 where there are too few to tell noise."""
    return 1 if n < FEWEST else max(LEAST_WINDOW, int(WINDOW * n))


def own_noise(values: FloatArray) -> tuple[float, float]:
    """(standard deviation of a point about the trend, how many points in a row weigh as one), later half.

    The trend is a parabola: a course that bends more counts as noise and correlation, which makes a verdict
    more careful. Correlation is that of an AR(1) process, corrected for the bias of a short series (Kendall
    1954), and never negative.
    """
    n = len(values)
    if n < FEWEST:
        return 0.0, 1.0
    tail = values[-later_half(n) :]
    x = np.linspace(-1.0, 1.0, len(tail))
    rest = tail - np.polyval(np.polyfit(x, tail, 2), x)
    # Few residuals of a parabola are smaller than the noise was.
    spread = MAD_TO_SIGMA * median(np.abs(rest)) * math.sqrt(len(tail) / (len(tail) - 3))
    spread = spread or float(rest.std())
    if spread <= 1e-12 * float(np.abs(tail).max()):  # a constant or a parabola, to rounding
        return 0.0, 1.0
    calm = np.clip(rest, -OUTLIER * spread, OUTLIER * spread)
    found = float((calm[1:] * calm[:-1]).mean() / (calm * calm).mean())
    rho = min(HIGHEST_CORRELATION, max(0.0, found + (1 + 3 * found) / len(tail)))
    return spread, (1 + rho) / (1 - rho)


def lowest_level(values: FloatArray) -> float:
    """The lowest level of a curve, not pulled down by choosing the lowest of noisy values.

    Even points choose the place and odd points give the level there, and the other way round: noise that made
    a place look low is not the noise that it is measured with. Short curves: the lowest value.
    """
    n = len(values)
    if n < 2 * FEWEST:
        return float(values.min()) if n < FEWEST else float(running_median(values, 3).min())
    levels = []
    for chosen, asked in ((values[::2], values[1::2]), (values[1::2], values[::2])):
        width = window(len(chosen))
        place = int(np.argmin(running_median(chosen, width)))
        near = asked[max(0, place - width // 2) : place + width // 2 + 1]
        levels.append(median(near if len(near) else asked[-1:]))
    return 0.5 * (levels[0] + levels[1])


def rounded(value: float, digits: int = DIGITS) -> float:
    """``value`` with so many significant digits, as it is written to a file."""
    return float(f"{value:.{digits}g}")
