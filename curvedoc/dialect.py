"""How a text table is written: delimiter, quotes, decimal commas, comments, header."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .cells import BLANK, decimal_comma, number

if TYPE_CHECKING:
    from collections.abc import Sequence

SAMPLE_LINES = 60
"""Lines from the beginning that decide how a table is written."""

SPACES = " "
"""The delimiter that stands for any run of spaces or tabs."""

CONSISTENT = 0.7
"""At least so many of the sampled lines must have the usual number of cells."""

NUMERIC = 0.2
"""At least so many of the cells must be numbers: logs may carry text columns, prose carries no numbers."""

ALL_NUMERIC = 0.8
"""Between spaces, or without a header, nearly all cells must be numbers: prose has words."""

MAX_LINE = 1 << 20
"""A longer line (1 MiB) is no row: a hundred characters for each of ten thousand columns."""

QUOTED_LINES = 20
"""A quoted cell may go over a few lines; one over more has lost its closing quote."""

_DELIMITERS = (",", "\t", ";", "|")


@dataclass(frozen=True, slots=True)
class Dialect:
    """``delimiter`` (``""``: one column), ``decimal`` point or comma, cells in a row, lines before the table,
    whether a header comes first, and how sure all this is in [0, 1]."""

    delimiter: str
    decimal: str
    width: int
    skip: int
    header: bool
    score: float


def split(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    """The cells of each line; quotes are taken off and protect the delimiter."""
    if not delimiter:
        return [[line] for line in lines]
    if delimiter == SPACES:
        return [line.split() for line in lines]
    if any('"' in line for line in lines):
        return _quoted(lines, delimiter)
    return [line.split(delimiter) for line in lines]


def _quoted(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    """The cells of lines with quotes; a quote that nothing closes near by protects nothing."""
    try:
        rows = list(csv.reader(lines, delimiter=delimiter, skipinitialspace=True))
        if len(rows) == len(lines):
            return rows
    except csv.Error:  # a cell without end
        pass
    rows, at = [], 0
    while at < len(lines):
        part = [lines[at]]
        if lines[at].count('"') % 2:
            near = lines[at + 1 : at + QUOTED_LINES]
            part += near[: next((i for i, line in enumerate(near, 1) if line.count('"') % 2), 0)]
        try:
            whole = len(part) > 1 or part[0].count('"') % 2 == 0
            found = list(csv.reader(part, delimiter=delimiter, skipinitialspace=True)) if whole else []
        except csv.Error:
            found = []
        rows += found or [part[0].replace('"', "").split(delimiter)]
        at += len(part) if found else 1
    return rows


def is_comment(line: str) -> bool:
    """Whether a line is a comment (``# …``, ``// …``)."""
    return line.startswith(("#", "//"))


def detect(lines: Sequence[str]) -> Dialect | None:
    """The dialect of a table, or None when these lines are no table."""
    sample = [line for line in lines[: 3 * SAMPLE_LINES] if line.strip() and not is_comment(line)][
        :SAMPLE_LINES
    ]
    if not sample or any(len(line) > MAX_LINE for line in sample):
        return None
    found = [d for d in (_try(sample, delimiter) for delimiter in (*_DELIMITERS, SPACES)) if d]
    best = max(found, key=lambda d: (round(d.score, 1), d.width), default=None)
    return best or _single(sample)


def _try(sample: Sequence[str], delimiter: str) -> Dialect | None:
    """The dialect with this delimiter, if the lines bear it out."""
    rows = split(sample, delimiter)
    body = rows[1:] or rows
    sizes = [len(r) for r in body]
    width = max(dict.fromkeys(sizes), key=sizes.count)
    if width < 2:
        return None
    skip = next((i for i, r in enumerate(rows[:20]) if len(r) in {width, width - 1} and len(r) > 1), 0)
    rows = rows[skip:]
    head = set(rows[0])
    again = [r for r in rows if len(head.intersection(r)) * 2 > len(head)]  # the header, repeated or changed
    widths = {width} if len(again) < 2 else {width, *map(len, again)}
    consistent = (sum(len(r) in widths for r in rows[1:]) + 1) / len(rows)
    cells = [c for r in rows[1:] or rows if len(r) == width for c in r if c.strip() not in BLANK]
    decimal = "," if delimiter != "," and decimal_comma(cells) else "."
    if delimiter == "," and any('"' in line for line in sample) and decimal_comma(cells):
        decimal = ","
    numeric = sum(number(c, decimal) is not None for c in cells) / max(1, len(cells))
    if consistent < CONSISTENT or numeric < (ALL_NUMERIC if delimiter == SPACES else NUMERIC):
        return None
    header = has_header(rows, decimal)
    if not header and numeric < ALL_NUMERIC:
        return None
    return Dialect(delimiter, decimal, width, skip, header, consistent * (0.5 + 0.5 * numeric))


def _single(sample: Sequence[str]) -> Dialect | None:
    """A table of one column: every line a number, a name above them at most."""
    numbers = [number(line) is not None for line in sample]
    header = not numbers[0]
    body = numbers[1:] if header else numbers
    if len(body) < 2 or not all(body) or (header and not re.search(r"[A-Za-z]", sample[0])):
        return None
    return Dialect("", ".", 1, 0, header, 0.5)


def has_header(rows: list[list[str]], decimal: str = ".") -> bool:
    """Whether the first row names the columns: all text, or text where the other rows have numbers."""
    first, rest = rows[0], rows[1:]
    texts = [bool(c.strip()) and number(c, decimal) is None for c in first]
    if texts and all(t or not c.strip() for t, c in zip(texts, first, strict=True)) and any(texts):
        return True
    offset = 1 if rest and len(rest[0]) == len(first) + 1 else 0
    for place, text in enumerate(texts):
        below = [
            r[place + offset]
            for r in rest
            if len(r) > place + offset and r[place + offset].strip() not in BLANK
        ]
        if text and below and sum(number(c, decimal) is not None for c in below) * 2 > len(below):
            return True
    return first[:1] == [""] and [c.strip() for c in first[1:]] == [str(i) for i in range(len(first) - 1)]
