"""Plain text: what a training printed, as `python train.py | tee run.log` keeps it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from curvedoc.errors import NotALogError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from curvedoc.cells import Column, IntArray
    from curvedoc.run import FloatArray, Ignored, Logged
    from curvedoc.source import ReadOptions, Source
    from curvedoc.text.scan import Event

NAME = "text"
ABOUT = "plain text (.log, .txt, .out, standard output): progress bars, `step 10 loss 0.5`, console tables"

LAST_RESORT = 0.26
"""Any text may be a log, but every other reader that claims a file knows it better."""

FRAMED = 0.85
"""A console table: taken as plain columns, its frame would become names."""

_RULED = r"^[^\n-]*[A-Za-z][^\n-]*\n[ \t]*-+(?:[ \t]+-{2,}){2,}[ \t]*\r?$"
_BOXED = r"^-{10,}[ \t]*\r?\n\|[^|\n]+\|[^|\n]+\|[ \t]*\r?$"

_DIED = r"^(?:Killed|.*(?:\b\w+(?:Error|Exception)\b|\bKeyboardInterrupt\b|\bout of memory\b|\bOOM\b)).*$"
_END = 4000  # characters at the end in which a program tells why it stopped
_SHOWN = 100

FEWEST = 3
"""Fewer points of a loss or metric are no curve."""


def sniff(source: Source) -> float:
    """How sure it is, in [0, 1]: barely, of any text; surer where lines of dashes frame
    a table."""
    text = source.head_text
    if not any(c.isalpha() for c in text[:4096]) or not any(c.isdigit() for c in text):
        return 0.0
    if "---" in text and (
        re.search(_RULED, text, re.MULTILINE) or len(re.findall(_BOXED, text, re.MULTILINE)) > 1
    ):
        return FRAMED
    return LAST_RESORT


def read(source: Source, options: ReadOptions) -> list[Logged]:
    """Every run in the text; raises :class:`~curvedoc.errors.NotALogError` where no loss or metric is printed
    again and again."""
    from curvedoc.text import scan

    text = source.text()
    try:
        return runs_in(*scan(text), source, options)
    except NotALogError as error:
        died = re.findall(_DIED, text[-_END:], re.MULTILINE)
        if died:
            error.problem += f"; at its end a program failed: {died[-1][:_SHOWN].strip()}"
        raise


def runs_in(events: Sequence[Event], lines: int, source: Source, options: ReadOptions) -> list[Logged]:
    """Every run in what the lines of a text report; ``lines``: how many there are. Raises as :func:`read`."""
    from curvedoc.table import Table, runs
    from curvedoc.text import rows_of

    rows, counters, notes = rows_of(events)
    rows = _of_split(rows, counters, source.filename)
    _refuse(source, rows, lines)
    made, n, ignored = _columns(rows, counters)
    return runs(Table(source.name, source.path, NAME, tuple(made), n, tuple(ignored), tuple(notes)), options)


def _columns(rows: list[dict[str, float]], counters: list[str]) -> tuple[list[Column], int, list[Ignored]]:
    """Columns of the rows, counters first; and how many rows there are without closing summaries.

    Rows of the same names, of which there are few kinds, are turned over together.
    """
    import numpy as np

    from curvedoc.cells import Column, clean_name
    from curvedoc.records import CLOSING
    from curvedoc.run import Ignored

    kinds: dict[tuple[str, ...], list[int]] = {}
    closing = [i for i, row in enumerate(rows) if not CLOSING.isdisjoint(row)]
    put_aside = {name: None for i in closing for name in rows[i] if name in CLOSING}
    kept = [row for row in rows if CLOSING.isdisjoint(row)] if closing else rows
    for i, row in enumerate(kept):
        kinds.setdefault(tuple(row), []).append(i)
    parts: dict[str, tuple[list[IntArray], list[FloatArray]]] = {}
    for names, places in kinds.items():
        at = np.array(places, np.int64)
        table = np.array([[*kept[i].values()] for i in places], np.float64).T
        values = dict(zip(names, table, strict=True))
        for name in (*(c for c in counters if c in values), *names):
            if name in values:
                rows_of_name, values_of_name = parts.setdefault(name, ([], []))
                rows_of_name.append(at)
                values_of_name.append(values.pop(name))
    made = []
    for name, (ats, found) in parts.items():
        at, value = np.concatenate(ats), np.concatenate(found)
        order = np.argsort(at, kind="stable")
        made.append(Column(clean_name(name), at[order], value[order]))
    return made, len(kept), [Ignored(name, "closing summary") for name in put_aside]


def _of_split(rows: list[dict[str, float]], counters: list[str], filename: str) -> list[dict[str, float]]:
    """The rows of a file whose name alone says that it holds validations (``validations.txt``)."""
    from curvedoc.text import named, own_split

    split = re.search(
        r"(?<![^\W_])(valid|val|dev|eval)(?:ations?|uations?)?(?![^\W_])", filename, re.IGNORECASE
    )
    names = dict.fromkeys(name for row in rows for name in row if name not in counters)
    if not split or "train" in filename.lower() or any(own_split(name) for name in names):
        return rows
    return [{n if n in counters else named(n, split[1]): v for n, v in row.items()} for row in rows]


def _refuse(source: Source, rows: list[dict[str, float]], lines: int) -> None:
    """Refuse a text in which nothing is a curve, and say what was looked for."""
    from curvedoc.text import is_curve

    points: dict[str, int] = {}
    for row in rows:
        for name in row:
            points[name] = points.get(name, 0) + 1
    if max((n for name, n in points.items() if is_curve(name)), default=0) >= FEWEST:
        return
    if points and not any(is_curve(name) for name in points):
        names = ", ".join(sorted(points, key=lambda name: -points[name])[:4])
        problem = f"is plain text that reports no loss or metric (only {names})"
    else:
        problem = f"is plain text in which no line reports a loss or metric step by step ({lines} lines)"
    raise NotALogError(
        problem, "Name the log of a training, or write the losses to CSV or JSON Lines.", source.path
    )
