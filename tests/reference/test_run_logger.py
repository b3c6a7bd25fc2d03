"""RunLogger: what it writes is what was logged, also after a crash."""

from __future__ import annotations

import csv
import json
import math
import os
import signal
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curvedoc.errors import UsageError
from curvedoc.log import RunLogger


class Scalar:
    """Stands for a tensor of one element."""

    def __init__(self, value):
        self.value = value

    def item(self):
        return self.value


def log_one(path, columns, **values):
    with RunLogger(path, columns) as log:
        log(values)


def test_csv_has_a_header_and_a_row_per_call(tmp_path):
    with RunLogger(tmp_path / "run.csv", columns=["epoch", "train_loss", "val_loss"]) as log:
        log(epoch=1, train_loss=Scalar(0.5))
        log({"epoch": 2}, train_loss=0.25, val_loss=math.inf)
    assert (tmp_path / "run.csv").read_text() == "epoch,train_loss,val_loss\n1,0.5,\n2,0.25,inf\n"


def test_jsonl_rows_may_differ(tmp_path):
    with RunLogger(tmp_path / "run.jsonl") as log:
        log({"train/loss": 1.0})
        log({"val/loss": math.nan})
    rows = [json.loads(line) for line in (tmp_path / "run.jsonl").read_text().splitlines()]
    assert rows[0] == {"train/loss": 1.0}
    assert math.isnan(rows[1]["val/loss"])


def test_each_row_is_readable_at_once(tmp_path):
    log = RunLogger(tmp_path / "run.csv")
    log(step=1, loss=2.0)
    assert (tmp_path / "run.csv").read_text() == "step,loss\n1,2.0\n"
    log.close()
    log.close()


@pytest.mark.parametrize(
    ("act", "says"),
    [
        (lambda p: RunLogger(p / "run.txt"), "which format"),
        (lambda p: (RunLogger(p / "a.csv", ["x"]).close(), RunLogger(p / "a.csv")), "already"),
        (lambda p: log_one(p / "a.csv", ["loss"], los=1.0), "Did you mean 'loss'"),
        (lambda p: log_one(p / "a.csv", (), loss="low"), "not one number"),
        (lambda p: log_one(p / "a.csv", (), loss=Scalar("low")), "not one number"),
    ],
)
def test_misuse_is_told_with_a_fix(tmp_path, act, says):
    with pytest.raises(UsageError, match=says) as told:
        act(tmp_path)
    assert told.value.fix


def test_resume_drops_the_torn_line_and_keeps_the_columns(tmp_path):
    path = tmp_path / "run.csv"
    path.write_text("step,loss\n1,0.5\n2,0.2")
    with RunLogger(path, resume=True) as log:
        log(loss=0.25, step=2)
    assert path.read_text() == "step,loss\n1,0.5\n2,0.25\n"


def test_resume_after_a_crash_in_the_header_writes_it_again(tmp_path):
    path = tmp_path / "run.csv"
    path.write_text("step,lo")
    with RunLogger(path, columns=["step", "loss"], resume=True) as log:
        log(step=1, loss=0.5)
    assert path.read_text() == "step,loss\n1,0.5\n"


def test_resume_with_other_columns_is_refused(tmp_path):
    path = tmp_path / "run.csv"
    path.write_text("step,loss\n")
    with pytest.raises(UsageError, match="has the columns step, loss"):
        RunLogger(path, columns=["step", "accuracy"], resume=True)


names = st.text(min_size=1, max_size=12).filter(lambda s: s.isprintable() or "\n" in s or "," in s)
numbers = st.floats(allow_nan=False) | st.integers(-(2**53), 2**53)


@given(st.dictionaries(names, numbers, min_size=1, max_size=5))
def test_any_names_and_numbers_come_back(tmp_path_factory, row):
    path = tmp_path_factory.mktemp("log") / "run.csv"
    with RunLogger(path) as log:
        log(row)
    with path.open(encoding="utf-8", newline="") as file:
        header, cells = csv.reader(file)
    assert header == list(row)
    assert [float(c) for c in cells] == [float(v) for v in row.values()]


@pytest.mark.skipif(os.name != "posix", reason="needs SIGKILL")
def test_a_killed_process_loses_no_row(tmp_path):
    path = tmp_path / "run.jsonl"
    code = (
        "import itertools, sys\nfrom curvedoc.log import RunLogger\nlog = RunLogger(sys.argv[1])\n"
        "for i in itertools.count():\n    log(step=i)\n    print(i, flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE, text=True
    ) as process:
        for line in process.stdout:
            if int(line) >= 50:
                break
        process.send_signal(signal.SIGKILL)
        said = [int(line) for line in process.stdout if line.endswith("\n")]
    time.sleep(0.01)
    steps = [json.loads(line)["step"] for line in path.read_text().splitlines()]
    assert steps == list(range(len(steps)))
    assert steps[-1] >= max(said, default=50)
