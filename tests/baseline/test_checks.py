"""What a gate is told: conditions for each run, matched by name; nothing unmatched reads as passed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from made_runs import run, summed

from curvedoc.baseline.checks import ONE_SEED, Verdict, against
from curvedoc.baseline.history import Baseline, Entry, spread
from curvedoc.baseline.matching import groups, match
from curvedoc.baseline.summary import summary
from curvedoc.baseline.terms import Terms, Tolerance, measures_of, terms, tolerance
from curvedoc.compared import Measure
from curvedoc.errors import UsageError
from curvedoc.gated import Status

if TYPE_CHECKING:
    from curvedoc.run import Run

LOSS = Terms(compare=("val/loss",))


def base(*names: str, level: float = 0.4) -> Baseline:
    return Baseline((Entry(tuple(summed(50 + i, n, level=level) for i, n in enumerate(names))),))


def failed(verdict: Verdict) -> list[list[str]]:
    return [[c.condition for c in own if c.status is Status.FAILED] for own in verdict.checks]


@pytest.mark.parametrize(
    ("new", "old", "pairs", "alone"),
    [
        (["a"], ["b"], [("a", "b")], []),
        (["seed_0", "seed_1"], ["seed_7", "seed_8"], [("seed_*", "seed_*")], []),
        (["a/seed_0", "a/seed_1"], ["main"], [("a/seed_*", "main")], []),
        (["a", "b"], ["b", "a"], [("a", "a"), ("b", "b")], []),
        (["a/x", "b/x"], ["main/a/x", "main/b/x"], [("a/x", "main/a/x"), ("b/x", "main/b/x")], []),
        (["a", "b", "c"], ["a", "b"], [("a", "a"), ("b", "b")], ["c"]),
        (["m/seed_1", "c/seed_1"], ["m/seed_1", "m/seed_2"], [("m/seed_1", "m/seed_*")], ["c/seed_1"]),
        (["x", "y"], ["a", "b"], [], ["x", "y"]),
    ],
)  # fmt: skip
def test_matching(new: list[str], old: list[str], pairs: list[tuple[str, str]], alone: list[str]) -> None:
    found = match([summed(0, n) for n in new], [summed(0, n) for n in old])
    assert [(a.name, b.name) for a, b in found.pairs] == pairs
    assert [g.name for g in found.new_alone] == alone


def test_repeats_are_one_group_whatever_their_names() -> None:
    assert [g.members for g in groups(["x", "y", "z"], repeats=True)] == [(0, 1, 2)]
    assert [g.members for g in groups(["x", "seed_1", "seed_2"])] == [(0,), (1, 2)]


def test_equal_runs_pass_and_one_seed_is_remarked() -> None:
    verdict = against([run(1)], base("main"), LOSS)
    assert failed(verdict) == [[]]
    assert verdict.remarks == (ONE_SEED,)


def test_a_worse_run_fails_by_what_decides_alone() -> None:
    verdict = against([run(1, level=0.5)], base("main"), LOSS)
    assert failed(verdict) == [["val/loss final level"]]
    assert "beside what decides worse beyond noise: val/loss best level" in verdict.remarks[0]
    message = next(c.message for c in verdict.checks[0] if c.status is Status.FAILED)
    assert "worse beyond noise" in message
    assert "p <" in message


def test_seeds_share_their_comparison() -> None:
    new = [run(i, f"seed_{i}", level=0.5 + 0.001 * i) for i in range(3)]
    verdict = against(new, base("seed_0", "seed_1", "seed_2"), LOSS)
    assert failed(verdict) == [["val/loss final level"]] * 3
    assert verdict.checks[0] == verdict.checks[2]
    assert [line.partition(" (")[0] for line in verdict.remarks] == [
        "seed_*: beside what decides worse beyond noise: val/loss best level"
    ]


def test_a_run_without_counterpart_fails_and_a_baseline_without_is_said() -> None:
    verdict = against([run(1, "a"), run(2, "c")], base("a", "b"), LOSS)
    assert failed(verdict) == [[], ["counterpart"]]
    assert verdict.remarks[0] == "the baseline's b has no run to compare with"


def test_nothing_compared_fails() -> None:
    verdict = against([run(1)], base("main"), Terms(compare=("val/f1",)))
    assert failed(verdict) == [["compared"]]
    assert [c.status for c in verdict.checks[0]] == [Status.SKIPPED, Status.FAILED]


def test_nan_fails_alone_or_among_seeds() -> None:
    def ends_in_nan(seed: int, name: str) -> object:
        good = run(seed, name)
        return replace(
            good, curves=tuple(replace(c, values=np.append(c.values[:-1], np.nan)) for c in good.curves)
        )

    assert "val/loss final level" in failed(against([ends_in_nan(1, "r")], base("main"), LOSS))[0]  # type: ignore[list-item]
    new = [run(0, "seed_0"), run(1, "seed_1"), ends_in_nan(2, "seed_2")]
    verdict = against(new, base("seed_0", "seed_1", "seed_2"), LOSS)  # type: ignore[arg-type]
    assert failed(verdict) == [[], [], ["train/loss finite", "val/loss finite"]]


def test_a_loss_of_nan_fails_though_the_metric_decides() -> None:
    def lost(*names: str) -> Run:
        good = run(1)
        bad = {c.role: replace(c, values=np.append(c.values[:-9], [np.nan] * 9)) for c in good.curves}
        return replace(good, curves=tuple(bad[c.role] if c.role in names else c for c in good.curves))

    assert failed(against([lost()], base("main"), Terms())) == [[]]
    assert failed(against([lost("val/loss")], base("main"), Terms())) == [["val/loss finite"]]
    assert failed(against([lost("train/loss")], base("main"), LOSS)) == [["train/loss finite"]]
    nothing = Baseline((Entry((summary(lost("val/loss")),)),))  # the baseline was no better
    assert failed(against([lost("val/loss")], nothing, Terms())) == [[]]


def history(levels: list[float]) -> Baseline:
    return Baseline(tuple(Entry((summed(i, level=level, noise=0.002),)) for i, level in enumerate(levels)))


def test_slow_drift_is_caught_though_each_step_is_small() -> None:
    slow = history([0.400, 0.404, 0.408, 0.412, 0.416])
    verdict = against([run(9, level=0.420, noise=0.002)], slow, LOSS)
    assert failed(verdict) == [["val/loss drift"]]
    assert failed(against([run(9, level=0.420, noise=0.002)], slow, replace(LOSS, last=0))) == [[]]
    wide = replace(LOSS, tolerance=Tolerance(0.1, relative=True))
    assert failed(against([run(9, level=0.420, noise=0.002)], slow, wide)) == [[]]


def test_no_drift_where_levels_go_up_and_down_and_none_over_two() -> None:
    steady = history([0.400, 0.404, 0.399, 0.403, 0.398])
    drifts = [c for c in against([run(9, noise=0.002)], steady, LOSS).checks[0] if "drift" in c.condition]
    assert [c.status for c in drifts] == [Status.PASSED]
    short = [c for c in against([run(9)], history([0.4, 0.4]), LOSS).checks[0] if "drift" in c.condition]
    assert [c.status for c in short] == [Status.SKIPPED]


def test_earlier_baselines_tell_how_far_runs_lie_apart() -> None:
    wild = history([0.44, 0.36, 0.42, 0.38, 0.45, 0.37, 0.43, 0.40])
    known = spread("val/loss", [e.runs for e in wild.entries])
    assert known is not None
    assert 0.04 < known.deviation < 0.07
    assert spread("val/loss", [e.runs for e in wild.entries[:3]]) is None
    assert failed(against([run(9, level=0.44)], Baseline(wild.entries[-1:]), LOSS))[0]
    assert not failed(against([run(9, level=0.44)], wild, LOSS))[0]


@pytest.mark.parametrize(
    ("given", "meant"),
    [(0.01, Tolerance(0.01)), ("0.01", Tolerance(0.01)), ("2%", Tolerance(0.02, relative=True)),
     (" 1e-3 ", Tolerance(0.001)), (1, Tolerance(1.0)), ("2.5 %", Tolerance(0.025, relative=True))],
)  # fmt: skip
def test_tolerances(given: object, meant: Tolerance) -> None:
    assert tolerance(given) == meant


@pytest.mark.parametrize("given", ["", "x", "-1", "2%%", "1.2.3", "nan", "inf", "1e999", True, None, [1]])
def test_no_tolerances(given: object) -> None:
    with pytest.raises(UsageError, match="no tolerance"):
        tolerance(given)


def test_terms_of_a_table() -> None:
    made = terms(
        {"compare": "val/loss, val/f1", "measure": ["all"], "tolerance": "2%", "alpha": 0.01, "last": 5}
    )
    assert made == Terms(("val/loss", "val/f1"), tuple(Measure), Tolerance(0.02, relative=True), 0.01, 5)
    assert measures_of(["best", "best"]) == (Measure.BEST,)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"tolerence": 1}, "Did you mean 'tolerance'?"),
        ({"alpha": 0}, "'alpha' is not between"),
        ({"alpha": True}, "'alpha' is not between"),
        ({"last": -1}, "'last' is not"),
        ({"repeats": 1}, "'repeats' is not"),
        ({"measure": "finale"}, "Did you mean 'final'?"),
        ({"compare": [1]}, "'compare' is not a list"),
    ],
)
def test_terms_that_are_none(table: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=said) as error:
        terms(table, "curvedoc.toml")
    assert error.value.path == "curvedoc.toml"
