"""Expected calibration error, bins and Brier score beside loops."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from scored_rows import many, scored

from curvedoc.bench.calibration import BRIER, ece, equal_mass, equal_width, reliability
from curvedoc.bench.intervals import figure

if TYPE_CHECKING:
    from curvedoc.bench.answers import Scored


def naive_ece(rows: list[Scored], ends: list[float]) -> float:
    """The textbook loop over bins (low, high]; the first holds its lower end."""
    asked = [r for r in rows if r.answer.state != "refused" and not math.isnan(r.answer.confidence)]
    if not asked:
        return math.nan
    error = 0.0
    for i, (low, high) in enumerate(pairwise(ends)):
        inside = [
            r for r in asked if low < r.answer.confidence <= high or (i == 0 and r.answer.confidence == low)
        ]
        if inside:
            confidence = sum(r.answer.confidence for r in inside) / len(inside)
            accuracy = sum(r.right for r in inside) / len(inside)
            error += len(inside) / len(asked) * abs(confidence - accuracy)
    return error


@given(rows=many())
def test_the_error_equals_the_loop(rows: list[Scored]) -> None:
    found = figure(rows, ece(equal_width()), draws=2)
    ends = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1]
    assert found.by_log.value == pytest.approx(naive_ece(rows, ends), nan_ok=True)
    edges = [0.0, *equal_mass(rows).tolist(), 1.0]
    found = figure(rows, ece(equal_mass(rows)), draws=2)
    assert found.by_log.value == pytest.approx(naive_ece(rows, edges), nan_ok=True)


@given(rows=many())
def test_the_bins_hold_every_answer_once(rows: list[Scored]) -> None:
    asked = [r for r in rows if r.answer.read and not math.isnan(r.answer.confidence)]
    for edges in (equal_width(), equal_mass(rows)):
        bins = reliability(rows, edges)
        assert sum(b.answers for b in bins) == len(asked)
        right = sum(b.answers * b.accuracy.value for b in bins if b.answers)
        assert right == pytest.approx(sum(r.right for r in asked))
        assert all(b.low - 1e-9 <= b.confidence <= b.high + 1e-9 for b in bins if b.answers)


def test_bins_of_equal_mass_hold_as_many_answers_each() -> None:
    values = np.random.default_rng(0).uniform(0.6, 1.0, 100)
    rows = [scored("unstable", "unstable", float(c), path=str(i)) for i, c in enumerate(values)]
    assert [b.answers for b in reliability(rows, equal_mass(rows))] == [10] * 10


def test_equal_confidences_share_a_bin() -> None:
    rows = [scored("unstable", "unstable", 0.9, path=str(i)) for i in range(40)]
    assert [b.answers for b in reliability(rows, equal_mass(rows))] == [40]


@pytest.mark.parametrize(
    ("confidence", "bin_"), [(0.0, 0), (0.1, 0), (0.1000001, 1), (0.7, 6), (0.3, 2), (1.0, 9)]
)
def test_a_confidence_on_an_edge_belongs_below(confidence: float, bin_: int) -> None:
    bins = reliability([scored("unstable", "unstable", confidence)], equal_width())
    assert [b.answers for b in bins].index(1) == bin_


def test_confidence_that_means_what_it_says_has_no_error() -> None:
    rows = [scored("unstable", "unstable" if i < 8 else "grokking", 0.8, path=str(i)) for i in range(10)]
    assert figure(rows, ece(equal_width())).by_log.value == pytest.approx(0.0)
    assert figure(rows, BRIER).by_log.value == pytest.approx(0.8 * 0.2)


def test_over_and_under_confidence_in_one_bin_cancel_but_not_across_bins() -> None:
    rows = [scored("unstable", "unstable", 0.75, path="1"), scored("unstable", "grokking", 0.25, path="2")]
    assert figure(rows, ece(equal_width())).by_log.value == pytest.approx(0.25)
    assert figure(rows, ece(np.empty(0))).by_log.value == pytest.approx(0.0)


def test_refusals_and_answers_without_confidence_are_not_asked() -> None:
    rows = [scored("unstable", "refused", 1.0, path="1"), scored("unstable", "unstable", path="2")]
    found = figure(rows, ece(equal_mass(rows)))
    assert found.logs == 0
    assert all(b.answers == 0 for b in reliability(rows, equal_width()))
