"""Which curves a comparison looks at, and which of them decides."""

from __future__ import annotations

import pytest
from made_runs import summed

from curvedoc.baseline.roles import asked
from curvedoc.baseline.terms import Terms

METRIC, LOSS = "val/accuracy", "val/loss"


@pytest.mark.parametrize(
    ("metrics", "wanted"),
    [
        ([True], [(METRIC, True), (LOSS, False)]),
        ([True, True], [(METRIC, True), (LOSS, False)]),
        ([True, False], [(LOSS, True), (METRIC, False)]),
        ([False, True, True], [(LOSS, True), (METRIC, False)]),
        ([False], [(LOSS, True)]),
    ],
)
def test_what_all_runs_have_decides(metrics: list[bool], wanted: list[tuple[str, bool]]) -> None:
    runs = [summed(i, f"run{i}", metric=metric) for i, metric in enumerate(metrics)]
    assert asked(runs, Terms()) == wanted


def test_what_was_asked_for_decides() -> None:
    assert asked([summed()], Terms(compare=("lr", LOSS))) == [("lr", True), (LOSS, True)]
