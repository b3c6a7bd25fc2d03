"""What is right, and the statistics beside naive versions of themselves."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given
from scored_rows import many, scored

from curvedoc.bench import statistics as s
from curvedoc.bench.answers import Answer, Scored, score
from curvedoc.bench.intervals import Statistic, figure
from curvedoc.bench.matrix import confusion, per_state
from curvedoc.states import State


@pytest.mark.parametrize(
    ("primary", "others", "state", "right"),
    [
        ("overfitting", (), "overfitting", True),
        ("overfitting", (), "smooth_descent", False),
        ("overfitting", ("smooth_descent",), "smooth_descent", True),
        ("overfitting", (), "refused", False),
        ("overfitting", ("inconclusive",), "refused", True),
        ("overfitting", ("inconclusive",), "none", False),
        ("inconclusive", (), "refused", True),
        ("not_a_training_log", (), "refused", True),
        ("not_a_training_log", (), "smooth_descent", False),
        ("not_a_training_log", ("inconclusive",), "inconclusive", True),
        ("not_overfitting", (), "overfitting", False),
        ("not_overfitting", (), "unstable", True),
        ("not_overfitting", (), "none", True),
        ("not_overfitting", (), "refused", False),
    ],
)
def test_what_is_right(primary: str, others: tuple[str, ...], state: str, right: bool) -> None:
    row = scored(primary, state, others=others)
    assert row.right is right
    assert row.counted == (primary if right else state)


def test_labels_and_answers_come_in_pairs() -> None:
    with pytest.raises(ValueError, match="shorter"):
        score([scored("unstable", "unstable").label], [])
    (row,) = score([scored("unstable", "x").label], [Answer("unstable")])
    assert row.right


@pytest.mark.parametrize(
    ("primary", "state", "confidence", "alarm", "missed"),
    [
        ("smooth_descent", "overfitting", 0.5, True, False),
        ("smooth_descent", "overfitting", 0.49, False, False),
        ("smooth_descent", "overfitting", math.nan, True, False),
        ("smooth_descent", "inconclusive", 0.9, True, True),
        ("smooth_descent", "smooth_descent", 0.9, False, False),
        ("smooth_descent", "refused", math.nan, False, True),
        ("smooth_descent", "none", math.nan, False, True),
        ("unstable", "smooth_descent", 0.2, False, True),
        ("unstable", "inconclusive", 0.9, True, True),
        ("unstable", "refused", math.nan, False, True),
        ("unstable", "overfitting", 0.9, True, False),
        ("unstable", "unstable", 0.9, False, False),
    ],
)
def test_alarms_and_misses(primary: str, state: str, confidence: float, alarm: bool, missed: bool) -> None:
    row = scored(primary, state, confidence)
    assert (s.false_alarm(row), s.missed(row)) == (alarm, missed)


def test_alarms_are_about_healthy_runs_and_misses_about_sick_ones() -> None:
    rows = [
        scored("smooth_descent", "unstable", 0.9, path="1"),
        scored("smooth_descent", "smooth_descent", 0.9, path="2"),
        scored("unstable", "overfitting", 0.9, path="3"),
        scored("grokking", "smooth_descent", 0.9, path="4"),
        scored("not_overfitting", "smooth_descent", 0.9, path="5"),
        scored("inconclusive", "smooth_descent", 0.9, path="6"),
    ]
    alarms, missed = figure(rows, s.FALSE_ALARMS), figure(rows, s.MISSED)
    assert (alarms.logs, alarms.by_log.value) == (2, 0.5)
    assert (missed.logs, missed.by_log.value) == (2, 0.5)


# Naive versions.
Weighed = Sequence[tuple[Scored, float]]


def naive_share(hit: Callable[[Scored], bool], about: Callable[[Scored], bool]) -> Callable[[Weighed], float]:
    def value(rows: Weighed) -> float:
        asked = sum(w for row, w in rows if about(row))
        return sum(w for row, w in rows if about(row) and hit(row)) / asked if asked else math.nan

    return value


def naive_f1(rows: Weighed) -> float:
    scores = []
    for state in map(str, State):
        tp = sum(w for row, w in rows if row.label.primary == state and row.counted == state)
        fp = sum(w for row, w in rows if row.label.primary != state and row.counted == state)
        fn = sum(w for row, w in rows if row.label.primary == state and row.counted != state)
        if tp + fn:
            scores.append(2 * tp / (2 * tp + fp + fn))
    return sum(scores) / len(scores) if scores else math.nan


NAIVE: list[tuple[Statistic, Callable[[Weighed], float]]] = [
    (s.ACCURACY, naive_share(lambda r: r.right, lambda r: True)),
    (s.ACCURACY_READ, naive_share(lambda r: r.right, lambda r: r.answer.state != "refused")),
    (
        s.READ,
        naive_share(
            lambda r: r.answer.state != "refused", lambda r: "not_a_training_log" not in r.label.acceptable
        ),
    ),
    (s.MACRO_F1, naive_f1),
]


def weights(rows: Sequence[Scored], about: Callable[[Scored], bool]) -> Weighed:
    """Every group that has something to say weighs one."""
    sizes: dict[str, int] = defaultdict(int)
    for row in rows:
        sizes[row.label.group] += about(row)
    return [(row, 1 / sizes[row.label.group]) for row in rows if about(row)]


@pytest.mark.parametrize(("statistic", "naive"), NAIVE, ids=[stat.name for stat, _ in NAIVE])
@given(rows=many())
def test_statistics_equal_their_naive_versions(
    statistic: Statistic, naive: Callable[[Weighed], float], rows: list[Scored]
) -> None:
    found = figure(rows, statistic, draws=2)
    plain = [(row, 1.0) for row in rows]
    assert found.by_log.value == pytest.approx(naive(plain), nan_ok=True)
    assert found.by_group.value == pytest.approx(naive(weights(rows, statistic.about)), nan_ok=True)


@given(rows=many(least=3))
def test_the_bootstrap_equals_a_loop_over_draws(rows: list[Scored]) -> None:
    draws = 30
    found = figure(rows, s.MACRO_F1, draws=draws, seed=4)
    groups = sorted({row.label.group for row in rows})
    if len(groups) < 2:
        assert math.isnan(found.by_log.low)
        return
    counts = np.random.default_rng(4).multinomial(len(groups), [1 / len(groups)] * len(groups), size=draws)
    values = []
    for draw in counts:
        times = dict(zip(groups, draw.tolist(), strict=True))
        values.append(naive_f1([(row, 1.0) for row in rows for _ in range(times[row.label.group])]))
    kept = [value for value in values if not math.isnan(value)]
    if kept:
        assert [found.by_log.low, found.by_log.high] == pytest.approx(np.quantile(kept, [0.025, 0.975]))


@given(rows=many(least=2))
def test_the_order_of_the_rows_does_not_matter(rows: list[Scored]) -> None:
    a, b = (figure(some, s.ACCURACY, draws=20) for some in (rows, rows[::-1]))
    assert repr(a) == repr(b)  # NaN included


def test_copies_of_one_group_do_not_narrow_the_interval() -> None:
    few = [
        scored("unstable", "unstable" if g % 2 else "grokking", group=str(g), path=f"{g}") for g in range(8)
    ]
    many_ = [
        scored("unstable", r.answer.state, group=r.label.group, path=f"{r.label.path}.{i}")
        for r in few
        for i in range(50)
    ]
    a, b = figure(few, s.ACCURACY), figure(many_, s.ACCURACY)
    assert a.by_log == b.by_log
    assert a.by_log.low < 0.3 < 0.7 < a.by_log.high


def test_a_large_group_does_not_outvote_the_others() -> None:
    rows = [scored("unstable", "unstable", group="big", path=f"{i}") for i in range(98)]
    rows += [scored("unstable", "grokking", group=g, path=g) for g in "xyz"]
    found = figure(rows, s.ACCURACY)
    assert found.by_log.value == pytest.approx(98 / 101)
    assert found.by_group.value == pytest.approx(1 / 4)
    assert (found.logs, found.groups) == (101, 4)


def test_nothing_to_measure() -> None:
    found = figure([], s.ACCURACY)
    assert (found.logs, found.groups) == (0, 0)
    assert math.isnan(found.by_log.value)


def test_a_false_overfitting_on_a_binary_negative_costs_precision() -> None:
    rows = [
        scored("overfitting", "overfitting", path="1"),
        scored("not_overfitting", "overfitting", path="2"),
    ]
    assert figure(rows, s.MACRO_F1).by_log.value == pytest.approx(2 / 3)
    (found,) = per_state(rows)
    assert (found.state, found.precision.value, found.recall.value) == ("overfitting", 0.5, 1.0)


@pytest.mark.parametrize(
    ("limit", "expected"), [(0.0, 2 * 2 / (2 * 2 + 1 + 1)), (0.8, 2 * 1 / (2 * 1 + 0 + 2))]
)
def test_the_binary_task_at_two_confidences(limit: float, expected: float) -> None:
    rows = [
        scored("overfitting", "overfitting", 0.9, path="1"),
        scored("overfitting", "overfitting", 0.6, path="2"),
        scored("overfitting", "smooth_descent", 0.9, path="3"),
        scored("not_overfitting", "overfitting", 0.6, path="4"),
        scored("not_overfitting", "unstable", 0.9, path="5"),
        scored("unstable", "overfitting", 0.9, path="6"),
    ]
    assert figure(rows, s.overfit_task(limit)).by_log.value == pytest.approx(expected)


def test_the_confusion_matrix() -> None:
    rows = [
        scored("overfitting", "smooth_descent", others=("smooth_descent",)),
        scored("overfitting", "unstable"),
        scored("smooth_descent", "refused"),
        scored("not_overfitting", "grokking"),
    ]
    assert confusion(rows) == {
        "smooth_descent": {"refused": 1},
        "overfitting": {"overfitting": 1, "unstable": 1},
        "not_overfitting": {"not_overfitting": 1},
    }


@given(rows=many())
def test_the_confusion_matrix_holds_every_log_once(rows: list[Scored]) -> None:
    found = confusion(rows)
    assert sum(n for counts in found.values() for n in counts.values()) == len(rows)
    assert sum(counts.get(true, 0) for true, counts in found.items()) == sum(row.right for row in rows)
