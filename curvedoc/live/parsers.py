"""What was read of a log so far, by format: text goes in, at any time the runs come out.

The steps of the readers with the same functions, so that a log that was followed reads as one that is read at
once. :class:`Irregular` says that a log cannot be followed line by line.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

import numpy as np

from curvedoc.cells import clean_name
from curvedoc.dialect import SAMPLE_LINES
from curvedoc.encoding import lines_of
from curvedoc.errors import UnreadableError
from curvedoc.grown import Growing
from curvedoc.readers import csv, jsonl, text
from curvedoc.records import Cells, Read, parse_object
from curvedoc.rows import Irregular
from curvedoc.table import runs

if TYPE_CHECKING:
    from curvedoc.rows import Rows
    from curvedoc.run import Logged
    from curvedoc.source import ReadOptions, Source

SETTLED = 3 * SAMPLE_LINES + 1
"""Lines (and Excel's ``sep=;``) after which nothing that comes changes how a table is written."""

_OPEN_TITLE = re.compile(r"\x1b\][^\x07\x1b\n\r]*(?:[\n\r]|$)")
"""A command to the terminal that goes on in the next line."""


class Parser(Protocol):
    """What was read so far."""

    def add(self, text: str) -> None:
        """Whole lines more; raises :class:`Irregular`."""

    def logged(self, options: ReadOptions) -> list[Logged]:
        """The runs so far; raises what the reader raises."""


class Tables:
    """CSV and its relatives. Until it is settled how the table is written, its few lines are kept."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._head: list[str] = []
        self._rows: Rows | None = None
        self._settled = False

    def add(self, text: str) -> None:
        """Whole lines more."""
        lines = lines_of(text)
        lines = lines if lines[-1] else lines[:-1]
        if self._settled:
            if self._rows is not None:
                _followable(lines)
                self._rows.add(lines)
            return
        self._head += lines
        self._rows = None
        if len(self._head) >= SETTLED:
            _followable(self._head)
            self._settled = True
            try:
                self._rows, self._head = self._begun(), []
            except UnreadableError:  # and it stays none
                del self._head[SETTLED:]

    def logged(self, options: ReadOptions) -> list[Logged]:
        """The runs so far."""
        self._rows = self._rows or self._begun()
        return runs(csv.finished(self.source, self._rows), options)

    def _begun(self) -> Rows:
        lines = csv.body(list(self._head))
        rows = csv.begun(self.source, lines)
        rows.add(lines)
        return rows


def _followable(lines: list[str]) -> None:
    """Raise where a quoted cell goes on in the next line."""
    if any(line.count('"') % 2 for line in lines):
        raise Irregular


class JsonLines:
    """JSON Lines."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._cells = Cells()
        self._columns: dict[str, Growing] = {}
        self._rows = self._lines = self._broken = 0
        self._cut = False

    def add(self, text: str) -> None:
        """Whole lines more."""
        lines = [line for line in lines_of(text) if line.strip()]
        if not lines:
            return
        records, broken = jsonl.parse(lines)
        self._lines += len(lines)
        self._broken += broken
        self._cut = bool(broken) and parse_object(lines[-1]) is None
        for record in records:
            self._rows += self._cells.add(record, self._rows)
        for name, (at, values) in self._cells.cells.items():
            if at:
                column = self._columns.setdefault(name, Growing(clean_name(name)))
                column.add(values, np.array(at, np.int64))
                at.clear()
                values.clear()

    def logged(self, options: ReadOptions) -> list[Logged]:
        """The runs so far."""
        columns = [c.column() for c in self._columns.values()]
        ignored = self._cells.noted()
        read = Read(columns, self._rows, ignored, self._lines, self._broken, self._cut)
        return jsonl.runs_in(read, self.source, options)


class Texts:
    """Plain text: each line is understood once; which lines are the log is asked anew each time."""

    def __init__(self, source: Source) -> None:
        from curvedoc.text.scan import Scanner

        self.source = source
        self._scanner = Scanner()
        self._lines = 1

    def add(self, text: str) -> None:
        """Whole lines more."""
        from curvedoc.text.clean import lines_in

        if not text:
            return
        if "\x1b]" in text and _OPEN_TITLE.search(text):
            raise Irregular
        lines = lines_in(text)
        self._lines += len(lines) - 1
        self._scanner.read(lines if lines[-1] else lines[:-1])

    def logged(self, options: ReadOptions) -> list[Logged]:
        """The runs so far."""
        return text.runs_in(self._scanner.seen(), self._lines, self.source, options)


PARSERS: dict[str, type[Tables] | type[JsonLines] | type[Texts]] = {
    csv.NAME: Tables,
    jsonl.NAME: JsonLines,
    text.NAME: Texts,
}
"""The formats that are followed line by line, by the ids of their readers."""
