"""Which lines are the log: those whose layout repeats while something counts on."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

from curvedoc.naming.tokens import Kind

from . import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .plan import Plan
    from .scan import Event

REPEATED = 3
"""A layout that stands fewer times in a log is a remark."""

SPREAD = 0.05
"""A line of constant values (accuracy 0 for good) is no setting where it stands at so many counts."""

BESIDE = 0.2
"""Lines that begin with a bare number count beside lines with a named counter only when they are so many."""

ONWARD = 0.7
"""A number without a name counts when it rises or stays at least at so many of its lines."""

_BROKEN = frozenset(["epoch", "kimg"])
"""What may be counted in fractions."""

_TELLING = frozenset([Kind.LOSS, Kind.METRIC, Kind.BARE, Kind.SPLIT_ONLY])


@dataclass
class _Use:
    """How a layout is used: its events and whether anything counts on in them."""

    events: list[Event] = field(default_factory=list)
    places: set[int] = field(default_factory=set)

    @property
    def counts(self) -> bool:
        """Whether a counter goes on: enough different values, whole ones unless it counts epochs."""
        seen: set[tuple[float | None, ...]] = set()
        leading: list[float] = []
        for event in self.events:
            plan, values = event.plan, event.values
            counted = [values[at] for _, at in plan.counters]
            for (name, _), value in zip(plan.counters, counted, strict=True):
                if value and value % 1 and name not in _BROKEN:
                    return False
            if plan.leading:
                leading += [v for v in counted if v is not None]
            if len(seen) < REPEATED:
                seen.add((*counted, values[plan.inner[0]] if plan.inner[0] >= 0 else None))
        return len(seen) >= min(REPEATED, max(2, len(self.events))) and _rises(leading)


def _rises(values: Sequence[float]) -> bool:
    """Whether numbers mostly rise or stay."""
    steps = [b >= a for a, b in pairwise(values)]
    return sum(steps) >= ONWARD * len(steps)


def sift(events: Sequence[Event]) -> list[Event]:
    """The events that are log lines or headings that count, in order."""
    uses: dict[tuple[object, ...], _Use] = defaultdict(_Use)
    for event in events:
        uses[event.plan.signature].events.append(event)
    counting = {s for s, use in uses.items() if use.events[0].plan.counters and use.counts}
    telling = {s for s, use in uses.items() if use.events[0].plan.is_curve}
    own = {
        s for s in counting if len(uses[s].events) >= REPEATED and (_TELLING & uses[s].events[0].plan.kinds)
    }
    named = sum(len(uses[s].events) for s in own if not uses[s].events[0].plan.leading)
    own = {s for s in own if not uses[s].events[0].plan.leading or len(uses[s].events) >= BESIDE * named}
    context = _contexts(events, counting, own, uses)
    free = {s for s in telling if not uses[s].events[0].plan.counters and _repeats(uses[s], context)}
    if not (own | free) & telling:
        own |= {s for s in counting if len(uses[s].events) >= REPEATED and uses[s].events[0].plan.items}
    chosen = own | free
    if chosen:  # an evaluation that came once or twice beside lines that repeat
        names = {name for s in own for name, _ in uses[s].events[0].plan.counters}
        chosen |= {s for s in telling if _named(uses[s].events[0].plan) & names}
    closing = {s for s in chosen if _closes_fold(uses[s].events[0].plan)}
    chosen = chosen - closing or chosen
    headings = {s for s in counting if _is_heading(uses[s].events[0].plan)}
    return [
        e
        for e in events
        if e.plan.signature in chosen or e.plan.signature in headings or not (e.plan.items or e.plan.counters)
    ]


def _named(plan: Plan) -> set[str]:
    """The counters of a line that have a name."""
    return set() if plan.leading else {name for name, _ in plan.counters}


def _closes_fold(plan: Plan) -> bool:
    """Whether a line sums up a whole fold (``Fold 3: accuracy 0.9``): one point of each is no curve."""
    return bool(plan.items) and _named(plan) == {words.FOLD}


def _is_heading(plan: Plan) -> bool:
    return not plan.items and not plan.leading


def _contexts(
    events: Sequence[Event],
    counting: set[tuple[object, ...]],
    own: set[tuple[object, ...]],
    uses: dict[tuple[object, ...], _Use],
) -> int:
    """Note for each layout at how many places of the count it stands; returns how many there are."""
    place = 0
    for event in events:
        signature = event.plan.signature
        if signature in own or (signature in counting and _is_heading(event.plan)):
            place += 1
        uses[signature].places.add(place)
    return place


def _repeats(use: _Use, contexts: int) -> bool:
    """Whether a layout without a counter repeats: at several counts, or at all when nothing counts."""
    varies = any(e.values != use.events[0].values for e in use.events)
    if contexts < REPEATED:
        return varies and len(use.events) >= REPEATED
    return len(use.places) >= REPEATED and (varies or len(use.places) >= SPREAD * contexts)
