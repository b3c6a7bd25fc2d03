"""From Python: paths, tables and dicts in; diagnoses, runs and gate results out."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import curvedoc
from curvedoc import api
from curvedoc.errors import CurvedocError, UnreadableError, UsageError
from curvedoc.states import State

EPOCHS = list(range(60))
FALLING = [2.0 * 0.93**i + 0.05 for i in EPOCHS]
RISING = [2.0 * 0.85**i + 0.4 + 0.03 * max(0, i - 12) for i in EPOCHS]
DATA = {"epoch": EPOCHS, "train_loss": FALLING, "val_loss": RISING}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two runs: one that overfits, one that is fine."""
    pd.DataFrame(DATA).to_csv(tmp_path / "overfit.csv", index=False)
    pd.DataFrame(DATA | {"val_loss": [v + 0.03 for v in FALLING]}).to_csv(
        tmp_path / "healthy.csv", index=False
    )
    return tmp_path


def inputs(folder: Path) -> dict[str, api.Data]:
    frame = pd.DataFrame(DATA)
    return {
        "str": str(folder / "overfit.csv"),
        "path": folder / "overfit.csv",
        "list": [folder / "overfit.csv"],
        "frame": frame,
        "indexed frame": frame.set_index("epoch"),
        "dict": DATA,
        "arrays": {name: np.asarray(values) for name, values in DATA.items()},
        "float32": {name: list(np.asarray(values, np.float32)) for name, values in DATA.items()},
        "nested": {"history": DATA},
        "run": curvedoc.read(DATA)[0],
        "round trip": curvedoc.read(DATA)[0].to_frame(),
    }


@pytest.mark.parametrize("name", inputs(Path()))
def test_the_same_run_in_every_form(folder: Path, name: str) -> None:
    data = inputs(folder)[name]
    (run,) = curvedoc.read(data)
    assert run.x == "epoch"
    assert {c.role for c in run.curves} == {"train/loss", "val/loss"}
    curve = run.get("val/loss")
    assert curve is not None
    np.testing.assert_allclose(curve.values, RISING, rtol=1e-6)
    np.testing.assert_array_equal(curve.steps, EPOCHS)
    diagnosis = curvedoc.diagnose(data)
    assert diagnosis.state is State.OVERFITTING
    assert diagnosis.findings
    assert 0 < diagnosis.confidence <= 1


def test_importing_names_is_lazy_and_complete() -> None:
    for name in curvedoc.__all__:
        assert getattr(curvedoc, name) is not None
    assert set(curvedoc.__all__) >= {"read", "diagnose", "diagnose_all", "check", "Run", "Diagnosis"}


def test_a_diagnosis_shows_itself() -> None:
    diagnosis = curvedoc.diagnose(DATA)
    assert "overfitting" in repr(diagnosis)
    assert len(repr(diagnosis)) < 500
    assert "overfitting" in diagnosis._repr_html_().lower()


def test_one_run_is_one_run(folder: Path) -> None:
    with pytest.raises(UsageError, match="2 runs where one is expected: ") as caught:
        curvedoc.diagnose(folder)
    assert "healthy" in caught.value.problem
    assert "overfit" in caught.value.problem
    assert "diagnose_all" in caught.value.fix


def test_diagnose_all_keeps_what_failed(folder: Path) -> None:
    batch = curvedoc.diagnose_all([folder / "overfit.csv", folder / "missing.csv", folder / "healthy.csv"])
    assert [d.state for d in batch.diagnoses] == [State.OVERFITTING, State.SMOOTH_DESCENT]
    (problem,) = batch.problems
    assert problem.path == str(folder / "missing.csv")
    assert problem.fix


def test_read_raises_what_failed(folder: Path) -> None:
    with pytest.raises(UnreadableError) as caught:
        curvedoc.read(folder / "missing.csv")
    assert caught.value.path == str(folder / "missing.csv")


