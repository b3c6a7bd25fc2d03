"""Summaries and advice speak in the numbers of the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from rules.curves import LN10, fall, jittered, late, level, rise, run, share, turn

from curvedoc import advice, telling
from curvedoc.diagnosis import diagnose
from curvedoc.features import Features
from curvedoc.rules import RULES

if TYPE_CHECKING:
    from curvedoc.rule import Finding
    from curvedoc.run import Run

N = 60


def finding(logged: Run, rule: str) -> Finding:
    """The finding of a rule on a run."""
    found = diagnose(logged, RULES)
    return next(o.finding for o in found.outcomes if o.rule == rule and o.finding)


def advised(rule: str, remedy: str, **curves) -> str:
    """The text of one remedy of a rule on a run."""
    fixes = finding(run(**curves), rule).fixes
    return next((fix.text for fix in fixes if fix.remedy == remedy), "")


# Summaries


def test_overfitting_is_told_with_levels_and_place() -> None:
    train, val = [2, 1, 0.5, 0.3, 0.1], [2, 1.2, 0.9, 1.3, 1.6]
    told = finding(run(train_loss=train, val_loss=val), "overfitting")
    assert told.summary == (
        "Validation loss rose from 0.9 (epoch 2) to 1.6 while train loss fell from 0.5 to 0.1."
    )
    assert told.span == (2.0, len(val) - 1.0)


@pytest.mark.parametrize(("bad", "said"), [(np.nan, "NaN"), (np.inf, "infinite")])
def test_the_last_finite_value_is_told(bad: float, said: str) -> None:
    told = finding(run(train_loss=[2.0, 1.0, 0.5, 7.5, *[bad] * 6]), "non-finite-loss")
    assert told.summary == f"Train loss is {said} from epoch 4 on; the last finite value was 7.5 (epoch 3)."


def test_a_loss_that_never_was_finite_is_told() -> None:
    told = finding(run(train_loss=[np.nan] * 8), "non-finite-loss")
    assert told.summary == "Train loss is NaN: it never was a finite number."


@pytest.mark.parametrize(
    ("curve", "logged", "said"),
    [
        ({"val_accuracy": [0.5, 0.75, 0.92]}, 0.92, "0.92"),
        ({"val_accuracy": [50.0, 75.0, 92.0]}, 0.92, "92 %"),
        ({"val_error": [0.5, 0.2, 0.08]}, 0.92, "0.08"),
        ({"val_perplexity": [90.0, 40.0, 20.5]}, -20.5, "20.5"),
    ],
)
def test_a_metric_is_told_as_it_was_logged(curve: dict, logged: float, said: str) -> None:
    assert telling.quality(Features(run(**curve)), "val", logged) == said


@pytest.mark.parametrize(("value", "said"), [(0.434, "43 % of"), (1.0, "100 % of"), (24.9, "25 times")])
def test_shares_in_words(value: float, said: str) -> None:
    assert telling.share(value) == said


@pytest.mark.parametrize(
    ("accuracy", "said"),
    [
        (np.append(np.linspace(0.1, 0.8, 12), level(48, 0.8)), "but validation accuracy held (0.8)."),
        (np.linspace(10, 90, N), "but validation accuracy went from "),
    ],
    ids=["held", "improved"],
)
def test_over_confidence_tells_what_the_metric_did(accuracy: np.ndarray, said: str) -> None:
    told = finding(
        run(train_loss=fall(N, floor=0.02), val_loss=turn(N), val_accuracy=accuracy), "over-confidence"
    )
    assert said in told.summary


def test_a_metric_that_got_worse_is_told_from_its_best() -> None:
    accuracy = np.append(np.linspace(0.1, 0.9, 30), np.linspace(0.9, 0.2, 30))
    told = finding(
        run(train_loss=fall(N), val_loss=fall(N, floor=0.3), val_accuracy=accuracy), "loss-metric-mismatch"
    )
    assert told.summary.startswith("Validation accuracy went from 0.8")
    assert " although validation loss fell from 2.303 to 0.3" in told.summary


# Advice


@pytest.mark.parametrize(
    ("rate", "rounded"),
    [(1e-3, 1e-3), (3.33e-4, 3e-4), (0.0012, 1e-3), (0.0333, 0.03), (9.5e-6, 1e-5), (0.23, 0.2)],
)
def test_rates_are_rounded_as_people_write_them(rate: float, rounded: float) -> None:
    assert advice.round_rate(rate) == pytest.approx(rounded)


def test_the_best_checkpoint_and_a_patience_are_named() -> None:
    val = [3.0, 2.0, 2.1, 2.05, 1.0, 0.9, 1.5, 2.0, 2.5, 3.0]
    text = advised("overfitting", "early-stopping", train_loss=np.geomspace(3, 0.01, 10), val_loss=val)
    assert "checkpoint of epoch 5 " in text
    # Between the records at epochs 1 and 4 the run waited three evaluations, and was right to.
    assert "after 4 evaluations" in text


def test_no_checkpoint_is_praised_when_none_was_better_than_the_first() -> None:
    text = advised(
        "overfitting", "early-stopping", train_loss=np.geomspace(2, 0.01, 10), val_loss=2 + share(10)
    )
    assert "never below its first value" in text


@pytest.mark.parametrize(
    ("lr", "said"),
    [
        (None, "try a third"),
        (level(N, 1e-2), "to 0.003: it was 0.01 at epoch"),
        (1e-1 * share(N), "the peak of the learning rate to 0.02"),
    ],
    ids=["not-logged", "constant", "still-rising"],
)
def test_a_lower_rate_comes_from_the_rate_in_force(lr: np.ndarray | None, said: str) -> None:
    loss = np.where(share(N) < 0.5, fall(N, rate=8), 3.0 + share(N))
    logged = {} if lr is None else {"lr": lr}
    assert said in advised("divergence", "lower-learning-rate", train_loss=loss, **logged)


def test_a_higher_rate_comes_from_the_largest_logged() -> None:
    text = advised("crawl", "raise-learning-rate", train_loss=LN10 - 0.1 * share(N), lr=level(N, 2e-5))
    assert "from 2e-5 to 0.0002" in text


def test_the_clipping_norm_comes_from_the_healthy_part() -> None:
    loss = np.where(share(N) < 0.5, fall(N, rate=8), 3.0 + share(N))
    norms = np.where(share(N) < 0.5, 1.5, 400.0)
    text = advised("divergence", "clip-gradients", train_loss=loss, grad_norm=norms)
    assert "at 1.5:" in text
    assert "largest of the run was 4e+02" in text or "largest of the run was 400" in text


@pytest.mark.parametrize(("decayed", "advised_later"), [(True, True), (False, False)])
def test_later_decay_is_advised_only_where_the_rate_was_gone(decayed: bool, advised_later: bool) -> None:
    lr = 1e-2 * np.exp(-60 * share(N)) if decayed else level(N, 1e-2)
    text = advised("early-plateau", "later-decay", train_loss=fall(N, floor=1.9, rate=40), lr=lr)
    assert bool(text) is advised_later


@pytest.mark.parametrize(("at", "early"), [(0.05, True), (0.6, False)])
def test_warm_up_is_advised_only_for_early_trouble(at: float, early: bool) -> None:
    loss = np.where(share(N) < at, fall(N, rate=8), 9.0 + share(N))
    assert bool(advised("divergence", "warm-up", train_loss=loss)) is early


@pytest.mark.parametrize(
    ("loss", "remedy"), [(2.0 - share(N), "keep-going"), (fall(N, rate=30), "stop-when-flat")]
)
def test_a_healthy_run_goes_on_while_it_falls(loss: np.ndarray, remedy: str) -> None:
    fixes = finding(run(train_loss=loss, val_loss=loss + 0.1), "smooth-descent").fixes
    assert fixes[0].remedy == remedy


@pytest.mark.parametrize(("first", "remedy"), [(2.3, "raise-learning-rate"), (1.9, "lower-learning-rate")])
def test_a_stuck_run_slows_down_only_if_its_first_updates_threw_it_up(first: float, remedy: str) -> None:
    loss = np.append(first, jittered(level(N, 0.3), 0.002, 1) + 2.0)
    rates = {"raise-learning-rate", "lower-learning-rate"}
    given = {fix.remedy for fix in finding(run(train_loss=loss), "poor-optimization").fixes}
    assert given & rates == {remedy}


@pytest.mark.parametrize(("end", "said"), [(0.99, "Keep the last checkpoint"), (0.6, "Keep training past")])
def test_grokking_goes_on_until_it_has_arrived(end: float, said: str) -> None:
    text = advised(
        "grokking",
        "keep-training",
        train_loss=fall(N, floor=0.001, rate=90),
        val_loss=4.5 - 3 * late(N, 0, 1),
        train_accuracy=rise(N, end=1.0, rate=90),
        val_accuracy=late(N, end=end),
    )
    assert text.startswith(said)


def test_a_metric_noise_does_not_hide_the_advice_to_log() -> None:
    accuracy = jittered(level(4, 0.5), 0.01, 1)
    text = advised("inconclusive", "log-more", train_loss=fall(4), val_accuracy=accuracy)
    assert "validation loss" in text
