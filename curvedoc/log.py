"""RunLogger: write a log that curvedoc reads, from any training loop; append-only and safe against crashes.

with RunLogger("run.csv", columns=["epoch", "train_loss", "val_loss"]) as log:
    for epoch in range(epochs):
        ...
        log(epoch=epoch, train_loss=train_loss, val_loss=val_loss)
"""

from __future__ import annotations

import json
import math
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from .errors import UsageError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from types import TracebackType

# Seconds between two forced writes to the disk itself. A row is handed to the operating system at once, so a
# crashed process loses nothing; only a power cut can take the rows of these seconds.
SYNC_SECONDS = 5.0
FORMATS = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl"}


class RunLogger:
    """Appends one row per call to a CSV or JSON Lines file; the ending of ``path`` says which.

    Values are numbers, or anything with ``item()`` (a tensor or array of one element); NaN and infinity are
    kept.
    The columns of a CSV file are those of the first row unless ``columns`` names them; a row may leave some
    out (blank cell). An existing file is continued only with ``resume=True``; a torn last line, left by a
    crash, is then removed. One process writes a file: in distributed training log from rank 0.

    Raises :class:`UsageError` for an ending that is neither, a file that exists, a column that the file
    does not have, and a value that is no number.
    """

    def __init__(
        self, path: str | os.PathLike[str], columns: Iterable[str] = (), resume: bool = False
    ) -> None:
        self.path = Path(path)
        self.format = FORMATS.get(self.path.suffix.lower(), "")
        self.columns = list(columns)
        if not self.format:
            raise UsageError(
                f"'{self.path.name}' does not say which format to write.",
                "End the name in .csv or .jsonl.",
                str(self.path),
            )
        self._synced = time.monotonic()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        continued = self.path.exists() and self.path.stat().st_size > 0
        if continued and not resume:
            raise UsageError(
                "There is a log at this path already.",
                "Choose another path, or pass resume=True to continue it.",
                str(self.path),
            )
        if continued:
            _drop_torn_line(self.path)
            self._adopt_header()
        self._file: BinaryIO = self.path.open("ab", buffering=0)
        if self.format == "csv" and self.columns and not (continued and self.path.stat().st_size):
            self._write(_csv_line(self.columns))

    def __call__(self, row: Mapping[str, Any] | None = None, /, **values: Any) -> None:
        """Append one row, given as a mapping, as keywords, or both."""
        cells = {name: number(name, value) for name, value in {**(row or {}), **values}.items()}
        if self.format == "jsonl":
            self._write(json.dumps(cells, ensure_ascii=False) + "\n")
            return
        if not self.columns:
            self.columns = list(cells)
            self._write(_csv_line(self.columns))
        for name in cells:
            if name not in self.columns:
                raise UsageError(
                    f"The column '{name}' is not in the header of this log.{nearest(name, self.columns)}",
                    "Name all columns when the log is opened (columns=[...]), or write .jsonl.",
                    str(self.path),
                )
        self._write(_csv_line([_csv_cell(cells[c]) if c in cells else "" for c in self.columns]))

    def close(self) -> None:
        """Force everything to the disk and close; more than once is harmless."""
        if not self._file.closed:
            os.fsync(self._file.fileno())
            self._file.close()

    def __enter__(self) -> RunLogger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _write(self, line: str) -> None:
        """One whole line in one call to the operating system: a reader never sees two halves in the wrong
        order.
        """
        self._file.write(line.encode())
        if time.monotonic() - self._synced >= SYNC_SECONDS:
            os.fsync(self._file.fileno())
            self._synced = time.monotonic()

    def _adopt_header(self) -> None:
        """Continue with the columns that the CSV file has."""
        if self.format != "csv":
            return
        import csv

        with self.path.open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file), [])
        if self.columns and header and self.columns != header:
            raise UsageError(
                f"The log has the columns {', '.join(header)}.",
                "Resume it with the same columns in the same order, or choose another path.",
                str(self.path),
            )
        self.columns = header or self.columns


def number(name: str, value: Any) -> float | int:
    """The plain number in a value; raises :class:`UsageError` where there is none, or several."""
    if hasattr(value, "item"):
        try:
            value = value.item()
        except (ValueError, RuntimeError):
            value = None  # an array of several elements
    if isinstance(value, int | float):
        return value
    raise UsageError(
        f"The value of '{name}' is not one number.", "Log numbers, or tensors of one element (loss.item())."
    )


def _csv_cell(value: float) -> str:
    return repr(value) if math.isfinite(value) else str(value)


def _csv_line(cells: list[str]) -> str:
    return (
        ",".join(f'"{c.replace(chr(34), 2 * chr(34))}"' if set(c) & set(',"\r\n') else c for c in cells)
        + "\n"
    )


def _drop_torn_line(path: Path) -> None:
    """Cut off what stands behind the last line end: half a row, whose last number may be half a number."""
    with path.open("rb+") as file:
        data = file.read()
        file.truncate(data.rfind(b"\n") + 1)
