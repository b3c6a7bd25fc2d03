"""What trials found is joined to fixes of the same state, and orders them."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curvedoc import trials
from curvedoc.diagnosis import diagnose
from curvedoc.reference.trials import wilson
from curvedoc.rule import Fix, Rule, Severity, Verdict
from curvedoc.run import Curve, Run
from curvedoc.states import State
from curvedoc.trials import in_order, tried

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STATE = State.OVERFITTING


def counts(sick: int, cured: int) -> dict[str, Any]:
    """One state of one remedy, as the trial command writes it."""
    return {
        "runs": sick,
        "sick": sick,
        "cured": cured,
        "interval": list(wilson(cured, sick)),
        "median_effect": 0.25,
        "yardstick": "loss",
        "seeds": 10,
        "setups": {},
    }


RESULTS = {
    "fair": {"overfitting": counts(30, 15)},
    "best": {"overfitting": counts(30, 27), "unstable": counts(30, 0)},
    "vain": {"overfitting": counts(30, 1)},
    "rare": {"overfitting": counts(7, 7)},
    "elsewhere": {"unstable": counts(30, 30)},
}


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the results of the package are looked for, for the length of one test."""
    path = tmp_path / "trials.json"
    monkeypatch.setattr(trials, "RESULTS", path)
    trials._results.cache_clear()
    yield path
    trials._results.cache_clear()


def test_a_trial_is_told_as_it_was_counted() -> None:
    found = tried("best", STATE, RESULTS)
    assert found is not None
    assert (found.sick, found.cured, found.effect, found.yardstick) == (30, 27, 0.25, "loss")
    assert (found.low, found.high) == pytest.approx((0.744, 0.965), abs=1e-3)
    assert not found.failed


@pytest.mark.parametrize("remedy", ["rare", "elsewhere", "unheard-of"])
def test_too_few_runs_or_another_state_are_no_trial(remedy: str) -> None:
    assert tried(remedy, STATE, RESULTS) is None


@pytest.mark.parametrize(
    ("sick", "cured", "failed"),
    [(10, 0, True), (10, 1, False), (30, 0, True), (30, 4, True), (30, 5, False), (30, 30, False)],
)
def test_failed_is_what_surely_leaves_most_runs_sick(sick: int, cured: int, failed: bool) -> None:
    found = tried("r", STATE, {"r": {"overfitting": counts(sick, cured)}})
    assert found is not None
    assert found.failed is failed


def test_fixes_stand_in_the_order_of_their_trials() -> None:
    page = [Fix(name, name) for name in ("vain", "elsewhere", "fair", "rare", "best")]
    fixes = in_order(page, STATE, RESULTS)
    assert [fix.remedy for fix in fixes] == ["best", "fair", "elsewhere", "rare", "vain"]
    assert [fix.tried is not None for fix in fixes] == [True, True, False, False, True]


@given(st.permutations(["a", "b", "c", "d", "e"]))
def test_without_trials_the_page_decides(names: list[str]) -> None:
    page = tuple(Fix(name, name, "B2") for name in names)
    assert in_order(page, STATE, {}) == page


@given(st.lists(st.tuples(st.integers(10, 60), st.integers(0, 60)), min_size=1, max_size=8))
def test_the_order_never_falls_back(trial: list[tuple[int, int]]) -> None:
    results = {str(i): {"overfitting": counts(n, min(k, n))} for i, (n, k) in enumerate(trial)}
    fixes = in_order([Fix(name, name) for name in results], STATE, results)
    found = [fix.tried for fix in fixes if fix.tried]
    assert sorted(fix.remedy for fix in fixes) == sorted(results)
    for before, after in pairwise(found):
        assert before.failed <= after.failed
        assert before.failed != after.failed or before.low >= after.low


def test_the_results_of_the_file_are_used(file: Path) -> None:
    document = {
        "schema_version": 1,
        "provenance": {"torch": "2"},
        "remedies": RESULTS,
        "attempts": [{"a": 1}],
    }
    file.write_text(json.dumps(document, indent=1))
    assert tried("best", STATE) == tried("best", STATE, RESULTS)
    assert tried("unheard-of", STATE) is None


def test_without_a_file_nothing_was_tried(file: Path) -> None:
    assert not file.exists()
    page = (Fix("best", "Do it."),)
    assert in_order(page, STATE) == page


def test_a_diagnosis_carries_the_trials(file: Path) -> None:
    file.write_text(json.dumps({"remedies": RESULTS}))
    rule = Rule(
        "always",
        "Always",
        STATE,
        Severity.ERROR,
        check=lambda f: Verdict(True, 0.9, (), "It is so."),
        fix=lambda f: (Fix("fair", "Fair."), Fix("best", "Best.")),
        page="",
        decides=True,
    )
    loss = Curve("loss", "train/loss", np.arange(20.0), np.linspace(2, 1, 20), False)
    finding = diagnose(Run("r", "r.csv", "csv", "epoch", (loss,)), (rule,)).findings[0]
    assert [(fix.remedy, fix.tried.cured) for fix in finding.fixes if fix.tried] == [
        ("best", 27),
        ("fair", 15),
    ]


def test_the_file_of_the_package_is_sound() -> None:
    document = json.loads(trials.RESULTS.read_text("utf-8"))
    assert document["schema_version"] == 1
    assert trials._results() == document["remedies"]
    for remedy, states in document["remedies"].items():
        for state, told in states.items():
            tried(remedy, State(state), {remedy: states})
            assert told["interval"] == pytest.approx(wilson(told["cured"], told["sick"]), abs=1e-3)
