"""From paths to runs: files, directories, globs, standard input, and what is not there."""

from __future__ import annotations

import io
import json
import os
from pathlib import Path

import pytest
from read_everything import everything

import curvedoc
from curvedoc import search
from curvedoc.errors import CurvedocError, NotALogError, UnreadableError, UsageError
from curvedoc.readers import READERS, discover, load, reader
from curvedoc.source import ReadOptions, Source

LOG = "epoch,loss,val_loss\n1,3,4\n2,2,3\n3,1,2\n"
HERE = Path(__file__).parent


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def names(paths: list[str]) -> list[str]:
    return [s.name for s in discover(paths) if isinstance(s, Source)]


def test_every_reader_is_in_the_list() -> None:
    import curvedoc.readers

    (folder,) = curvedoc.readers.__path__
    assert {p.stem for p in Path(folder).glob("*.py")} - {"__init__"} == set(READERS)


@pytest.mark.parametrize("name", READERS)
def test_every_reader_says_what_it_is(name: str) -> None:
    module = reader(name)
    assert name == module.NAME
    assert module.ABOUT
    assert callable(module.sniff)
    assert callable(module.read)


def test_an_unknown_reader_offers_the_nearest() -> None:
    with pytest.raises(UsageError, match="Did you mean 'csv'"):
        reader("cvs")


def test_a_file(tmp_path: Path) -> None:
    write(tmp_path, {"a.csv": LOG})
    (source,) = discover([str(tmp_path / "a.csv")])
    assert isinstance(source, Source)
    assert (source.name, source.kind, source.root, source.files) == ("a", "file", "", (tmp_path / "a.csv",))


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("run.csv", "run"),
        ("run.csv.gz", "run"),
        ("train.log.json", "train.log"),
        ("log", "log"),
        ("l2.valid", "l2.valid"),
        ("a.b.CSV", "a.b"),
    ],
)
def test_the_name_of_a_run_is_that_of_its_file(tmp_path: Path, file: str, name: str) -> None:
    write(tmp_path, {file: LOG})
    assert names([str(tmp_path / file)]) == [name]


def test_equal_names_are_told_apart(tmp_path: Path) -> None:
    write(tmp_path, {"x/a/metrics.csv": LOG, "x/b/metrics.csv": LOG, "y/a/metrics.csv": LOG, "one.csv": LOG})
    found = names(
        [str(tmp_path / p) for p in ("x/a/metrics.csv", "x/b/metrics.csv", "y/a/metrics.csv", "one.csv")]
    )
    assert found == ["x/a/metrics", "b/metrics", "y/a/metrics", "one"]


def test_a_path_given_twice_is_read_once(tmp_path: Path) -> None:
    write(tmp_path, {"a.csv": LOG})
    assert names([str(tmp_path / "a.csv"), str(tmp_path), str(tmp_path / "*.csv")]) == ["a"]


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(LOG.encode())))
    runs, problems, _ = everything("-")
    assert [(r.name, r.path) for r in runs] == [("stdin", "<stdin>")]
    assert not problems


def test_a_named_pipe_is_read(tmp_path: Path) -> None:
    import threading

    os.mkfifo(tmp_path / "pipe")
    writer = threading.Thread(target=lambda: (tmp_path / "pipe").write_text(LOG))
    writer.start()
    runs, problems, _ = everything(tmp_path / "pipe")
    writer.join()
    assert len(runs) == 1
    assert not problems


def test_a_directory_is_searched(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "a/metrics.csv": LOG,
            "a/notes.txt": "nothing to see\nhere\n",
            "b/deep/er/log.jsonl": '{"step": 1, "loss": 2}\n{"step": 2, "loss": 1}\n',
            "b/config.json": '{"lr": 0.1}',
            "b/model.pt": "binary",
            ".hidden/metrics.csv": LOG,
            "node_modules/x/metrics.csv": LOG,
            "c/.metrics.csv": LOG,
            "c/data.csv": "x1,x2,label\n1,2,0\n2,3,1\n3,5,0\n",
            "c/labels.txt": "0 0.5 0.5 0.1 0.1\n1 0.2 0.3 0.1 0.2\n",
        },
    )
    runs, problems, skipped = everything(tmp_path)
    assert [r.name for r in runs] == ["a/metrics", "b/deep/er/log"]
    assert not problems
    assert {Path(e.path).name for e in skipped} == {"notes.txt", "config.json", "data.csv", "labels.txt"}
    assert all(e.problem for e in skipped)


