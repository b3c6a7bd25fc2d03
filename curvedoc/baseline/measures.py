"""The four numbers that are compared of a curve, each with its standard error; lower is better in all."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from curvedoc.series import first_where, running_median, window

from .summary import MEDIAN_ERROR, Level

if TYPE_CHECKING:
    from collections.abc import Sequence

    from curvedoc.run import FloatArray

    from .summary import Course

# "The baseline's level" is reached with this share of its way from the first value to the best: at the best
# value itself the curve is flat, and the step at which noise carries it across says nothing.
REACHED = 0.95
# Two sides with less of the baseline's steps in common are not compared over steps.
LEAST_COMMON = 0.1

Span = tuple[float, float]


def final(course: Course) -> Level:
    """The level at the end, turned so that lower is better."""
    return _turned(course, course.at_end)


def best(course: Course) -> Level:
    """The best level, turned so that lower is better."""
    return _turned(course, course.at_best)


def _turned(course: Course, level: Level) -> Level:
    return Level(course.worse * level.value, level.error, level.dof)


def common(new: Sequence[Course], base: Sequence[Course]) -> Span | str:
    """The steps that all courses have, or why there are too few."""
    courses = [*new, *base]
    if any(len(course.steps) < 2 for course in courses):
        return "a curve has fewer than two points"
    low, high = max(c.steps[0] for c in courses), min(c.steps[-1] for c in courses)
    whole = max(c.steps[-1] for c in base) - min(c.steps[0] for c in base)
    if high - low < LEAST_COMMON * whole:
        return "the two sides have too few steps in common; are they counted in the same unit?"
    return low, high


def area(course: Course, span: Span) -> Level:
    """The mean level over ``span`` (the area under the curve by its width), lower is better."""
    steps, values = np.array(course.steps), course.worse * np.array(course.values)
    inside = (steps > span[0]) & (steps < span[1])
    x = np.concatenate([[span[0]], steps[inside], [span[1]]])
    y = np.interp(x, steps, values)
    value = float(((y[1:] + y[:-1]) * np.diff(x)).sum() / 2 / (span[1] - span[0]))
    share = (span[1] - span[0]) / (steps[-1] - steps[0])
    return Level(value, course.error_of(max(1.0, share * course.points)), course.dof)


def level_to_reach(base: Sequence[Course]) -> float | None:
    """The baseline's level (see :data:`REACHED`), turned so that lower is better; None without progress."""
    firsts = [c.worse * c.values[0] for c in base]
    bests = [c.worse * c.best for c in base]
    first, best_of = sum(firsts) / len(base), sum(bests) / len(base)
    return best_of + (1 - REACHED) * (first - best_of) if first > best_of else None


def steps_to(course: Course, level: float) -> Level | None:
    """The first step at which the smoothed course is at ``level`` or below; None when it never is.

    ``level``: turned so that lower is better. The error is that of the level there over the slope, and half a
    block of the course.
    """
    steps, values = np.array(course.steps), course.worse * np.array(course.values)
    width = window(len(values))
    smooth = running_median(values, width)
    at = first_where(smooth <= level)
    if at is None:
        return None
    if at == 0:
        return Level(float(steps[0]), 0.0 if course.points else None, course.dof)
    share = (smooth[at - 1] - level) / (smooth[at - 1] - smooth[at])
    step = float(steps[at - 1] + share * (steps[at] - steps[at - 1]))
    return Level(step, _step_error(course, steps, smooth, at, width), course.dof)


def last_step(course: Course) -> Level:
    """The step at which a course ends."""
    return Level(course.end, 0.0, course.dof)


def _step_error(course: Course, steps: FloatArray, smooth: FloatArray, at: int, width: int) -> float | None:
    in_window = width * max(1.0, course.points / len(steps))
    noise = course.error_of(in_window)
    if noise is None:
        return None
    low, high = max(0, at - 1 - width // 2), min(len(steps) - 1, at + width // 2)
    slope = float(smooth[low] - smooth[high]) / float(steps[high] - steps[low])
    block = float(steps[at] - steps[at - 1])
    whole = float(steps[-1] - steps[0])
    by_noise = MEDIAN_ERROR * noise / slope if slope > 0 else whole
    return math.hypot(min(by_noise, whole), block / math.sqrt(12))
