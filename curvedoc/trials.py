"""What trials of the remedies found: joined to the fixes of a finding, which they order."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .rule import Trial

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .rule import Fix
    from .states import State

    Results = Mapping[str, Mapping[str, Mapping[str, Any]]]

RESULTS = Path(__file__).with_name("trials.json")
# The smallest trial that is planned is two set-ups with five seeds each, of which one or two may turn out
# not to be sick. Of fewer sick runs nothing is said.
ENOUGH = 8


def tried(remedy: str, state: State, results: Results | None = None) -> Trial | None:
    """The trial of a remedy on runs of this state; None without one of at least eight sick runs.

    ``results``: remedy -> state -> counts, as ``curvedoc reference trial`` writes them (default: those of
    the package).
    """
    found = (_results() if results is None else results).get(remedy, {}).get(state)
    if not found or found["sick"] < ENOUGH:
        return None
    low, high = found["interval"]
    return Trial(found["sick"], found["cured"], low, high, found["median_effect"], found["yardstick"])


def in_order(fixes: Iterable[Fix], state: State, results: Results | None = None) -> tuple[Fix, ...]:
    """The fixes with their trials: what saves this run, what cured most for sure, then the untried in the
    order of the page, last what failed.
    """
    joined = (replace(fix, tried=tried(fix.remedy, state, results)) for fix in fixes)
    return tuple(sorted(joined, key=lambda fix: fix.rank))


@cache
def _results() -> Results:
    """The results of the package, without the single attempts that follow them in the file."""
    from json import JSONDecoder

    try:
        text = RESULTS.read_text("utf-8")
    except FileNotFoundError:
        return {}
    # The attempts are most of the file, and every diagnosis would wait for their parsing.
    start = text.index("{", text.index('"remedies"'))
    results: Results = JSONDecoder().raw_decode(text, start)[0]
    return results
