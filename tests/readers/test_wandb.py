"""W&B's log of a run, its directories, and the history of old versions."""

from __future__ import annotations

import json
import math
import os
import shutil
import struct
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_writers import (
    BLOCK,
    sized,
    varint,
    wandb_history,
    wandb_item,
    wandb_log,
    wandb_records,
    wandb_run,
    wandb_run_folder,
)

from curvedoc.errors import CurvedocError, NotALogError
from curvedoc.readers import read_paths
from curvedoc.run import Logged
from curvedoc.source import ReadOptions
from curvedoc.stores.wandb_log import SERIES, History, log_summaries, read_log

LOSS = [(float(i), 1 / (i + 1)) for i in range(6)]
ODD = [(1.0, math.nan), (2.0, math.inf), (3.0, -math.inf), (4.0, 0.1 + 0.2), (5.0, 2.0**60 + 1)]
POINTS = {"train/loss": LOSS, "odd": ODD}


def read(path: Path | str) -> tuple[list[Logged], list[CurvedocError]]:
    found = list(read_paths([str(path)], ReadOptions()))
    return [f for f in found if isinstance(f, Logged)], [f for f in found if isinstance(f, CurvedocError)]


def points(run: Logged, name: str) -> list[tuple[float, str]]:
    """Steps and values; as text, for NaN is not equal to itself."""
    (series,) = [s for s in run.series if s.name == name]
    return [(a, repr(b)) for a, b in zip(series.steps.tolist(), series.values.tolist(), strict=True)]


def wanted(series: list[tuple[float, float]]) -> list[tuple[float, str]]:
    return [(a, repr(b)) for a, b in series]


@pytest.fixture
def log(tmp_path: Path) -> Path:
    file = tmp_path / "run-ab12cd34.wandb"
    file.write_bytes(wandb_log(wandb_records(POINTS)))
    return file


def test_a_log_reads_as_it_was_written(log: Path) -> None:
    ((run,), problems) = read(log)
    assert not problems
    assert (run.name, run.reader, run.x, run.notes) == ("brave-sun-1", "wandb", "_step", ())
    assert points(run, "train/loss") == wanted(LOSS)
    assert points(run, "odd") == wanted(ODD)


def test_names_and_values_of_all_kinds(tmp_path: Path) -> None:
    values = {
        ("train", "loss"): 0.5,
        "a.b/c": 1,
        "text": "hello",
        "flag": True,
        "nothing": None,
        "per_class": [0.1, 0.2],
        "old": {"inner": 3, "deep": {"er": 4}},
        "k" * 130: 5,
        "long": 1e-300,
    }
    picture = {"plot": {"_type": "image-file", "path": "x.png", "width": 3}}
    histogram = {("h", "_type"): "histogram", ("h", "bins"): [1, 2], ("h", "values"): [3]}
    (tmp_path / "a.wandb").write_bytes(
        wandb_log(wandb_history({**values, **picture, **histogram}, step) for step in range(300, 303))
    )
    ((run,), _) = read(tmp_path / "a.wandb")
    single = {s.name: s.values.tolist() for s in run.series}
    assert single["train.loss"] == [0.5] * 3
    assert single["a.b/c"] == [1.0] * 3
    assert single["old.inner"] == [3.0] * 3
    assert single["old.deep.er"] == [4.0] * 3
    assert single["k" * 130] == [5.0] * 3
    assert single["long"] == [1e-300] * 3
    assert points(run, "a.b/c")[0][0] == 300.0
    assert {i.name: i.reason for i in run.ignored}.items() >= {
        "plot": "image-file",
        "h": "histogram",
        "text": "text",
    }.items()


def test_keys_of_old_versions(tmp_path: Path) -> None:
    records = [
        sized(2, wandb_item("loss", 1 / (i + 1), nested=False) + wandb_item("_step", i)) for i in range(4)
    ]
    (tmp_path / "a.wandb").write_bytes(wandb_log(records))
    ((run,), _) = read(tmp_path / "a.wandb")
    assert run.name == "a"
    assert points(run, "loss") == wanted(LOSS[:4])


@pytest.mark.parametrize("pad", [0, 1, *range(BLOCK - 120, BLOCK + 10, 7), 3 * BLOCK])
def test_records_over_the_edges_of_blocks(pad: int) -> None:
    history = History()
    filler = sized(4, bytes(pad))
    read_log(
        wandb_log([filler, *wandb_records({"loss": LOSS}), filler, wandb_history({"loss": 9.0}, 9)]), history
    )
    assert history.cells["loss"][1] == [*(v for _, v in LOSS), 9.0]
    assert (history.lost, history.cut) == (0, False)


