"""How fast logs are read and diagnosed, and in how much memory, beside the peers and the fastest parsers.

    python benchmarks/performance.py [--rounds 5] [--rows 1000000] [--docs docs] [--only csv jsonl]
        [--peers VENV] [--tensorboard VENV] [--parsers VENV] [--limit 60] [--long]

Each way is a process of its own, from start to end; all ways of one table run in turn, round after round,
so that a busy machine slows each alike: compare the ratios. Peak memory is what the system counted for the
process. ``--peers``: an environment of ``peers-requirements.txt``; ``--tensorboard``: one with tensorboard and
tbparse; ``--parsers``: one with pandas, polars, pyarrow and orjson. A way that took longer than ``--limit``
seconds is ended; one that took a sixth of that is run once. ``--long`` adds runs of ten million points.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import performance_page as page

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).resolve().parent.parent

ACCUMULATOR = """
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator({0!r}, size_guidance={{"scalars": 0}}).Reload()
print(sum(len(events.Scalars(tag)) for tag in events.Tags()["scalars"]))
"""
TBPARSE = "from tbparse import SummaryReader; print(len(SummaryReader({0!r}).scalars))"
SCALARS = "from curvedoc import read; print(sum(len(c.values) for c in read({0!r})[0].curves))"
DRAWS_NOT = "curvedoc diagnose --format json"
PARSERS = {
    "csv": {
        "pandas.read_csv": "import pandas; pandas.read_csv({0!r})",
        "polars.read_csv": "import polars; polars.read_csv({0!r})",
        "pyarrow.csv": "import pyarrow.csv as c; c.read_csv({0!r})",
        "numpy.loadtxt": "import numpy; numpy.loadtxt({0!r}, delimiter=',', skiprows=1)",
    },
    "jsonl": {
        "polars.read_ndjson": "import polars; polars.read_ndjson({0!r})",
        "pyarrow.json": "import pyarrow.json as c; c.read_json({0!r})",
        "pandas, pyarrow": "import pandas; pandas.read_json({0!r}, lines=True, engine='pyarrow')",
        "orjson, a loop": "import orjson; r = [orjson.loads(line) for line in open({0!r}, 'rb')]",
        "json, a loop": "import json; r = [json.loads(line) for line in open({0!r})]",
    },
}
PEERS = {
    "losslint": ("losslint", "check"),
    "runmedic": ("runmedic", "diagnose"),
    "trainproof": ("trainproof", "doctor"),
    "trainspotter": ("trainspotter", "analyze"),
}
MANY = """
import sys, time
from curvedoc.intake import Options, examine
examine([{0!r} + "/run0000.csv"], Options())
start = time.perf_counter()
runs = len(examine([{0!r}], Options()).diagnoses)
print(runs / (time.perf_counter() - start))
"""


@dataclass(frozen=True)
class Way:
    """One way to do the work: ``done`` is a text on standard error at which it counts as done (a server)."""

    command: tuple[str, ...]
    done: bytes = b""


@dataclass
class Times:
    """What was measured of one way, by round."""

    seconds: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)
    output: str = ""
    failed: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.seconds) if self.seconds else float("nan")

    @property
    def peak(self) -> float:
        return statistics.median(self.megabytes) if self.megabytes else float("nan")


def once(way: Way, limit: float, folder: Path) -> tuple[float, float, str, str]:
    """Seconds, peak megabytes, output, and why it failed."""
    env = os.environ | {"PYTHONPYCACHEPREFIX": str(folder / "bytecode"), "PYTHONPATH": str(ROOT)}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    outputs = folder / "out", folder / "err"
    with outputs[0].open("wb") as out, outputs[1].open("wb") as err:
        start = time.perf_counter()
        process = subprocess.Popen(
            way.command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=env, cwd=folder
        )
        ended = 0
        while not ended:
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
            seconds = time.perf_counter() - start
            if not ended and (seconds > limit or (way.done and way.done in outputs[1].read_bytes())):
                process.kill()
                ended, status, usage = os.wait4(process.pid, 0)
                status = 0 if seconds <= limit else -1
            elif not ended:
                time.sleep(0.002)
        process.returncode = status
    code = "" if status in (0, 1 << 8) else f"> {limit:g} s" if status == -1 else "failed"
    return seconds, usage.ru_maxrss / 1024, outputs[0].read_text(errors="replace"), code


def measure(ways: dict[str, Way], rounds: int, limit: float, folder: Path) -> dict[str, Times]:
    """All ways in turn; the first round fills the caches and counts for the slow ones alone."""
    found = {name: Times() for name in ways}
    for turn in range(rounds + 1):
        for name, way in ways.items():
            own = found[name]
            if own.failed or (own.seconds and max(own.seconds) > limit / 6):
                continue
            seconds, megabytes, own.output, own.failed = once(way, limit, folder)
            if (turn or seconds > limit / 6) and not own.failed:
                own.seconds.append(seconds)
                own.megabytes.append(megabytes)
            print(
                f"  {turn} {name:32} {seconds:8.2f} s {megabytes:7.0f} MB {own.failed}",
                file=sys.stderr,
                flush=True,
            )
    return found


def make(kind: str, path: Path, *numbers: int) -> Path:
    """A file of :mod:`speed_files`, made in a process of its own."""
    maker = Path(__file__).with_name("speed_files.py")
    subprocess.run((sys.executable, str(maker), kind, str(path), *map(str, numbers)), check=True)
    return path


class Bench:
    """The tables, with the environments that were given."""

    def __init__(self, given: argparse.Namespace, folder: Path) -> None:
        self.given, self.folder = given, folder

    def measure(self, ways: dict[str, Way]) -> dict[str, Times]:
        return measure(ways, self.given.rounds, self.given.limit, self.folder)

    def ours(self, path: Path) -> dict[str, Way]:
        call = (sys.executable, "-m", "curvedoc", "diagnose", str(path))
        return {"curvedoc diagnose": Way(call), DRAWS_NOT: Way((*call, "--format", "json"))}

    def python(self, venv: Path | None, codes: dict[str, str], path: Path) -> dict[str, Way]:
        """Each code in the Python of an environment, if that was given."""
        program = str(venv / "bin" / "python") if venv else ""
        return {name: Way((program, "-c", code.format(str(path)))) for name, code in codes.items() if venv}

    def peers(self, path: Path) -> dict[str, Way]:
        programs = {
            name: (self.given.peers / "bin" / call[0], call)
            for name, call in PEERS.items()
            if self.given.peers
        }
        return {
            name: Way((str(p), *call[1:], str(path))) for name, (p, call) in programs.items() if p.exists()
        }

    def server(self, path: Path) -> dict[str, Way]:
        """TensorBoard's server in Rust, until it has loaded all points with their checksums."""
        found = (
            sorted(self.given.tensorboard.glob("lib/*/site-packages/tensorboard_data_server/bin/server"))
            if self.given.tensorboard
            else []
        )
        call = (
            "--logdir",
            str(path),
            "--reload",
            "once",
            "--samples-per-plugin",
            "scalars=all",
            "--checksum",
            "-v",
            "--port",
            "0",
        )
        return (
            {"tensorboard-data-server": Way((str(found[0]), *call), b"Finished load cycle")} if found else {}
        )

    def events(self) -> page.Part:
        path = make("events", self.folder / "events", self.given.rows)
        ways = {
            "curvedoc, all points": Way((sys.executable, "-c", SCALARS.format(str(path)))),
            **self.ours(path),
            **self.server(path),
        }
        ways |= self.python(
            self.given.tensorboard, {"EventAccumulator": ACCUMULATOR, "tbparse": TBPARSE}, path
        )
        file = next(path.iterdir())
        times = self.measure({**ways, **self.peers(file)})
        arrays = self.given.rows * 24 / 1e6
        base = self.measure(
            {"import": Way((sys.executable, "-c", "import numpy, curvedoc.readers.tensorboard"))}
        )["import"].peak
        own = times["curvedoc, all points"].peak - base
        aims = [
            page.aim(
                "at most 1/20 of EventAccumulator", times, "curvedoc, all points", "EventAccumulator", 1 / 20
            ),
            page.aim(
                "no slower than the server in Rust",
                times,
                "curvedoc, all points",
                "tensorboard-data-server",
                1.0,
            ),
            page.Aim(
                f"memory above that of the imports: at most 3 × the decoded arrays ({arrays:.0f} MB)",
                own / arrays,
                3.0,
            ),
        ]
        return page.Part(
            f"Event file, {self.given.rows:,} scalar events, every checksum verified",
            times,
            "EventAccumulator",
            aims,
        )

    def csv(self) -> page.Part:
        path = make("csv", self.folder / "run.csv", self.given.rows)
        times = self.measure(
            {**self.ours(path), **self.python(self.given.parsers, PARSERS["csv"], path), **self.peers(path)}
        )
        aims = [
            page.aim("at most 1.5 × pandas.read_csv", times, "curvedoc diagnose", "pandas.read_csv", 1.5),
            page.aim("the same without drawing", times, DRAWS_NOT, "pandas.read_csv", 1.5),
            page.aim(
                "peak memory no more than its", times, "curvedoc diagnose", "pandas.read_csv", 1.0, "peak"
            ),
        ]
        return page.Part(
            f"CSV, {self.given.rows:,} rows of 6 columns, diagnosis included", times, "pandas.read_csv", aims
        )

    def jsonl(self) -> page.Part:
        path = make("jsonl", self.folder / "run.jsonl", self.given.rows)
        times = self.measure(
            {**self.ours(path), **self.python(self.given.parsers, PARSERS["jsonl"], path), **self.peers(path)}
        )
        parsers = [name for name in PARSERS["jsonl"] if name in times and times[name].seconds]
        best = min(parsers, key=lambda name: times[name].median, default="polars.read_ndjson")
        aims = [
            page.aim(f"at most 1.5 × the fastest parser ({best})", times, "curvedoc diagnose", best, 1.5),
            page.aim("the same without drawing", times, DRAWS_NOT, best, 1.5),
        ]
        return page.Part(f"JSON Lines, {self.given.rows:,} lines, diagnosis included", times, best, aims)

    def many(self) -> page.Part:
        path, runs = make("many", self.folder / "many", 2000), 2000
        name = "in one process, after its start"
        ways = {
            name: Way((sys.executable, "-c", MANY.format(str(path)))),
            "curvedoc diagnose, 2,000 runs": self.ours(path)["curvedoc diagnose"],
        }
        ways["curvedoc diagnose, 3 runs"] = Way(
            (
                *self.ours(path)["curvedoc diagnose"].command[:-1],
                *(str(path / f"run000{i}.csv") for i in range(3)),
            )
        )
        times = self.measure(ways)
        rate = float(times[name].output or "nan")
        aims = [
            page.Aim(
                "at least 500 runs per second and core (here: 500 over what was reached)", 500 / rate, 1.0
            )
        ]
        note = f"One process went through {rate:.0f} runs per second after its start; the command shares {runs:,} runs among the cores."
        return page.Part("2,000 runs of 60 rows in a directory", times, "", aims, note)

    def growth(self) -> page.Part:
        times: dict[str, Times] = {}
        ratios = []
        for kind in ("csv", "jsonl", "events", "text"):
            sizes = [10_000, 100_000, 1_000_000] if kind != "text" else [10_000, 100_000, 300_000]
            ways = {
                f"{kind}, {n:,}": self.ours(make(kind, self.folder / f"{kind}{n}", n))["curvedoc diagnose"]
                for n in sizes
            }
            found = self.measure(ways)
            times |= found
            small, middle, large = (t.median for t in found.values())
            ratios.append(
                ((large - middle) / (sizes[2] - sizes[1]))
                / max(1e-9, (middle - small) / (sizes[1] - sizes[0]))
            )
        worst = max(ratios)
        aims = [
            page.Aim(
                "a further row costs no more among the most rows than among fewer (worst ratio; linear: 1)",
                worst,
                1.5,
            )
        ]
        return page.Part("Growth in rows, diagnosis included", times, "", aims)

    def long(self) -> page.Part:
        n = 10_000_000
        table = make("csv", self.folder / "long.csv", n, 3)
        times = self.measure(
            {
                f"csv, {n:,} rows of 3": self.ours(table)["curvedoc diagnose"],
                **{
                    f"{k}, the same": v
                    for k, v in self.python(
                        self.given.parsers, {"pandas.read_csv": PARSERS["csv"]["pandas.read_csv"]}, table
                    ).items()
                },
            }
        )
        table.unlink()
        log = make("events", self.folder / "long", n)
        times |= self.measure({f"events, {n:,}": self.ours(log)["curvedoc diagnose"]})
        note = """Files are read block by block, so only the decoded points are held, 8 bytes for each value: memory
grows with the points, not with the file. All of them are judged, so the verdict is that of the full data."""
        return page.Part("A run of ten million points", times, "", [], note)


