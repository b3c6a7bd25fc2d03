"""What help needs is next to nothing, and the benchmark that says how fast curvedoc starts runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BENCHMARK = ROOT / "benchmarks" / "startup.py"


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["diagnose", "--help"]])
def test_help_imports_no_arrays(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "curvedoc", *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    imported = {line.rsplit("|", 1)[-1].strip() for line in done.stderr.splitlines()}
    assert "click" in imported
    assert not imported & {"numpy", "rich", "plotille", "pandas", "torch"}


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
