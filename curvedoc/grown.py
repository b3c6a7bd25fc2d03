"""Columns that grow batch by batch, as a log does that is still being written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .cells import finished, told_apart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .cells import Column, IntArray, TextColumn
    from .run import FloatArray


class Buffer:
    """An array that grows along its last axis by doubling: appending costs the same however long it is.

    What :meth:`view` returned keeps its values while more is appended.
    """

    def __init__(self, like: NDArray[Any]) -> None:
        self._data = like
        self.n = int(like.shape[-1])

    def extend(self, more: NDArray[Any]) -> None:
        """Append; the other axes must agree."""
        end = self.n + int(more.shape[-1])
        if end > self._data.shape[-1]:
            grown = np.empty((*self._data.shape[:-1], max(end, 2 * self.n)), self._data.dtype)
            grown[..., : self.n] = self.view()
            self._data = grown
        self._data[..., self.n : end] = more
        self.n = end

    def view(self) -> NDArray[Any]:
        """What is in it, not copied."""
        return self._data[..., : self.n]

    def keep(self, which: NDArray[np.bool_]) -> None:
        """Only these of its entries, in a place of their own."""
        self._data = self.view()[..., which]
        self.n = int(self._data.shape[-1])


class Growing:
    """A column as it grows; the same in the end as :func:`~curvedoc.cells.column` of all its cells."""

    def __init__(self, name: str, decimal: str = ".") -> None:
        self.name, self.decimal = name, decimal
        self._rows, self._values = Buffer(np.empty(0, np.int64)), Buffer(np.empty(0))
        self._text_rows, self._texts = Buffer(np.empty(0, np.int64)), list[str]()

    def add(self, cells: Sequence[object], at: IntArray) -> None:
        """Cells more, and their rows."""
        self._append(*told_apart(cells, at, self.decimal))

    def column(self) -> Column | TextColumn:
        """The column as it is now."""
        rows, values = self._rows.view(), self._values.view()
        return finished(self.name, rows, values, self._text_rows.view(), self._texts)

    def _append(self, rows: IntArray, values: FloatArray, text_rows: IntArray, texts: list[str]) -> None:
        if not self._rows.n and len(rows):  # nothing to copy: a log that is read at once grows no more
            self._rows, self._values = Buffer(rows), Buffer(values)
        else:
            self._rows.extend(rows)
            self._values.extend(values)
        self._text_rows.extend(text_rows)
        self._texts += texts
