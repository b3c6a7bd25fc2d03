"""Sacred and Aim, and one run in every store."""

from __future__ import annotations

import importlib.util
import json
import math
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_writers import (
    mlflow_database,
    mlflow_experiment,
    mlflow_run,
    sacred_run,
    wandb_records,
    wandb_run_folder,
)

from curvedoc.errors import CurvedocError, UnreadableError
from curvedoc.readers import read_paths
from curvedoc.run import Logged
from curvedoc.source import ReadOptions

LOSS = [(float(i), 1 / (i + 1)) for i in range(6)]
ODD = [(1.0, math.nan), (2.0, math.inf), (3.0, -math.inf), (4.0, 0.1 + 0.2)]
POINTS = {"loss": LOSS, "val_loss": [(s, v + 0.1) for s, v in LOSS], "odd": ODD}


def read(path: Path, **options: str) -> tuple[list[Logged], list[CurvedocError]]:
    found = list(read_paths([str(path)], ReadOptions(**options)))
    return [f for f in found if isinstance(f, Logged)], [f for f in found if isinstance(f, CurvedocError)]


def as_logged(run: Logged) -> dict[str, tuple[list[float], str]]:
    """Names to steps and values; as text, for NaN is not equal to itself."""
    return {s.name: (s.steps.tolist(), repr(s.values.tolist())) for s in run.series}


WANTED = {name: ([s for s, _ in series], repr([v for _, v in series])) for name, series in POINTS.items()}


def test_one_run_in_every_store(tmp_path: Path) -> None:
    table = [{"step": s, "loss": v, "val_loss": v + 0.1} for s, v in LOSS]
    for row, (_, value) in zip(table[1:], ODD, strict=False):
        row["odd"] = value
    (tmp_path / "run.jsonl").write_text("\n".join(map(json.dumps, table)))
    mlflow_run(mlflow_experiment(tmp_path / "mlruns", "1"), "a" * 32, POINTS, "brave-ant-1")
    mlflow_database(tmp_path / "mlflow.db", [("a" * 32, "brave-ant-1", "active", 1, POINTS)])
    sacred_run(tmp_path / "sacred" / "1", POINTS)
    wandb_run_folder(tmp_path / "wandb" / "offline-run-20260101_000000-ab12cd34", wandb_records(POINTS))
    runs, problems = read(tmp_path)
    assert not problems
    assert sorted(run.reader for run in runs) == ["jsonl", "mlflow", "mlflow", "sacred", "wandb"]
    assert {run.reader: shown(run) for run in runs} == dict.fromkeys((run.reader for run in runs), WANTED)
    packed = shutil.make_archive(str(tmp_path / "all"), "zip", tmp_path)
    runs, problems = read(Path(packed))
    assert not problems
    assert sorted(run.reader for run in runs) == ["jsonl", "mlflow", "mlflow", "sacred", "wandb"]
    assert {run.reader: shown(run) for run in runs} == dict.fromkeys((run.reader for run in runs), WANTED)


def shown(run: Logged) -> dict[str, tuple[list[float], str]]:
    """What the user logged, without what W&B adds."""
    return {name: found for name, found in as_logged(run).items() if not name.startswith("_")}


def test_a_directory_of_sacred_runs(tmp_path: Path) -> None:
    for key in ("1", "2"):
        sacred_run(tmp_path / key, POINTS)
    (tmp_path / "_sources").mkdir()
    runs, problems = read(tmp_path)
    assert not problems
    assert [(run.name, run.reader, run.x) for run in runs] == [
        ("digits/1", "sacred", "step"),
        ("digits/2", "sacred", "step"),
    ]
    assert as_logged(runs[0]) == WANTED
    ((run,), _) = read(tmp_path / "2")
    assert run.name == "digits/2"


def test_a_sacred_run_without_metrics_is_read_by_what_it_printed(tmp_path: Path) -> None:
    sacred_run(tmp_path / "1", {})
    ((run,), _) = read(tmp_path)
    assert run.reader == "text"


def test_odd_values_of_sacred(tmp_path: Path) -> None:
    folder = sacred_run(tmp_path / "1", POINTS)
    wrapped = {"dtype": "float32", "py/object": "numpy.float32", "value": 0.5}
    array = {"dtype": "float64", "py/object": "numpy.ndarray", "values": 0.25}
    lists = {"steps": [0, 1, 2, None, 4], "values": [wrapped, "x", True, 4, array], "timestamps": ["", None]}
    (folder / "metrics.json").write_text(json.dumps({"loss": lists, "broken": [1], "short": {"steps": [1]}}))
    ((run,), _) = read(tmp_path)
    assert as_logged(run) == {"loss": ([0.0, 3.0, 4.0], "[0.5, 4.0, 0.25]")}
    assert run.notes == ("2 damaged points skipped.",)


