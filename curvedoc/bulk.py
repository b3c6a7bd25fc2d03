"""Large regular tables with numpy: many times faster than Python's loops, and the same columns to the bit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from .cells import BLANK, finished, number
from .decimals import MARGIN, parse
from .dialect import SPACES
from .rows import SHORT_ROW
from .stream import keep_memory

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from .cells import Column, TextColumn
    from .decimals import Bytes, Indices, Mask
    from .dialect import Dialect
    from .run import FloatArray

_MANY_ROWS = 512  # of a block; with fewer the columns are parsed in one go (measured)

_STARTS = np.zeros(256, bool)
_STARTS[list(b"0123456789.-+")] = True
"""How a row of numbers begins. Headers and comments begin otherwise, and rows of text are left alone."""


class _Irregular(Exception):  # noqa: N818 - no mistake: the table is read line by line then
    """Something in the table needs a closer look."""


@dataclass(slots=True)
class _Part:
    """A column in one block of rows: its values, where it has one, and its cells of text by row."""

    values: FloatArray
    here: Mask | None = None
    texts: dict[int, str] = field(default_factory=dict)


def read_bulk(
    blocks: Iterable[bytes], dialect: Dialect, names: Sequence[str]
) -> tuple[list[Column | TextColumn], int, list[str]] | None:
    """The columns of a table, the number of its rows, and notes; None when it must be read line by line.

    That is: comments, repeated headers, rows of other lengths, decimal commas, characters beyond ASCII.
    ``blocks``: the text in whole lines; ``names``: of the columns, whose header (if there is one) is the
    first line. Each number is exactly ``float(cell)``; blank cells and text are what they are line by line.
    """
    if dialect.delimiter == SPACES or dialect.decimal != "." or dialect.skip or len(names) != dialect.width:
        return None
    delimiter = dialect.delimiter.encode() or b"\n"
    notes: list[str] = []
    grown = [_Grown() for _ in names]
    try:
        keep_memory()
        for block in _rows(blocks, delimiter, dialect, notes):
            for column, own in zip(grown, _columns(block, delimiter[0], dialect.width), strict=True):
                column.add(own)
    except (_Irregular, ValueError):
        return None
    every = np.arange(grown[0].n)
    made = [column.finished(name, every) for name, column in zip(names, grown, strict=True)]
    return [c for c in made if c.name or len(c.rows)], len(every), notes


class _Grown:
    """A column as it grows: in one place, for blocks that are joined in the end are in memory twice."""

    def __init__(self) -> None:
        self.n = 0
        self.values: FloatArray = np.empty(1 << 12)
        self.gaps: list[Indices] = []
        self.text_rows: list[int] = []
        self.texts: list[str] = []

    def add(self, part: _Part) -> None:
        """Add the rows of one block."""
        end = self.n + len(part.values)
        if end > len(self.values):
            self.values.resize(end + end // 8, refcheck=False)  # moves pages, copies nothing
        self.values[self.n : end] = part.values
        if part.here is not None:
            self.gaps.append(self.n + np.flatnonzero(~part.here))
        self.text_rows += [self.n + row for row in part.texts]
        self.texts += part.texts.values()
        self.n = end

    def finished(self, name: str, every: Indices) -> Column | TextColumn:
        """The column; ``every`` are all rows."""
        self.values.resize(self.n, refcheck=False)
        rows, values = every, self.values
        if self.gaps:
            here = np.ones(self.n, bool)
            here[np.concatenate(self.gaps)] = False
            rows = np.flatnonzero(here)
            values = values[rows]
        return finished(name, rows, values, np.array(self.text_rows, np.int64), self.texts)


def _rows(blocks: Iterable[bytes], delimiter: bytes, dialect: Dialect, notes: list[str]) -> Iterator[bytes]:
    """The lines below the header, each with its end; a last row that is cut off is left out with a note."""
    header, begun = dialect.header, False
    for block in blocks:
        if header:
            block, header = block.partition(b"\n")[2], False
        if not block.endswith(b"\n"):
            at = block.rfind(b"\n") + 1
            cells = block.count(delimiter, at) + 1
            short = cells < dialect.width and (at or begun)
            if short:
                notes.append(SHORT_ROW.format(cells, dialect.width))
            block = block[:at] if short else block + b"\n"
        if len(block) > 1:
            begun = True
            yield block


def _columns(block: bytes, delimiter: int, width: int) -> list[_Part]:
    """The columns of one block of rows."""
    if b"\r" in block:
        if block.count(b"\r") != block.count(b"\r\n"):
            raise _Irregular
        block = block.replace(b"\r\n", b"\n")
    if not block.isascii():
        raise _Irregular
    data = np.frombuffer(b"".join((b" " * MARGIN, block)), np.uint8)
    if b'"' in block:
        data = _without_quotes(data, delimiter)
    return _numbers(data, *_cells(data, delimiter, width))


def _cells(data: Bytes, delimiter: int, width: int) -> tuple[Indices, Indices]:
    """Where each cell begins and ends, both of shape (columns, rows)."""
    breaks = data == ord("\n")
    marks = np.flatnonzero((data == delimiter) | breaks)
    if len(marks) % width:
        raise _Irregular
    ends = np.ascontiguousarray(marks.reshape(-1, width).T)
    if np.count_nonzero(breaks) != ends.shape[1] or not breaks[ends[-1]].all():
        raise _Irregular
    starts = np.empty_like(ends)
    starts[1:] = ends[:-1] + 1
    starts[0, :1] = MARGIN
    starts[0, 1:] = ends[-1, :-1] + 1
    firsts = data[starts[0]]
    blank = (firsts == delimiter) if width > 1 else False
    if not (_STARTS[firsts] | blank).all():
        raise _Irregular
    return starts, ends


def _numbers(data: Bytes, starts: Indices, ends: Indices) -> list[_Part]:
    """The numbers in cells of shape (columns, rows)."""
    if starts.shape[1] >= _MANY_ROWS:
        parsed = [parse(data, begin, end) for begin, end in zip(starts, ends, strict=True)]
    else:
        values, odd = parse(data, starts.ravel(), ends.ravel())
        parsed = [*zip(values.reshape(starts.shape), odd.reshape(starts.shape), strict=True)]
    return [
        _looked_at(data, starts[i], ends[i], values, odd) if odd.any() else _Part(values)
        for i, (values, odd) in enumerate(parsed)
    ]


def _looked_at(data: Bytes, starts: Indices, ends: Indices, values: FloatArray, odd: Mask) -> _Part:
    """A column with cells that are no plain numbers: blank ones, text, NaN, long numbers."""
    part = _Part(values, ~(odd & (starts == ends)))
    here = part.here
    assert here is not None
    at = np.flatnonzero(odd & here)
    text = data.tobytes()
    for row, begin, end in zip(at.tolist(), starts[at].tolist(), ends[at].tolist(), strict=True):
        cell = text[begin:end].decode("ascii")
        found = None if cell.strip() in BLANK else number(cell)
        if found is not None:
            values[row] = found
            continue
        here[row] = False
        if cell.strip() not in BLANK:
            part.texts[row] = cell.strip()
    return part


def _without_quotes(data: Bytes, delimiter: int) -> Bytes:
    """The block without quotes, where each pair of them holds one whole cell without a delimiter."""
    at = np.flatnonzero(data == ord('"'))
    if len(at) % 2:
        raise _Irregular
    border = np.zeros(256, bool)
    border[[delimiter, ord("\n")]] = True
    opens, closes = at[::2], at[1::2]
    before, after = border[data[opens - 1]] | (opens == MARGIN), border[data[closes + 1]]
    marks = np.flatnonzero(border[data])
    inside = np.searchsorted(marks, opens) != np.searchsorted(marks, closes)
    if not before.all() or not after.all() or inside.any():
        raise _Irregular
    bare: Bytes = data[data != ord('"')]
    return bare
