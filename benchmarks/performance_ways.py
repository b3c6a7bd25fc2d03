"""Ways to do one work, each a process: measured in turn, with the peak memory that the system counted."""

from __future__ import annotations

import os
import signal
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

HERE = Path(__file__).resolve().parent

ACCUMULATOR = """
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator({0!r}, size_guidance={{"scalars": 0}}).Reload()
print(sum(len(events.Scalars(tag)) for tag in events.Tags()["scalars"]))
"""
SCALARS = "from curvedoc import read; print(sum(len(c.values) for c in read({0!r})[0].curves))"
IMPORTS = "import numpy, curvedoc.readers.tensorboard"
MANY = """
import time
from curvedoc.intake import Options, examine
examine([{0!r} + "/run0000.csv"], Options())
start = time.perf_counter()
runs = len(examine([{0!r}], Options()).diagnoses)
print(runs / (time.perf_counter() - start))
"""
TENSORBOARD = {
    "EventAccumulator": ACCUMULATOR,
    "tbparse": "from tbparse import SummaryReader; print(len(SummaryReader({0!r}).scalars))",
}
CSV = {
    "pandas.read_csv": "import pandas; pandas.read_csv({0!r})",
    "polars.read_csv": "import polars; polars.read_csv({0!r})",
    "pyarrow.csv": "import pyarrow.csv as c; c.read_csv({0!r})",
    "numpy.loadtxt": "import numpy; numpy.loadtxt({0!r}, delimiter=',', skiprows=1)",
}
JSONL = {
    "polars.read_ndjson": "import polars; polars.read_ndjson({0!r})",
    "pyarrow.json": "import pyarrow.json as c; c.read_json({0!r})",
    "pandas, pyarrow": "import pandas; pandas.read_json({0!r}, lines=True, engine='pyarrow')",
    "orjson, a loop": "import orjson; r = [orjson.loads(line) for line in open({0!r}, 'rb')]",
    "json, a loop": "import json; r = [json.loads(line) for line in open({0!r})]",
}
PEERS = {
    "losslint": "check",
    "runmedic": "diagnose",
    "trainproof": "doctor",
    "trainspotter": "analyze",
}
DIAGNOSE = "curvedoc diagnose"
DRAWS_NOT = "curvedoc diagnose --format json"
SERVER = "tensorboard-data-server"


@dataclass(frozen=True)
class Way:
    """One way to do the work; ``done``: what it says on standard error once that is done, for a server."""

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


def python(venv: Path | None, codes: Mapping[str, str], path: Path) -> dict[str, Way]:
    """Each code in the Python of an environment, if one was given."""
    program = str(venv / "bin" / "python") if venv else ""
    return {name: Way((program, "-c", code.format(str(path)))) for name, code in codes.items() if venv}


def ours(*paths: Path) -> dict[str, Way]:
    call = (sys.executable, "-m", "curvedoc", "diagnose", *map(str, paths))
    return {DIAGNOSE: Way(call), DRAWS_NOT: Way((*call, "--format", "json"))}


def peers(venv: Path | None, path: Path) -> dict[str, Way]:
    programs = {name: venv / "bin" / name for name in PEERS} if venv else {}
    return {name: Way((str(p), PEERS[name], str(path))) for name, p in programs.items() if p.exists()}


def server(venv: Path | None, path: Path) -> dict[str, Way]:
    """TensorBoard's server in Rust, until it has loaded all points and verified their checksums."""
    place = "lib/*/site-packages/tensorboard_data_server/bin/server"
    flags = ("--reload", "once", "--samples-per-plugin", "scalars=all", "--checksum", "-v", "--port", "0")
    program = next(iter(venv.glob(place)), None) if venv else None
    way = Way((str(program), "--logdir", str(path), *flags), b"Finished load cycle")
    return {SERVER: way} if program else {}


def make(kind: str, path: Path, *numbers: int) -> Path:
    """A file of ``speed_files.py``, made in a process of its own."""
    maker = str(HERE / "speed_files.py")
    subprocess.run((sys.executable, maker, kind, str(path), *map(str, numbers)), check=True)
    return path


def measure(ways: Mapping[str, Way], rounds: int, limit: float, folder: Path) -> dict[str, Times]:
    """All ways in turn; the first round fills the caches and counts for the slow ones alone."""
    found = {name: Times() for name in ways}
    for turn in range(rounds + 1):
        for name, way in ways.items():
            own = found[name]
            if own.failed or (own.seconds and max(own.seconds) > limit / 6):
                continue
            seconds, megabytes, own.output, own.failed = _once(way, limit, folder)
            if (turn or seconds > limit / 6) and not own.failed:
                own.seconds.append(seconds)
                own.megabytes.append(megabytes)
            print(f"  {turn} {name:32} {seconds:8.2f} s {megabytes:6.0f} MB {own.failed}", file=sys.stderr)
    return found


def _once(way: Way, limit: float, folder: Path) -> tuple[float, float, str, str]:
    """Seconds, peak megabytes, output, and why it failed (a peer may end with 1 for what it found)."""
    env = os.environ | {"PYTHONPYCACHEPREFIX": str(folder / "bytecode"), "PYTHONPATH": str(HERE.parent)}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    out_path, err_path = folder / "out", folder / "err"
    failed = ""
    with out_path.open("wb") as out, err_path.open("wb") as err:
        start = time.perf_counter()
        quiet = {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": err}
        process = subprocess.Popen(way.command, env=env, cwd=folder, **quiet)
        ended, status, usage = os.wait4(process.pid, os.WNOHANG)
        while not ended:
            late = time.perf_counter() - start > limit
            if late or (way.done and _tail(err_path, way.done)):
                failed = f"> {limit:g}" if late else "done"
                os.kill(process.pid, signal.SIGKILL)  # Popen's own kill may reap it, and its usage is lost
            time.sleep(0.002)
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
    if not failed and process.returncode not in (0, 1):
        failed = "failed"
    # Little of it: the peak that the system counts for the next process begins with what this one holds.
    with out_path.open(errors="replace") as out_file:
        output = out_file.read(100)
    return seconds, usage.ru_maxrss / 1024, output, failed.replace("done", "")


def _tail(path: Path, wanted: bytes) -> bool:
    """Whether something stands in the last lines of a file."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 4096))
        return wanted in file.read()


def versions(venvs: Iterable[Path | None]) -> list[str]:
    """The packages that matter, of this environment and the ones given."""
    names = {
        "curvedoc",
        "numpy",
        "tensorboard",
        "tbparse",
        SERVER,
        "pandas",
        "polars",
        "pyarrow",
        "orjson",
        *PEERS,
    }
    code = "import importlib.metadata as m\nfor d in m.distributions(): print(d.name, d.version)"
    found: dict[str, str] = {}
    for program in (sys.executable, *(str(v / "bin" / "python") for v in venvs if v)):
        call = (program, "-c", code)
        lines = subprocess.run(call, capture_output=True, text=True, check=False).stdout.splitlines()
        found = dict(line.split(" ", 1) for line in lines) | found
    return [f"{name} {found[name]}" for name in sorted(names) if name in found]
