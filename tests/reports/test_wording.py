"""How numbers and foreign text are written."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curvedoc.measure import Evidence
from curvedoc.rule import Finding, Fix, Severity, Trial
from curvedoc.states import State
from curvedoc.wording import (
    advice,
    ascii_only,
    axis,
    clean,
    comparison,
    count,
    number,
    percent,
    shorten,
    step,
    trial,
)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (60.0, "60"),
        (1.42134, "1.421"),
        (0.04123, "0.0412"),
        (0.5, "0.5"),
        (12345.6, "12346"),
        (999999.0, "999999"),
        (1234567.0, "1.235e6"),
        (3.14e-5, "3.14e-5"),
        (1e30, "1e30"),
        (-2.30258, "-2.303"),
        (0.1, "0.1"),
        (0.99996, "1"),
        (math.nan, "NaN"),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
    ],
)
def test_number(value: float, written: str) -> None:
    assert number(value) == written


@given(st.floats(-1e307, 1e307))
def test_a_number_is_short_and_close(value: float) -> None:
    written = number(value)
    assert len(written) <= 10
    assert math.isclose(float(written), value, rel_tol=6e-3, abs_tol=0.0) or abs(value) < 1e-320


@pytest.mark.parametrize(
    ("share", "written"),
    [
        (0.934, "93 %"),
        (1.0, ">99 %"),
        (0.996, ">99 %"),
        (0.99, "99 %"),
        (0.004, "<1 %"),
        (0.0, "<1 %"),
        (math.nan, "? %"),
    ],
)
def test_percent_never_claims_certainty(share: float, written: str) -> None:
    assert percent(share) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [(14.0, "14"), (39990.0, "39990"), (0.25, "0.25"), (1e20, "1e20"), (-0.0, "0"), (math.nan, "NaN")],
)
def test_step(value: float, written: str) -> None:
    assert step(value) == written


@pytest.mark.parametrize(
    ("x", "named"),
    [
        ("epoch", "epoch"),
        ("train/Epoch ", "epoch"),
        ("_step", "step"),
        ("", "step"),
        ("###", "step"),
        ("\x1bx", "\\x1bx"),
    ],
)
def test_axis(x: str, named: str) -> None:
    assert axis(x) == named


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a b", "a b"),
        ("\x1b[31m", "\\x1b[31m"),
        ("\x9b", "\\x9b"),
        ("a\nb", "a\\nb"),
        ("\u202e", "\\u202e"),
        ("\u200b", "\\u200b"),
        ("\u2028", "\\u2028"),
        ("\ufeff", "\\ufeff"),
        ("\udce9", "\\udce9"),
        ("\U000e0041", "\\U000e0041"),
        ("\xa0", "\\xa0"),
        ("微调 é ✓", "微调 é ✓"),
    ],
)
def test_clean(text: str, shown: str) -> None:
    assert clean(text) == shown


@given(st.text())
def test_cleaned_text_is_printable_and_stays(text: str) -> None:
    assert clean(text).isprintable()
    assert clean(clean(text)) == clean(text)
    assert ascii_only(clean(text)).isascii()


def test_ascii_spells_our_own_signs() -> None:
    assert ascii_only("0–59 · a ≤ b … 微") == "0-59 - a <= b ... \\u5fae"


@given(st.text(max_size=30), st.integers(0, 40))
def test_shorten_fits_and_keeps_both_ends(text: str, width: int) -> None:
    cut = shorten(text, width)
    assert len(cut) <= width
    if len(text) <= width:
        assert cut == text
    elif width > 2:
        assert cut[0] == text[0]
        assert cut[-1] == text[-1]


def test_count() -> None:
    assert [count(1, "run"), count(2, "run"), count(0, "epoch"), count(3, "steps")] == [
        "1 run",
        "2 runs",
        "0 epochs",
        "3 steps",
    ]


@pytest.mark.parametrize(
    ("above", "passed", "said"),
    [
        (True, True, "0.4 > 0.1 x"),
        (True, False, "0.4 ≤ 0.1 x"),
        (False, True, "0.4 < 0.1 x"),
        (False, False, "0.4 ≥ 0.1 x"),
    ],
)
def test_a_comparison_says_what_came_out(above: bool, passed: bool, said: str) -> None:
    assert comparison(Evidence("m", 0.4, "x", 0.1, above, passed, 0.9, "")) == said


def finding(*fixes: Fix, state: State = State.UNSTABLE) -> Finding:
    return Finding("r", "t", state, Severity.ERROR, 0.9, "", None, (), "", fixes)


def test_advice_gives_each_remedy_once_in_order() -> None:
    first, second, again = Fix("clip", "Clip at 1."), Fix("lr", "Lower it."), Fix("clip", "Clip somehow.")
    assert advice([finding(first), finding(again, second)]) == [first, second]


GOOD, FAIR = Trial(30, 27, 0.744, 0.965, 0.4, "loss"), Trial(30, 15, 0.332, 0.668, 0.2, "loss")
BAD = Trial(30, 1, 0.006, 0.167, None, "loss")


def test_advice_follows_the_trials_the_state_of_the_run_first() -> None:
    fair, best = Fix("fair", "F.", "", FAIR), Fix("best", "B.", "", GOOD)
    untried, bad = Fix("untried", "U."), Fix("bad", "No.", "", BAD)
    other = Fix("other", "O.", "", GOOD)
    findings = [
        finding(fair, untried, bad),
        finding(other, Fix("untried", "Again.", "", GOOD), state=State.OVERFITTING),
        finding(best, Fix("fair", "Again.")),
    ]
    assert advice(findings) == [best, fair, untried, other, bad]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (GOOD, "tried on 30 sick runs: 27 cured (74–96 %)"),
        (BAD, "failed its trial: 1 of 30 sick runs cured (1–17 %)"),
    ],
)
def test_a_trial_is_told_with_its_interval(found: Trial, said: str) -> None:
    assert trial(found) == said
