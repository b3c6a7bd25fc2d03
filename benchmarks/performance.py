"""How fast logs are read and diagnosed, and in how much memory, beside the peers and the fastest parsers.

    python benchmarks/performance.py [--rounds 5] [--rows 1000000] [--docs docs] [--only csv jsonl]
        [--peers VENV] [--tensorboard VENV] [--parsers VENV] [--limit 60] [--long]

Each way is a process of its own, from start to end; all ways of one table run in turn, round after round,
so that a busy machine slows each alike: compare the ratios. Peak memory is what the system counted for the
process. ``--peers``: an environment of ``peers-requirements.txt``; ``--tensorboard``: one with tensorboard
and tbparse; ``--parsers``: one with pandas, polars, pyarrow and orjson. A way that took longer than
``--limit`` seconds is ended; one that took a sixth of that is run once. ``--long`` adds ten million points.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import performance_page as page
import performance_ways as ways
from performance_ways import DIAGNOSE, DRAWS_NOT, SERVER, Way, make

if TYPE_CHECKING:
    from collections.abc import Callable

    Measure = Callable[[dict[str, Way]], dict[str, ways.Times]]

POINTS = "curvedoc, all points"

SERVED = """The server is written in Rust and has decoded the points when it is done, as curvedoc has;
from run to run of this benchmark now the one, now the other is a few percent sooner."""
EXACT = """The parsers only read; curvedoc starts, reads, names, judges by all rules and reports. It
parses with numpy alone, in one thread, and each number is exactly `float(text)`; what pandas reads by
default may differ from that in the last bit (its `float_precision`). A compiled parser would be faster;
curvedoc has none, so that `pip install` needs no compiler and no wheel for each platform. Where an aim
is missed, that is why."""
THREADS = """polars and pyarrow parse with all cores, in Rust and C++. curvedoc decodes with numpy in one
thread, takes NaN and Infinity, lines of other keys and broken lines as they come, and judges the run as
well. Where an aim is missed, that is why."""
RULES = """Most of the time goes into judging: each run is held against all rules, some hundred
comparisons, each with its evidence, and that is Python. It is the same for a run of sixty rows as for
one of a thousand."""


def events(given: argparse.Namespace, folder: Path, measure: Measure) -> page.Part:
    path = make("events", folder / "events", given.rows)
    here = sys.executable
    times = measure(
        {
            POINTS: Way((here, "-c", ways.SCALARS.format(str(path)))),
            "importing alone": Way((here, "-c", ways.IMPORTS)),
            **ways.ours(path),
            **ways.server(given.tensorboard, path),
            **ways.python(given.tensorboard, ways.TENSORBOARD, path),
            **ways.peers(given.peers, next(path.iterdir())),
        }
    )
    arrays = given.rows * 24 / 1e6
    share = (times[POINTS].peak - times["importing alone"].peak) / arrays
    aims = [
        page.aim("at most 1/20 of EventAccumulator", times, POINTS, "EventAccumulator", 1 / 20),
        page.aim("no slower than the server in Rust", times, POINTS, SERVER, 1.0),
        page.Aim(
            f"memory, without the imports: at most 3 × the decoded arrays ({arrays:.0f} MB)", share, 3.0
        ),
    ]
    title = f"Event file, {given.rows:,} scalar events, every checksum verified"
    return page.Part(title, times, "EventAccumulator", aims, SERVED)


def csv(given: argparse.Namespace, folder: Path, measure: Measure) -> page.Part:
    path = make("csv", folder / "run.csv", given.rows)
    parsers = ways.python(given.parsers, ways.CSV, path)
    times = measure({**ways.ours(path), **parsers, **ways.peers(given.peers, path)})
    base = "pandas.read_csv"
    aims = [
        page.aim(f"at most 1.5 × {base}", times, DIAGNOSE, base, 1.5),
        page.aim("the same without drawing", times, DRAWS_NOT, base, 1.5),
        page.aim("peak memory no more than its", times, DIAGNOSE, base, 1.0, "peak"),
    ]
    title = f"CSV, {given.rows:,} rows of 6 columns, diagnosis included"
    return page.Part(title, times, base, aims, EXACT)


def jsonl(given: argparse.Namespace, folder: Path, measure: Measure) -> page.Part:
    path = make("jsonl", folder / "run.jsonl", given.rows)
    parsers = ways.python(given.parsers, ways.JSONL, path)
    times = measure({**ways.ours(path), **parsers, **ways.peers(given.peers, path)})
    measured = [name for name in ways.JSONL if name in times and times[name].seconds]
    best = min(measured, key=lambda name: times[name].median, default="")
    aims = [
        page.aim(f"at most 1.5 × the fastest that parses it ({best})", times, DIAGNOSE, best, 1.5),
        page.aim("the same without drawing", times, DRAWS_NOT, best, 1.5),
    ]
    title = f"JSON Lines, {given.rows:,} lines, diagnosis included"
    return page.Part(title, times, best, aims, THREADS)


def many(_given: argparse.Namespace, folder: Path, measure: Measure) -> page.Part:
    path, one = make("many", folder / "many", 2000), "2,000 runs in one process"
    three = [path / f"run000{i}.csv" for i in range(3)]
    times = measure(
        {
            one: Way((sys.executable, "-c", ways.MANY.format(str(path)))),
            f"2,000 runs, {DRAWS_NOT}": ways.ours(path)[DRAWS_NOT],
            f"3 runs, {DRAWS_NOT}": ways.ours(*three)[DRAWS_NOT],
            f"1 run, {DRAWS_NOT}": ways.ours(three[0])[DRAWS_NOT],
        }
    )
    rate = float(times[one].output or "nan")
    aims = [page.Aim("500 runs per second and core, over what was reached", 500 / rate, 1.0)]
    note = f"After its start one process went through {rate:.0f} runs per second; the command uses all cores."
    return page.Part("2,000 runs of 60 rows in a directory", times, "", aims, f"{note}\n{RULES}")


def growth(_given: argparse.Namespace, folder: Path, measure: Measure) -> page.Part:
    times: dict[str, ways.Times] = {}
    aims = []
    for kind in ("csv", "jsonl", "events", "text"):
        sizes = (10_000, 100_000, 300_000 if kind == "text" else 1_000_000)
        logs = {f"{kind}, {n:,}": make(kind, folder / f"{kind}{n}", n) for n in sizes}
        found = measure({name: ways.ours(log)[DRAWS_NOT] for name, log in logs.items()})
        times |= found
        _, middle, large = (t.median for t in found.values())
        share = large / middle / (sizes[2] / sizes[1])
        aims.append(page.Aim(f"{kind}: time per row of the most rows over that of 100,000", share, 1.2))
    return page.Part("Growth in rows, diagnosis included, nothing drawn", times, "", aims)


def long(given: argparse.Namespace, folder: Path, measure: Measure) -> page.Part:
    n, base = 10_000_000, "pandas.read_csv"
    table = make("csv", folder / "long.csv", n, 3)
    beside = ways.python(given.parsers, {base: ways.CSV[base]}, table)
    times = measure({f"csv, {n:,} rows of 3 columns": ways.ours(table)[DIAGNOSE], **beside})
    table.unlink()
    log = make("events", folder / "long", n)
    times |= measure({f"events, {n:,} points": ways.ours(log)[DIAGNOSE]})
    note = """Files are read block by block, so only the decoded points are held, 8 bytes for each value:
memory grows with the points, not with the file. All are judged: the verdict is that of the full data."""
    return page.Part("A run of ten million points", times, "", [], note)


PARTS = {part.__name__: part for part in (events, csv, jsonl, many, growth, long)}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--limit", type=float, default=60.0)
    for name in ("peers", "tensorboard", "parsers"):
        parser.add_argument(f"--{name}", type=Path, metavar="VENV")
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--only", nargs="+", choices=PARTS)
    parser.add_argument("--docs", type=Path, help="write performance.md into this folder")
    given = parser.parse_args()
    wanted = given.only or [name for name in PARTS if name != "long" or given.long]
    with tempfile.TemporaryDirectory() as folder:
        measure = partial(ways.measure, rounds=given.rounds, limit=given.limit, folder=Path(folder))
        parts = [PARTS[name](given, Path(folder), measure) for name in wanted]
    machine = f"{os.cpu_count()} cores, {page.processor()}, {platform.system()}"
    machine += f", Python {platform.python_version()}"
    versions = ways.versions((given.peers, given.tensorboard, given.parsers))
    text = page.render(parts, machine, versions, given)
    print(text)
    if given.docs:
        (given.docs / "performance.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
