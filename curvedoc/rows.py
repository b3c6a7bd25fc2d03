"""From the lines of a table to its columns, with all that may be odd about rows and headers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .cells import Column, clean_name, column
from .dialect import is_comment, split

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .cells import TextColumn
    from .dialect import Dialect

    Block = tuple[list[str], list[list[str]]]

SCAN = 20
"""Lines in which a header may stand behind a comment mark."""

SHORT_ROW = "The last row is short ({} of {} cells) and was left out."
"""The note on a row that is cut off: the cells it has, and the cells of a row."""


def names_in(header: list[str]) -> list[str]:
    """The names in the cells of a header."""
    return [clean_name(h).lstrip("#").strip().strip("'\"") for h in header]


def read_rows(
    lines: Sequence[str], dialect: Dialect, unnamed: list[str]
) -> tuple[list[Column | TextColumn], int, list[str]]:
    """The columns of a table, the number of its rows, and notes; ``unnamed``: names without a header."""
    body = [line for line in lines if line.strip() and not is_comment(line)][dialect.skip :]
    rows = split(body, dialect.delimiter)
    header = rows.pop(0) if dialect.header else _commented(lines, dialect)
    notes = [f"{dialect.skip} lines before the table were skipped."] if dialect.skip else []
    if dialect.decimal == ",":
        notes.append("Decimal commas were read as decimal points.")
    if len(rows) > 1 and len(rows[-1]) < dialect.width == len(rows[-2]):
        notes.append(SHORT_ROW.format(len(rows[-1]), dialect.width))
        rows.pop()
    blocks, said = _blocks(rows, header) if header else ([(unnamed, rows)], [])
    squared = [_squared(names, own, dialect.width) for names, own in blocks]
    surplus = sum(n for _, _, n in squared)
    if surplus:
        said.append(f"{surplus} rows have more cells than the header: the further cells were left out.")
    made = _columns([(names, own) for names, own, _ in squared], dialect.decimal)
    return made, sum(len(own) for _, own, _ in squared), notes + said


def _commented(lines: Sequence[str], dialect: Dialect) -> list[str]:
    """A header that stands behind a comment mark (as numpy writes it), or nothing."""
    comment = next((line for line in reversed(lines[:SCAN]) if is_comment(line)), "").lstrip("#/ ")
    cells = split([comment], dialect.delimiter)[0] if comment and dialect.width > 1 else []
    return cells if len(cells) == dialect.width and not comment.startswith("{") else []


def _blocks(rows: list[list[str]], header: list[str]) -> tuple[list[Block], list[str]]:
    """Rows by the header above them: one that is repeated begins nothing, one that differs a block."""
    names = names_in(header)
    known = set(names) - {""}
    blocks: list[Block] = [(names, [])]
    repeated = 0
    for row in rows:
        first = row[0].lstrip()[:1] if row else ""
        if (first.isalpha() or first in '"_') and len(known.intersection(names_in(row))) * 2 > len(known):
            found = names_in(row)
            repeated += found == blocks[-1][0]
            if found != blocks[-1][0]:
                blocks.append((found, []))
        else:
            blocks[-1][1].append(row)
    notes = [f"The header is repeated {repeated} times within the file."] if repeated else []
    if len(blocks) > 1:
        notes.append(f"The header changes {len(blocks) - 1} times: columns were joined by their names.")
    return [b for b in blocks if b[1]] or blocks[:1], notes


def _squared(names: list[str], rows: list[list[str]], width: int) -> tuple[list[str], list[list[str]], int]:
    """Names and rows of equal length, and in how many rows cells were left out.

    A header one name short lacks that of an index in front, unless the last cells are blank (a delimiter
    at the end of each line).
    """
    if width == len(names) + 1 and any(len(r) == width and r[-1].strip() for r in rows):
        names = ["", *names]
    n, surplus = len(names), 0
    for r in rows:
        if len(r) != n:
            surplus += any(c.strip() for c in r[n:])
            r[n:] = []
            r += [""] * (n - len(r))
    return names, rows, surplus


def _columns(blocks: list[Block], decimal: str) -> list[Column | TextColumn]:
    """Columns of the same name in all blocks joined; unnamed empty ones (a delimiter too many) dropped."""
    if len(blocks) == 1:
        ((names, rows),) = blocks
        cells = list(zip(*rows, strict=True)) or [()] * len(names)
        made = [column(name, own, None, decimal) for name, own in zip(names, cells, strict=True)]
    else:
        joined: dict[str, tuple[list[int], list[str]]] = {}
        begin = 0
        for names, rows in blocks:
            for place, name in enumerate(names):
                at, own_cells = joined.setdefault(name, ([], []))
                at += range(begin, begin + len(rows))
                own_cells += [row[place] for row in rows]
            begin += len(rows)
        made = [column(name, c, np.array(at, np.int64), decimal) for name, (at, c) in joined.items()]
    return [c for c in made if c.name or len(c.rows)]
