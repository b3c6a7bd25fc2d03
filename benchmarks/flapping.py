"""How often a watch would tell a change of state, and whether it was right: labelled runs as they grow.

    python benchmarks/flapping.py ../shared/corpus/academic ../shared/corpus/real [--looks 100] [--every 5]

Each run is cut off at ``--looks`` places, evenly spaced over its points, and diagnosed there, as
``curvedoc watch`` would. Printed per run: changes of the verdict as it comes, changes that are told, the
share of the run that went by between the verdict that lasts and its announcement, and whether the state told
last is the final verdict.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean, median
from typing import TYPE_CHECKING

import numpy as np

import curvedoc
from curvedoc import hysteresis
from curvedoc.hysteresis import Announcer
from curvedoc.intake import judge
from curvedoc.states import State

HEALTHY = (State.SMOOTH_DESCENT, State.GROKKING)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from curvedoc.run import Run


@dataclass(frozen=True)
class Told:
    """What came of one run: verdicts as they came and as they were told (share of the run, state)."""

    raw: tuple[tuple[float, State], ...]
    told: tuple[tuple[float, State], ...]
    final: State
    sure: float

    @property
    def agrees(self) -> bool:
        """Whether the state told last is the final verdict; where nothing was told, that is inconclusive."""
        return (self.told[-1][1] if self.told else State.INCONCLUSIVE) is self.final

    @property
    def delay(self) -> float | None:
        """Share of the run from where the final verdict stands for good to where it was told."""
        if not self.told or not self.agrees or self.final is State.INCONCLUSIVE:
            return None
        begins = self.raw[-1][0]
        return max(0.0, self.told[-1][0] - begins)


def grown(run: Run, looks: int) -> Iterator[tuple[float, Run]]:
    """The run cut off after each of ``looks`` shares of its longest curve, on the step axis of all."""
    longest = max(run.curves, key=len)
    n = len(longest)
    for at in sorted({max(1, round(n * (i + 1) / looks)) for i in range(looks)}):
        end = float(longest.steps[at - 1])
        curves = [
            replace(c, steps=c.steps[c.steps <= end], values=c.values[c.steps <= end]) for c in run.curves
        ]
        yield at / n, replace(run, curves=tuple(c for c in curves if len(c)))


def replay(run: Run, looks: int, min_confidence: float) -> Told:
    """What a watch would tell of a run as it grows."""
    announcer = Announcer(min_confidence)
    raw: list[tuple[float, State]] = []
    told: list[tuple[float, State]] = []
    diagnosis = None
    for share, part in grown(run, looks):
        diagnosis = judge(part)
        if not raw or raw[-1][1] is not diagnosis.state:
            raw.append((share, diagnosis.state))
        announcer, state = announcer.feed(diagnosis, part.n_points)
        if state is not None:
            told.append((share, state))
    assert diagnosis is not None
    return Told(tuple(raw), tuple(told), diagnosis.state, diagnosis.confidence)


def runs_in(folder: Path, every: int) -> Iterator[tuple[str, Run]]:
    """The labelled runs of a corpus (each ``every``-th), as ``labels.csv`` in it or above it has them."""
    labels = next(p for p in (folder / "labels.csv", folder.parent / "labels.csv") if p.is_file())
    with labels.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if (labels.parent / row["path"]).is_relative_to(folder)]
    for row in rows[::every]:
        try:
            found = curvedoc.read(str(labels.parent / row["path"]))
        except curvedoc.errors.CurvedocError:
            continue
        if len(found) == 1 and found[0].n_points >= 5:
            yield row["path"], found[0]


def main() -> int:
    """Print the table and its summary."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--looks", type=int, default=100)
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--min-confidence", type=float, default=0.8)
    parser.add_argument("--lasting", type=float, default=hysteresis.LASTING, help="try another limit")
    parser.add_argument("--fewest", type=int, default=hysteresis.FEWEST, help="try another limit")
    parser.add_argument("--quiet", action="store_true", help="the summary alone")
    given = parser.parse_args()
    hysteresis.LASTING, hysteresis.FEWEST = given.lasting, given.fewest
    results: list[Told] = []
    began = time.process_time()
    for folder in given.folders:
        for name, run in runs_in(folder.absolute(), given.every):
            result = replay(run, given.looks, given.min_confidence)
            results.append(result)
            if not given.quiet:
                print(row(name, result))
    print(summary(results))
    print(f"{time.process_time() - began:.0f} s of CPU")
    return 0


def row(name: str, result: Told) -> str:
    """One run as a line."""
    delay = "" if result.delay is None else f"{result.delay:4.0%}"
    said = " > ".join(f"{state} {share:.0%}" for share, state in result.told)
    agrees = "=" if result.agrees else "!"
    return (
        f"{len(result.raw) - 1:4} {len(result.told):3} {delay:>5} {agrees} {result.final}  {name}  [{said}]"
    )


def summary(results: list[Told]) -> str:
    """All runs in a few lines."""
    changes = [len(r.raw) - 1 for r in results]
    told = [len(r.told) for r in results]
    delays = [r.delay for r in results if r.delay is not None]
    spoken = [r for r in results if r.final is not State.INCONCLUSIVE and r.sure >= 0.8]
    healthy = [r for r in results if r.final in HEALTHY]
    false = Counter(s for r in healthy for s in {state for _, state in r.told} if s not in HEALTHY)
    alarms = [any(state not in HEALTHY for _, state in r.told) for r in healthy]
    early = [
        any(state not in HEALTHY for _, state in r.raw if state is not State.INCONCLUSIVE) for r in healthy
    ]
    lines = [
        f"{len(results)} runs",
        f"changes of the verdict    mean {mean(changes):5.2f}  most {max(changes)}  {histogram(changes)}",
        f"announcements             mean {mean(told):5.2f}  most {max(told)}  {histogram(told)}",
        f"told last = final verdict {mean(r.agrees for r in results):.1%}; of those whose final verdict is"
        f" told at all ({len(spoken)}) {mean(r.agrees for r in spoken):.1%}",
        f"delay, share of the run   median {median(delays):.1%},"
        f" 9 of 10 below {np.quantile(delays, 0.9):.1%}",
        f"ends healthy ({len(healthy)})        called sick on the way {mean(early):.1%},"
        f" told so {mean(alarms):.1%}",
        f"  by state                {', '.join(f'{state} {n}' for state, n in false.most_common())}",
        f"state told first = final  {mean(r.told[0][1] is r.final for r in results if r.told):.1%}",
    ]
    return "\n".join(lines)


def histogram(numbers: list[int]) -> str:
    """How often each number comes: ``0: 12, 1: 40``."""
    counts = Counter(min(n, 6) for n in numbers)
    return ", ".join(f"{n if n < 6 else '6+'}: {counts[n]}" for n in sorted(counts))


if __name__ == "__main__":
    sys.exit(main())