def test_mapping_x_and_metric() -> None:
    odd = {"A": FALLING, "B": RISING, "t": [10 * i for i in EPOCHS], "f1": FALLING, "auc": FALLING}
    (run,) = curvedoc.read(odd, mapping={"train/loss": "A", "val/loss": "B"}, x="t", metric="auc")
    assert run.x == "t"
    assert run.metric == "auc"
    assert {"train/loss", "val/loss"} <= set(run.roles)
    assert run.roles["val/loss"].steps[-1] == 590


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"mapping": {"train/loss": "train_los"}}, "train_los"),
        ({"x": "epcoh"}, "epcoh"),
        ({"metric": "f2"}, "f2"),
    ],
)
def test_wrong_options(options: dict[str, object], part: str) -> None:
    with pytest.raises(UsageError, match=part):
        curvedoc.diagnose(DATA, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("data", [{}, {"name": "x"}, pd.DataFrame(), pd.DataFrame({"text": ["a", "b"]}), []])
def test_nothing_in_it(data: api.Data) -> None:
    with pytest.raises(CurvedocError) as caught:
        curvedoc.diagnose(data)
    assert caught.value.fix


def test_nan_is_evidence() -> None:
    broken = DATA | {"train_loss": [*FALLING[:40], *[float("nan")] * 20]}
    assert curvedoc.diagnose(broken).state is State.UNSTABLE


# --- the gate ---


def test_gate(folder: Path) -> None:
    result = curvedoc.check(folder, "overfitting,unstable", min_confidence=0.3)
    assert not result
    ((diagnosis, reason),) = result.failed
    assert diagnosis.run.name == "overfit"
    assert reason.startswith("overfitting (confidence 0.")
    assert [d.run.name for d in result.passed] == ["healthy"]
    assert curvedoc.check(folder, ["unstable"])


def test_gate_by_confidence() -> None:
    result = curvedoc.check(DATA, "overfitting", min_confidence=1.0)
    assert result
    assert len(result.doubtful) == 1
    assert not result.passed


def test_gate_by_rule() -> None:
    diagnosis = curvedoc.diagnose(DATA)
    for finding in diagnosis.findings:
        expected = finding.rule != "overfitting" or diagnosis.confidence >= finding.confidence
        assert bool(curvedoc.check(DATA, finding.rule, min_confidence=finding.confidence).failed) is expected


def test_gate_never_passes_over_what_it_cannot_read(folder: Path) -> None:
    result = curvedoc.check([folder / "healthy.csv", folder / "missing.csv"], "unstable")
    assert not result
    assert not result.failed
    assert len(result.problems) == 1


@pytest.mark.parametrize(
    ("names", "part"),
    [("overfiting", "Did you mean 'overfitting'"), ("", "names nothing"), ([], "nothing to")],
)
def test_gate_by_unknown_name(names: str | list[str], part: str) -> None:
    with pytest.raises(UsageError, match=part):
        curvedoc.check(DATA, names)


# --- the logs that ship with the sources ---

SAMPLES = Path(__file__).resolve().parent.parent / "sample_logs"
PROVENANCE = json.loads((SAMPLES / "provenance.json").read_text())["logs"]


@pytest.mark.parametrize("name", PROVENANCE)
def test_every_sample_log_gets_its_state(name: str) -> None:
    assert curvedoc.diagnose(SAMPLES / name).state == PROVENANCE[name]["expected"]


def test_the_sample_logs_show_every_state_and_format() -> None:
    assert {entry["expected"] for entry in PROVENANCE.values()} == set(State)
    shown = {(entry["expected"], entry["format"]) for entry in PROVENANCE.values()}
    formats = {"csv", "json", "jsonl", "text", "trainer-state", "tensorboard", "tensorboard-splits"}
    assert shown == {(state.value, form) for state in State for form in formats}
    assert {path.name for path in SAMPLES.iterdir()} == {
        name.partition("/")[0] for name in (*PROVENANCE, "provenance.json")
    }
