"""Flips and prefixes counted on probes made by hand."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scored_rows import label

from curvedoc.bench.answers import Answer
from curvedoc.bench.stability import FRACTIONS, Probe, flips, foresight, named_at, sample


def probe(
    path: str,
    primary: str,
    state: str,
    perturbed: dict[str, str],
    prefixes: tuple[tuple[str, float], ...] = (),
) -> Probe:
    return Probe(
        label(primary, path=path, group=path[0]),
        Answer(state, 0.9),
        {name: Answer(said, 0.9) for name, said in perturbed.items()},
        tuple(Answer(said, sure) for said, sure in prefixes),
    )


PROBES = (
    probe("a1", "overfitting", "overfitting", {"noise": "smooth_descent", "cut": "overfitting"}),
    probe("a2", "unstable", "overfitting", {"noise": "unstable", "cut": "unstable"}),
    probe("b1", "grokking", "unstable", {"noise": "overfitting"}),
    probe("c1", "grokking", "grokking", {"noise": "grokking", "cut": "grokking"}),
)


def test_flips() -> None:
    found = {each.perturbation: each for each in flips(PROBES)}
    assert list(found) == ["all", "noise", "cut"]
    assert [found[n].flips.logs for n in found] == [7, 4, 3]
    assert [found[n].flips.by_log.value for n in found] == pytest.approx([4 / 7, 3 / 4, 1 / 3])
    assert [found[n].harmful.by_log.value for n in found] == pytest.approx([1 / 7, 1 / 4, 0])
    assert found["noise"].flips.by_group.value == pytest.approx((1 + 1 + 0) / 3)
    assert found["all"].commonest[0] == ("overfitting", "unstable", 2)


def test_no_probes_no_flips() -> None:
    assert flips(()) == (flips(())[0],)
    assert flips(())[0].flips.logs == 0
    assert foresight(()) == ()
    assert foresight(PROBES) == ()  # never asked for prefixes


def naive_named_at(states: list[str]) -> float:
    return next(f for i, f in enumerate(FRACTIONS) if all(s == states[-1] for s in states[i:]))


@given(st.lists(st.sampled_from("xyz"), min_size=4, max_size=4))
def test_the_state_is_named_once_it_stays(states: list[str]) -> None:
    assert named_at(states) == naive_named_at(states)


def test_foresight() -> None:
    smooth, over, none = ("smooth_descent", 0.9), ("overfitting", 0.9), ("inconclusive", 0.9)
    unsure = ("smooth_descent", 0.4)
    probes = [
        probe("a1", "overfitting", "overfitting", {}, (smooth, over, over, over)),
        probe("a2", "overfitting", "overfitting", {}, (none, unsure, over, over)),
        probe("b1", "smooth_descent", "smooth_descent", {}, (over, smooth, over, smooth)),
    ]
    found = {each.state: each for each in foresight(probes)}
    assert list(found) == ["all", "smooth_descent", "overfitting"]
    assert (found["all"].runs, found["all"].named_at) == (3, 0.75)
    assert found["overfitting"].named_at == pytest.approx((0.5 + 0.75) / 2)
    assert found["overfitting"].early == pytest.approx((0.0, 0.5, 1.0))
    assert (found["overfitting"].answers, found["overfitting"].misled) == (4, pytest.approx(1 / 4))
    assert (found["smooth_descent"].answers, found["smooth_descent"].misled) == (3, pytest.approx(2 / 3))


def test_without_early_answers_nothing_misleads() -> None:
    quiet = ("inconclusive", 0.9)
    (all_, _) = foresight([probe("a1", "inconclusive", "inconclusive", {}, (quiet,) * 4)])
    assert all_.answers == 0
    assert math.isnan(all_.misled)


@given(st.lists(st.sampled_from("abc"), max_size=20), st.integers(1, 3))
def test_a_sample_takes_the_first_of_each_group(names: list[str], most: int) -> None:
    rows = [label("unstable", group=name, path=str(i)) for i, name in enumerate(names)]
    kept = sample(rows, most)
    for name in set(names):
        own = [row for row in rows if row.group == name]
        assert [row for row in kept if row.group == name] == own[:most]
