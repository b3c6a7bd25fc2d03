"""The files that the speed of reading is measured on: runs that overfit, in the formats that people log in.

    python benchmarks/speed_files.py csv|jsonl|text|events|many PATH N [COLUMNS]

A process of its own makes them: the system counts the memory of whoever starts a process as that one's too.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import read_events

if TYPE_CHECKING:
    from collections.abc import Iterator

COLUMNS = ("step", "train_loss", "val_loss", "train_accuracy", "val_accuracy", "lr")
AT_ONCE = 100_000


def rows(n: int, columns: int = len(COLUMNS)) -> Iterator[list[tuple[float, ...]]]:
    """The rows of a run of ``n`` steps, some at a time; noise from a fixed seed."""
    rng = np.random.default_rng(0)
    for begin in range(0, n, AT_ONCE):
        step = np.arange(begin, min(n, begin + AT_ONCE))
        t = step / n
        fall = 2.2 * 2.0 ** (-8 * t)
        train = fall + 0.05 + 0.02 * rng.standard_normal(len(t))
        val = fall + 0.3 + 0.8 * np.maximum(0.0, t - 0.35) + 0.02 * rng.standard_normal(len(t))
        found = (step, train, val, 1 - train / 3, 1 - val / 3, 0.001 * (1 - t))
        yield list(zip(*(c.tolist() for c in found[:columns]), strict=True))


def csv(path: Path, n: int, columns: int = len(COLUMNS)) -> None:
    with path.open("w") as file:
        file.write(",".join(COLUMNS[:columns]) + "\n")
        for some in rows(n, columns):
            file.writelines(",".join(map(repr, row)) + "\n" for row in some)


def jsonl(path: Path, n: int) -> None:
    with path.open("w") as file:
        for some in rows(n):
            file.writelines(json.dumps(dict(zip(COLUMNS, row, strict=True))) + "\n" for row in some)


def text(path: Path, n: int) -> None:
    with path.open("w") as file:
        for some in rows(n, 3):
            file.writelines(f"step {i}: train loss {a:.4f}, val loss {b:.4f}\n" for i, a, b in some)


def events(path: Path, n: int) -> None:
    path.mkdir()
    read_events.write(path / "events.out.tfevents.1700000000.host", n)


def many(folder: Path, runs: int) -> None:
    folder.mkdir()
    first = folder / "run0000.csv"
    csv(first, 60)
    for i in range(1, runs):
        (folder / f"run{i:04}.csv").write_bytes(first.read_bytes())


if __name__ == "__main__":
    kind, path, *numbers = sys.argv[1:]
    {"csv": csv, "jsonl": jsonl, "text": text, "events": events, "many": many}[kind](
        Path(path), *map(int, numbers)
    )
