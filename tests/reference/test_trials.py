"""Trials, verification and search on tiny settings, with a judge that is handed in."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

pytest.importorskip("torch")

from hypothesis import given
from hypothesis import strategies as st

from curvedoc.errors import UsageError
from curvedoc.reference import catalogue, checks, commands, trials, trials_page, verify
from curvedoc.reference.runner import train
from curvedoc.reference.search import METHODS, Found, grid, search
from curvedoc.reference.search import summary as summary_of_searches
from curvedoc.reference.trials import Attempt, load, plan, run, save, summary, wilson
from curvedoc.reference.verdict import as_run, better, cured, score, yardstick
from curvedoc.states import State


def by_name(run):
    """A judge for tests: sick runs are what their scenario says, treated ones smooth."""
    sick = catalogue.scenario(run.name.split("+")[0]).state
    return State.SMOOTH_DESCENT if "+" in run.name else sick


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    # Values of statsmodels.stats.proportion.proportion_confint(method="wilson").
    [(0, 10, 0.0, 0.27753), (10, 10, 0.72247, 1.0), (27, 30, 0.74379, 0.96540), (5, 10, 0.23659, 0.76341)],
)
def test_wilson(successes, n, low, high):
    assert wilson(successes, n) == pytest.approx((low, high), abs=1e-5)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_contains_the_share_and_mirrors(counts):
    k, n = counts
    low, high = wilson(k, n)
    assert 0 <= low <= k / n + 1e-12
    assert k / n - 1e-12 <= high <= 1
    assert wilson(n - k, n) == pytest.approx((1 - high, 1 - low))


def test_wilson_of_nothing_and_of_nonsense():
    assert wilson(0, 0) == (0.0, 1.0)
    with pytest.raises(ValueError, match="no proportion"):
        wilson(3, 2)


def attempt_of(**changes):
    base = Attempt(
        "dropout", "label-noise", 0, "overfitting", "smooth_descent", True, True, "loss", -1.0, -0.5, "0a"
    )
    return replace(base, **changes)


def test_only_runs_that_were_sick_count():
    rows = [
        attempt_of(),
        attempt_of(seed=1, cured=False, treated_score=-1.2),
        attempt_of(seed=2, was_sick=False),
        attempt_of(setup="few-examples", treated_score=math.nan, cured=False),
    ]
    counts = summary(rows)["dropout"]["overfitting"]
    assert (counts["runs"], counts["sick"], counts["cured"], counts["seeds"]) == (4, 3, 1, 3)
    assert counts["median_effect"] == pytest.approx(0.15)
    assert counts["setups"]["label-noise"]["sick"] == 2
    assert counts["setups"]["few-examples"]["median_effect"] is None


def test_attempts_survive_the_file(tmp_path):
    path = tmp_path / "trials.json"
    save(path, [attempt_of(), attempt_of(seed=1, sick_score=math.nan)], {"torch": "x"})
    back = load(path)
    assert back[0] == attempt_of()
    assert math.isnan(back[1].sick_score)
    assert "NaN" not in path.read_text()


def test_the_plan_trains_a_sick_run_once_for_all_remedies():
    jobs = plan(["dropout", "weight-decay", "grokfast"], 7)
    keys = [(s.id, seed) for s, _, seed in jobs]
    assert len(set(keys)) == len(keys)
    assert ("label-noise", 6) in keys
    assert {names for s, names, _ in jobs if s.id == "label-noise"} == {("dropout", "weight-decay")}
    assert max(seed for s, _, seed in jobs if s.task == "modular") == trials.SLOW_SEEDS - 1


def test_a_trial_runs_resumes_and_makes_its_page(tmp_path, monkeypatch):
    tiny = tuple(
        replace(
            catalogue.scenario(n), settings={**catalogue.scenario(n).settings, "steps": 40, "log_every": 5}
        )
        for n in ("rate-too-small", "crawling-regression")
    )
    monkeypatch.setattr(catalogue, "setups", lambda remedy: tiny if remedy == "raise-learning-rate" else ())
    out, told = tmp_path / "trials.json", []
    done = run(["raise-learning-rate"], 2, by_name, out, {"torch": "x"}, told.append)
    assert len(done) == len(told) == 4
    assert all(a.was_sick and a.cured and a.effect > 0 for a in done)
    assert len(run(["raise-learning-rate"], 2, by_name, out, {}, told.append)) == 4
    assert len(told) == 4
    document = json.loads(out.read_text())
    assert document["remedies"]["raise-learning-rate"]["poor_optimization"]["interval"] == [0.51, 1.0]
    trials_page.write(document, tmp_path)
    page = (tmp_path / "trials.md").read_text()
    assert "| poor_optimization | [raise-learning-rate](#raise-learning-rate) | 4 | 4 | 51% to 100% |" in page
    assert "<svg" in (tmp_path / "trials" / "raise-learning-rate.svg").read_text()


def tiny_and_slow(monkeypatch):
    setup = catalogue.scenario("rate-too-small")
    tiny = replace(setup, settings={**setup.settings, "steps": 40, "log_every": 5})
    slow = replace(tiny, id="slow", task=trials.SLOW_TASK)
    monkeypatch.setattr(catalogue, "setups", lambda remedy: (tiny, slow))


def test_quick_leaves_out_the_slow(tmp_path, monkeypatch):
    tiny_and_slow(monkeypatch)
    done = run(["raise-learning-rate"], 2, by_name, tmp_path / "trials.json", {}, quick=True)
    assert [a.setup for a in done] == ["rate-too-small"] * 2
    assert not (tmp_path / "trials.part").exists()


def test_kept_logs_are_judged_anew_and_not_trained_again(tmp_path, monkeypatch):
    tiny_and_slow(monkeypatch)
    out, logs = tmp_path / "trials.json", tmp_path / "logs"
    told = []

    def trial(judge):
        return run(["raise-learning-rate"], 1, judge, out, {}, quick=True, logs=logs, report=follow)

    def follow(name, share):
        told.append((name, share))

    (first,) = trial(by_name)
    assert {name for name, _ in told} == {"rate-too-small-seed0", "rate-too-small+raise-learning-rate-seed0"}
    assert told[-1][1] == 1.0
    assert len(list(logs.iterdir())) == 2
    told.clear()
    (again,) = trial(by_name)
    (other,) = trial(lambda run: State.UNSTABLE)
    assert not told
    assert again == first
    assert (first.cured, other.cured) == (True, False)
    assert [a.treated_state for a in load(out)] == [other.treated_state] == ["unstable"]


def test_an_attempt_on_a_set_up_that_is_set_otherwise_now_is_dropped(tmp_path, monkeypatch):
    tiny_and_slow(monkeypatch)
    out = tmp_path / "trials.json"
    run(["raise-learning-rate"], 1, by_name, out, {}, quick=True)
    (first,) = load(out)
    save(out, [first, replace(first, seed=7, settings="0")], {})
    document = json.loads(out.read_text())
    document["attempts"].append({**document["attempts"][0], "setup": "gone"})
    out.write_text(json.dumps(document))
    assert run(["raise-learning-rate"], 1, by_name, out, {}, quick=True) == [first] == load(out)


def test_a_digest_tells_settings_apart():
    setup = catalogue.scenario("few-examples")
    changed = replace(setup, settings={**setup.settings, "lr": 0.5})
    digests = [trials.digest(s, t) for s in (setup, changed) for t in ("", "dropout", "more-data")]
    assert len(set(digests)) == 6
    assert trials.digest(setup) == trials.digest(replace(setup, about="other words"))


@pytest.mark.slow
def test_several_processes_find_what_one_finds(tmp_path, monkeypatch):
    tiny_and_slow(monkeypatch)
    judge = commands.own_verdict
    one, two = (
        run(["raise-learning-rate"], 2, judge, tmp_path / f"{jobs}.json", {}, jobs=jobs, quick=True)
        for jobs in (1, 2)
    )
    assert sorted(map(repr, one)) == sorted(map(repr, two))


def test_cured_needs_a_healthy_state_and_a_better_validation():
    scenario = catalogue.scenario("rate-too-small")
    sick, treated = (
        train(scenario, t, changes={"steps": 60, "log_every": 10}).log for t in (None, "raise-learning-rate")
    )
    assert better(treated, sick)
    assert not better(sick, treated)
    assert cured(treated, sick, by_name)
    assert not cured(treated, sick, lambda run: State.OVERFITTING)
    assert not cured(sick, treated, lambda run: State.SMOOTH_DESCENT)
    broken = replace(sick, rows=({**sick.rows[0], "val_loss": math.nan},))
    assert better(sick, broken)
    assert not better(broken, sick)


def test_a_remedy_that_changes_the_loss_is_measured_by_the_metric():
    scenario = catalogue.scenario("rare-positives")
    sick, treated = (
        train(scenario, t, changes={"steps": 60, "log_every": 10}).log for t in (None, "class-weights")
    )
    assert yardstick(treated, sick) == "metric"
    assert score(sick, "metric") == pytest.approx(sorted(sick.column("val_f1")[-5:])[2])
    scenario = catalogue.scenario("few-examples")
    pair = [train(scenario, t, changes={"steps": 20, "log_every": 10}).log for t in (None, "dropout")]
    assert yardstick(pair[1], pair[0]) == "loss"


def test_a_trained_run_reads_as_its_csv_does(tmp_path):
    from curvedoc import api
    from curvedoc.reference.runner import write

    trained = train(catalogue.scenario("clusters-small-batch"), changes={"steps": 200})
    (read,) = api.read(str(write(trained, tmp_path, ["csv"])["csv"]))
    direct = as_run(trained.log)
    assert direct.metric == read.metric
    assert {r: (list(c.steps), list(c.values)) for r, c in direct.roles.items()} == {
        r: (list(c.steps), list(c.values)) for r, c in read.roles.items()
    }


@pytest.mark.parametrize("name", ["line-smooth", "line-jumping", "line-one-point", "rare-positives"])
def test_quick_mechanisms_hold(name):
    scenario = catalogue.scenario(name)
    runs = {t: train(scenario, t or None) for t in ("", *scenario.treated)}
    found = checks.check(runs)
    assert found
    assert not [c for c in found if not c.passed]


def test_a_check_can_fail():
    lazy = catalogue.scenario("random-labels")
    found = checks.check({"": train(lazy, changes={"steps": 20, "log_every": 10})})
    assert not found[0].passed


def test_every_check_belongs_to_a_scenario_and_the_quick_ones_exist():
    known = {s.id for s in catalogue.scenarios()}
    assert checks.CHECKS.keys() <= known
    assert known >= verify.QUICK


def test_verify_reports_verdict_validation_and_mechanism():
    _, results = verify.verify_one(catalogue.scenario("rate-too-small"), by_name, commands.own_findings)
    assert [r.passed for r in results] == [True] * len(results)
    assert {r.what for r in results} >= {"verdict on the sick run", "verdict with raise-learning-rate"}
    _, wrong = verify.verify_one(
        catalogue.scenario("line-smooth"), lambda run: State.UNSTABLE, lambda run: frozenset()
    )
    assert not wrong[0].passed
    assert not wrong[1].passed


@pytest.mark.parametrize("method", METHODS)
def test_searches_keep_the_budget(method):
    found = search(method, 2, lambda run: State.SMOOTH_DESCENT, full=180)
    assert 0 < found.updates <= 2 * 180
    assert found.best > 0.2
    assert len(list(grid(8))) == 8
    assert (found.method, found.seed) == (method, 0)


def test_searches_are_summed_up_by_their_median():
    found = [Found("grid", seed, best, 10, ()) for seed, best in enumerate((0.9, 0.5, 0.7))]
    assert summary_of_searches(found, ["grid"]) == [
        "grid     median best 0.7000 (0.5000 to 0.9000), 0 runs, over 3 seeds"
    ]


def test_the_verdict_drops_bad_runs_early():
    found = search("verdict", 2, lambda run: State.UNSTABLE, full=400)
    assert {t.dropped for t in found.tried[:-1]} == {"unstable"}
    assert len(found.tried) == 5


def test_commands(tmp_path, capsys):
    assert commands.main(["list"]) == 0
    assert "grokking-modular-addition" in capsys.readouterr().out
    out = str(tmp_path / "runs")
    assert (
        commands.main(
            ["run", "line-smooth", "line-one-point", "--treated", "all", "--out", out, "--log", "csv,jsonl"]
        )
        == 0
    )
    assert sorted(p.name for p in (tmp_path / "runs").iterdir()) == [
        "line-one-point+mini-batch.csv", "line-one-point+mini-batch.jsonl", "line-one-point.csv",
        "line-one-point.jsonl", "line-smooth.csv", "line-smooth.jsonl",
    ]  # fmt: skip
    capsys.readouterr()
    assert commands.main(["run", "line-smooth", "--out", out]) == 0
    assert "there already" in capsys.readouterr().out
    with pytest.raises(UsageError, match="No scenario"):
        commands.main(["run"])
    with pytest.raises(UsageError, match="no state and no remedy"):
        commands.main(["trial", "prayer"])
    with pytest.raises(UsageError, match="no log format"):
        commands.main(["run", "line-smooth", "--log", "xml", "--out", out])


def test_without_torch_the_remedy_is_one_line(monkeypatch):
    import importlib.util

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UsageError) as told:
        commands.main(["verify"])
    assert told.value.fix == "pip install 'curvedoc[reference]'"
    assert told.value.exit_code == 2