@pytest.mark.parametrize("cut", [30, 100])
def test_damaged_files_of_sacred_are_errors_with_a_fix(tmp_path: Path, cut: int) -> None:
    folder = sacred_run(tmp_path / "1", POINTS)
    (folder / "metrics.json").write_text((folder / "metrics.json").read_text()[:cut])
    _, (error,) = read(tmp_path)
    assert isinstance(error, UnreadableError)
    assert "damaged JSON" in error.problem
    assert error.fix


@given(st.binary(max_size=300), st.binary(max_size=100))
def test_any_bytes_in_a_sacred_run(metrics: bytes, run: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = sacred_run(Path(folder, "1"), POINTS)
        (place / "metrics.json").write_bytes(b'{"a": {"steps": [1], "values": [2], "b": ' + metrics)
        (place / "run.json").write_bytes(run)
        for found in read_paths([folder], ReadOptions()):
            assert isinstance(found, Logged | CurvedocError)


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["steps", "values", "x"]), inner)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=3), _JSON, max_size=4), _JSON)
def test_any_json_in_a_sacred_run(metrics: dict[str, object], about: object) -> None:
    with tempfile.TemporaryDirectory() as folder:
        place = sacred_run(Path(folder, "1"), POINTS)
        (place / "metrics.json").write_text(json.dumps({"steps": {"steps": [1.0]}, **metrics}))
        (place / "run.json").write_text(json.dumps(about))
        for found in read_paths([folder], ReadOptions()):
            assert isinstance(found, Logged | CurvedocError)


def test_a_store_is_read_by_its_own_reader_alone(tmp_path: Path) -> None:
    sacred_run(tmp_path / "1", POINTS)
    _, (error,) = read(tmp_path, reader="csv")
    assert "sacred" in error.problem
    assert error.fix


@pytest.mark.skipif(importlib.util.find_spec("aim") is not None, reason="Aim is installed")
@pytest.mark.parametrize("named", [".", ".aim"])
def test_without_aim_its_repositories_are_refused_with_the_extra(tmp_path: Path, named: str) -> None:
    (tmp_path / ".aim" / "meta").mkdir(parents=True)
    runs, (error,) = read(tmp_path / named)
    assert not runs
    assert "pip install 'curvedoc[aim]'" in error.fix


def test_what_sacred_writes(tmp_path: Path) -> None:
    """In addition to the tests above, where Sacred is installed: the same numbers come back."""
    sacred = pytest.importorskip("sacred")
    observers = pytest.importorskip("sacred.observers")
    experiment = sacred.Experiment("digits", save_git_info=False)
    experiment.observers.append(observers.FileStorageObserver(str(tmp_path)))

    @experiment.main
    def main(_run: object) -> None:
        for name, series in POINTS.items():
            for step, value in series:
                _run.log_scalar(name, value, int(step))  # type: ignore[attr-defined]

    experiment.run(options={"--loglevel": "ERROR"})
    ((run,), _) = read(tmp_path)
    assert run.name == "digits/1"
    assert as_logged(run) == {name: WANTED[name] for name in sorted(WANTED)}


AIM_RUNS = """
import sys, aim
repo = aim.Repo.from_path(sys.argv[1], init=True)
for name in ("brave", "gone"):
    run = aim.Run(repo=repo, system_tracking_interval=None, log_system_params=False)
    run.name, run.archived = name, name == "gone"
    for metric, series in eval(sys.argv[2], {"nan": float("nan"), "inf": float("inf")}).items():
        for step, value in series:
            run.track(value, name=metric, step=int(step), context={"subset": "train"})
    run.close()
"""


@pytest.mark.skipif(importlib.util.find_spec("aim") is None, reason="Aim is not installed")
def test_what_aim_writes(tmp_path: Path) -> None:
    """The same numbers come back, and the repository stays as it is."""
    subprocess.run([sys.executable, "-c", AIM_RUNS, str(tmp_path), repr(POINTS)], check=True)
    before = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    ((run,), problems) = read(tmp_path)
    assert not problems
    assert (run.name, run.notes) == ("brave", ("1 archived run left out.",))
    assert as_logged(run) == {f"train/{name}": points for name, points in WANTED.items()}
    assert {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()} == before
