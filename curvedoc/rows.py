"""From the lines of a table to its columns, with all that may be odd about rows and headers."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from .cells import clean_name
from .dialect import is_comment, split
from .grown import Growing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .cells import Column, TextColumn
    from .dialect import Dialect

SCAN = 20
"""Lines in which a header may stand behind a comment mark."""

SHORT_ROW = "The last row is short ({} of {} cells) and was left out."
"""The note on a row that is cut off: the cells it has, and the cells of a row."""


def names_in(header: list[str]) -> list[str]:
    """The names in the cells of a header."""
    return [clean_name(h).lstrip("#").strip().strip("'\"") for h in header]


class Irregular(Exception):  # noqa: N818 - no mistake: all lines are needed at once then
    """What came changes how the rows before it are to be read."""


def read_rows(
    lines: Sequence[str], dialect: Dialect, unnamed: list[str]
) -> tuple[list[Column | TextColumn], int, list[str]]:
    """The columns of a table, the number of its rows, and notes; ``unnamed``: names without a header."""
    rows = Rows(dialect, unnamed, lines)
    rows.add(lines)
    return rows.read()


class Rows:
    """The rows of a table, some lines at a time.

    ``unnamed``: names without a header; ``start``: the first lines, where one may stand behind a comment
    mark. Read at once or in parts, the columns are the same.
    """

    def __init__(self, dialect: Dialect, unnamed: list[str], start: Sequence[str]) -> None:
        self.dialect = dialect
        self.n = 0
        header = [] if dialect.header else names_in(_commented(start, dialect))
        self._skip, self._begun = dialect.skip, not dialect.header
        self._headed = bool(header) or dialect.header
        self._named = header or unnamed  # the names of the open block
        self._known = set(self._named) - {""}
        self._indexed: bool | None = None  # has the open block an index in front that its header lacks?
        self._columns: dict[tuple[str, int], Growing] = {}
        self._held: list[str] | None = None
        self._width = 0  # cells in the row before
        self._seen = self._repeated = self._changed = self._surplus = 0

    def add(self, lines: Sequence[str]) -> None:
        """Whole lines more; raises :class:`Irregular` when they tell how earlier ones were to be read."""
        body = [line for line in lines if line.strip() and not is_comment(line)]
        rows = split(body[self._skip :], self.dialect.delimiter)
        self._skip = max(0, self._skip - len(body))
        if rows and not self._begun:
            self._named, self._begun = names_in(rows.pop(0)), True
            self._known = set(self._named) - {""}
        rows = [self._held, *rows] if self._held is not None else rows
        if not rows:
            return
        before = len(rows[-2]) if len(rows) > 1 else self._width
        short = self._seen + len(rows) > 1 and len(rows[-1]) < self.dialect.width == before
        self._held = rows.pop() if short else None  # left out where it is the last
        self._seen += len(rows)
        self._width = before if short else len(rows[-1])
        for own in self._blocks(rows):
            self._append(own)

    def read(self) -> tuple[list[Column | TextColumn], int, list[str]]:
        """The columns so far, the number of rows, and notes."""
        skipped, width = self.dialect.skip, self.dialect.width
        notes = [f"{skipped} lines before the table were skipped."] if skipped else []
        if self.dialect.decimal == ",":
            notes.append("Decimal commas were read as decimal points.")
        if self._held is not None:
            notes.append(SHORT_ROW.format(len(self._held), width))
        if self._repeated:
            notes.append(f"The header is repeated {self._repeated} times within the file.")
        if self._changed:
            notes.append(f"The header changes {self._changed} times: columns were joined by their names.")
        if self._surplus:
            notes.append(
                f"{self._surplus} rows have more cells than the header: the further cells were left out."
            )
        if not self.n:
            self._open(self._named)
        made = [c.column() for c in self._columns.values()]
        return [c for c in made if c.name or len(c.rows)], self.n, notes

    def _blocks(self, rows: list[list[str]]) -> Iterator[list[list[str]]]:
        """Rows by the header above them: one that is repeated begins nothing, one that differs a block."""
        own: list[list[str]] = []
        for row in rows:
            if not (self._headed and self._is_header(row)):
                own.append(row)
                continue
            found = names_in(row)
            self._repeated += found == self._named
            if found != self._named:
                yield own
                own = []
                self._changed += 1
                self._named, self._indexed = found, None
        yield own

    def _is_header(self, row: list[str]) -> bool:
        first = row[0].lstrip()[:1] if row else ""
        if not (first.isalpha() or first in '"_'):
            return False
        return len(self._known.intersection(names_in(row))) * 2 > len(self._known)

    def _append(self, rows: list[list[str]]) -> None:
        """Rows of the open block more."""
        if not rows:
            return
        names, surplus = _squared(self._named, rows, self.dialect.width, bool(self._indexed))
        indexed = len(names) > len(self._named)
        if self._indexed is None:
            self._open(names)
        elif indexed != self._indexed:
            raise Irregular
        self._indexed = indexed
        self._surplus += surplus
        at = np.arange(self.n, self.n + len(rows))
        self.n += len(rows)
        for key, cells in zip(_keys(names), zip(*rows, strict=True), strict=True):
            self._columns[key].add(cells, at)

    def _open(self, names: list[str]) -> None:
        """The first rows of a block have come: columns for it, beside or among those of earlier blocks."""
        self._columns = self._columns if self.n else {}
        for name, nth in _keys(names):
            self._columns.setdefault((name, nth), Growing(name, self.dialect.decimal))


def _keys(names: list[str]) -> list[tuple[str, int]]:
    """Names with a number that tells equal ones apart."""
    if len(set(names)) == len(names):
        return [(name, 0) for name in names]
    times: Counter[str] = Counter()
    keys = []
    for name in names:
        keys.append((name, times[name]))
        times[name] += 1
    return keys


def _commented(lines: Sequence[str], dialect: Dialect) -> list[str]:
    """A header that stands behind a comment mark (as numpy writes it), or nothing."""
    comment = next((line for line in reversed(lines[:SCAN]) if is_comment(line)), "").lstrip("#/ ")
    cells = split([comment], dialect.delimiter)[0] if comment and dialect.width > 1 else []
    return cells if len(cells) == dialect.width and not comment.startswith("{") else []


def _squared(names: list[str], rows: list[list[str]], width: int, indexed: bool) -> tuple[list[str], int]:
    """The names with that of an index, and in how many rows cells were left out; makes rows equally long.

    A header one name short lacks that of an index in front, unless the last cells are blank (a delimiter
    at the end of each line).
    """
    if width == len(names) + 1 and (indexed or any(len(r) == width and r[-1].strip() for r in rows)):
        names = ["", *names]
    n, surplus = len(names), 0
    for r in rows:
        if len(r) != n:
            surplus += any(c.strip() for c in r[n:])
            r[n:] = []
            r += [""] * (n - len(r))
    return names, surplus
