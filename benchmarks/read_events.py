"""How fast event files are read, beside TensorBoard's own EventAccumulator.

    python benchmarks/read_events.py [--events 10000,100000,1000000] [--repeat 5]

Writes scalars as PyTorch does (five tags in turn), reads them back with every checksum verified and prints
the best of some runs. ``kept`` is the peak memory of reading over the size of the decoded arrays. Without
tensorboard installed (``pip install tensorboard``) curvedoc stands alone.
"""

from __future__ import annotations

import argparse
import math
import tempfile
import time
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING

from curvedoc.tfevents.scalars import read_scalars
from curvedoc.tfrecord import EventWriter

if TYPE_CHECKING:
    from collections.abc import Callable

TAGS = ("train/loss", "train/accuracy", "val/loss", "lr", "grad_norm")


def write(path: Path, events: int) -> None:
    with EventWriter(path, 1.7e9) as writer:
        for i in range(events):
            step, n = divmod(i, len(TAGS))
            writer.add_scalar(TAGS[n], math.exp(-step / 1000) + n, step, 1.7e9 + i / 100)


def best(read: Callable[[Path], object], path: Path, repeat: int) -> float:
    """Seconds of the fastest of ``repeat`` runs."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        read(path)
        times.append(time.perf_counter() - start)
    return min(times)


def kept(path: Path) -> float:
    """Peak memory of reading, as a multiple of the arrays that come out."""
    tracemalloc.start()
    points = read_scalars(path).points
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / sum(array.nbytes for array in points.values())


def accumulator() -> Callable[[Path], object] | None:
    """TensorBoard's way to get all scalars of a file, or None where it is not installed."""
    try:
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    except ImportError:
        return None

    def read(path: Path) -> object:
        events = EventAccumulator(str(path), size_guidance={"scalars": 0}).Reload()
        return {tag: [(e.step, e.value) for e in events.Scalars(tag)] for tag in events.Tags()["scalars"]}

    return read


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--events", default="10000,100000,1000000")
    parser.add_argument("--repeat", type=int, default=5)
    arguments = parser.parse_args()
    peer = accumulator()
    print(f"{'events':>10} {'MB':>7} {'EventAccumulator':>17} {'curvedoc':>10} {'ratio':>7} {'kept':>6}")
    with tempfile.TemporaryDirectory() as folder:
        for events in map(int, arguments.events.split(",")):
            path = Path(folder, f"events.out.tfevents.{events}")
            write(path, events)
            read_scalars(path)  # tables are made once
            ours = best(read_scalars, path, arguments.repeat)
            theirs = best(peer, path, 1 if events > 200_000 else arguments.repeat) if peer else math.nan
            size = path.stat().st_size / 1e6
            shown = f"{theirs:15.3f} s" if peer else f"{'not installed':>17}"
            ratio = f"{theirs / ours:6.1f}x" if peer else f"{'':>7}"
            print(f"{events:>10} {size:7.1f} {shown} {ours:8.3f} s {ratio} {kept(path):5.1f}x")


if __name__ == "__main__":
    main()