def test_a_log_that_is_cut_off_gives_what_is_there(log: Path) -> None:
    data = log.read_bytes()
    for end in range(len(data) - 200, len(data), 9):
        log.write_bytes(data[:end])
        ((run,), problems) = read(log)
        assert not problems
        assert points(run, "train/loss") == wanted(LOSS)[: len(points(run, "train/loss"))]
        assert len(points(run, "train/loss")) >= 4
        assert run.notes in (
            (),
            ("the last record is cut off (still being written?): what is complete was read.",),
        )
    assert run.notes


def test_a_record_that_was_begun_in_the_last_block_is_told(log: Path) -> None:
    log.write_bytes(wandb_log([*wandb_records(POINTS), sized(4, bytes(2 * BLOCK))])[: 2 * BLOCK])
    ((run,), _) = read(log)
    assert points(run, "train/loss") == wanted(LOSS)
    assert any("cut off" in note for note in run.notes)


def test_damage_costs_its_block_and_no_more(log: Path) -> None:
    rest = {"train/loss": [(float(i), float(i)) for i in range(6, 9)]}
    data = bytearray(wandb_log([*wandb_records(POINTS), sized(4, bytes(BLOCK)), *wandb_records(rest)]))
    first = data.index(b"train/loss")
    data[first] ^= 1
    log.write_bytes(data)
    ((run,), _) = read(log)
    assert points(run, "train/loss") == wanted(rest["train/loss"])
    assert any("damaged at byte" in note and "passed over" in note for note in run.notes)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (wandb_log([wandb_run()]), "without a history"),
        (wandb_log([]), "without a history"),
        (b":W&B\xe1\xbe\x07" + bytes(90), "version of W&B"),
        (b":W&B", "version of W&B"),
        (wandb_log([])[:7] + b"\7" * 64, "damaged at byte 7"),
    ],
)
def test_what_cannot_be_read_is_an_error(tmp_path: Path, data: bytes, problem: str) -> None:
    (tmp_path / "a.wandb").write_bytes(data)
    runs, (error,) = read(tmp_path / "a.wandb")
    assert not runs
    assert problem in error.problem
    assert error.fix


def test_directories_of_runs(tmp_path: Path) -> None:
    root = tmp_path / "wandb"
    for at, key in ((1, "aa"), (2, "bb")):
        folder = root / f"offline-run-20260101_00000{at}-{key}"
        records = [b"\x08\x00", wandb_run(key, "same name"), *wandb_records(POINTS)[2:]]
        wandb_run_folder(folder, records, key)
    (root / "debug.log").symlink_to(root / "offline-run-20260101_000002-bb" / "logs" / "debug.log")
    (root / "latest-run").symlink_to(root / "offline-run-20260101_000002-bb")
    for path in (tmp_path, root):
        runs, problems = read(path)
        assert not problems
        assert [run.name for run in runs] == ["same name (aa)", "same name (bb)"]
        assert all(run.reader == "wandb" for run in runs)
    ((run,), _) = read(root / "latest-run")
    assert run.name == "same name (bb)"
    packed = shutil.make_archive(str(tmp_path / "all"), "zip", root)  # which follows the link
    assert [run.name for run in read(packed)[0]] == ["same name (aa)", "same name (bb)"]


def test_a_resumed_run_is_one(tmp_path: Path) -> None:
    later = {"train/loss": [(float(i), 1 / (i + 1)) for i in range(6, 9)]}
    for at, series in (("2", later), ("1", POINTS)):
        wandb_run_folder(tmp_path / f"run-20260101_00000{at}-ab12cd34", wandb_records(series))
    ((run,), _) = read(tmp_path)
    assert points(run, "train/loss") == wanted([*LOSS, *later["train/loss"]])


def test_the_history_of_old_versions(tmp_path: Path) -> None:
    folder = tmp_path / "wandb" / "run-20190101_000000-ab12cd34"
    folder.mkdir(parents=True)
    lines = [{"loss": 1 / (i + 1), "_step": i, "_runtime": i, "h": {"_type": "histogram"}} for i in range(6)]
    (folder / "wandb-history.jsonl").write_text("\n".join(map(json.dumps, lines)))
    (folder / "output.log").write_text("epoch 1 loss 3\nepoch 2 loss 2\nepoch 3 loss 1\n")
    ((run,), _) = read(tmp_path)
    assert run.name == "wandb/run-20190101_000000-ab12cd34"
    assert points(run, "loss") == wanted(LOSS)


@given(st.binary(max_size=300), st.binary(max_size=40), st.integers(0, 600))
def test_any_bytes_give_a_run_or_an_error(record: bytes, damage: bytes, at: int) -> None:
    data = bytearray(wandb_log([*wandb_records(POINTS), record, sized(2, record), sized(17, record)]))
    at = 7 + at
    data[at : at + len(damage)] = damage
    for written in (bytes(data), wandb_log([sized(2, sized(1, record))]), b":W&B\xe1\xbe\x00" + record):
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "a.wandb").write_bytes(written)
            for found in read_paths([f"{folder}/a.wandb"], ReadOptions()):
                assert isinstance(found, Logged | CurvedocError)


