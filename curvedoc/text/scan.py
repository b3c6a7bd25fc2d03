"""From the lines of a text to events: lines that report values, in order."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from . import grids, words
from .clean import CUT, MAX_LINE, lines_in, spelled_out, without_bar, without_prefix
from .grammar import NOTHING, NUMBER, NUMBER_OR_NAN, read_layout
from .moulds import MOST, MOST_OF_MASK, Mould, Reading, masks, mould_of, value_of
from .plan import Plan

if TYPE_CHECKING:
    from collections.abc import Sequence

Values = list[float | None]

MANY_LAYOUTS = 10_000
"""From so many layouts on, digits within words (a file name, a hash) are taken as one."""

MOST_LAYOUTS = 20_000
"""No more are read: a text of more different ones is no log, and each costs a tenth of a millisecond."""

LONG = 500
"""Longer lines are looked over before they are cut at their numbers."""

AT_ONCE = 1 << 12
"""Lines whose masks are made together: enough to be quick, few enough to need no memory."""

TRY_AGAIN = 8
"""Where most lines are like no other, only every eighth such block is learned from."""

_DIGIT = re.compile(r"[0-9]|\b(?:nan|NaN|NAN|inf|Inf)\b")
_DIGITS = re.compile(r"\d+")


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
class Scanner:
    """The state of a scan: layouts known so far, the table that is open, pairs that wait for their end.

    ``moulds``: how lines are read, by their masks; ``lines``, ``new``: how many there were in this block, and
    how many of them were like no other.
    """

    events: list[Event] = field(default_factory=list)
    layouts: dict[tuple[bool, tuple[str, ...]], Plan] = field(default_factory=dict)
    moulds: dict[bytes, list[Mould]] = field(default_factory=dict)
    learns: bool = True
    blocks: int = 0
    lines: int = 0
    new: int = 0
    headers: list[grids.Header] = field(default_factory=list)
    age: int = 0
    pairs: list[tuple[str, float | None, float | None]] = field(default_factory=list)
    titles: tuple[str, str] = ("", "")

    def read(self, lines: Sequence[str]) -> None:
        """Read lines; of those that are like one before the numbers alone."""
        known, events = self.moulds, self.events
        new = 0
        for line, mask in zip(lines, masks(lines), strict=True):
            mould = None
            for alike in known.get(mask, ()):
                if not alike.same or alike.holds(line):
                    mould = alike
                    break
            if mould is None or self.pairs:
                if line:
                    new += 1
                    self._learn(line, mask)
                continue
            if self.headers:
                self._no_row()
            if mould.plan:
                events.append(Event(mould.plan, mould.values(line), mould.rank))
        self.lines += len(lines)
        self.new += new
        if self.lines >= AT_ONCE:
            self.blocks += 1
            self.learns = self.new * 2 < self.lines or self.blocks % TRY_AGAIN == 0
            self.lines = self.new = 0

    def _learn(self, line: str, mask: bytes) -> None:
        """Read a line, and note how, unless it changed how others are read."""
        if len(line) > MAX_LINE:
            return
        events, headers, titles, pairs = len(self.events), self.headers, self.titles, bool(self.pairs)
        reading = self._line(line)
        same = self.titles is titles and (self.headers is headers or not self.headers)
        if (
            reading
            and same
            and self.learns
            and not pairs
            and (mask in self.moulds or len(self.moulds) < MOST)
        ):
            plan = self.events[-1].plan if len(self.events) > events else None
            mould, alike = mould_of(line, reading, plan), self.moulds.setdefault(mask, [])
            if mould and len(alike) < MOST_OF_MASK:
                alike.append(mould)

    def _line(self, raw: str) -> Reading | None:
        """Read one line; None for one that says nothing of lines like it."""
        spelled = spelled_out(raw)
        bare = without_prefix(spelled)
        if not bare.line or bare.line.isspace() or self._pair(bare.line):
            return None
        line, left = without_bar(bare.line)
        if self.headers and self._row(line, bool(left)):
            return None
        parts = self._parts(line, bool(left), bare.rank)
        return Reading(bare, left, parts) if spelled == raw and parts else None

    def _pair(self, line: str) -> bool:
        """Whether a line belongs to a block of names beside values."""
        pair = grids.pair_in(line)
        if pair:
            if any(p[0] == pair[0] for p in self.pairs):
                self.flush()
            self.pairs.append(pair)
            return True
        if self.pairs:
            if grids.is_title(line):
                return True
            self.flush()
        return False

    def _parts(self, line: str, bar: bool, rank: int) -> Sequence[str]:
        """What stands between the numbers of a line, and these, in turn; none for what is no log line."""
        if _DIGIT.search(line) is None:
            self._words(_body(line, bar))
            return [line]
        if len(line) > LONG and not words.is_relevant(line[:LONG].lower()):
            return []
        nan = "an" in line or "AN" in line or "nf" in line or "NF" in line
        parts = (NUMBER_OR_NAN if nan else NUMBER).split(line)
        if len(parts) == 1:
            self._words(_body(line, bar))
            return parts
        gaps = tuple(parts[::2])
        plan = self.layouts.get((bar, gaps)) or self._layout(bar, gaps, line)
        if plan.items or plan.counters:
            self.events.append(Event(plan, [value_of(text) for text in parts[1::2]], rank))
        if not plan.items:
            self._header(_body(line, bar))
        return parts

    def _layout(self, bar: bool, gaps: tuple[str, ...], line: str) -> Plan:
        """Read a layout that is new; where there are too many, names that differ by digits are one."""
        key = (bar, gaps)
        if len(self.layouts) >= MANY_LAYOUTS:
            key = (bar, tuple(_DIGITS.sub("0", gap) for gap in gaps))
            if key in self.layouts:
                return self.layouts[key]
        if len(self.layouts) >= MOST_LAYOUTS:
            return NOTHING
        plan = read_layout(gaps, bar) if words.is_relevant(" ".join(gaps).lower()) else NOTHING
        if plan.items and plan.items[0].at == 0 and grids.is_header(_body(line, bar)):
            plan = NOTHING
        self.layouts[key] = plan
        return plan

    def seen(self) -> list[Event]:
        """The events so far, as if the text ended here."""
        pairs = [Event(*grids.block_of(self.pairs, self.titles))] if self.pairs else []
        return [*self.events, *pairs]

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
            self.moulds.clear()  # any of these lines may be a row of it

    def _row(self, line: str, bar: bool) -> bool:
        """Whether a line is a row of the open table."""
        body = _body(line, bar)
        for header in self.headers:
            values = grids.row_of(header, body)
            if values is not None:
                self.headers, self.age = [header], 0
                if values:
                    self.events.append(Event(header.plan, values))
                return True
        if grids.is_rule(line):
            return True
        self._no_row()
        return False

    def _no_row(self) -> None:
        """A line that is no row of the open table."""
        self.age += 1
        if self.age > grids.PATIENCE and len(self.headers) > 1:
            self.headers = []


def scan(text: str) -> tuple[list[Event], int]:
    """The events of a text and the number of its lines."""
    scanner = Scanner()
    lines = lines_in(text)
    for at in range(0, len(lines), AT_ONCE):
        scanner.read(lines[at : at + AT_ONCE])
    scanner.flush()
    return scanner.events, len(lines)


def _body(line: str, bar: bool) -> str:
    """What stands before a progress bar."""
    return line.partition(CUT)[0].rstrip(": ") if bar else line
