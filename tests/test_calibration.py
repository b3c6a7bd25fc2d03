"""The line through logits: monotone, within bounds, explained by its file."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curvedoc import calibration
from curvedoc.calibration import Calibration, measured
from curvedoc.diagnosis import calibrated
from curvedoc.states import State

if TYPE_CHECKING:
    from pathlib import Path

LINES = st.builds(Calibration, st.floats(-2, 2), st.floats(0.2, 3))


def logit(p: float) -> float:
    return math.log(p / (1 - p))


@given(LINES, st.floats(0.001, 0.999))
def test_it_is_a_line_through_logits(line: Calibration, p: float) -> None:
    assert logit(line.of(p)) == pytest.approx(line.offset + line.slope * logit(p), abs=1e-6)


@given(LINES, st.floats(0, 1), st.floats(0, 1))
def test_the_surer_stays_the_surer(line: Calibration, p: float, q: float) -> None:
    low, high = sorted((p, q))
    assert 0.0 <= line.of(low) <= line.of(high) <= 1.0


@pytest.mark.parametrize("p", [0.0, 1.0, 1e-300, 1 - 1e-16])
def test_the_ends_hold(p: float) -> None:
    assert 0.0 <= Calibration(1.0, 2.5).of(p) <= 1.0
    assert Calibration(0.0, 1.0).of(p) == pytest.approx(p)


@given(st.lists(st.floats(0.001, 1), min_size=len(State), max_size=len(State)), st.sampled_from(list(State)))
def test_probabilities_still_sum_to_one_and_keep_their_order(weights: list[float], state: State) -> None:
    states = {s: w / sum(weights) for s, w in zip(State, weights, strict=True)}
    found = calibrated(states, state)
    assert sum(found.values()) == pytest.approx(1.0)
    assert found[state] == pytest.approx(measured().of(states[state]))
    others = [s for s in State if s is not state]
    assert sorted(others, key=states.__getitem__) == sorted(others, key=found.__getitem__)


def test_a_certain_state_stays_certain() -> None:
    sure = {s: float(s is State.GROKKING) for s in State}
    assert calibrated(sure, State.GROKKING) == sure


def test_the_package_says_how_it_was_measured() -> None:
    made = json.loads(calibration.MEASURED.read_text("utf-8"))
    assert {"command", "verdicts", "right", "sources", "groups"} <= made["provenance"].keys()
    assert made["provenance"]["verdicts"] >= made["provenance"]["right"] > 500
    assert made["slope"] > 0


def test_without_its_file_nothing_is_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "MEASURED", tmp_path / "none.json")
    measured.cache_clear()
    try:
        assert measured() == Calibration(0.0, 1.0)
    finally:
        measured.cache_clear()
