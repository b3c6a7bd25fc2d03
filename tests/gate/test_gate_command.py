"""``curvedoc check`` from end to end: exit codes, what is said where, the logs that ship with the sources."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

import curvedoc
from curvedoc.cli import main
from curvedoc.states import State

if TYPE_CHECKING:
    from collections.abc import Callable

    Call = Callable[..., "Done"]

SAMPLES = Path(__file__).resolve().parents[2] / "sample_logs"
LOGS: dict[str, Any] = json.loads((SAMPLES / "provenance.json").read_text())["logs"]
HEALTHY, SICK = SAMPLES / "digits-healthy.json", SAMPLES / "label-noise.csv"


class Done(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    monkeypatch.chdir(tmp_path)

    def check(*args: str | Path) -> Done:
        code = main(["check", *map(str, args)])
        return Done(code, *capsys.readouterr())

    return check


# --- exit codes ---


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ((HEALTHY,), 0),
        ((SICK,), 1),
        ((SICK, "--exit-zero"), 0),
        ((SICK, "--fail-on", "unstable"), 0),
        ((SICK, "--fail-on", "memorisation"), 0),  # seen, with too little confidence
        ((SICK, "--fail-on", "memorisation", "--min-confidence", "0.5"), 1),
        ((HEALTHY, "--expect", "smooth_descent"), 0),
        ((HEALTHY, "--expect", "overfitting"), 1),
        ((HEALTHY, "--expect", "val/accuracy >= 93%", "--expect", "best val/loss <= 0.41"), 0),
        ((HEALTHY, "--expect", "val/accuracy >= 93%", "--expect", "best val/loss <= 0.01"), 1),
        ((HEALTHY, "--expect", "val/f1 > 0"), 1),
        ((HEALTHY, "--max-gap", "20%"), 0),
        ((SICK, "--max-gap", "1"), 1),
        ((SICK, "--max-gap", "2"), 0),
        ((SICK, "--max-wasted", "50%"), 1),
        ((SICK, "--max-wasted", "0.9"), 0),
        ((SAMPLES / "three-epochs.csv",), 0),
        ((SAMPLES / "three-epochs.csv", "--fail-on-inconclusive"), 1),
        ((SAMPLES / "three-epochs.csv", "--fail-on-inconclusive", "--exit-zero"), 0),
        ((SAMPLES / "line-smooth.csv", "--fail-on", "underfitting"), 0),
        ((SAMPLES / "line-smooth.csv", "--fail-on", "underfitting", "--fail-on-skipped"), 1),
        ((HEALTHY, "missing.csv"), 3),
        ((SICK, "missing.csv"), 1),
        ((SICK, "missing.csv", "--exit-zero"), 3),
        (("missing.csv", "--exit-zero"), 3),
        ((), 2),
        ((SICK, "--exit-zero", "--expect", "val/loss"), 2),
        ((SICK, "--min-confidence", "80"), 2),
        ((SICK, "--max-gap", "much"), 2),
        ((SICK, "--config", "missing.toml"), 2),
        ((SICK, "--show-config"), 0),
        (("--show-config",), 0),
        (("--show-config", "--format", "csv"), 2),
        (("--show-config", "--fail-on", "overfiting"), 2),
    ],
    ids=lambda value: (
        " ".join(str(v).rsplit("/", 1)[-1] for v in value) if isinstance(value, tuple) else None
    ),
)
def test_exit_codes(call: Call, args: tuple[str | Path, ...], code: int) -> None:
    done = call(*args)
    assert done.code == code, done.err
    assert bool(done.out) is (code != 2)


def test_a_bug_stays_70(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("curvedoc.gate.gate", broken)
    assert call(SICK, "--exit-zero").code == 70


# --- what is said ---


def test_every_condition_that_did_not_pass_is_a_line(call: Call) -> None:
    done = call(
        SICK,
        "--fail-on",
        "overfitting,memorisation,unstable",
        "--max-wasted",
        "0",
        "--expect",
        "val/loss < 9",
    )
    lines = done.err.splitlines()
    assert lines[0] == (
        f"curvedoc: {SICK}: gate failed: overfitting (confidence 0.99): Validation loss rose from 0.7453 "
        "(step 209) to 1.103 while train loss fell from 0.5823 to 0.00272."
    )
    assert lines[1].startswith(
        f"curvedoc: {SICK}: not failed: memorisation (confidence 0.55, below 0.8): Train"
    )
    assert lines[2].endswith("% of the training came after the best step (209 of 1520), more than 0%")
    assert len(lines) == 3
    assert "Gate   failed" in done.out
    assert "passed    val/loss is 1.103 at the end (step 1520), < 9" in done.out


def test_many_runs_end_with_a_sum(call: Call) -> None:
    done = call(HEALTHY, SICK, SAMPLES / "three-epochs.csv", SAMPLES / "line-smooth.csv")
    assert done.err.splitlines()[-1] == "curvedoc: of 4 runs 1 failed, 1 not judged, 2 passed"
    assert (
        "three-epochs.csv: not judged: inconclusive: Only 3 points of the loss: too little to tell."
        in done.err
    )
    assert (
        "curvedoc: underfitting could not be looked for: needs a metric that is known to end at 1 (1 run)"
        in done.err
    )
    assert "gate failed  1 failed, 2 passed, 1 not judged" in done.out


def test_names_out_of_logs_stay_text(call: Call, tmp_path: Path) -> None:
    rows = "".join(f"{i},{1 / (i + 1)}\n" for i in range(30))
    (tmp_path / "run.csv").write_text(f"epoch,loss\x1b[31m\n{rows}")
    policy = 'check.expect = "lss\\u001b[31m < 1"\n'
    (tmp_path / "curvedoc.toml").write_text(policy)
    done = call("run.csv")
    assert done.code == 1
    assert "\x1b" not in done.err + done.out
    assert "\\x1b" in done.err


# --- the file ---

POLICY = """
[tool.curvedoc.check]
expect = "smooth_descent"
max-wasted = "90%"

