"""MLflow's SQLite database, opened read-only: never created, never changed, not locked while it is judged.

Tables after mlflow/store/tracking/dbmodels/models.py. The database has no NaN and no infinity: MLflow stores
``is_nan`` beside a zero, and the largest number for infinity.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from array import array
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import numpy as np

from curvedoc.errors import CurvedocError, NotALogError, UnreadableError

from . import RUN_NAME, SQLITE
from .tracked import Tracked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from curvedoc.run import FloatArray
    from curvedoc.source import Source

LARGEST = sys.float_info.max

WAIT_SECONDS = 5.0
"""How long to wait for a training that is writing at this moment."""

SMALLEST_ROW = 32
"""Bytes: the id of a run alone takes so many. A damaged database that claims more rows is not believed."""

LONGEST_ROW = 1 << 16
"""Bytes: MLflow cuts tags, its longest texts, at 8,000 characters."""

INSTRUCTIONS_PER_BYTE = 20
"""Of SQLite's machine, for reading a table once (a row of 100 bytes takes about 100); more is a trap."""

_NEEDED = {"runs": {"run_uuid"}, "metrics": {"key", "value", "timestamp", "run_uuid"}}
_TICK = 100_000  # instructions between two looks at how many were spent


def read_database(source: Source) -> list[Tracked]:
    """Every run in the database.

    Raises :class:`~curvedoc.errors.NotALogError` when it is none of MLflow's,
    :class:`~curvedoc.errors.UnreadableError` when it is damaged or locked.
    """
    try:
        connection = _opened(source)
        try:
            return _runs(connection, source)
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise _refused(error, source.path) from error


def _refused(error: sqlite3.Error, path: str) -> CurvedocError:
    text = str(error)
    if "locked" in text or "busy" in text:
        return UnreadableError("is locked: a run is writing to it", "Try again in a moment.", path)
    if "interrupted" in text:
        return UnreadableError("takes far longer to read than its size allows: damaged?", _MEND, path)
    return UnreadableError(f"cannot be read as an SQLite database: {text}", _MEND, path)


_MEND = "Check it with `sqlite3 FILE 'pragma integrity_check'` and copy it again."


def _opened(source: Source) -> sqlite3.Connection:
    """A connection that can only read; what is packed or comes through a pipe is opened in memory."""
    file = source.files[0] if source.files and source.kind != "stdin" else None
    if file is not None and _is_plain(file):
        address = f"file:{quote(os.path.abspath(file))}?mode=ro{_immutable(file)}"  # noqa: PTH100
        connection = sqlite3.connect(address, uri=True, timeout=WAIT_SECONDS)
        size = file.stat().st_size
    else:
        data = source.read_bytes()
        connection, size = sqlite3.connect(":memory:"), len(data)
        connection.deserialize(data)
    budget = [max(size, 1 << 20) * INSTRUCTIONS_PER_BYTE]

    def spent() -> bool:
        budget[0] -= _TICK
        return budget[0] < 0

    connection.set_progress_handler(spent, _TICK)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_ROW)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.text_factory = _text
    return connection


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _is_plain(file: Path) -> bool:
    try:
        with open(os.fspath(file), "rb") as stream:  # noqa: PTH123
            return stream.read(len(SQLITE)) == SQLITE
    except OSError:
        return False


def _immutable(file: Path) -> str:
    """A database in write-ahead mode whose log is not there is complete, but SQLite would create the log."""
    with file.open("rb") as stream:
        ahead = stream.read(20)[18:20] == b"\2\2"
    return "&immutable=1" if ahead and not os.path.exists(f"{file}-wal") else ""  # noqa: PTH110


def _runs(connection: sqlite3.Connection, source: Source) -> list[Tracked]:
    columns = {table: _columns(connection, table) for table in ("runs", "metrics", "experiments", "tags")}
    if any(not needed <= columns[table] for table, needed in _NEEDED.items()):
        raise NotALogError(
            "is an SQLite database, but none of MLflow's", "Name mlflow.db, or another log.", source.path
        )
    runs: dict[str, Tracked] = {}
    stages, names = {}, {}
    for key, name, stage in _rows(
        connection, "experiments", columns, "experiment_id", "name", "lifecycle_stage"
    ):
        names[key], stages[key] = str(name or ""), stage
    for key, name, stage, of in _rows(
        connection, "runs", columns, "run_uuid", "name", "lifecycle_stage", "experiment_id"
    ):
        deleted = "deleted" in (stage, stages.get(of))
        runs[str(key)] = Tracked(str(key), str(name or ""), source.path, names.get(of, ""), deleted)
    for key, name, value in _rows(connection, "tags", columns, "run_uuid", "key", "value"):
        if name == RUN_NAME and value and str(key) in runs:
            runs[str(key)].name = str(value)
    _add_points(connection, columns, runs)
    return list(runs.values())


def _columns(connection: sqlite3.Connection, table: str) -> set[str]:
    """The columns of a plain table; empty for one that is not there, for views and virtual tables."""
    found = connection.execute("SELECT type, sql FROM sqlite_master WHERE name = ?", (table,)).fetchall()
    if len(found) != 1 or found[0][0] != "table" or not str(found[0][1]).upper().startswith("CREATE TABLE"):
        return set()
    return {str(row[1]) for row in connection.execute(f"PRAGMA table_xinfo({table})") if row[6] == 0}


def _rows(
    connection: sqlite3.Connection, table: str, columns: dict[str, set[str]], *wanted: str
) -> Iterator[tuple[Any, ...]]:
    """The rows of a table in the order of writing; a column that this version does not have is None.

    No more than the database has room for: a damaged one may name a page twice.
    """
    if not columns[table]:
        return
    cells = [f'"{name}"' if name in columns[table] else "NULL" for name in wanted]
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    size = connection.execute("PRAGMA page_size").fetchone()[0]
    most = pages * size // SMALLEST_ROW
    # The names are constants of this module. NOT INDEXED: an index would give another order.
    query = f"SELECT {', '.join(cells)} FROM {table} NOT INDEXED LIMIT {most}"  # noqa: S608
    yield from connection.execute(query)


def _add_points(
    connection: sqlite3.Connection, columns: dict[str, set[str]], runs: dict[str, Tracked]
) -> None:
    """Put the points of all metrics to their runs."""
    found: dict[tuple[str, str], array[float]] = {}
    wanted = ("run_uuid", "key", "step", "value", "timestamp", "is_nan")
    for of, key, step, value, time, is_nan in _rows(connection, "metrics", columns, *wanted):
        run = runs.get(of)
        if run is None or run.deleted:
            continue
        try:
            number = float("nan") if is_nan else float(value)
            point = (float(step or 0), number, float(time) / 1000)
        except (TypeError, ValueError):
            run.broken += 1
            continue
        found.setdefault((of, str(key)), array("d")).extend(point)
    for (of, name), points in found.items():
        runs[of].points[name] = _with_infinity(np.array(points, np.float64).reshape(-1, 3).T)


def _with_infinity(points: FloatArray) -> FloatArray:
    for number in (LARGEST, -LARGEST):
        points[1, points[1] == number] = np.copysign(np.inf, number)
    return points