def test_what_is_named_is_never_skipped(tmp_path: Path) -> None:
    write(tmp_path, {"config.json": '{"lr": 0.1}', "data.csv": "x1,x2,y\n1,2,0\n2,3,1\n3,5,0\n"})
    runs, problems, skipped = everything(tmp_path / "config.json", tmp_path / "data.csv")
    assert [r.name for r in runs] == ["data"]
    assert [Path(p.path).name for p in problems] == ["config.json"]
    assert not skipped


def test_one_bad_path_does_not_stop_the_others(tmp_path: Path) -> None:
    write(tmp_path, {"a.csv": LOG, "b.json": '{"loss": [1,, 2]}', "c.csv": LOG})
    runs, problems, _ = everything(
        tmp_path / "a.csv", tmp_path / "gone.csv", tmp_path / "b.json", tmp_path / "c.csv"
    )
    assert [r.name for r in runs] == ["a", "c"]
    assert [Path(p.path).name for p in problems] == ["gone.csv", "b.json"]
    assert all(p.problem and p.fix for p in problems)


def test_a_damaged_log_in_a_directory_is_a_problem(tmp_path: Path) -> None:
    write(tmp_path, {"a.csv": LOG, "b/history.json": '{"loss": [1,, 2]}'})
    runs, problems, skipped = everything(tmp_path)
    assert (len(runs), len(problems), len(skipped)) == (1, 1, 0)


def test_a_directory_without_a_log_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    write(tmp_path, {"other/notes.txt": "nothing\nhere\n", "other/config.json": '{"lr": 1}'})
    for folder, said in (
        ("empty", "no file that may be a log"),
        ("other", "no training log (2 files looked at)"),
    ):
        runs, problems, _ = everything(tmp_path / folder)
        assert not runs
        assert [said in p.problem for p in problems] == [True]
        assert isinstance(problems[0], NotALogError)
        assert problems[0].path == str(tmp_path / folder)


def test_loops_of_links_end(tmp_path: Path) -> None:
    write(tmp_path, {"a/metrics.csv": LOG})
    (tmp_path / "a" / "again").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "broken.csv").symlink_to(tmp_path / "gone.csv")
    assert names([str(tmp_path)]) == ["a/metrics"]


def test_a_linked_directory_is_searched(tmp_path: Path) -> None:
    write(tmp_path, {"far/run.csv": LOG})
    (tmp_path / "near").mkdir()
    (tmp_path / "near" / "link").symlink_to(tmp_path / "far", target_is_directory=True)
    assert names([str(tmp_path / "near")]) == ["link/run"]


def test_globs(tmp_path: Path) -> None:
    write(tmp_path, {"a/m.csv": LOG, "b/m.csv": LOG, "b/n.csv": LOG, "odd[1].csv": LOG})
    assert names([str(tmp_path / "*" / "m.csv")]) == ["a/m", "b/m"]
    assert len(names([str(tmp_path / "**" / "*.csv")])) == 4
    assert names([str(tmp_path / "odd[1].csv")]) == ["odd[1]"]
    (missing,) = discover([str(tmp_path / "*.tsv")])
    assert isinstance(missing, UnreadableError)
    assert "no file matches" in missing.problem


@pytest.mark.parametrize(("wrong", "right"), [("metrcs.csv", "metrics.csv"), ("logz/metrics.csv", "logs")])
def test_a_missing_path_offers_the_nearest(tmp_path: Path, wrong: str, right: str) -> None:
    write(tmp_path, {"metrics.csv": LOG, "logs/metrics.csv": LOG})
    (error,) = discover([str(tmp_path / wrong)])
    assert isinstance(error, UnreadableError)
    assert f"Did you mean '{tmp_path / right}'?" in error.problem


def test_impossible_paths_are_errors() -> None:
    for path in ("a\0b", "x" * 5000, ""):
        (error,) = discover([path])
        assert isinstance(error, CurvedocError)