[tool.curvedoc.paths."label-noise.*".check]
expect = ["overfitting", "best val/loss < 0.8"]
"""


def test_settings_and_paths(call: Call, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(POLICY)
    assert call(HEALTHY, SICK).code == 0
    assert call(SAMPLES / "few-examples.jsonl").code == 1
    assert call(HEALTHY, SICK, "--expect", "smooth_descent").code == 1
    assert call(HEALTHY, SICK, "--max-wasted", "50%").code == 1


def test_another_file(call: Call, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(POLICY)
    (tmp_path / "strict.toml").write_text('check.fail-on = ["smooth_descent"]')
    (tmp_path / "setup.toml").write_text("[tool]\n")
    assert call(HEALTHY).code == 0
    done = call(HEALTHY, "--config", "strict.toml")
    assert (done.code, "gate failed: smooth_descent" in done.err) == (1, True)
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "pyproject.toml").write_text("[tool.ruff]\n")
    assert "holds no [tool.curvedoc]" in call(HEALTHY, "--config", "empty/pyproject.toml").err
    assert "missing.toml: no such file" in call(HEALTHY, "--config", "missing.toml").err


def test_an_exception_in_the_file(call: Call, tmp_path: Path) -> None:
    entry = '[[check.allow]]\nrun = "label-noise*"\nwhat = "overfitting"\nreason = "on purpose"\nuntil = '
    (tmp_path / "curvedoc.toml").write_text(entry + "9999-12-31")
    done = call(SICK)
    assert done.code == 0
    assert "let pass: overfitting (confidence 0.99): Validation" in done.err
    assert "allowed until 9999-12-31: on purpose" in done.err
    assert "allowed   overfitting" in done.out
    (tmp_path / "curvedoc.toml").write_text(entry + "2001-01-01")
    done = call(SICK)
    assert done.code == 1
    assert done.err.strip().endswith("; it was allowed until 2001-01-01: on purpose")


def test_patterns_that_fit_no_run_are_said(call: Call, tmp_path: Path) -> None:
    entry = '{ run = "RUN", what = "unstable", reason = "r", until = 2099-12-31 }'
    file = tmp_path / "curvedoc.toml"

    def written(run: str, pattern: str) -> None:
        file.write_text(
            f'[check]\nallow = [{entry.replace("RUN", run)}]\n[paths."{pattern}".check]\nmax-gap = 9\n'
        )

    written("labl-noise", "mnits/*")
    done = call(SICK)
    assert done.code == 1
    assert "curvedoc: no run fits 'mnits/*', 'labl-noise' of the policy\n" in done.err
    written("label-noise", "label-*.csv")
    assert "no run fits" not in call(SICK).err


def test_a_mistake_names_file_table_and_key(call: Call, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.curvedoc.paths."a/*".check]\nmax-gap = "x"\n')
    done = call(HEALTHY)
    assert done.code == 2
    assert done.err.startswith(
        f'curvedoc: {tmp_path / "pyproject.toml"}: [paths."a/*".check] max-gap: not a number from 0 up'
    )


def test_the_policy_is_shown(call: Call, tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(POLICY)
    done = call("--show-config", "--min-confidence", "0.7", "--no-fail-on-inconclusive")
    assert 'expect = ["smooth_descent"]' in done.out
    assert "min-confidence = 0.7          # --min-confidence" in done.out
    assert "fail-on-inconclusive = false  # --fail-on-inconclusive" in done.out
    assert '[paths."label-noise.*".check]' in done.out
    assert (done.code, done.err) == (0, "")
    shown = json.loads(call("--show-config", "--format", "json").out)
    assert shown["check"]["max-wasted"] == {
        "value": "90%",
        "from": f"{tmp_path / 'pyproject.toml'} [check]",
    }
    call("--show-config", "--format", "json", "--output", "policy.json")
    assert json.loads((tmp_path / "policy.json").read_text()) == shown


def test_what_is_said_of_a_baseline_is_shown(call: Call, tmp_path: Path) -> None:
    (tmp_path / "curvedoc.toml").write_text('check.baseline = {path = "main.json", tolerance = "2%"}')
    done = call("--show-config", "--tolerance", "1%")
    assert "[check.baseline]" in done.out
    assert 'path = "main.json"' in done.out
    assert 'tolerance = "1%"    # --tolerance' in done.out
    assert "fail-on = []" in done.out  # with a baseline nothing else is needed
    shown = json.loads(call("--show-config", "--format", "json").out)["check"]["baseline"]
    assert shown["tolerance"] == {"value": "2%", "from": f"{tmp_path / 'curvedoc.toml'} [check.baseline]"}


# --- the logs that ship with the sources ---

SICK_STATES = ("unstable", "poor_optimization", "loss_metric_mismatch", "overfitting", "underfitting")


@pytest.fixture(scope="module")
def checked() -> curvedoc.gated.GateResult:
    return curvedoc.check(SAMPLES, min_confidence=0.5)


@pytest.mark.parametrize("state", State)
def test_samples(checked: Any, state: State) -> None:
    """A healthy sample passes, each sick one fails for the state it was trained to be in."""
    own = [d for d, _ in checked.checks if LOGS[_sample(d)]["expected"] == state]
    assert len(own) == sum(log["expected"] == state for log in LOGS.values())
    failed = {id(d): reason for d, reason in checked.failed}
    if state in SICK_STATES:
        assert all(failed.get(id(d), "").startswith(f"{state} (confidence ") for d in own)
    elif state is State.INCONCLUSIVE:
        assert [d for d, _ in checked.unjudged] == own
    else:
        assert {id(d) for d in own} <= {id(d) for d in checked.passed}


def _sample(of: Any) -> str:
    path = Path(of.run.path).relative_to(SAMPLES)
    return str(path) if str(path) in LOGS else path.parts[0]


@pytest.mark.parametrize("name", [n for n in sorted(LOGS) if "." in n])
def test_each_sample_by_the_command(call: Call, name: str) -> None:
    expected = LOGS[name]["expected"]
    done = call(SAMPLES / name, "--min-confidence", "0.5", "--fail-on-inconclusive")
    healthy = expected in ("smooth_descent", "grokking")
    assert done.code == (0 if healthy else 1)
    assert (f"gate failed: {expected} (confidence" in done.err) is not healthy
