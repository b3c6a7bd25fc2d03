"""What paths lead to, as a command line takes them: runs, problems and what a search passed over."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

from curvedoc.errors import CurvedocError
from curvedoc.readers import read_paths
from curvedoc.run import Logged
from curvedoc.source import ReadOptions

if TYPE_CHECKING:
    from pathlib import Path


_READ = """
import resource, sys
from curvedoc.errors import CurvedocError
from curvedoc.readers import read_paths
from curvedoc.source import ReadOptions
skipped = []
for found in [*read_paths(sys.argv[1:], ReadOptions(), skipped), *skipped]:
    print(found.problem if isinstance(found, CurvedocError) else f"{found.name}: {len(found.series)} curves")
try:  # what Linux says of the process counts its parent too, what it says of the memory does not
    with open("/proc/self/status") as status:
        peak = next(int(line.split()[1]) >> 10 for line in status if line.startswith("VmHWM"))
except OSError:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> (20 if sys.platform == "darwin" else 10)
print(peak)
"""


def everything(*paths: Path | str) -> tuple[list[Logged], list[CurvedocError], list[CurvedocError]]:
    skipped: list[CurvedocError] = []
    found = list(read_paths([str(p) for p in paths], ReadOptions(), skipped))
    return (
        [f for f in found if isinstance(f, Logged)],
        [f for f in found if isinstance(f, CurvedocError)],
        skipped,
    )


def apart(path: Path) -> tuple[list[str], int]:
    """What comes of a path, read in a process of its own, and the most memory that this takes, in MiB."""
    made = subprocess.run(
        [sys.executable, "-c", _READ, str(path)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    *said, peak = made.stdout.splitlines()
    return said, int(peak)
