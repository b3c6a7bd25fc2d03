"""What `curvedoc.Monitor` costs a training, and how often what it tells in the middle is true of the end.

    python benchmarks/monitor.py [--rows 1000 10000 100000 1000000] [--seconds 20]
    python benchmarks/monitor.py --replay sample_logs/ [--looks 50] [--min-confidence 0.9]

The first prints, for a log of so many rows (step, loss, rate, gradient norm; a validation loss in every
tenth): the time of one log call, of one look, between two looks, and both as a share of a step of 10 ms; and
then the share measured in a loop that really sleeps. The second replays whole logs as if they were growing.
"""

from __future__ import annotations

import argparse
import math
import random
import statistics
import sys
import time
import tracemalloc
from collections import Counter
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import curvedoc
from curvedoc.hysteresis import Announcer
from curvedoc.intake import Options, judge, results
from curvedoc.monitor.loop import SHARE
from curvedoc.run import Run

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

STEP = 0.010
"""Seconds of the step that costs are compared with."""


def rows(n: int) -> Iterator[dict[str, float]]:
    """A healthy noisy run of ``n`` rows."""
    noise = random.Random(0)
    for step in range(n):
        loss = 2 * math.exp(-4 * step / n) + 0.1 + noise.gauss(0, 0.02)
        row = {"step": step, "train/loss": loss, "lr": 1e-3, "grad_norm": 1 + loss}
        if step % 10 == 9:
            row["val/loss"] = loss + 0.05
        yield row


def costs(n: int) -> tuple[float, float, float]:
    """Microseconds of a log call, milliseconds of a look, bytes of a value."""
    monitor = curvedoc.Monitor(every=10**9)
    made = list(rows(min(n, 100_000)))
    begin = time.perf_counter()
    for row in made:
        monitor.log(row)
    call = (time.perf_counter() - begin) / len(made)
    monitor.recall(rows(n - len(made)))
    looks = []
    for _ in range(7 if n < 1_000_000 else 3):
        begin = time.perf_counter()
        monitor.look()
        looks.append(time.perf_counter() - begin)
    return call * 1e6, statistics.median(looks) * 1e3, bytes_of_a_value(min(n, 100_000))


def bytes_of_a_value(n: int) -> float:
    """Memory that a value takes in the columns of a monitor."""
    made = list(rows(n))
    monitor = curvedoc.Monitor(every=10**9)
    tracemalloc.start()
    for row in made:
        monitor.log(row)
    used = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return used / sum(map(len, made))


def in_a_loop(n: int, seconds: float) -> str:
    """What a training of 10 ms steps, already ``n`` rows long, really spends."""
    monitor = curvedoc.Monitor()
    steps = int(seconds / STEP)
    course = rows(n + steps)
    monitor.recall(islice(course, n))
    calls, looks, begin = [], [], time.perf_counter()
    for row in course:
        time.sleep(STEP)
        last, before = monitor.diagnosis, time.perf_counter()
        monitor.log(row)
        spent = time.perf_counter() - before
        (calls if monitor.diagnosis is last else looks).append(spent)
    share = (sum(calls) + sum(looks)) / (time.perf_counter() - begin)
    call = statistics.median(calls) * 1e6
    return f"{share:.2%} of the time, {len(looks)} looks, {call:.0f} µs a call between other work"


def print_costs(sizes: Sequence[int], seconds: float) -> None:
    """The table of costs."""
    print("     rows  µs a call  ms a look  s between  of a 10 ms step  bytes a value")
    for n in sizes:
        call, look, size = costs(n)
        share = call / 1e6 / STEP + SHARE
        print(
            f"{n:>9}  {call:>9.2f}  {look:>9.1f}  {look / 1e3 / SHARE:>9.1f}  {share:>15.2%}  {size:>13.1f}"
        )
    for n in sizes[:2] if seconds else ():
        print(f"{seconds:g} s of 10 ms steps from row {n} on: {in_a_loop(n, seconds)}")


def growing(run: Run, looks: int) -> Iterator[Run]:
    """The run as it stood at so many moments, the last one whole."""
    longest = max(run.curves, key=len)
    n = len(longest)
    for k in sorted({max(3, round(n * (i + 1) / looks)) for i in range(looks)}):
        end = longest.steps[min(k, n) - 1] if k < n else math.inf
        cut = (replace(c, steps=c.steps[c.steps <= end], values=c.values[c.steps <= end]) for c in run.curves)
        yield replace(run, curves=tuple(c for c in cut if len(c)))


def replay(paths: Sequence[str], looks: int, min_confidence: float) -> None:
    """How many states are told for a run, and what became of the runs they were told of."""
    ends: Counter[tuple[str, str]] = Counter()
    told: list[int] = []
    for run in results(paths, Options()):
        if not isinstance(run, Run) or run.n_points < 6:
            continue
        announcer, said = Announcer(min_confidence), []
        for part in growing(run, looks):
            diagnosis = judge(part)
            announcer, state = announcer.feed(diagnosis, part.n_points)
            said += [state.value] if state else []
        told.append(len(said))
        ends.update((state, diagnosis.state.value) for state in said)
    mean = statistics.mean(told)
    print(f"{len(told)} runs, {looks} looks each: {mean:.2f} states told a run, at most {max(told)}")
    for state in sorted({state for state, _ in ends}):
        by_end = {end: n for (said_of, end), n in ends.most_common() if said_of == state}
        so = by_end.pop(state, 0)
        became = ", ".join(f"{end} {n}" for end, n in by_end.items()) or "none"
        print(f"{state:>20}  told {so + sum(by_end.values()):>4} times; ended so {so:>4}; else: {became}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000, 10_000, 100_000, 1_000_000])
    parser.add_argument("--seconds", type=float, default=20.0, help="of the real loops; 0: none")
    parser.add_argument("--replay", nargs="+", metavar="PATH")
    parser.add_argument("--looks", type=int, default=50)
    parser.add_argument("--min-confidence", type=float, default=0.9)
    options = parser.parse_args()
    if options.replay:
        replay(options.replay, options.looks, options.min_confidence)
    else:
        print_costs(options.rows, options.seconds)


if __name__ == "__main__":
    main()
