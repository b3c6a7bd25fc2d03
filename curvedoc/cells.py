"""From cells to numbers: what one cell of a table or one value of a record means, and columns of them.

A blank cell is no point. NaN and infinity that were logged are values and stay. Text, dates, lists and
truth values are no numbers; a column of them is kept as text, so that a table may be split by it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from .run import FloatArray

    IntArray = NDArray[np.int64]

BLANK = frozenset({"", "NA", "N/A", "n/a", "#N/A", "<NA>", "null", "NULL", "None", "-", "--"})

MIXED = 0.5
"""A column at least half of whose cells are numbers keeps these; under that the numbers are the accident."""

MAX_NAME = 1000
"""Characters of a name that are kept: paths of nested parameters have some hundred."""

_THOUSANDS = {
    ",": r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?",
    ".": r"[+-]?[1-9]\d{0,2}(\.\d{3})+,\d+",
}
_WRAPPED = (
    r"(?:tensor|array|np\.float\d*|np\.int\d*|DeviceArray|Array)?"
    r"[\[(]+\s*([-+\w.]+?)\.?\s*(?:,\s*\w+=.*)?[\])]+"
)
_DATE = r"\d{2,4}[-/.]\d{1,2}[-/.]\d{1,4}(?!\d).*|\d{1,3}:\d{2}(:\d{2})?(\.\d+)?|\d+ days?\b.*"
_ANSI = r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\-_])"


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """The points of one name: ``values[i]`` was logged in row ``rows[i]`` (rows ascend).

    ``texts``: cells that were left out because they are no numbers.
    """

    name: str
    rows: IntArray
    values: FloatArray
    texts: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class TextColumn:
    """A name whose cells are not numbers; ``reason`` says what they are."""

    name: str
    rows: IntArray
    cells: tuple[str, ...]
    reason: str


def clean_name(name: str) -> str:
    """A name fit to be shown: no terminal escapes or control characters, no space around it, not endless.

    >>> clean_name("  val\\x1b[31m_loss ")
    'val_loss'
    """
    if len(name) > MAX_NAME:
        name = name[: MAX_NAME - 1] + "…"
    if not name.isprintable():
        name = "".join(c if c.isprintable() else " " for c in re.sub(_ANSI, "", name))
    return name.strip()


def number(cell: str, decimal: str = ".") -> float | None:
    """The number in a cell, or None for text; a percent sign or a wrapper such as ``tensor(…)`` is taken off.

    >>> number("93.5%"), number("0,5", ","), number("1,234.5"), number("[0.25]"), number("abc")
    (93.5, 0.5, 1234.5, 0.25, None)
    """
    text = cell.strip().removesuffix("%").rstrip()
    if "_" in text:
        return None
    if decimal == "," and "," in text:
        if re.fullmatch(_THOUSANDS["."], text):
            text = text.replace(".", "")
        text = text.replace(",", ".") if text.count(",") == 1 else text
    elif "," in text and re.fullmatch(_THOUSANDS[","], text):
        text = text.replace(",", "")
    try:
        return float(text)
    except ValueError:
        pass
    wrapped = re.fullmatch(_WRAPPED, text)
    return number(wrapped[1]) if wrapped else None


def decimal_comma(cells: Sequence[str]) -> bool:
    """Whether commas inside these cells are decimal points: one of them cannot separate thousands."""
    commas = [c.strip().removesuffix("%") for c in cells if "," in c]
    plain = [c for c in commas if re.fullmatch(r"[+-]?\d*,\d+([eE][+-]?\d+)?", c)]
    mixed = [c for c in commas if re.fullmatch(_THOUSANDS["."], c)]
    return bool(mixed) or any(not re.fullmatch(_THOUSANDS[","], c) for c in plain)


def column(
    name: str, cells: Sequence[object], rows: IntArray | None = None, decimal: str = "."
) -> Column | TextColumn:
    """One column from its cells (texts, numbers, None).

    ``rows`` are the rows of the cells when some rows have none.
    Numbers are exactly ``float(cell)``. A column of which less than half the cells are numbers becomes text.
    """
    return finished(name, *told_apart(cells, np.arange(len(cells)) if rows is None else rows, decimal))


def told_apart(
    cells: Sequence[object], at: IntArray, decimal: str = "."
) -> tuple[IntArray, FloatArray, IntArray, list[str]]:
    """The numbers among cells and the texts, each with their rows; ``at`` are the rows of all cells."""
    kinds = set(map(type, cells))
    if kinds <= {str, float, int} and decimal == ".":
        full = np.fromiter(map(bool, cells), bool, len(cells)) if kinds == {str} else None
        some = cells if full is None or full.all() else [c for c in cells if c]
        try:
            values = np.fromiter(map(float, some), np.float64, len(some))  # type: ignore[arg-type]
        except (ValueError, OverflowError):
            pass
        else:
            if full is None or not any("_" in c for c in some):  # type: ignore[operator]
                return (at if full is None else at[full]), values, at[:0], []
    return _one_by_one(cells, at, decimal)


def _one_by_one(
    cells: Sequence[object], at: IntArray, decimal: str
) -> tuple[IntArray, FloatArray, IntArray, list[str]]:
    """The same, cell by cell."""
    rows: list[int] = []
    values: list[float] = []
    text_rows: list[int] = []
    texts: list[str] = []
    for row, cell in zip(at.tolist(), cells, strict=True):
        if cell is None:
            continue
        if isinstance(cell, str):
            if cell.strip() in BLANK:
                continue
            value = number(cell, decimal)
        else:
            value = _plain(cell)
        if value is None:
            text_rows.append(row)
            texts.append(str(cell).strip())
        else:
            rows.append(row)
            values.append(value)
    return np.array(rows, np.int64), np.array(values, np.float64), np.array(text_rows, np.int64), texts


def finished(
    name: str, rows: IntArray, values: FloatArray, text_rows: IntArray, texts: Sequence[str]
) -> Column | TextColumn:
    """A column of the numbers in ``rows`` and the texts in ``text_rows``: the larger part decides."""
    few = len(values) < MIXED * (len(values) + len(texts))
    if texts and (few or all(t.startswith("[") for t in texts)):
        return TextColumn(name, text_rows, tuple(texts), what(texts))
    return Column(name, rows, values, len(texts))


def _plain(cell: object) -> float | None:
    """The number in a value that is not a string: no truth value; a list only when it has one number."""
    if isinstance(cell, (list, tuple)):
        return _plain(cell[0]) if len(cell) == 1 else None
    if isinstance(cell, (bool, np.bool_)):
        return None
    try:
        return float(cell)  # type: ignore[arg-type]
    except OverflowError:
        return float("inf")
    except (TypeError, ValueError):
        return None


def what(texts: Sequence[str]) -> str:
    """What kind of text these cells hold, as a reason for not being a curve."""
    sample = texts[:50]
    if all(t.lower() in {"true", "false", "yes", "no"} for t in sample):
        return "true/false"
    if all(re.fullmatch(_DATE, t) for t in sample):
        return "dates or times"
    if all(t[:1] in "[({" for t in sample):
        return "lists"
    return "text"
