"""Blocks of lines of which only the last counts: states of a progress bar, batches of an evaluation."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from . import words
from .plan import in_split

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .plan import Plan
    from .scan import Event

ENOUGH = 3
"""Fewer points are no curve: then the states inside the bars are the points."""

FINISHED = 0.9
"""A bar that stops before nine tenths was cut off: its average is of a part of the epoch."""

ALTERNATE = 0.9
"""Share of bars that must take turns for two kinds of them to be training and validation."""


def last_states(events: Sequence[Event]) -> tuple[list[Event], list[str]]:
    """The events with one state for each progress bar, its last; notes say what was left out.

    When this leaves no curve and nothing else is in the log, every state is a point.
    """
    events = _without_ends(events)
    if not any(e.plan.bar for e in events):
        return list(events), []
    bars = _groups(events)
    points = sum(events[i].plan.is_curve for i in bars.values())
    others = Counter(e.plan.signature for e in events if e.plan.is_curve and not e.plan.bar)
    if points < ENOUGH and max(others.values(), default=0) < ENOUGH:
        return _as_points(events), []
    last = set(bars.values())
    shares = {i: _share(events[i]) for i in last}
    cut = max(last, default=-1)
    notes = []
    if points > ENOUGH and shares.get(cut, 1.0) < FINISHED and events[cut].plan.items:
        last.remove(cut)
        notes.append("The last progress bar was cut off and left out.")
    smaller = _validation(events, sorted(last))
    plans: dict[tuple[int, bool], Plan] = {}
    kept = []
    for i, event in enumerate(events):
        if not event.plan.bar:
            kept.append(event)
        elif i in last:
            key = (id(event.plan), i in smaller)
            if key not in plans:
                plan = replace(event.plan, inner=(-1, -1))
                plans[key] = in_split(plan, "val") if i in smaller else plan
            kept.append(event._replace(plan=plans[key]))
    return kept, notes


def _without_ends(events: Sequence[Event]) -> Sequence[Event]:
    """The events without progress in layouts printed only at the end (``10/10 - 3s - loss: 0.5``)."""
    ends: dict[tuple[object, ...], bool] = {}
    for event in events:
        if event.plan.inner[0] >= 0 and not event.plan.bar:
            signature = event.plan.signature
            ends[signature] = ends.get(signature, True) and _share(event) == 1
    if not any(ends.values()):
        return events
    plans = {e.plan: replace(e.plan, inner=(-1, -1)) for e in events if ends.get(e.plan.signature)}
    return [e._replace(plan=plans.get(e.plan, e.plan)) for e in events]


def _groups(events: Sequence[Event]) -> dict[int, int]:
    """The place of the last state of each bar, by a running number."""
    last: dict[int, int] = {}
    opened: dict[tuple[object, ...], tuple[int, float, int]] = {}
    context = number = 0
    latest: tuple[object, ...] = ()
    for i, (plan, values, *_) in enumerate(events):
        if not plan.bar:
            context += bool(plan.counters)
            continue
        k, n = _progress(plan, values)
        own = tuple(values[at] for _, at in plan.counters)
        key = (n, own, plan.split)
        group, before, seen = opened.get(key, (-1, -1.0, context))
        if group < 0 or k < before or (k == before == n and (seen != context or latest != key)):
            number += 1
            group = number
        latest = key
        opened[key] = (group, k, context)
        if plan.items or group not in last:
            last[group] = i
    return last


def _progress(plan: Plan, values: Sequence[float | None]) -> tuple[float, float]:
    k, n = plan.inner
    return (values[k] or 0.0, values[n] or 0.0) if k >= 0 else (0.0, 0.0)


def _share(event: Event) -> float:
    k, n = _progress(event.plan, event.values)
    return k / n if n else 1.0


def _as_points(events: Sequence[Event]) -> list[Event]:
    """The states of bars as lines of their own: without a counter, their progress counts the steps."""
    plans: dict[Plan, Plan] = {}
    points = []
    for event in events:
        plan = event.plan
        if not plan.bar or plan.inner[0] < 0 or plan.counters:
            points += [event] if plan.items or not plan.bar else []
        elif plan.items:
            if plan not in plans:
                plans[plan] = replace(plan, counters=((words.STEP, plan.inner[0]),), inner=(-1, -1))
            points.append(event._replace(plan=plans[plan]))
    return points


def _validation(events: Sequence[Event], last: Sequence[int]) -> set[int]:
    """The bars that must be validation: two lengths take turns, and these are the shorter ones."""
    free = [
        i
        for i in last
        if events[i].plan.is_curve and not events[i].plan.split and not events[i].plan.counters
    ]
    free = [i for i in free if not any(words.own_split(item.name) for item in events[i].plan.items)]
    sizes = Counter(_progress(*events[i][:2])[1] for i in free)
    if len(sizes) != 2 or min(sizes.values()) < 2 or max(sizes.values()) - min(sizes.values()) > 1:
        return set()
    lengths = [_progress(*events[i][:2])[1] for i in free]
    turns = sum(a != b for a, b in pairwise(lengths))
    if turns < ALTERNATE * (len(lengths) - 1):
        return set()
    return {i for i, n in zip(free, lengths, strict=True) if n == min(sizes)}


def last_of_evaluations(events: Sequence[Event]) -> list[Event]:
    """The events with one line for each evaluation printed batch by batch: its last, with averages."""
    kept: list[Event] = []
    before: Event | None = None
    for event in events:
        plan = event.plan
        if plan.inner[0] < 0 or not plan.items or not plan.evaluates:
            before = None if plan.items or plan.counters else before
            kept.append(event)
            continue
        same = before is not None and before.plan.signature == plan.signature
        if same and before and _progress(*before[:2])[0] < _progress(plan, event.values)[0]:
            kept.pop()
        before = event
        kept.append(event._replace(mean=True))
    return kept
