"""MLflow's file store and database, as MLflow writes them."""

from __future__ import annotations

import gzip
import math
import sqlite3
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_writers import SCHEMA, TIME, mlflow_database, mlflow_experiment, mlflow_run

from curvedoc.errors import CurvedocError, NotALogError
from curvedoc.readers import read_paths
from curvedoc.run import Logged
from curvedoc.source import ReadOptions
from curvedoc.stores import mlflow_database as database
from curvedoc.stores.mlflow_files import is_metric, parse_meta, read_metric

LOSS = [(float(i), 1 / (i + 1)) for i in range(6)]
ODD = [(1.0, math.nan), (2.0, math.inf), (3.0, -math.inf), (4.0, 0.1 + 0.2), (5.0, -1.5e-300)]
POINTS = {"train_loss": LOSS, "nested/f1": ODD}
A, B, C = "a" * 32, "b" * 32, "c" * 32


def read(path: Path, **options: str) -> tuple[list[Logged], list[CurvedocError]]:
    found = list(read_paths([str(path)], ReadOptions(**options)))
    return [f for f in found if isinstance(f, Logged)], [f for f in found if isinstance(f, CurvedocError)]


def as_logged(run: Logged) -> dict[str, list[tuple[float, str]]]:
    """Names to steps and values; as text, for NaN is not equal to itself."""
    return {
        s.name: [(a, repr(b)) for a, b in zip(s.steps.tolist(), s.values.tolist(), strict=True)]
        for s in run.series
    }