def test_trainer_states_of_earlier_checkpoints_are_left_out(tmp_path: Path) -> None:
    def state(n: int) -> str:
        return json.dumps({"log_history": [{"step": i, "loss": 1 / (i + 1)} for i in range(n)]})

    write(tmp_path, {f"run/checkpoint-{n}/trainer_state.json": state(n) for n in (500, 1000, 90)})
    assert [r.name for r in everything(tmp_path)[0]] == ["run/checkpoint-1000/trainer_state"]
    write(tmp_path, {"run/trainer_state.json": state(1200)})
    assert [r.name for r in everything(tmp_path)[0]] == ["run/trainer_state"]


def test_one_file_per_epoch_is_one_run(tmp_path: Path) -> None:
    write(
        tmp_path,
        {f"m/metrics_epoch_{i}.json": json.dumps({"epoch": i, "loss": 10 - i}) for i in (0, 1, 2, 10, 11)},
    )
    ((run,), problems, _) = everything(tmp_path)
    assert not problems
    assert run.name == "m/metrics_epoch"
    assert run.series[0].steps.tolist() == [0, 1, 2, 10, 11]


def test_one_file_per_curve_is_one_run(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            f"run-x-tag-{tag}.csv": "Wall time,Step,Value\n"
            + "".join(f"{1.6e9 + i},{i},{1 / (i + k)}\n" for i in range(3))
            for k, tag in ((1, "loss"), (2, "val_loss"))
        },
    )
    ((run,), _, _) = everything(tmp_path)
    assert {"loss", "val_loss"} <= {s.name for s in run.series}


def test_files_of_catboost_are_one_run(tmp_path: Path) -> None:
    write(
        tmp_path,
        {f"c/{split}_error.tsv": "iter\tLogloss\n0\t0.5\n1\t0.4\n2\t0.3\n" for split in ("learn", "test")},
    )
    ((run,), _, _) = everything(tmp_path)
    assert [s.name for s in run.series] == ["learn/Logloss", "test/Logloss"]


def test_large_files_are_left_to_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"a.csv": LOG, "b.csv": LOG * 100})
    monkeypatch.setattr(search, "MAX_BYTES", 1000)
    assert names([str(tmp_path)]) == ["a"]
    assert names([str(tmp_path / "b.csv")]) == ["b"]


REFUSED = {
    b"": "is empty",
    b" \n": "is empty",
    b"version https://git-lfs.github.com/spec/v1\noid sha256:2c97\nsize 3644\n": "Git LFS pointer",
    b"PK\x03\x04abc": "zip archive",
    b"\x80\x04\x95abc": "pickle",
    b"\x89HDF\r\n": "HDF5",
    b":W&B\x00": "version of W&B",
    b"\x7fELF\x02\x01\x01\0\0\0\0": "binary file",
    b"<!DOCTYPE html><html></html>": "web page",
    b"Epoch 1: loss 0.5\nEpoch 2: loss 0.4\n": "plain text",
}


@pytest.mark.parametrize(("data", "problem"), REFUSED.items(), ids=REFUSED.values())
def test_what_cannot_be_read_is_refused_with_its_reason(tmp_path: Path, data: bytes, problem: str) -> None:
    (tmp_path / "trainer_state.json").write_bytes(data)
    _, (error,), _ = everything(tmp_path / "trainer_state.json")
    assert problem in error.problem
    assert error.fix
    if "LFS" in problem:
        assert "git lfs pull" in error.fix


def test_one_run_in_every_format(tmp_path: Path) -> None:
    records = [{"epoch": i, "loss": 3.0 / (i + 1), "val_loss": 3.5 / (i + 1)} for i in range(5)]
    rows = ["epoch,loss,val_loss", *(",".join(map(repr, r.values())) for r in records)]
    write(
        tmp_path,
        {
            "a.csv": "\n".join(rows),
            "b.tsv": "\n".join(rows).replace(",", "\t"),
            "c.json": json.dumps(records),
            "d.json": json.dumps({k: [r[k] for r in records] for k in records[0]}),
            "e.jsonl": "\n".join(map(json.dumps, records)),
        },
    )
    runs, _, _ = everything(tmp_path)
    assert len(runs) == 5
    for run in runs:
        assert run.x == "epoch"
        assert [(s.name, s.steps.tolist(), s.values.tolist()) for s in run.series] == [
            (s.name, s.steps.tolist(), s.values.tolist()) for s in runs[0].series
        ]


