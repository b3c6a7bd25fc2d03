"""Tables: CSV, TSV and their relatives, as loggers, pandas and spreadsheets write them."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from curvedoc.cells import TextColumn
from curvedoc.columns import is_counter, is_index
from curvedoc.dialect import SAMPLE_LINES, SPACES, Dialect, detect, split
from curvedoc.encoding import lines_of
from curvedoc.errors import NotALogError
from curvedoc.rows import Rows, names_in
from curvedoc.source import HEAD_BYTES, Source
from curvedoc.stream import all_text, blocks, is_large
from curvedoc.table import MAX_COLUMNS, Table, runs, too_wide

if TYPE_CHECKING:
    from curvedoc.run import Logged
from curvedoc.source import ReadOptions

NAME = "csv"
ABOUT = "tables (.csv, .tsv, .txt): any delimiter, decimal comma, with or without header"

EPOCH_MS = 1e11
"""Larger numbers in a first column are clock times in milliseconds (MLflow)."""

HEADED = 20
"""Lines from the beginning that show how wide a table may be, before anything is done with them."""

_TENSORBOARD = ["wall time", "step", "value"]
_RUN_TABLE = frozenset({"name", "state", "notes", "user", "tags", "created", "runtime", "sweep"})
_KNOWN_HEADERS = {"learning_stats.csv": ["iteration", "loss", "learning_rate"]}
_TAG = r"(?:.*?run-)?(.*?)[-_]?tag-(.+)\.csv"


def sniff(source: Source) -> float:
    """How sure it is, in [0, 1]: the lines have one number of cells, and enough of them are numbers."""
    lines = body(lines_of(source.head_text))
    if len(source.head) >= HEAD_BYTES and len(lines) > 2:
        lines.pop()
    dialect = _dialect(lines)
    if dialect is None:
        return 0.0
    return 0.75 * dialect.score + (0.05 if source.filename.endswith((".csv", ".tsv")) else 0.0)


def read(source: Source, options: ReadOptions) -> list[Logged]:
    """Every run in the table; several files are parts of one run and joined by name."""
    parts = source.parts()
    if len(parts) == 1:
        return runs(parse(source), options)
    loaded = [(_prefix(part), logged) for part in parts for logged in runs(parse(part), options)]
    series = tuple(replace(s, name=prefix + s.name) for prefix, logged in loaded for s in logged.series)
    ignored = {i.name: i for _, logged in loaded for i in logged.ignored}
    notes = dict.fromkeys(note for _, logged in loaded for note in logged.notes)
    first = loaded[0][1]
    return [
        replace(
            first,
            name=source.name,
            path=source.path,
            series=series,
            ignored=(*ignored.values(),),
            notes=(*notes,),
        )
    ]


def _dialect(lines: list[str]) -> Dialect | None:
    """As :func:`~curvedoc.dialect.detect`: asked to choose the reader, and again to read."""
    return _detected(tuple(lines[: 3 * SAMPLE_LINES]))


_detected = lru_cache(2)(detect)


def _prefix(part: Source) -> str:
    """What a file of CatBoost (``learn_error.tsv``) says about all its columns."""
    match = re.fullmatch(r"(learn|test)_error\.tsv", part.filename)
    return f"{match[1]}/" if match else ""


def parse(source: Source) -> Table:
    """The table in a source, with the columns as they are named."""
    table = _large(source) if is_large(source) else None
    if table is not None:
        _refuse(table)
        return table
    lines = body(lines_of(all_text(source)))
    rows = begun(source, lines)
    rows.add(lines)
    return finished(source, rows)


def _large(source: Source) -> Table | None:
    """A large regular table; None when it must be read line by line."""
    lines = body(lines_of(source.head_text))
    dialect = detect(lines[:-1])
    if dialect is None or not lines[0].strip() or not source.head.startswith(lines[0].encode()):
        return None
    header = names_in(split(lines[:1], dialect.delimiter)[0]) if dialect.header else []
    names = header or _unnamed(dialect.width, source.filename)
    from curvedoc.bulk import read_bulk

    read = read_bulk(blocks(source), dialect, names)
    if read is None:
        return None
    columns, rows, notes = read
    return _renamed(
        Table(source.name, source.path, NAME, tuple(columns), rows, (), tuple(notes)), source, dialect
    )


def body(lines: list[str]) -> list[str]:
    """The lines without blank ones at the end and without Excel's ``sep=;``."""
    if lines and lines[0].lower().startswith("sep="):
        lines.pop(0)
    while lines and not lines[-1].strip():
        lines.pop()
    return lines


