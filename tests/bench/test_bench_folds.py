"""Folds hold groups together, and answers out of fold never saw what they answer."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scored_rows import label

from curvedoc.bench.answers import Answer
from curvedoc.bench.folds import folds_by_group, folds_by_source, out_of_fold

groups = st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=40)


@given(names=groups, k=st.integers(2, 6), seed=st.integers(0, 5))
def test_folds_by_group(names: list[str], k: int, seed: int) -> None:
    rows = [label("unstable", group=name) for name in names]
    folds = folds_by_group(rows, k, seed)
    assert sorted(np.concatenate(folds).tolist()) == list(range(len(rows)))
    assert len(folds) == min(k, len(set(names)))
    held = [{names[i] for i in fold} for fold in folds]
    assert sum(map(len, held)) == len(set(names))  # no group in two folds
    sizes = sorted(len(fold) for fold in folds)
    assert sizes[-1] - sizes[0] <= max(Counter(names).values())
    assert [f.tolist() for f in folds] == [f.tolist() for f in folds_by_group(rows, k, seed)]


def test_the_seed_deals_groups_of_one_size_anew() -> None:
    rows = [label("unstable", group=str(i)) for i in range(40)]
    dealt = [[fold.tolist() for fold in folds_by_group(rows, 4, seed)] for seed in (0, 1)]
    assert dealt[0] != dealt[1]


def test_one_fold_holds_nothing_out() -> None:
    with pytest.raises(ValueError, match="at least 2"):
        folds_by_group([label("unstable")], 1)


def test_folds_by_source() -> None:
    rows = [label("unstable", source=name) for name in ("b", "a", "b", "c")]
    assert [fold.tolist() for fold in folds_by_source(rows)] == [[1], [0, 2], [3]]
    assert folds_by_source([]) == []


@given(names=groups)
def test_answers_out_of_fold(names: list[str]) -> None:
    rows = [label("unstable", group=name, path=f"{i}") for i, name in enumerate(names)]

    def answer(rest: np.ndarray, held: np.ndarray) -> list[Answer]:
        assert not {names[i] for i in rest} & {names[i] for i in held}
        assert sorted([*rest.tolist(), *held.tolist()]) == list(range(len(names)))
        return [Answer(str(rows[i].path)) for i in held]

    found = out_of_fold(len(rows), folds_by_group(rows, 3), answer)
    assert [one.state for one in found] == [str(row.path) for row in rows]


@pytest.mark.parametrize("folds", [[[0, 1]], [[0, 1], [1, 2]], []])
def test_folds_that_miss_or_repeat_a_log(folds: list[list[int]]) -> None:
    with pytest.raises(ValueError, match="exactly once"):
        out_of_fold(3, [np.array(fold) for fold in folds], lambda _, held: [Answer("x")] * len(held))
