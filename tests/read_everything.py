"""What paths lead to, as a command line takes them: runs, problems and what a search passed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curvedoc.errors import CurvedocError
from curvedoc.readers import read_paths
from curvedoc.run import Logged
from curvedoc.source import ReadOptions

if TYPE_CHECKING:
    from pathlib import Path


def everything(*paths: Path | str) -> tuple[list[Logged], list[CurvedocError], list[CurvedocError]]:
    skipped: list[CurvedocError] = []
    found = list(read_paths([str(p) for p in paths], ReadOptions(), skipped))
    return (
        [f for f in found if isinstance(f, Logged)],
        [f for f in found if isinstance(f, CurvedocError)],
        skipped,
    )
