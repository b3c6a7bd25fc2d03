"""Starting is cheap, and the benchmark that says how cheap runs."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BENCHMARK = ROOT / "benchmarks" / "startup.py"


def fastest(*command: str, rounds: int = 5) -> float:
    """Seconds of the fastest of some rounds."""
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        times.append(time.perf_counter() - start)
    return min(times)


def test_help_is_faster_than_a_numpy_import() -> None:
    # Half as long when the machine is idle; a busy one may not fail the tests.
    assert fastest(sys.executable, "-m", "curvedoc", "--help") < fastest(sys.executable, "-c", "import numpy")


@pytest.mark.slow
def test_the_benchmark_runs() -> None:
    done = subprocess.run(
        [sys.executable, str(BENCHMARK), "--repeat", "2", "--frameworks"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
    assert "curvedoc diagnose" in done.stdout
    assert "judge 1000 points" in done.stdout
