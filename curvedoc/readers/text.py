"""Plain text: what a training printed, as `python train.py | tee run.log` keeps it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from curvedoc.errors import NotALogError
from curvedoc.records import columns
from curvedoc.table import Table, runs
from curvedoc.text.join import rows_of
from curvedoc.text.plan import named
from curvedoc.text.scan import scan
from curvedoc.text.words import is_curve, own_split

if TYPE_CHECKING:
    from curvedoc.run import Logged
    from curvedoc.source import ReadOptions, Source

NAME = "text"
ABOUT = "plain text (.log, .txt, .out, standard output): progress bars, `step 10 loss 0.5`, console tables"

LAST_RESORT = 0.26
"""Any text may be a log, but every other reader that claims a file knows it better."""

FEWEST = 3
"""Fewer points of a loss or metric are no curve."""


def sniff(source: Source) -> float:
    """How sure it is, in [0, 1]: barely, of any text with letters and digits."""
    text = source.head_text
    return LAST_RESORT if any(c.isalpha() for c in text[:4096]) and any(c.isdigit() for c in text) else 0.0


def read(source: Source, options: ReadOptions) -> list[Logged]:
    """Every run in the text; raises :class:`~curvedoc.errors.NotALogError` where no loss or metric is printed
    again and again."""
    events, lines = scan(source.text())
    rows, counters, notes = rows_of(events)
    rows = _of_split(rows, counters, source.filename)
    _refuse(source, rows, lines)
    ordered = [{name: row[name] for name in counters if name in row} | row for row in rows]
    made, n, ignored = columns(ordered)
    return runs(Table(source.name, source.path, NAME, tuple(made), n, tuple(ignored), tuple(notes)), options)


def _of_split(rows: list[dict[str, float]], counters: list[str], filename: str) -> list[dict[str, float]]:
    """The rows of a file whose name alone says that it holds validations (``validations.txt``)."""
    split = re.search(r"(?<![^\W_])(valid|val|dev|eval)(?:ations?|uations?)?(?![^\W_])", filename, re.IGNORECASE)
    names = dict.fromkeys(name for row in rows for name in row if name not in counters)
    if not split or "train" in filename.lower() or any(own_split(name) for name in names):
        return rows
    return [{n if n in counters else named(n, split[1]): v for n, v in row.items()} for row in rows]


def _refuse(source: Source, rows: list[dict[str, float]], lines: int) -> None:
    """Refuse a text in which nothing is a curve, and say what was looked for."""
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
