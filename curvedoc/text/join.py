"""From events to rows: values that belong to one step stand in one row, with what counts it."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from . import words
from .bars import last_of_evaluations, last_states
from .plan import named
from .sift import sift

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .plan import Plan
    from .scan import Event

Row = dict[str, float]

SUMMARIES = 8
"""From so many epochs on a line per epoch is the curve and the lines within the epochs are left out."""


def rows_of(events: Sequence[Event]) -> tuple[list[Row], list[str], list[str]]:
    """Rows of values by name in the order of logging, the names that count, and notes."""
    events, notes = last_states(_one_rank(events))
    events = sift(last_of_evaluations(events))
    joiner = _Joiner(_one_name(events), _leading(events))
    for event in events:
        joiner.add(event)
    joiner.finish()
    rows, fine = joiner.rows, joiner.fine
    notes += _supersede(rows, fine)
    _number(rows, fine, joiner.totals)
    counters = [name for name in joiner.counted if any(name in row for row in rows)]
    kept = [row for row in rows if not row.keys() <= joiner.counted.keys()]
    return kept, counters, notes


def _one_rank(events: Sequence[Event]) -> Sequence[Event]:
    """The lines of one process, where several print the same."""
    if not any(e.rank >= 0 for e in events):
        return events
    said = Counter(e.rank for e in events if e.rank >= 0 and e.plan.is_curve)
    if len(said) < 2:
        return events
    most = max(said.values())
    best = min(rank for rank, n in said.items() if n == most)
    return [e for e in events if e.rank in (-1, best)]


def _one_name(events: Iterable[Event]) -> dict[str, str]:
    """One name for counters that count the same: ``iter 100`` beside ``step 100``, never in one line."""
    used: Counter[str] = Counter()
    together: set[str] = set()
    plans = Counter(e.plan for e in events if e.plan.counters)
    for plan, times in plans.items():
        names = [name for name, _ in plan.counters if words.counts_steps(name) and name != words.BATCH]
        used.update(dict.fromkeys(names, times))
        if len(names) > 1:
            together.update(names)
    if len(used) < 2 or together:
        return {}
    best = used.most_common(1)[0][0]
    return dict.fromkeys(used, best)


def _leading(events: Sequence[Event]) -> set[tuple[object, ...]]:
    """The layouts without a counter that stand before the line that counts: they belong to the next one."""
    counting = [i for i, e in enumerate(events) if e.plan.counters]
    if not counting:
        return set()
    places: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for i, event in enumerate(events):
        if event.plan.items and not event.plan.counters:
            places[event.plan.signature].append(i)
    return {s for s, at in places.items() if at[0] < counting[0] and at[-1] < counting[-1]}


class _Joiner:
    """Puts events into rows; what counts at the moment is its state."""

    def __init__(self, names: dict[str, str], leading: set[tuple[object, ...]]) -> None:
        self.names, self.leading = names, leading
        self.rows: list[Row] = []
        self.fine: list[bool] = []
        self.totals: list[float] = []
        self.counted: dict[str, None] = {}
        self.header: Row = {}
        self.context: Row = {}
        self.split = ""
        self.block: tuple[str, frozenset[str]] = ("", frozenset())
        self.own: frozenset[str] = frozenset()
        self.current = -1
        self.pending: Row = {}
        self.ways: dict[tuple[Plan, str, bool], _Way] = {}

    def add(self, event: Event) -> None:
        """One event more."""
        plan = event.plan
        if not plan.items:
            self._heading(event)
        elif plan.counters or (plan.inner[0] >= 0 and not plan.evaluates):
            self._counted(event)
        else:
            self._free(event)

    def finish(self) -> None:
        """Rows for what still waits for a counter."""
        if self.pending:
            self._row(dict(self.context), self.pending, False)

    def _heading(self, event: Event) -> None:
        counters = self._counters(event)
        self.split = event.plan.split
        if counters:
            if counters.items() - self.context.items():
                self.current, self.own = -1, frozenset()
            self.header.update(counters)
            self.context = dict(self.header)
            if self.pending:
                self._row(dict(self.context), self.pending, False)
                self.pending = {}

    def _counters(self, event: Event) -> Row:
        plan, values = event.plan, event.values
        found: Row = {}
        for counted, at in plan.counters:
            value = values[at]
            if value is not None:
                found.setdefault(self.names.get(counted, counted), value)
        k = plan.inner[0]
        if k >= 0 and not event.mean and not any(words.counts_steps(name) for name in found):
            value = values[k]
            if value is not None:
                found[words.BATCH] = value
        if not found.keys() <= self.counted.keys():
            self.counted.update(dict.fromkeys(found))
        return found

    def _counted(self, event: Event) -> None:
        plan = event.plan
        own = counters = self._counters(event)
        values = self._values(event)
        if self.header:
            self.header.update({k: v for k, v in own.items() if k in self.header})
            counters = {**self.header, **own}
        fine = words.EPOCH in counters and any(words.counts_steps(name) for name in own)
        total = None
        if plan.inner[0] >= 0:
            total = event.values[plan.inner[1]]
            self.block = (plan.split, frozenset(i.key for i in plan.items))
        row = self.rows[self.current] if self.current >= 0 else {}
        if own and row and counters == self.context and (plan.grid or values.keys().isdisjoint(row)):
            row.update(values)
            self.own |= values.keys()
            return
        self.context, self.split = counters, ""
        self._row(counters, {**self.pending, **values} if self.pending else values, fine, total or 0.0)
        self.pending = {}
        self.own = frozenset(values)

    def _free(self, event: Event) -> None:
        plan = event.plan
        split = plan.split
        if plan.inner[0] >= 0:
            self.block = (plan.split, frozenset(i.key for i in plan.items))
        elif not split:
            split, keys = self.block
            split = split if keys.issuperset(i.key for i in plan.items) else self.split
        values = self._values(event, split)
        if plan.signature in self.leading:
            self.pending.update(values)
            return
        if self.current >= 0 and self.own.isdisjoint(values) and self._merges(values):
            self.rows[self.current].update(values)
            return
        coarse = words.EPOCH in self.context
        counters = {k: v for k, v in self.context.items() if not (coarse and k == words.BATCH)}
        self._row(counters, values, False)
        self.own = frozenset() if self.context else frozenset(values)

    def _merges(self, values: Row) -> bool:
        """Whether free values belong to the row before: something counts, or none of them is there yet."""
        return bool(self.context) or values.keys().isdisjoint(self.rows[self.current])

    def _values(self, event: Event, split: str = "") -> Row:
        """The values of an event by logged name."""
        key = (event.plan, split, event.mean)
        way = self.ways.get(key)
        if way is None:
            way = self.ways[key] = _way(*key)
        numbers = event.values
        if way.plainly:
            return {name: value for name, at in way.plainly if (value := numbers[at]) is not None}
        found: Row = {}
        for name, at, of, factor in way.items:
            value = numbers[at]
            if value is None:
                continue
            whole = numbers[of] if of >= 0 else None
            if whole and not value % 1 and not whole % 1:
                value /= whole
            if name not in found:
                found[name] = value * factor
        return found

    def _row(self, counters: Row, values: Row, fine: bool, total: float = 0.0) -> None:
        self.current = len(self.rows)
        self.rows.append({**counters, **values})
        self.fine.append(fine)
        self.totals.append(total)


class _Way(NamedTuple):
    """How the values of one layout are taken.

    ``items``: name, place, place of what it is a share of (-1: none), factor; ``plainly``: name and place
    alone where there is no more to do.
    """

    items: tuple[tuple[str, int, int, float], ...]
    plainly: tuple[tuple[str, int], ...]


def _way(plan: Plan, split: str, mean: bool) -> _Way:
    """The way of a layout below a line that names ``split``; ``mean``: averages are taken where there are."""
    mean = mean or (not plan.counters and plan.inner[0] < 0)
    items = tuple(
        (
            item.name if item.split or not split else named(item.key, split),
            item.mean if mean and item.mean >= 0 else item.at,
            item.of,
            item.factor,
        )
        for item in plan.items
    )
    plain = all(of < 0 and factor == 1 for _, _, of, factor in items)
    names = {name for name, *_ in items}
    return _Way(items, tuple(i[:2] for i in items) if plain and len(names) == len(items) else ())


def _supersede(rows: Sequence[Row], fine: Sequence[bool]) -> list[str]:
    """Of values logged within epochs and once per epoch by one name keep one kind."""
    if all(fine) or not any(fine):
        return []
    often, seldom = (
        _times(row for row, is_fine in zip(rows, fine, strict=True) if is_fine is x) for x in (True, False)
    )
    names = {n for n in often.keys() & seldom.keys() if words.is_curve(n)}
    epochs = {n for n in names if seldom[n] >= SUMMARIES or often[n] <= seldom[n]}
    for row, is_fine in zip(rows, fine, strict=True):
        for name in epochs if is_fine else names - epochs:
            row.pop(name, None)
    if not names:
        return []
    which = "within the epochs" if epochs else "once per epoch"
    listed = ", ".join(sorted(epochs or names)[:3])
    return [f"{listed}: logged both within epochs and once per epoch; the points {which} were left out."]


def _times(rows: Iterable[Row]) -> Counter[str]:
    """In how many rows each name stands."""
    found: Counter[str] = Counter()
    for names, times in Counter(map(tuple, rows)).items():
        found.update(dict.fromkeys(names, times))
    return found


def _number(rows: Sequence[Row], fine: Sequence[bool], totals: Sequence[float]) -> None:
    """Where batches restart in each epoch, number them through: ``epoch * batches + batch``."""
    curves = {
        n
        for n in _times(row for row, is_fine in zip(rows, fine, strict=True) if is_fine)
        if words.is_curve(n)
    }
    places = [i for i, is_fine in enumerate(fine) if is_fine and not curves.isdisjoint(rows[i])]
    if len(places) < 2:
        return
    inner = next((n for n in rows[places[0]] if words.counts_steps(n)), "")
    pairs = [(rows[i][words.EPOCH], rows[i][inner]) for i in places if inner in rows[i]]
    if len(pairs) < len(places):
        return
    later = [(a, b) for a, b in pairwise(pairs) if b[0] > a[0]]
    if not later or sum(b[1] <= a[1] for a, b in later) < 0.9 * len(later):
        return
    first = min(e for e, _ in pairs)
    most = max(k for _, k in pairs) + (1.0 if min(k for _, k in pairs) == 0 else 0.0)
    stated = max(totals)
    per = stated if stated >= most - 1 else most
    for i in places:
        rows[i][inner] += (rows[i][words.EPOCH] - first) * per