def begun(source: Source, lines: list[str]) -> Rows:
    """The empty table that its first lines announce (enough of them: ``3 * SAMPLE_LINES``)."""
    width = max((_cells_at_most(line) for line in lines[:HEADED]), default=0)
    if width > MAX_COLUMNS:
        raise too_wide(width, source.path)
    dialect = _dialect(lines)
    if dialect is None:
        raise NotALogError(
            "is no table of numbers",
            "Choose the reader that fits with --reader, or name another log.",
            source.path,
        )
    return Rows(dialect, _unnamed(dialect.width, source.filename), lines)


def finished(source: Source, rows: Rows) -> Table:
    """The table of all rows that were added; raises NotALogError where they are no log of one run."""
    made, n, notes = rows.read()
    table = Table(source.name, source.path, NAME, tuple(made), n, (), tuple(notes))
    table = _renamed(table, source, rows.dialect)
    _refuse(table)
    return table


def _cells_at_most(line: str) -> int:
    """A bound on the cells of a line, whatever its delimiter is."""
    return 1 + max(line.count(d) for d in ",\t;| ")


def _unnamed(width: int, filename: str) -> list[str]:
    """The names of columns without a header: numbered, or known from the file's name."""
    known = next((h for end, h in _KNOWN_HEADERS.items() if filename.endswith(end)), [])
    if len(known) == width:
        return known
    names = [f"col{i}" for i in range(1, width + 1)]
    if width == 1 or (width == 2 and "loss" in filename.lower()):
        names[-1] = Path(filename).stem or "value"
    return names


def _refuse(table: Table) -> None:
    """Refuse tables that look like logs and are none: one row per run or per metric."""
    names = {c.name.lower() for c in table.columns}
    if len(names & _RUN_TABLE) >= 3 and {"name", "state"} <= names:
        raise NotALogError(
            "is a table of runs (one row per run, as W&B exports it), not the log of one",
            "Export the history of a run (or a chart of it) instead.",
            table.path,
        )
    if any(is_counter(c.name) for c in table.columns) or table.n_rows < 2:
        return
    for place, c in enumerate(table.columns[:3]):
        if not isinstance(c, TextColumn) or c.reason != "text" or len(c.rows) < table.n_rows:
            continue
        if c.name == "" or (place == 0 and len(set(c.cells)) == len(c.cells)):
            what = "metric and value" if len(table.columns) == 2 else "run or item"
            raise NotALogError(
                f"has one row per {what} (named in {repr(c.name) if c.name else 'a first column'}), no steps",
                "Name the log that the training wrote step by step.",
                table.path,
            )


def _renamed(table: Table, source: Source, dialect: Dialect) -> Table:
    """Names that only the file's name tells: TensorBoard's CSV export, MLflow's metric files."""
    if [c.name.lower() for c in table.columns] == _TENSORBOARD:
        tag = re.fullmatch(_TAG, source.filename)
        return _named(table, ["Wall time", "Step", tag[2] if tag else Path(source.filename).stem or "value"])
    numbers = table.numbers
    if dialect.header or len(numbers) != len(table.columns) or not all(len(c.rows) for c in numbers):
        return table
    if len(numbers) == 3 and dialect.delimiter == SPACES and numbers[0].values.min() > EPOCH_MS:
        return _named(table, ["timestamp", source.filename or "value", "step"])
    if numbers[0].name == "col1" and len(numbers) > 1 and is_index(replace(numbers[0], name="")):
        return replace(table, columns=(replace(numbers[0], name=""), *numbers[1:]))
    return table


def _named(table: Table, names: list[str]) -> Table:
    columns = (replace(c, name=name) for c, name in zip(table.columns, names, strict=True))
    return replace(table, columns=tuple(columns))
