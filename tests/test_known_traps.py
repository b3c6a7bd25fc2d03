"""Curves that diagnosis is known to fall for: each at several lengths, noises and seeds, as users hand them
over. The table stands in ``benchmarks/traps.py``; the page docs/accuracy.md shows it.

A trap that curvedoc falls into is marked as an expected failure with what it says there.
"""

from __future__ import annotations

import sys
from importlib import import_module
from itertools import groupby
from pathlib import Path

import pytest

import curvedoc

# The benchmarks are scripts, not a part of the package: their folder is put on the path.
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))
traps = import_module("traps")

FALLEN: dict[tuple[str, int], str] = {}
"""(trap, points) -> why it is fallen into."""


def groups() -> list:
    """Every trap at every length, with all its noises and seeds."""
    return [
        pytest.param(
            list(some),
            id=f"{trap.id}-{points}",
            marks=[pytest.mark.xfail(reason=FALLEN[trap.id, points])] if (trap.id, points) in FALLEN else [],
        )
        for trap in traps.TRAPS
        for points, some in groupby(traps.cases(trap), key=lambda case: case.points)
    ]


@pytest.mark.parametrize("cases", groups())
def test_seen_through(cases: list, tmp_path: Path) -> None:
    wrong = {
        (case.noise, case.seed, case.form): faults
        for case in cases
        if (faults := traps.faults(case, traps.diagnosed(case, tmp_path)))
    }
    assert not wrong


@pytest.mark.parametrize("trap", [t for t in traps.TRAPS if t.id in ("percent", "percent-memorised")])
def test_percent_and_fraction_get_the_same_verdict(trap: object, tmp_path: Path) -> None:
    for case in traps.cases(trap):
        columns = case.columns
        fractions = {
            name: [v / 100 for v in values] if name.endswith("accuracy") else values
            for name, values in columns.items()
        }
        percent, fraction = curvedoc.diagnose(columns), curvedoc.diagnose(fractions)
        assert percent.states == pytest.approx(fraction.states)
        assert {f.rule for f in percent.findings} == {f.rule for f in fraction.findings}


def test_every_length_of_a_fallen_trap_exists() -> None:
    known = {(trap.id, points) for trap in traps.TRAPS for points in trap.points}
    assert set(FALLEN) <= known
    assert len({trap.id for trap in traps.TRAPS}) == len(traps.TRAPS)


def test_a_case_is_the_same_each_time_and_another_for_each_seed() -> None:
    for trap in traps.TRAPS:
        first, second = list(traps.cases(trap))[-2:]
        assert repr(first.columns) == repr(first.columns)
        assert repr(first.columns) != repr(second.columns)


def test_faults_are_found(tmp_path: Path) -> None:
    by_id = {trap.id: trap for trap in traps.TRAPS}
    healthy = traps.diagnosed(next(traps.cases(by_id["constant-gap"])), tmp_path)
    sick = traps.diagnosed(next(traps.cases(by_id["over-confidence"])), tmp_path)
    assert (
        traps.faults(next(traps.cases(by_id["over-confidence"])), healthy)[-1] == "no finding over-confidence"
    )
    assert "finding over-confidence" in traps.faults(next(traps.cases(by_id["constant-gap"])), sick)
