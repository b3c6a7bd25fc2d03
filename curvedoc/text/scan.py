"""From the lines of a text to events: lines that report values, in order."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from . import grids, words
from .clean import MAX_LINE, lines_in, without_bar, without_prefix
from .grammar import NOTHING, NUMBER, NUMBER_OR_NAN, read_layout
from .plan import Plan

Values = list[float | None]

MOST_LAYOUTS = 50_000
"""Layouts that are remembered; a text of more different ones is no log, and memory is finite."""

_DIGIT = re.compile(r"\d|(?i:\bnan\b|\binf\b)")
_MAYBE_NAN = re.compile(r"(?i)nan|inf")


class Event(NamedTuple):
    """A line that reports something: its layout, its numbers in order, the rank that printed it, and whether
    the averages in it count (``0.5 (0.6)`` at the end of a block).

    A plan without counters and items is a heading: the lines below it speak of its split.
    """

    plan: Plan
    values: Values
    rank: int = -1
    mean: bool = False


@dataclass
class _Scanner:
    """The state of a scan: layouts known so far, the table that is open, pairs that wait for their end."""

    events: list[Event] = field(default_factory=list)
    layouts: dict[tuple[bool, tuple[str, ...]], Plan] = field(default_factory=dict)
    headers: list[grids.Header] = field(default_factory=list)
    age: int = 0
    pairs: list[tuple[str, float | None, float | None]] = field(default_factory=list)
    titles: tuple[str, str] = ("", "")

    def line(self, raw: str) -> None:
        """Read one line."""
        line, rank = without_prefix(raw)
        if not line or line.isspace():
            return
        pair = grids.pair_in(line)
        if pair:
            if any(p[0] == pair[0] for p in self.pairs):
                self.flush()
            self.pairs.append(pair)
            return
        if self.pairs:
            self.flush()
        line, bar = without_bar(line)
        if self.headers and self._row(line, bar):
            return
        if _DIGIT.search(line) is None:
            self._words(line)
            return
        parts = (NUMBER_OR_NAN if _MAYBE_NAN.search(line) else NUMBER).split(line)
        gaps = tuple(parts[::2])
        plan = self.layouts.get((bar, gaps))
        if plan is None:
            plan = read_layout(gaps, bar)
            if len(self.layouts) < MOST_LAYOUTS:
                self.layouts[bar, gaps] = plan
        if plan.items or plan.counters:
            self.events.append(Event(plan, [value_of(text) for text in parts[1::2]], rank))
        if not plan.items:
            self._header(line)

    def flush(self) -> None:
        """Make one event of the pairs that were collected."""
        if self.pairs:
            self.events.append(Event(*grids.block_of(self.pairs, self.titles)))
            self.pairs = []

    def _words(self, line: str) -> None:
        """A line without numbers: a heading, the header of a table, or nothing."""
        titles = grids.titles_in(line) if "|" in line else None
        if titles:
            self.titles = titles
        elif len(line) < 100 and (split := words.heading(line)):
            self.events.append(Event(Plan(split=split), []))
        else:
            self._header(line)

    def _header(self, line: str) -> None:
        found = grids.header_in(line)
        if found:
            self.headers, self.age = found, 0

    def _row(self, line: str, bar: bool) -> bool:
        """Whether a line is a row of the open table."""
        body = line.partition(" , ")[0].rstrip(": ") if bar else line
        for header in self.headers:
            values = grids.row_of(header, body)
            if values is not None:
                self.headers, self.age = [header], 0
                if values:
                    self.events.append(Event(header.plan, values))
                return True
        if grids.is_rule(line):
            return True
        self.age += 1
        if self.age > grids.PATIENCE and len(self.headers) > 1:
            self.headers = []
        return False


def scan(text: str) -> tuple[list[Event], int]:
    """The events of a text and the number of its lines."""
    scanner = _Scanner()
    lines = lines_in(text)
    for line in lines:
        if len(line) <= MAX_LINE:
            scanner.line(line)
    scanner.flush()
    return scanner.events, len(lines)


def value_of(text: str) -> float | None:
    """The number in a text; None for a clock or a date."""
    try:
        return float(text)
    except ValueError:
        pass
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return None


__all__ = ["NOTHING", "Event", "Values", "scan", "value_of"]
