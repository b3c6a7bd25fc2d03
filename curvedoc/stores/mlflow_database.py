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
from curvedoc.source import unreadable

from . import RUN_NAME, SQLITE
from .tracked import Tracked

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from curvedoc.run import FloatArray
    from curvedoc.source import Source

LARGEST = sys.float_info.max
NAN = float("nan")

WAIT_SECONDS = 5.0
"""How long to wait for a training that is writing at this moment."""

SMALLEST_ROW = 32
"""Bytes: the id of a run alone takes so many. A damaged database that claims more rows is not believed."""

LONGEST_ROW = 1 << 16
"""Bytes: MLflow cuts tags, its longest texts, at 8,000 characters."""

INSTRUCTIONS_PER_BYTE = 2
"""Of SQLite's machine: reading a row takes about 10, and no row is smaller than 32 bytes. More is a trap."""

_NEEDED = {"runs": {"run_uuid"}, "metrics": {"key", "value", "timestamp", "run_uuid"}}
_AHEAD = b"\2\2"  # at byte 18 of a database in write-ahead mode
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
    except (sqlite3.Error, UnicodeDecodeError) as error:  # a damaged name may stand in SQLite's own message
        raise _refused(error, source.path) from error
    except OSError as error:
        raise unreadable(source.path, error) from error


def _refused(error: Exception, path: str) -> CurvedocError:
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
        still = "&immutable=1" if _unfinished(file)[0] else ""
        address = f"file:{quote(os.path.abspath(file))}?mode=ro{still}"  # noqa: PTH100
        connection = sqlite3.connect(address, uri=True, timeout=WAIT_SECONDS)
        size = file.stat().st_size
    else:
        data = bytearray(source.read_bytes())
        connection, size = sqlite3.connect(":memory:"), len(data)
        if data[18:20] == _AHEAD:
            data[18:20] = b"\1\1"  # in memory there is no other mode
        connection.deserialize(bytes(data))
    budget = [max(size, 1 << 20) * INSTRUCTIONS_PER_BYTE]

    def spent() -> bool:
        budget[0] -= _TICK
        return budget[0] < 0

    connection.set_progress_handler(spent, _TICK)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_ROW)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.text_factory = _lossy
    return connection


def _is_plain(file: Path) -> bool:
    try:
        with open(os.fspath(file), "rb") as stream:  # noqa: PTH123
            return stream.read(len(SQLITE)) == SQLITE
    except OSError:
        return False


def _unfinished(file: Path) -> tuple[bool, bool]:
    """Whether a database is in write-ahead mode and nobody has it open; whether a log lies beside it then.

    SQLite would create what is missing of the log and its index, so the database is then read as it is.
    """
    with file.open("rb") as stream:
        ahead = stream.read(20)[18:20] == _AHEAD
    real = os.path.realpath(file)
    log, index = (os.path.exists(f"{real}{end}") for end in ("-wal", "-shm"))  # noqa: PTH110
    return ahead and not (log and index), ahead and log and not index


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
    found = list(runs.values())
    if found and source.files and _is_plain(source.files[0]) and _unfinished(source.files[0])[1]:
        found[0].notes.append(
            "what is only in the -wal file beside it was not read: the -shm file is missing."
        )
    return found


def _lossy(data: bytes) -> str:
    return data.decode("utf-8", "replace")


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
    found: dict[tuple[bytes, bytes], array[float]] = {}
    by_key = {key.encode(): run for key, run in runs.items()}
    connection.text_factory = bytes  # decoded once per metric, not once per row
    wanted = ("run_uuid", "key", "step", "value", "timestamp", "is_nan")
    for of, name, step, value, time, is_nan in _rows(connection, "metrics", columns, *wanted):
        run = by_key.get(of)
        if run is None or run.deleted:
            continue
        try:
            point = (float(step or 0), NAN if is_nan else float(value), float(time) / 1000)
        except (TypeError, ValueError):
            run.broken += 1
            continue
        points = found.get((of, name))
        if points is None:
            points = found[of, name] = array("d")
        points.extend(point)
    for (of, name), points in found.items():
        stacked = np.array(points, np.float64).reshape(-1, 3).T
        by_key[of].points[_lossy(name) if isinstance(name, bytes) else str(name)] = _with_infinity(stacked)


def _with_infinity(points: FloatArray) -> FloatArray:
    for number in (LARGEST, -LARGEST):
        points[1, points[1] == number] = np.copysign(np.inf, number)
    return points
