"""From files, flags and callers to the policy of a path: what is refused, what wins, and how it is shown."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from gate_runs import diagnosis, judged, run
from hypothesis import given
from hypothesis import strategies as st

from curvedoc.errors import UsageError
from curvedoc.gate import Policies, Policy, effective, policies
from curvedoc.gate.expression import COMPARISONS, Bound, Condition, Level, parse
from curvedoc.gate.keys import KEYS
from curvedoc.gate.policy import SICK, Allowance
from curvedoc.settings import Settings, load, load_file
from curvedoc.states import State

ENTRY = {"run": "a*", "what": "overfitting", "reason": "known", "until": date(2026, 6, 1)}


def entry(**changed: Any) -> dict[str, Any]:
    return {key: value for key, value in {**ENTRY, **changed}.items() if value is not None}


# --- what is refused ---

MISTAKES = [
    ("fail_on", ["a"], "unknown setting 'fail_on'. Did you mean 'fail-on'?"),
    ("max_gap", 1, "unknown setting 'max_gap'. Did you mean 'max-gap'?"),
    ("fail-on", 3, "fail-on: not a list of strings: 3"),
    ("fail-on", ["overfitting", 3], "fail-on: not a list of strings: ['overfitting', 3]"),
    ("fail-on", "", "fail-on: names nothing: there is an empty string"),
    ("fail-on", ["unstable", " "], "fail-on: names nothing: there is an empty string"),
    ("fail-on", " , ", "fail-on: names nothing: there are only commas"),
    ("fail-on", "overfiting", "'overfiting' is neither a state nor a rule. Did you mean 'overfitting'?"),
    ("fail-on", "memorization", "'memorization' is neither a state nor a rule. Did you mean 'memorisation'?"),
    ("min-confidence", 2, "min-confidence: not a number from 0 to 1: 2"),
    ("min-confidence", "0.8", "not a number from 0 to 1: '0.8'"),
    ("min-confidence", True, "not a number from 0 to 1: True"),
    ("min-confidence", float("nan"), "not a number from 0 to 1: nan"),
    ("fail-on-inconclusive", 1, "fail-on-inconclusive: neither true nor false: 1"),
    ("fail-on-skipped", "yes", "fail-on-skipped: neither true nor false: 'yes'"),
    ("expect", 0.93, "expect: not a list of strings: 0.93"),
    ("expect", "smoth_descent", "'smoth_descent' is neither a state nor a condition. Did you mean 'smooth_"),
    ("expect", "unstable,smoth", "'smoth' is neither a state nor a condition."),
    ("expect", ["val/loss"], "'val/loss' is neither a state nor a condition."),
    ("expect", ["memorisation"], "'memorisation' is neither a state nor a condition."),
    ("expect", "val/loss < abc", "expect: a number is expected, not 'abc', at character 12 of 'val/"),
    ("max-gap", -1, "max-gap: not a number from 0 up, nor a share: -1"),
    ("max-gap", True, "max-gap: not a number from 0 up, nor a share: True"),
    ("max-gap", "much", "max-gap: not a number from 0 up, nor a share: 'much'"),
    ("max-gap", float("inf"), "nor a share: inf"),
    ("max-gap", [1], "nor a share: [1]"),
    ("max-wasted", 30, "max-wasted: not a share from 0 to 1: 30"),
    ("max-wasted", "130%", "max-wasted: not a share from 0 to 1: '130%'"),
    ("max-wasted", float("nan"), "max-wasted: not a share from 0 to 1: nan"),
    ("allow", "overfitting", "allow: not a list of tables"),
    ("allow", [ENTRY, "b"], "allow: not a list of tables"),
    ("allow", [ENTRY, {**ENTRY, "til": 1}], "allow: entry 2 has an unknown key 'til'. Did you mean 'until'?"),
    ("allow", [entry(run=None)], "allow: entry 1 has no 'run'"),
    ("allow", [entry(what=[])], "allow: entry 1 has no 'what'"),
    ("allow", [entry(reason="")], "allow: entry 1 has no 'reason'"),
    ("allow", [entry(until=None)], "allow: entry 1 has no 'until'"),
    ("allow", [entry(run=3)], "entry 1: 'run' is not a string: 3"),
    ("allow", [entry(reason=["x"])], "entry 1: 'reason' is not a string: ['x']"),
    ("allow", [entry(what=3)], "allow: not a list of strings: 3"),
    ("allow", [entry(what="overfiting")], "Did you mean 'overfitting'?"),
    ("allow", [entry(what="max_gap")], "Did you mean 'max-gap'?"),
    ("allow", [entry(what="val/loss < x")], "at character 12 of"),
    ("allow", [entry(until="soon")], "entry 1: 'until' is not a day: soon"),
    ("allow", [entry(until="2026-02-30")], "entry 1: 'until' is not a day: 2026-02-30"),
    ("allow", [entry(until=2026)], "entry 1: 'until' is not a day: 2026"),
]  # fmt: skip


@pytest.mark.parametrize(("key", "value", "said"), MISTAKES)
def test_mistakes_are_named_with_file_and_key(key: str, value: object, said: str) -> None:
    path = Path("/project/curvedoc.toml")
    for settings, place in (
        (Settings(check={key: value}, path=path), "[check] "),
        (Settings(checks={"a/*": {key: value}}, path=path), '[paths."a/*".check] '),
    ):
        with pytest.raises(UsageError) as caught:
            policies({}, settings)
        assert caught.value.problem.startswith(place)
        assert said in caught.value.problem
        assert caught.value.path == str(path)
        assert caught.value.fix


@pytest.mark.parametrize(("key", "value", "said"), [m for m in MISTAKES if m[0] in KEYS])
def test_callers_are_told_the_same_without_a_file(key: str, value: object, said: str) -> None:
    with pytest.raises(UsageError) as caught:
        policies({key.replace("-", "_"): value})
    assert said in caught.value.problem
    assert caught.value.path == ""


def test_a_moment_is_no_day(tmp_path: Path) -> None:
    (tmp_path / "curvedoc.toml").write_text(
        '[[check.allow]]\nrun = "a"\nwhat = "unstable"\nreason = "r"\nuntil = 2026-01-01T00:00:00\n'
    )
    with pytest.raises(UsageError, match="is not a day"):
        policies({}, load(tmp_path))


# --- what is understood ---


@pytest.mark.parametrize(
    ("key", "value", "meant"),
    [
        ("fail-on", "overfitting, unstable", ("overfitting", "unstable")),
        ("fail-on", ["overfitting,memorisation", "overfitting"], ("overfitting", "memorisation")),
        ("fail-on", [], ()),
        ("min-confidence", 1, 1.0),
        ("fail-on-inconclusive", True, True),
        ("expect", "smooth_descent", (State.SMOOTH_DESCENT,)),
        ("expect", "smooth_descent, grokking", (State.SMOOTH_DESCENT, State.GROKKING)),
        ("expect", ["grokking", "val/loss < 1"], (State.GROKKING, parse("val/loss < 1"))),
        ("expect", "'a, b' < 1", (parse("'a, b' < 1"),)),
        ("expect", [], ()),
        ("max-gap", 1, Bound(1.0)),
        ("max-gap", "0.5", Bound(0.5)),
        ("max-gap", "20 %", Bound(20.0, True)),
        ("max-wasted", 0.07, Bound(7.0, True)),
        ("max-wasted", "30%", Bound(30.0, True)),
        ("allow", [], ()),
        ("allow", [ENTRY], (Allowance("a*", ("overfitting",), "known", date(2026, 6, 1)),)),
        (
            "allow",
            [entry(until="2026-06-01", what=["max-gap", "val/loss<1"])],
            (Allowance("a*", ("max-gap", "val/loss < 1"), "known", date(2026, 6, 1)),),
        ),
    ],
)
def test_every_key_is_read(key: str, value: object, meant: object) -> None:
    name = key.replace("-", "_")
    for found in (policies({}, Settings(check={key: value}), more=True), policies({name: value}, more=True)):
        assert getattr(found.everywhere.policy, name) == meant


def test_keys_and_attributes_are_the_same() -> None:
    assert {key.replace("-", "_") for key in KEYS} == set(Policy.__slots__)
    assert Policy() == Policy(**{key.replace("-", "_"): how.default for key, how in KEYS.items()})


@pytest.mark.parametrize(
    ("said", "more", "fails_on"),
    [
        ({}, False, SICK),
        ({"min_confidence": 0.5}, False, SICK),
        ({"fail_on_inconclusive": True}, False, SICK),
        ({"allow": [ENTRY]}, False, SICK),
        ({}, True, ()),
        ({"expect": "val/loss < 1"}, False, ()),
        ({"max_gap": 1}, False, ()),
        ({"max_wasted": 1}, False, ()),
        ({"fail_on": "grokking"}, False, ("grokking",)),
    ],
)
def test_the_sick_states_fail_where_nothing_is_demanded(
    said: dict[str, Any], more: bool, fails_on: tuple[str, ...]
) -> None:
    assert policies(said, more=more).everywhere.policy.fail_on == fails_on


@pytest.mark.parametrize(
    "settings", [None, Settings(), Settings(checks={"a/*": {"expect": [], "fail-on": []}})]
)
def test_a_policy_that_demands_nothing_is_refused(settings: Settings | None) -> None:
    with pytest.raises(UsageError, match="nothing to fail on"):
        policies({"fail_on": []}, settings)
    assert policies({"fail_on": []}, settings, more=True).everywhere.policy.empty


# --- what wins ---

LAYERED = Settings(
    check={"fail-on": ["unstable"], "min-confidence": 0.5, "max-gap": 1, "allow": [ENTRY]},
    checks={
        "mnist/*": {"fail-on": ["overfitting"], "max-gap": 2},
        "mnist/old/*": {"max-wasted": 0.5, "allow": [entry(run="b")]},
        "free/*": {"fail-on": []},
    },
    path=Path("curvedoc.toml"),
)


@pytest.mark.parametrize(
    ("path", "fail_on", "max_gap", "max_wasted", "exceptions"),
    [
        ("other/run.csv", ("unstable",), 1, None, "a*"),
        ("logs/mnist/run.csv", ("overfitting",), 2, None, "a*"),
        # Of several patterns the last one counts, alone: over the table that holds everywhere.
        ("mnist/old/run.csv", ("unstable",), 1, 50, "a* b"),
        ("free/run.csv", (), 1, None, "a*"),
    ],
)
def test_a_pattern_changes_what_it_names(
    path: str, fail_on: tuple[str, ...], max_gap: float, max_wasted: float | None, exceptions: str
) -> None:
    policy = policies({}, LAYERED).at(path)
    assert (policy.fail_on, policy.min_confidence) == (fail_on, 0.5)
    assert policy.max_gap == Bound(max_gap)
    assert policy.max_wasted == (None if max_wasted is None else Bound(max_wasted, True))
    assert [e.run for e in policy.allow] == exceptions.split()


@pytest.mark.parametrize("path", ["other/run.csv", "mnist/run.csv", "mnist/old/run.csv", "free/run.csv"])
def test_what_is_given_wins_everywhere(path: str) -> None:
    policy = policies({"fail_on": "grokking", "max_gap": "5%", "min_confidence": 0.0}, LAYERED).at(path)
    assert (policy.fail_on, policy.max_gap, policy.min_confidence) == (("grokking",), Bound(5.0, True), 0.0)


def test_each_run_is_judged_by_the_policy_of_its_path() -> None:
    places = {"strict/*": {"expect": "train/loss < 2"}, "free/*": {"expect": []}}
    settings = Settings(check={"expect": "train/loss < 9"}, checks=places)
    of = [
        diagnosis(run(path=f"{folder}/run.csv", train_loss=[5, 4, 3])) for folder in ("a", "strict", "free")
    ]
    result = judged(*of, settings=settings)
    assert [d for d, _ in result.failed] == [of[1]]
    assert result.of(of[2]) == ()
    assert result.passed == (of[0], of[2])


# --- exceptions ---

SICK_RUN = diagnosis(
    run("seed_3", "mnist/seed_3.csv", train_loss=[3, 2], val_loss=[3, 4]), "overfitting", best=1, gap=2
)


@pytest.mark.parametrize(
    ("changed", "policy", "allowed"),
    [
        ({"run": "mnist/*"}, {"fail_on": "overfitting"}, True),
        ({"run": "seed_3.csv"}, {"fail_on": "overfitting"}, True),
        ({"run": "seed_?"}, {"fail_on": "overfitting"}, True),
        ({"run": "seed_4"}, {"fail_on": "overfitting"}, False),
        ({"run": "seed"}, {"fail_on": "overfitting"}, False),
        ({"run": "*", "what": "fail-on"}, {"fail_on": "overfitting"}, True),
        ({"run": "*", "what": "unstable"}, {"fail_on": "overfitting"}, False),
        ({"run": "*", "what": "max-gap"}, {"max_gap": 1}, True),
        ({"run": "*", "what": "max-wasted"}, {"max_gap": 1}, False),
        ({"run": "*", "what": "max-wasted"}, {"max_wasted": 0}, True),
        ({"run": "*", "what": "val/loss<=0.4"}, {"expect": "final val/loss <= .4"}, True),
        ({"run": "*", "what": "val/loss <= 0.5"}, {"expect": "val/loss <= 0.4"}, False),
        ({"run": "*", "what": ["unstable", "expect"]}, {"expect": "smooth_descent"}, True),
        ({"run": "*", "what": "overfitting"}, {"expect": "smooth_descent"}, False),
        # Only what was named: the other condition still fails.
        ({"run": "*", "what": "overfitting"}, {"fail_on": "overfitting", "max_gap": 1}, False),
    ],
)
def test_exceptions(changed: dict[str, Any], policy: dict[str, Any], allowed: bool) -> None:
    result = judged(SICK_RUN, allow=[entry(**changed)], **policy)
    assert bool(result) is allowed
    statuses = [check.status for check in result.of(SICK_RUN)]
    if allowed:
        assert statuses == ["allowed"]
        assert result.passed == (SICK_RUN,)
        assert result.of(SICK_RUN)[0].message.endswith("; allowed until 2026-06-01: known")
    else:
        assert "failed" in statuses


@pytest.mark.parametrize(
    ("today", "passes"),
    [
        (date(2026, 5, 31), True),
        (date(2026, 6, 1), True),
        (date(2026, 6, 2), False),
        (date(2027, 1, 1), False),
    ],
)
def test_an_exception_runs_out_after_its_last_day(today: date, passes: bool) -> None:
    result = judged(SICK_RUN, today=today, fail_on="overfitting", allow=[entry(run="*")])
    assert bool(result) is passes
    if not passes:
        assert result.failed[0][1] == (
            "overfitting (confidence 0.95): The reason; it was allowed until 2026-06-01: known"
        )


def test_of_several_exceptions_the_one_that_lasts_longest_counts() -> None:
    allow = [entry(run="*"), entry(run="seed*", until="2026-12-31", reason="longer")]
    result = judged(SICK_RUN, today=date(2026, 8, 1), fail_on="overfitting", allow=allow)
    assert result.of(SICK_RUN)[0].message.endswith("allowed until 2026-12-31: longer")


def test_what_passes_or_is_doubtful_needs_no_exception() -> None:
    unsure = diagnosis(state="overfitting", confidence=0.5)
    result = judged(unsure, fail_on="overfitting,unstable", allow=[entry(run="*", what="fail-on")])
    assert [check.status for check in result.of(unsure)] == ["doubtful", "passed"]


# --- --show-config ---


def test_shown_with_where_each_value_comes_from() -> None:
    found = policies({"max_gap": "20%"}, LAYERED)
    assert effective.as_toml(found).splitlines()[:9] == [
        "[check]",
        'fail-on = ["unstable"]        # curvedoc.toml [check]',
        "min-confidence = 0.5          # curvedoc.toml [check]",
        "fail-on-inconclusive = false  # default",
        "fail-on-skipped = false       # default",
        "expect = []                   # default",
        'max-gap = "20%"               # --max-gap',
        "# max-wasted: no limit        # default",
        'allow = [{ run = "a*", what = ["overfitting"], reason = "known", until = 2026-06-01 }]'
        "  # curvedoc.toml [check]",
    ]
    shown = json.loads(effective.as_json(found))
    assert shown["check"]["max-gap"] == {"value": "20%", "from": "--max-gap"}
    assert shown["check"]["allow"]["value"][0]["until"] == "2026-06-01"
    own = shown["paths"]["mnist/old/*"]
    assert own["max-wasted"] == {"value": "50%", "from": 'curvedoc.toml [paths."mnist/old/*".check]'}
    assert own["allow"]["from"] == 'curvedoc.toml [check], curvedoc.toml [paths."mnist/old/*".check]'
    assert shown["paths"]["free/*"]["fail-on"]["value"] == []
    assert list(shown["check"]) == list(KEYS)


NAMES = st.text(min_size=1).filter(lambda name: not ('"' in name and "'" in name) and name.strip() == name)
NUMBERS = st.floats(0, 1e9)
BOUNDS = st.builds(Bound, NUMBERS, st.booleans())
CONDITIONS = st.builds(Condition, NAMES, st.sampled_from(COMPARISONS), BOUNDS, st.sampled_from(Level))
WHAT, DAYS = st.lists(CONDITIONS.map(str), min_size=1), st.dates()
SAID = st.fixed_dictionaries(
    {"fail_on": st.lists(st.sampled_from(["overfitting", "memorisation", "inconclusive"]), unique=True)},
    optional={
        "min_confidence": st.floats(0, 1),
        "fail_on_inconclusive": st.booleans(),
        "fail_on_skipped": st.booleans(),
        "expect": st.lists(st.sampled_from(list(map(str, State))) | CONDITIONS.map(str)),
        "max_gap": NUMBERS | BOUNDS.map(str),
        "max_wasted": st.floats(0, 1),
        "allow": st.lists(
            st.fixed_dictionaries({"run": NAMES, "what": WHAT, "reason": NAMES, "until": DAYS})
        ),
    },
)


@given(SAID)
def test_what_is_shown_reads_the_same(tmp_path_factory: pytest.TempPathFactory, said: dict[str, Any]) -> None:
    found = policies(said, more=True)
    file = tmp_path_factory.mktemp("shown") / "curvedoc.toml"
    file.write_text(effective.as_toml(found), encoding="utf-8")
    assert policies({}, load_file(file), more=True).everywhere.policy == found.everywhere.policy
    json.loads(effective.as_json(found))


def test_patterns_are_shown_so_that_they_read_the_same(tmp_path: Path) -> None:
    odd = 'a"b\\c\x1b/*'
    found = policies({}, Settings(checks={odd: {"fail-on": ["unstable"]}}, path=Path("x\x1b.toml")))
    shown = effective.as_toml(found)
    assert "\x1b" not in shown
    (tmp_path / "curvedoc.toml").write_text(shown, encoding="utf-8")
    assert list(load(tmp_path).checks) == [odd]


def test_policies_can_be_built_by_hand() -> None:
    from curvedoc.gate.policies import Place

    assert Policies(Place("", Policy(fail_on=("unstable",)), {})).at("any").fail_on == ("unstable",)