@given(
    st.lists(st.dictionaries(st.text(max_size=5), st.floats() | st.text(max_size=5), max_size=4), max_size=5)
)
def test_what_is_logged_comes_back(rows: list[dict[str, float | str]]) -> None:
    history = History()
    read_log(wandb_log(wandb_history({k or "x": v for k, v in row.items()}) for row in rows), history)
    back: list[dict[str, object]] = [{} for _ in rows]
    for name, (at, values) in history.cells.items():
        for row, value in zip(at, values, strict=True):
            back[row][name] = value
    assert [{k: repr(v) for k, v in row.items()} for row in back] == [
        {k or "x": repr(v) for k, v in row.items()} for row in rows
    ]


def test_deep_json_is_no_traceback(tmp_path: Path) -> None:
    deep = b"[" * 100_000
    item = sized(1, sized(2, b"loss") + sized(16, deep))
    (tmp_path / "a.wandb").write_bytes(wandb_log([sized(2, item)]))
    _, (error,) = read(tmp_path / "a.wandb")
    assert isinstance(error, NotALogError)


def test_what_the_library_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In addition to the tests above, where W&B is installed: the same numbers come back."""
    wandb = pytest.importorskip("wandb")
    monkeypatch.setitem(os.environ, "WANDB_MODE", "offline")
    monkeypatch.setitem(os.environ, "WANDB_SILENT", "true")
    run = wandb.init(project="p", name="it's #1", dir=str(tmp_path))
    for (step, loss), (_, odd) in zip(LOSS[1:], ODD, strict=True):
        run.log({"train": {"loss": loss}, "odd": odd}, step=int(step))
    run.finish()
    ((found,), problems) = read(tmp_path)
    assert not problems
    assert found.name.startswith("it's #1 (")
    assert points(found, "train.loss") == wanted(LOSS[1:])
    assert points(found, "odd") == wanted(ODD)


def typed_item(name: str, field: bytes) -> bytes:
    return sized(1, sized(2, name.encode()) + field)


def test_values_that_have_a_type() -> None:
    def number(value: float) -> bytes:
        return b"\x31" + struct.pack("<d", value)

    records = [
        b"\x08\x01"
        + sized(
            2,
            typed_item("loss", number(value))
            + typed_item("val_loss", b"\x28" + varint(2 * i + 1))  # an integer, zigzag: -1, -2 ...
            + typed_item("done", b"\x20\x01")
            + typed_item("note", sized(7, b"fine"))
            + typed_item("f1", sized(8, b"0.5"))
            + typed_item("blank", b"\x18\x00"),
        )
        for i, value in enumerate((0.5, 0.1 + 0.2, math.nan, math.inf))
    ]
    history = History()
    read_log(wandb_log(records), history)
    cells = {name: values for name, (_, values) in history.cells.items()}
    assert cells["loss"][:2] == [0.5, 0.1 + 0.2]
    assert math.isnan(cells["loss"][2])
    assert cells["loss"][3] == math.inf
    assert cells["val_loss"] == [-1, -2, -3, -4]
    assert cells["done"] == [True] * 4
    assert cells["note"] == ["fine"] * 4
    assert cells["f1"] == [0.5] * 4
    assert cells["blank"] == [None] * 4


def summary(**values: float) -> bytes:
    return b"\x08\x01" + sized(3, b"".join(wandb_item(name, value) for name, value in values.items()))


@pytest.mark.parametrize("times", [2, 3])
def test_a_loop_that_sets_the_summary(tmp_path: Path, times: int) -> None:
    file = tmp_path / "a.wandb"
    file.write_bytes(wandb_log([wandb_run(), *(summary(loss=1 / (i + 1), _runtime=i) for i in range(times))]))
    found, problems = read(file)
    if times < SERIES:
        assert "without a history" in problems[0].problem
        return
    (logged,) = found
    assert [(s.name, s.values.tolist()) for s in logged.series] == [("loss", [1.0, 0.5, 1 / 3])]
    assert "summary" in logged.notes[-1]


def test_the_summary_beside_a_history_is_no_series() -> None:
    history = History()
    read_log(wandb_log([summary(loss=9.0), *wandb_records(POINTS), *(summary(loss=8.0),) * 5]), history)
    assert not history.summaries
    assert not log_summaries(history)


def test_a_run_without_a_history_says_what_it_holds(tmp_path: Path) -> None:
    file = tmp_path / "a.wandb"
    file.write_bytes(wandb_log([wandb_run(), *(b"\x08\x01" + sized(13, sized(3, b"epoch 1")),) * 4]))
    (problem,) = read(file)[1]
    assert "it holds 4 printed lines" in problem.problem
    assert "output.log" in problem.fix