def versions(venvs: Iterable[Path | None]) -> list[str]:
    """What was measured, with versions."""
    names = {
        "numpy",
        "curvedoc",
        "tensorboard",
        "tbparse",
        "tensorboard-data-server",
        "pandas",
        "polars",
        "pyarrow",
        "orjson",
        *PEERS,
    }
    code = "import importlib.metadata as m\nfor d in m.distributions(): print(d.name, d.version)"
    found: dict[str, str] = {}
    for program in [sys.executable, *(str(v / "bin" / "python") for v in venvs if v)]:
        lines = subprocess.run(
            (program, "-c", code), capture_output=True, text=True, check=False
        ).stdout.splitlines()
        found = {**dict(line.split(" ", 1) for line in lines), **found}
    return [f"{name} {found[name]}" for name in sorted(names) if name in found]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--limit", type=float, default=60.0)
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--tensorboard", type=Path)
    parser.add_argument("--parsers", type=Path)
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--only", nargs="+", choices=("events", "csv", "jsonl", "many", "growth", "long"))
    parser.add_argument("--docs", type=Path, help="write performance.md into this folder")
    given = parser.parse_args()
    wanted = given.only or ["events", "csv", "jsonl", "many", "growth", *["long"] * given.long]
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(given, Path(folder))
        parts = [getattr(bench, name)() for name in wanted]
    machine = (
        f"{os.cpu_count()} cores, {page.processor()}, {platform.system()}, Python {platform.python_version()}"
    )
    text = page.render(parts, machine, versions((given.peers, given.tensorboard, given.parsers)), given)
    print(text)
    if given.docs:
        (given.docs / "performance.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
