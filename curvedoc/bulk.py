"""Large clean tables by the C parser of pandas: much faster than Python, and the same numbers to the bit."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING

import numpy as np

from .cells import BLANK, Column
from .dialect import SPACES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .dialect import Dialect

BULK_BYTES = 1 << 21
"""From 2 MiB on the parser earns the import of pandas (0.3 s); below, Python is done sooner."""


def read_bulk(data: bytes, dialect: Dialect, names: Sequence[str]) -> tuple[list[Column], int] | None:
    """The columns and the number of rows; None when anything in the table needs a closer look.

    That is: text in a column, logged NaN, comments, rows of other lengths, a short last row. ``names``: of
    the columns, whose header (if there is one) is the first line. ``float_precision="round_trip"`` makes
    each number exactly ``float(cell)``.
    """
    tail = data[-(1 << 16) :].rstrip()
    last = tail[max(tail.rfind(b"\n"), tail.rfind(b"\r")) + 1 :]
    if dialect.delimiter in {"", SPACES} or dialect.decimal != "." or dialect.skip or b"\0" in data[:4096]:
        return None
    if len(names) != dialect.width or data.startswith((b"#", b"sep=")):
        return None
    if b"\n#" in data or last.count(dialect.delimiter.encode()) != len(names) - 1:
        return None
    import pandas as pd

    try:
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # newer pandas calls the argument out of date: it is the default there
            frame = pd.read_csv(
                io.BytesIO(data),
                sep=dialect.delimiter,
                header=0 if dialect.header else None,
                names=list(range(len(names))),
                index_col=False,
                keep_default_na=False,
                na_values=sorted(BLANK),
                float_precision="round_trip",
            )
    except ValueError:  # also what pandas calls a ParserError
        return None
    if any(kind.kind not in "fiu" for kind in frame.dtypes):
        return None
    columns = []
    for place, name in enumerate(names):
        values = frame[place].to_numpy(np.float64)
        rows = np.flatnonzero(~np.isnan(values))
        columns.append(Column(name, rows, values[rows] if len(rows) < len(values) else values))
    return columns, len(frame)
