"""The form of a check: what was measured beside what was wanted."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from curvedoc.reference.runner import TrainedRun

Runs = Mapping[str, TrainedRun]


@dataclass(frozen=True, slots=True)
class Checked:
    """One statement about a mechanism: what was measured, what was wanted, whether it holds."""

    what: str
    measured: str
    wanted: str
    passed: bool


def above(what: str, value: float, limit: float) -> Checked:
    """The value must be above the limit (NaN is not)."""
    return Checked(what, f"{value:.4g}", f"> {limit:.4g}", value > limit)


def below(what: str, value: float, limit: float) -> Checked:
    """The value must be below the limit (NaN is not)."""
    return Checked(what, f"{value:.4g}", f"< {limit:.4g}", value < limit)


def reached(run: TrainedRun, column: str, least: float) -> float:
    """First step at which a column is at least that high; infinity when never."""
    return next((row["step"] for row in run.rows if row.get(column, -math.inf) >= least), math.inf)
