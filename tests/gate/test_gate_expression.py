"""Conditions: what is understood, what is refused and where, and that nothing else can happen."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curvedoc.errors import UsageError
from curvedoc.gate.expression import COMPARISONS, Bound, Condition, Level, bound, parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("val/accuracy >= 0.93", Condition("val/accuracy", ">=", Bound(0.93))),
        ("val/accuracy>=.93", Condition("val/accuracy", ">=", Bound(0.93))),
        ('"val/accuracy" >= 0.93', Condition("val/accuracy", ">=", Bound(0.93))),
        ("'eval loss' < 1", Condition("eval loss", "<", Bound(1.0))),
        ("best val/loss <= 0.41", Condition("val/loss", "<=", Bound(0.41), Level.BEST)),
        ("final val/loss ≤ 4.1e-1", Condition("val/loss", "<=", Bound(0.41))),
        ("last val/loss > -2", Condition("val/loss", ">", Bound(-2.0), Level.LAST)),
        ("max grad_norm <= +10", Condition("grad_norm", "<=", Bound(10.0), Level.MAX)),
        ("min lr ≥ 1E-5", Condition("lr", ">=", Bound(1e-5), Level.MIN)),
        ("val/accuracy >= 93%", Condition("val/accuracy", ">=", Bound(93.0, True))),
        ("val/accuracy >= 93 %", Condition("val/accuracy", ">=", Bound(93.0, True))),
        ("val/loss at step 500 <= 2", Condition("val/loss", "<=", Bound(2.0), step=500.0)),
        ("val/loss at epoch 5 <= 2", Condition("val/loss", "<=", Bound(2.0), step=5.0, unit="epoch")),
        ("'best' < 1", Condition("best", "<", Bound(1.0))),
        ("best 'best' < 1", Condition("best", "<", Bound(1.0), Level.BEST)),
        ('"93" < 1', Condition("93", "<", Bound(1.0))),
        ("  loss\t<\n1  ", Condition("loss", "<", Bound(1.0))),
        ("mAP@0.5:0.95 > 0.4", Condition("mAP@0.5:0.95", ">", Bound(0.4))),
        ("1e-3_loss > 0.4", Condition("1e-3_loss", ">", Bound(0.4))),
    ],
)
def test_understood(text: str, expected: Condition) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    ("text", "said", "character"),
    [
        ("", "a curve is expected, not the end", 1),
        ("0.93 <= val/accuracy", "a curve is expected, not '0.93'", 1),
        ("93% <= val/accuracy", "a curve is expected, not '93%'", 1),
        ("best <= 0.4", "a curve is expected after 'best' (a curve of that name stands in quotes)", 6),
        ("best last val/loss <= 0.4", "a curve is expected after 'best'", 6),
        ('"" < 1', "a curve is expected", 1),
        ("val/loss", "one of <=, >=, <, > is expected, not the end", 9),
        ("eval loss < 1", "is expected, not 'loss' (a name with blanks stands in quotes)", 6),
        ("bst val/loss < 1", "is expected, not 'val/loss' Did you mean 'best'?", 5),
        ("val/loss = 1", "'=' cannot be asked of measured numbers", 10),
        ("val/loss => 1", "'=>' is written '>='", 10),
        ("val/loss =< 1", "'=<' is written '<='", 10),
        ("val/loss == 1", "'==' cannot be asked", 10),
        ("val/loss != 1", "'!=' cannot be asked", 10),
        ("val/loss <", "a number is expected, not the end", 11),
        ("val/loss < ninety", "a number is expected, not 'ninety'", 12),
        ("val/loss < 0,4", "not '0,4' (decimals are written with a point)", 12),
        ("val/loss < nan", "not 'nan'", 12),
        ("val/loss < inf", "not 'inf'", 12),
        ("val/loss < 1e999", "not '1e999'", 12),
        ("val/loss < 1_0", "not '1_0'", 12),
        ("val/loss < '1'", "a number is expected", 12),
        ("val/loss < train/loss", "not 'train/loss'", 12),
        ("val/loss < 1 and lr > 2", "nothing is expected behind the number, but there is 'and'", 14),
        ("0.1 < val/loss < 1", "a curve is expected, not '0.1'", 1),
        ("val/loss at 500 < 1", "'step' or 'epoch' is expected after 'at', not '500'", 13),
        ("val/loss at step < 1", "a number is expected after 'at step', not '<'", 18),
        ("val/loss at step 5% < 1", "a number is expected after 'at step', not '5%'", 18),
        ("best val/loss at step 5 < 1", "'best' and 'at step' exclude each other", 1),
        ("'val/loss < 1", "a quote is not closed", 1),
        ("val/loss ! 1", "'!' means nothing here", 10),
    ],
)
def test_refused_with_word_and_place(text: str, said: str, character: int) -> None:
    with pytest.raises(UsageError) as caught:
        parse(text)
    assert said in caught.value.problem
    assert caught.value.problem.endswith(f", at character {character} of '{text}'")
    assert "val/accuracy >= 0.93" in caught.value.fix


NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
NAMES = st.text(min_size=1).filter(lambda name: not ('"' in name and "'" in name))
PARTS = (NAMES, st.sampled_from(COMPARISONS), st.builds(Bound, NUMBERS, st.booleans()))
VALUES = st.builds(Condition, *PARTS, st.sampled_from(Level))
PLACES = st.builds(Condition, *PARTS, step=NUMBERS, unit=st.sampled_from(["step", "epoch", "best"]))


@given(VALUES | PLACES)
def test_what_is_written_reads_the_same(condition: Condition) -> None:
    assert parse(str(condition)) == condition


@given(st.text() | st.text(alphabet="best lastvl/o<>=!%\"'0.9e-at step≤"))
def test_any_text_is_a_condition_or_refused(text: str) -> None:
    try:
        condition = parse(text)
    except UsageError:
        return
    assert parse(str(condition)) == condition
    assert math.isfinite(condition.bound.value)


@given(st.text())
def test_any_text_is_a_bound_or_none(text: str) -> None:
    found = bound(text)
    assert found is None or (bound(str(found)) == found and math.isfinite(found.value))


@given(NUMBERS, NUMBERS, st.sampled_from(COMPARISONS))
def test_comparisons_are_those_of_python(value: float, limit: float, comparison: str) -> None:
    expected = {"<": value < limit, "<=": value <= limit, ">": value > limit, ">=": value >= limit}
    condition = Condition("val/loss", comparison, Bound(limit))
    assert condition.holds(value) is expected[comparison]
    assert not condition.holds(math.nan)
