"""Runs whose series bring their own steps and times (event files, stores): put in order, joined, told."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from .errors import UsageError, nearest
from .run import Logged, Series
from .steps import countable
from .tfevents.attempts import settle
from .tfevents.clock import on_one_counter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .run import FloatArray, Ignored

STEP = "step"
"""What counts the steps, unless a series is wanted for it."""

_NAMED = 5  # names that a note lists one by one

_DONE = {
    "counted": "the step was never set, or starts over in each epoch: points are numbered in {names}",
    "moved": "steps count another thing in {names}: put on the counter of the others by the time of logging",
    "last": "begun anew within one file: only the last attempt of {names} is shown",
    "rewound": "the step counter runs backwards in {names}: what was logged again replaces the old",
}


def logged(
    name: str,
    path: str,
    reader: str,
    points: Mapping[str, FloatArray],
    x: str | None = None,
    ignored: Sequence[Ignored] = (),
    notes: Sequence[str] = (),
) -> Logged:
    """A run from its points: logged name -> array of shape (3, n), steps, values and wall times in seconds.

    Points come in the order of logging; those without a finite step are left out. NaN and infinite values
    are kept. ``x``: the logged name that gives the steps instead. Raises
    :class:`~curvedoc.errors.UsageError` when no series is called so.
    """
    done: defaultdict[str, list[str]] = defaultdict(list)
    settled = {}
    for key, found in points.items():
        settled[key], what = settle(found[:, countable(found[0])])
        done[what].append(key)
    settled, done["moved"] = on_one_counter(settled)
    series = tuple(Series(key, found[0], found[1]) for key, found in settled.items() if found.size)
    counter = "row" if done["counted"] and len(done["counted"]) == len(series) else STEP
    run = Logged(name, path, reader, counter, series, tuple(ignored), (*notes, *told(done)))
    return over(run, x) if x and x != counter else run


def told(done: Mapping[str, Sequence[str]]) -> list[str]:
    """Sentences about what was done to the steps of which series (the words of ``settle``, and "moved")."""
    return [text.format(names=listed(done[what])) for what, text in _DONE.items() if done.get(what)]


def over(run: Logged, x: str) -> Logged:
    """The same series over another one: its value at each step, between its points in proportion.

    Raises :class:`~curvedoc.errors.UsageError` when no series is called so, or it has no finite value.
    """
    axis = next((s for s in run.series if s.name == x), None)
    if axis is None:
        names = [s.name for s in run.series]
        fix = f"Use step or one of: {listed(names)}.{nearest(x, names)}"
        raise UsageError(f"no series is called '{x}'", fix, run.path)
    finite = countable(axis.values)
    order = np.argsort(axis.steps[finite], kind="stable")
    if not len(order):
        raise UsageError(f"the series '{x}' has no finite value", "Use another x.", run.path)
    at, to = axis.steps[finite][order], axis.values[finite][order]
    others = [Series(s.name, np.interp(s.steps, at, to), s.values) for s in run.series if s is not axis]
    return replace(run, x=x, series=tuple(others))


def listed(names: Sequence[str]) -> str:
    """Names in quotes, no more than a reader takes in."""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(repr(name) for name in names[:_NAMED]) + more