def test_the_reader_can_be_chosen(tmp_path: Path) -> None:
    write(tmp_path, {"a.json": LOG})
    (source,) = discover([str(tmp_path / "a.json")])
    assert isinstance(source, Source)
    assert load(source, ReadOptions())[0].reader == "csv"
    with pytest.raises(UnreadableError):
        load(source, ReadOptions(reader="json"))


PRINTED = "".join(f"Epoch {i}/9 | loss {3 / i:.4f} | val_loss {4 / i:.4f}\n" for i in range(1, 10))


def test_a_search_finds_what_batch_systems_and_notes_keep(tmp_path: Path) -> None:
    table = "| epoch | loss | val loss |\n|---|---|---|\n"
    table += "".join(f"| {i} | {3 / i:.4f} | {4 / i:.4f} |\n" for i in range(1, 10))
    write(
        tmp_path,
        {
            "slurm-123.out": f"srun: job 123\n{PRINTED}",
            "slurm-123.err": "UserWarning: val_loss is not logged\n",
            "array-7_2.out": PRINTED,
            "train.o4711": PRINTED,
            "train.e4711": "",
            "notes.md": f"# Training\n\n```\n{PRINTED}```\n",
            "table.md": table,
            "README.md": "# Loss\n\n| model | loss | acc |\n|---|---|---|\n| S | 0.5 | 81 |\n| M | 0.4 | 82 |\n",  # noqa: E501
            "CHANGELOG.md": "## 1.2\n- 3 losses, 4 metrics\n",
        },
    )
    runs, problems, skipped = everything(tmp_path)
    assert [r.name for r in runs] == ["array-7_2", "notes", "slurm-123.out", "table", "train.o4711"]
    assert not problems
    assert {Path(e.path).name for e in skipped} == {
        "slurm-123.err", "train.e4711", "README.md", "CHANGELOG.md"
    }  # fmt: skip


def test_a_repository_with_nothing_but_prose_says_so(tmp_path: Path) -> None:
    write(tmp_path, {"README.md": "# Loss\n\nTrain for 10 epochs.\n", "docs/index.md": "# Validation\n"})
    runs, (error,), _ = everything(tmp_path)
    assert not runs
    assert "no training log (2 files looked at)" in error.problem


def test_a_run_that_died_before_its_first_row_is_no_stranger(tmp_path: Path) -> None:
    (tmp_path / "run.csv").write_text("epoch,loss,val_loss\n")
    (tmp_path / "data.csv").write_text("id,price\n")
    (tmp_path / "good.csv").write_text("epoch,loss\n" + "".join(f"{i},{9 - i}\n" for i in range(9)))
    batch = curvedoc.diagnose_all(tmp_path)
    assert [d.run.name for d in batch.diagnoses] == ["good"]
    assert [(p.path.endswith("run.csv"), p.problem) for p in batch.problems] == [
        (True, "holds a header and no row")
    ]


def test_our_own_reports_are_no_logs(tmp_path: Path) -> None:
    from curvedoc.cli import main

    log = tmp_path / "run.csv"
    log.write_text("epoch,loss,val_loss\n" + "".join(f"{i},{9 - i},{10 - i}\n" for i in range(9)))
    names = ["a.json", "b.jsonl", "c.csv"]
    outputs = [arg for name in names for arg in ("--output", str(tmp_path / name))]
    baseline = tmp_path / "base.json"
    assert (
        main(["check", str(log), "--fail-on", "unstable", "--write-baseline", str(baseline), *outputs]) == 0
    )
    for name in [*names, "base.json"]:
        with pytest.raises(NotALogError, match="of curvedoc"):
            curvedoc.read(tmp_path / name)
    assert [d.run.name for d in curvedoc.diagnose_all(tmp_path).diagnoses] == ["run"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_pipes_and_folders_that_look_like_logs_are_passed_over(tmp_path: Path) -> None:
    write(tmp_path, {"good.csv": LOG, "run.csv/inner.csv": LOG})
    os.mkfifo(tmp_path / "pipe.csv")  # to open it would wait for a writer for ever
    os.mkfifo(tmp_path / "run.csv" / "events.out.tfevents.1.host")
    names = sorted(d.run.path for d in curvedoc.diagnose_all(tmp_path).diagnoses)
    assert names == [str(tmp_path / "good.csv"), str(tmp_path / "run.csv" / "inner.csv")]
