"""How fast curvedoc starts: cold start next to a numpy import and to its peers, and one analysis in-process.

    python benchmarks/startup.py [--repeat 15] [--peers /path/to/venv] [--frameworks] [--json FILE]

All commands are run in turn, round after round, so that a busy machine slows each of them alike; compare the
ratios, and rather the fastest times than the medians when the machine is not idle.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

Command = Sequence[str]
BASE = "python -c 'import numpy'"

# How each peer diagnoses one CSV file.
PEERS: dict[str, tuple[str, ...]] = {
    "runmedic": ("runmedic", "diagnose"),
    "trainspotter": ("trainspotter", "analyze"),
    "losslint": ("losslint", "check"),
}

# The same one-command program in three frameworks, with numpy imported as the real work would.
FRAMEWORKS: dict[str, str] = {
    "argparse": """
import argparse
parser = argparse.ArgumentParser()
commands = parser.add_subparsers()
one = commands.add_parser("diagnose")
one.add_argument("paths", nargs="+")
one.add_argument("--format", default="terminal")
parser.parse_args(["diagnose", "x"])
""",
    "click": """
import click
@click.group()
def app(): pass
@app.command()
@click.argument("paths", nargs=-1)
@click.option("--format", default="terminal")
def diagnose(paths, format): pass
app(["diagnose", "x"], standalone_mode=False)
""",
    "typer": """
import typer
app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
@app.callback()
def group(): pass
@app.command()
def diagnose(paths: list[str], format: str = typer.Option("terminal")): pass
app(["diagnose", "x"], standalone_mode=False)
""",
}


def example(points: int) -> dict[str, list[float]]:
    """A run that overfits: smooth trends under a fixed saw-tooth, so that no generator is needed."""
    t = [i / points for i in range(points)]
    tooth = [((i * 7919) % 101 - 50) / 2500 for i in range(points)]
    train = [2.2 * 2.0 ** (-8 * u) + 0.05 + e for u, e in zip(t, tooth, strict=True)]
    val = [2.2 * 2.0 ** (-8 * u) + 0.3 + 0.8 * max(0.0, u - 0.35) - e for u, e in zip(t, tooth, strict=True)]
    return {"epoch": [float(i) for i in range(points)], "train_loss": train, "val_loss": val}


def write_csv(path: Path, points: int) -> None:
    """The example as a CSV file."""
    columns = example(points)
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(columns)
        rows.writerows(zip(*columns.values(), strict=True))


def commands(log: str, peers: Path | None, frameworks: bool) -> dict[str, Command]:
    """What is timed, by the name shown."""
    python = sys.executable
    ours = (python, "-m", "curvedoc")
    found: dict[str, Command] = {
        "python -c pass": (python, "-c", "pass"),
        BASE: (python, "-c", "import numpy"),
        "curvedoc diagnose": (*ours, "diagnose", log),
        "curvedoc diagnose --format json": (*ours, "diagnose", log, "--format", "json"),
        "curvedoc --help": (*ours, "--help"),
    }
    for name, call in PEERS.items():
        program = peers / "bin" / call[0] if peers else None
        if program and program.exists():
            found[name] = (str(program), *call[1:], log)
    if frameworks:
        there = {name: code for name, code in FRAMEWORKS.items() if find_spec(name)}
        found |= {f"{name} + numpy": (python, "-c", code + "import numpy") for name, code in there.items()}
    return found


def measure(timed: Mapping[str, Command], repeat: int, folder: Path) -> dict[str, list[float]]:
    """Milliseconds of each command in ``folder``, ``repeat`` times in turn, after one round to warm up."""
    times: dict[str, list[float]] = {name: [] for name in timed}
    # Installed programs have their bytecode; nothing here may have to be compiled each time.
    env = os.environ | {"PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    devnull = subprocess.DEVNULL
    quiet: Any = {"stdout": devnull, "stderr": devnull, "check": False, "cwd": folder, "env": env}
    for turn in range(repeat + 1):
        for name, command in timed.items():
            start = time.perf_counter()
            done = subprocess.run(command, **quiet)
            if done.returncode and not (done.returncode == 1 and name in PEERS):  # they report findings so
                raise SystemExit(f"{name} failed with exit code {done.returncode}: {' '.join(command)}")
            if turn:
                times[name].append((time.perf_counter() - start) * 1e3)
    return times


def imports_numpy(command: Command) -> bool:
    """Whether a Python command imports numpy on its way."""
    program = Path(command[0])
    call = command if program.name.startswith("python") else (str(program.parent / "python"), *command)
    traced = (call[0], "-X", "importtime", *call[1:])
    done = subprocess.run(traced, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False, text=True)
    return any(line.rpartition("|")[2].strip() == "numpy" for line in done.stderr.splitlines())


def analyse(points: int, repeat: int) -> dict[str, list[float]]:
    """Milliseconds of one run in-process: judging alone, and from the CSV file to the verdict."""
    import curvedoc

    columns = example(points)
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "run.csv"
        write_csv(log, points)
        run = curvedoc.read(columns)[0]
        jobs: dict[str, Callable[[], object]] = {
            f"judge {points} points": lambda: curvedoc.diagnose(run),
            f"read and judge {points} points (CSV)": lambda: curvedoc.diagnose(str(log)),
        }
        times: dict[str, list[float]] = {}
        for name, job in jobs.items():
            times[name] = []
            for turn in range(repeat + 1):
                start = time.perf_counter()
                job()
                if turn:  # the first one pays for imports
                    times[name].append((time.perf_counter() - start) * 1e3)
    return times


def table(times: Mapping[str, list[float]], base: str | None = None, notes: Mapping[str, str] = {}) -> str:
    """Rows of name, median, fastest and, with a base, both ratios."""
    lines = [
        f"{'':38} {'median ms':>10} {'fastest ms':>11}"
        + (f" {'× median':>9} {'× fastest':>10}" if base else "")
    ]
    for name, values in times.items():
        median, fastest = statistics.median(values), min(values)
        line = f"{name:38} {median:10.1f} {fastest:11.1f}"
        if base:
            line += f" {median / statistics.median(times[base]):9.2f} {fastest / min(times[base]):10.2f}"
        lines.append(f"{line}  {notes.get(name, '')}".rstrip())
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=15)
    parser.add_argument("--peers", type=Path, help="a virtual environment with the peers installed")
    parser.add_argument("--frameworks", action="store_true", help="also time the command-line frameworks")
    parser.add_argument("--json", type=Path, help="write all times to this file")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "run.csv"
        write_csv(log, 60)
        timed = commands(str(log), given.peers, given.frameworks)
        cold = measure(timed, given.repeat, Path(folder))
        notes = {
            n: "imports numpy" if imports_numpy(timed[n]) else "without numpy" for n in PEERS if n in timed
        }
    warm = analyse(1000, max(given.repeat, 20))
    print(f"Cold start, a CSV file of 60 rows, {given.repeat} rounds, Python {sys.version.split()[0]}\n")
    print(table(cold, BASE, notes))
    print("\nIn-process\n")
    print(table(warm))
    if given.json:
        given.json.write_text(json.dumps({"cold_ms": cold, "warm_ms": warm}, indent=1) + "\n")


if __name__ == "__main__":
    main()