def wanted(points: dict[str, list[tuple[float, float]]]) -> dict[str, list[tuple[float, str]]]:
    return {name: [(a, repr(b)) for a, b in series] for name, series in points.items()}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Two experiments with three runs that count, a deleted one and an empty one."""
    one, two = (
        mlflow_experiment(tmp_path / "mlruns", "1"),
        mlflow_experiment(tmp_path / "mlruns", "22", "second"),
    )
    mlflow_experiment(tmp_path / "mlruns", "0", "Default")
    mlflow_run(one, A, POINTS, "brave-ant-1")
    mlflow_run(one, B, POINTS, "gone", "deleted")
    mlflow_run(one, C, {}, "empty")
    mlflow_run(two, "d" * 32, POINTS, "brave-ant-1")
    mlflow_run(two, "e" * 32, {"loss": [(0, 3.0), (0, 2.0), (0, 1.0)]}, "never-a-step")
    (one / A / "artifacts" / "results.csv").write_text("epoch,loss\n1,2\n2,1\n3,0.5\n")
    return tmp_path / "mlruns"


def test_a_file_store(store: Path) -> None:
    runs, problems = read(store)
    assert not problems
    assert [(run.name, run.x) for run in runs] == [
        ("digits/brave-ant-1", "step"),
        ("second/brave-ant-1", "step"),
        ("never-a-step", "row"),
    ]
    for run in runs[:2]:
        assert as_logged(run) == wanted(POINTS)
    assert as_logged(runs[2]) == wanted({"loss": [(0.0, 3.0), (1.0, 2.0), (2.0, 1.0)]})
    assert runs[0].notes == ("1 deleted run left out.", "1 run left out: no metric was logged.")
    assert Path(runs[0].path) == store / "1" / A
    assert not runs[1].notes


@pytest.mark.parametrize(
    ("below", "names"),
    [
        ("..", ["digits/brave-ant-1", "second/brave-ant-1", "never-a-step"]),
        ("22", ["brave-ant-1", "never-a-step"]),
        (f"1/{A}", ["brave-ant-1"]),
        (f"1/{A}/metrics/train_loss", ["train_loss"]),
    ],
)
def test_any_part_of_a_file_store_can_be_named(store: Path, below: str, names: list[str]) -> None:
    runs, problems = read(store / below)
    assert not problems
    assert [run.name for run in runs] == names
    assert runs[0].reader == "mlflow"
    assert as_logged(runs[0])["train_loss"] == wanted(POINTS)["train_loss"]


def test_what_lies_beside_a_store_is_still_read(store: Path) -> None:
    (store.parent / "other.csv").write_text("epoch,loss\n1,2\n2,1\n3,0.5\n")
    assert {run.reader for run in read(store.parent)[0]} == {"mlflow", "csv"}


def test_runs_of_one_name_are_told_apart_by_their_id(store: Path) -> None:
    mlflow_run(store / "22", "f" * 32, POINTS, "brave-ant-1")
    names = [run.name for run in read(store)[0]]
    assert sorted(names) == [
        "digits/brave-ant-1",
        "never-a-step",
        "second/brave-ant-1 (dddddddd)",
        "second/brave-ant-1 (ffffffff)",
    ]


def test_a_name_from_the_tag_of_old_versions(store: Path) -> None:
    (store / "1" / A / "tags" / "mlflow.runName").write_text("from the tag")
    assert read(store)[0][0].name == "from the tag"


def test_a_deleted_experiment_takes_its_runs_along(tmp_path: Path) -> None:
    mlflow_run(mlflow_experiment(tmp_path, "7", stage="deleted"), A, POINTS, "x")
    runs, (error,) = read(tmp_path)
    assert not runs
    assert isinstance(error, NotALogError)


def test_a_step_that_was_logged_again_replaces_the_old(store: Path) -> None:
    file = store / "1" / A / "metrics" / "train_loss"
    file.write_text(file.read_text() + f"{TIME} 9.5 3\n{TIME} 9.25 4\n{TIME} 9.125 5\n")
    (run, *_), _ = read(store)
    assert (
        as_logged(run)["train_loss"] == wanted({"x": [*LOSS[:3], (3.0, 9.5), (4.0, 9.25), (5.0, 9.125)]})["x"]
    )
    assert any("runs backwards" in note for note in run.notes)


@pytest.mark.parametrize(
    ("text", "steps", "values", "broken"),
    [
        (b"1600000000000 0.5 0\n1600000000001 0.25 1\n", [0, 1], [0.5, 0.25], 0),
        (b"1600000000000 0.5\r\n1600000000001 0.25\r\n", [0, 1], [0.5, 0.25], 0),
        (b"1600000000000 0.5 3 train 8f2a\n", [3], [0.5], 0),
        (b"1600000000000 0.5 3\n1600000000", [3], [0.5], 1),
        (b"1600000000000 1e400 3\nx y z\n", [3], [math.inf], 1),
    ],
)
def test_lines_of_a_metric(text: bytes, steps: list[float], values: list[float], broken: int) -> None:
    points, lost = read_metric(text)
    assert (points[0].tolist(), points[1].tolist(), lost) == (steps, values, broken)


@pytest.mark.parametrize(
    ("head", "is_one"),
    [
        (b"1600000000000 0.5 0\n1600000000001 nan 1\n1600", True),
        (b"1600000000000 0.5\n", True),
        (b"1600000000,0.5,0\n", False),
        (b"0.5 0.25 0.125\n", False),
        (b"", False),
    ],
)
def test_a_metric_file_is_known_by_its_lines(head: bytes, is_one: bool) -> None:
    assert is_metric(head) is is_one


def test_yaml_as_mlflow_writes_it() -> None:
    text = (
        "name: 'it''s: a #1'\nrun_name: \"tab\\tquote\\\" \\xE9\"\n"
        "long: a name that is folded\n  for it is long\n"
        "plain: a: b\nnothing: null\ntags: []\nlist:\n- x: 1\n"
    )
    assert parse_meta(text) == {
        "name": "it's: a #1",
        "run_name": 'tab\tquote" é',
        "long": "a name that is folded for it is long",
        "plain": "a: b",
        "nothing": "",
        "tags": "[]",
        "list": "",
    }


RUNS = [
    (A, "brave-ant-1", "active", 1, POINTS),
    (B, "gone", "deleted", 1, POINTS),
    (C, "brave-ant-1", "active", 2, POINTS),
    ("d" * 32, "empty", "active", 2, {}),
]


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_a_database_is_read_and_nothing_is_created(tmp_path: Path, mode: str) -> None:
    file = tmp_path / "mlflow.db"
    mlflow_database(file, RUNS, mode)
    before = file.read_bytes()
    for path in (file, tmp_path):
        runs, problems = read(path)
        assert not problems
        assert [run.name for run in runs] == ["digits/brave-ant-1", "second/brave-ant-1"]
        assert [as_logged(run) for run in runs] == [wanted(POINTS)] * 2
        assert runs[0].notes == ("1 deleted run left out.", "1 run left out: no metric was logged.")
    assert [p.name for p in tmp_path.iterdir()] == ["mlflow.db"]
    assert file.read_bytes() == before


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_a_packed_database(tmp_path: Path, mode: str) -> None:
    mlflow_database(tmp_path / "mlflow.db", RUNS, mode)
    packed = tmp_path / "mlflow.db.gz"
    packed.write_bytes(gzip.compress((tmp_path / "mlflow.db").read_bytes()))
    assert [as_logged(run) for run in read(packed)[0]] == [wanted(POINTS)] * 2


def test_a_database_that_is_written_to_shows_what_was_committed(tmp_path: Path) -> None:
    file = tmp_path / "mlflow.db"
    mlflow_database(file, RUNS, "wal")
    training = sqlite3.connect(file)
    training.execute("INSERT INTO metrics VALUES ('train_loss', 7.5, ?, ?, 6, 0)", (TIME + 9000, A))
    training.commit()
    run = read(file)[0][0]
    assert as_logged(run)["train_loss"][-1] == (6.0, "7.5")
    (tmp_path / "copy").mkdir()
    for end in ("", "-wal"):  # a copy without the third file
        (tmp_path / "copy" / f"mlflow.db{end}").write_bytes((tmp_path / f"mlflow.db{end}").read_bytes())
    training.close()
    run = read(tmp_path / "copy")[0][0]
    assert as_logged(run)["train_loss"] == wanted(POINTS)["train_loss"]
    assert any("-wal" in note for note in run.notes)
    assert not (tmp_path / "copy" / "mlflow.db-shm").exists()


def test_a_locked_database_is_an_error_with_a_fix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "WAIT_SECONDS", 0.05)
    file = tmp_path / "mlflow.db"
    mlflow_database(file, RUNS)
    training = sqlite3.connect(file, isolation_level=None)
    training.execute("BEGIN EXCLUSIVE")
    _, (error,) = read(file)
    training.close()
    assert "locked" in error.problem
    assert error.fix


def test_old_schemas_without_steps(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "old.db") as old:
        old.executescript(
            "CREATE TABLE runs (run_uuid VARCHAR(32), name VARCHAR(250), experiment_id INTEGER);"
            "CREATE TABLE metrics (key VARCHAR(250), value FLOAT, timestamp BIGINT, run_uuid VARCHAR(32));"
            "INSERT INTO runs VALUES ('r1', '', 0);"
        )
        old.executemany("INSERT INTO metrics VALUES ('loss', ?, 0, 'r1')", [(3.0,), (2.0,), (1.0,)])
    old.close()
    ((run,), _) = read(tmp_path / "old.db")
    assert (run.name, run.x) == ("r1", "row")
    assert run.series[0].values.tolist() == [3.0, 2.0, 1.0]


OTHER = {
    "other tables": "CREATE TABLE trials (id INTEGER, value FLOAT);",
    "a view": SCHEMA.replace("CREATE TABLE metrics", "CREATE TABLE m")
    + "CREATE VIEW metrics AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
    "SELECT 'loss' AS key, i AS value, i AS timestamp, 'a' AS run_uuid, i AS step, 0 AS is_nan FROM n;",
}


@pytest.mark.parametrize("schema", OTHER.values(), ids=OTHER)
def test_other_databases_are_refused(tmp_path: Path, schema: str) -> None:
    with sqlite3.connect(tmp_path / "x.db") as other:
        other.executescript(
            schema.replace("index_metrics_run_uuid ON metrics", "index_metrics_run_uuid ON m")
        )
    other.close()
    _, (error,) = read(tmp_path / "x.db")
    assert "none of MLflow's" in error.problem


def test_a_search_passes_other_databases_over(tmp_path: Path) -> None:
    sqlite3.connect(tmp_path / "optuna.db").execute("CREATE TABLE trials (id INTEGER)").connection.close()
    (tmp_path / "a.csv").write_text("epoch,loss\n1,2\n2,1\n3,0.5\n")
    runs, problems = read(tmp_path)
    assert [run.reader for run in runs] == ["csv"]
    assert not problems


def test_another_x(store: Path) -> None:
    (store / "1" / A / "metrics" / "epoch").write_text("".join(f"{TIME} {i / 2} {i}\n" for i in range(6)))
    run = read(store / "1" / A, x="epoch")[0][0]
    assert run.x == "epoch"
    assert as_logged(run)["train_loss"] == [(i / 2, repr(v)) for i, v in LOSS]
    _, (error,) = read(store / "1" / A, x="epochs")
    assert "Did you mean 'epoch'" in error.fix


@pytest.fixture(scope="module")
def database_bytes(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    file = tmp_path_factory.mktemp("database") / "mlflow.db"
    mlflow_database(file, RUNS[:2])
    return file.read_bytes()


@given(st.binary(max_size=200), st.integers(0, 1 << 16), st.integers(1, 1 << 17))
def test_a_damaged_database_gives_runs_or_an_error(
    database_bytes: bytes, damage: bytes, at: int, end: int
) -> None:
    data = bytearray(database_bytes[:end])
    at = min(16 + at, len(data))
    data[at : at + len(damage)] = damage
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "mlflow.db").write_bytes(data)
        for found in read_paths([f"{folder}/mlflow.db"], ReadOptions()):
            assert isinstance(found, Logged | CurvedocError)


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_any_bytes_in_a_file_store(meta: bytes, metric: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        run = mlflow_run(mlflow_experiment(Path(folder), "1"), A, POINTS, "x")
        with (run / "meta.yaml").open("ab") as stream:
            stream.write(meta)
        (run / "metrics" / "train_loss").write_bytes(metric)
        for found in read_paths([folder], ReadOptions()):
            assert isinstance(found, Logged | CurvedocError)


def test_what_the_library_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In addition to the tests above, where MLflow is installed: the same numbers come back."""
    mlflow = pytest.importorskip("mlflow")
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    for uri in (f"sqlite:///{tmp_path}/mlflow.db", f"file://{tmp_path}/mlruns"):
        mlflow.set_tracking_uri(uri)
        mlflow.set_experiment("digits: a/b")
        with mlflow.start_run(run_name="it's #1"):
            for name, series in POINTS.items():
                for step, value in series:
                    mlflow.log_metric(name, value, step=int(step))
        with mlflow.start_run(run_name="gone") as gone:
            mlflow.log_metric("loss", 1.0)
        mlflow.delete_run(gone.info.run_id)
    for path in (tmp_path / "mlflow.db", tmp_path / "mlruns"):
        ((run,), problems) = read(path)
        assert not problems
        assert (run.name, run.notes) == ("it's #1", ("1 deleted run left out.",))
        assert as_logged(run) == wanted(POINTS)
