"""Which changes of state are told: once, and only those that last."""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curvedoc.hysteresis import AT_ONCE, FEWEST, LASTING, Announcer
from curvedoc.rules import RULES
from curvedoc.states import State

NAMES = {"s": State.SMOOTH_DESCENT, "o": State.OVERFITTING, "u": State.UNSTABLE, "?": State.INCONCLUSIVE}


def verdict(state, confidence=0.9, rule=""):
    return SimpleNamespace(state=state, confidence=confidence, findings=[SimpleNamespace(rule=rule)])


def told(verdicts, announcer=None):
    """The states told for ``(points, verdict)`` one after the other, with the points at which they were."""
    announcer, said = announcer or Announcer(), []
    for points, each in verdicts:
        announcer, state = announcer.feed(each, points)
        if state is not None:
            said.append((points, state))
    return said


@pytest.mark.parametrize(
    ("course", "expected"),
    [
        ("ssssssss", [(12, "s")]),
        ("ssssoooo", [(12, "s"), (16, "o")]),
        ("sssosooo", [(12, "s"), (17, "o")]),  # the flap at 13 is not told
        ("sosososo", []),
        ("ss?s?s?s", []),  # what is not kept for two points in a row
        ("sss???ss", [(12, "s")]),  # what is inconclusive takes nothing back
        ("????????", []),
    ],
)
def test_what_lasts_is_told(course, expected):
    verdicts = [(10 + i, verdict(NAMES[letter])) for i, letter in enumerate(course)]
    assert told(verdicts) == [(points, NAMES[letter]) for points, letter in expected]


def test_the_longer_a_run_the_longer_a_state_must_last():
    verdicts = [(points, verdict(State.OVERFITTING)) for points in range(1000, 1100)]
    assert told(verdicts) == [(1000 + LASTING * 1000, State.OVERFITTING)]


def test_many_verdicts_on_the_same_points_are_one():
    assert told([(10, verdict(State.OVERFITTING))] * 50) == []


@pytest.mark.parametrize(("confidence", "n"), [(0.79, 0), (0.8, 1)])
def test_only_what_is_sure_is_told(confidence, n):
    verdicts = [(10 + i, verdict(State.OVERFITTING, confidence)) for i in range(20)]
    assert len(told(verdicts, Announcer(0.8))) == n


def test_doubt_in_between_does_not_begin_the_waiting_anew():
    verdicts = [(10, 0.9), (11, 0.7), (12, 0.9)]
    assert told([(n, verdict(State.OVERFITTING, c)) for n, c in verdicts]) == [(12, State.OVERFITTING)]


def test_lost_numbers_are_told_at_once():
    assert AT_ONCE in {rule.id for rule in RULES}
    assert told([(10, verdict(State.UNSTABLE, rule=AT_ONCE))]) == [(10, State.UNSTABLE)]
    assert told([(10, verdict(State.UNSTABLE, 0.5, rule=AT_ONCE))]) == []


def test_a_run_begun_anew_waits_anew():
    verdicts = [(100, verdict(State.OVERFITTING)), (3, verdict(State.OVERFITTING))]
    assert told(verdicts) == []
    assert told([*verdicts, (3 + FEWEST, verdict(State.OVERFITTING))]) == [(5, State.OVERFITTING)]


def test_at_the_end_nothing_is_waited_for():
    announcer, state = Announcer().at_end(verdict(State.OVERFITTING))
    assert announcer.announced is state is State.OVERFITTING
    assert announcer.at_end(verdict(State.OVERFITTING)) == (announcer, None)
    assert announcer.at_end(verdict(State.INCONCLUSIVE)) == (announcer, None)
    assert announcer.at_end(verdict(State.UNSTABLE, 0.5)) == (announcer, None)


@given(st.lists(st.tuples(st.sampled_from(list(State)), st.floats(0, 1), st.integers(1, 9)), max_size=60))
def test_no_state_is_told_twice_in_a_row(course):
    points, verdicts = 0, []
    for state, confidence, new in course:
        points += new
        verdicts.append((points, verdict(state, confidence)))
    said = [state for _, state in told(verdicts)]
    assert State.INCONCLUSIVE not in said
    assert all(a is not b for a, b in pairwise(said))
