"""Monitor: the verdict of the log, told once, at next to no cost; nothing in a log makes it raise."""

from __future__ import annotations

import json
import logging
import math
import subprocess
import sys
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import curvedoc
from curvedoc import CurvedocWarning, Monitor
from curvedoc.errors import UsageError
from curvedoc.log import RunLogger
from curvedoc.monitor import loop
from curvedoc.monitor.pace import Pace
from curvedoc.monitor.recording import MOST_WAITING, Recording
from curvedoc.states import State


def healthy(n=60):
    return [{"step": i, "train_loss": 2 * 0.93**i + 0.05, "val_loss": 2 * 0.93**i + 0.08} for i in range(n)]


def overfit(n=60):
    rows = healthy(n)
    return [row | {"val_loss": 2 * 0.85**i + 0.4 + 0.03 * max(0, i - 12)} for i, row in enumerate(rows)]


def lost(n=60, at=40):
    return [row | ({"train_loss": math.nan} if row["step"] >= at else {}) for row in healthy(n)]


def quiet(**options):
    """A monitor that looks at every row and says nothing."""
    return Monitor(**{"share": None, "warn": None, **options})


def fed(monitor, rows):
    with monitor:
        for row in rows:
            monitor.log(row)
    return monitor


class Tensor:
    """Stands for a tensor on a GPU; counts how often someone waited for it."""

    def __init__(self, value, shape=(), log=None):
        self.value, self.shape, self.device, self.waited = value, shape, self, [] if log is None else log
        self.type = "cuda"

    def detach(self):
        return self

    def clone(self):
        return Tensor(self.value, self.shape, self.waited)

    def item(self):
        self.waited.append(self.value)
        return self.value


# What it hears


@pytest.mark.parametrize("rows", [healthy(), overfit(), lost()], ids=["healthy", "overfit", "lost"])
@pytest.mark.parametrize("ending", ["jsonl", "csv"])
def test_the_verdict_is_that_of_the_log(tmp_path, rows, ending):
    path = tmp_path / f"run.{ending}"
    monitor = fed(quiet(path=path), rows)
    filed = curvedoc.diagnose(path)
    assert monitor.diagnosis.states == filed.states
    assert {role: c.values.tobytes() for role, c in monitor.diagnosis.run.roles.items()} == {
        role: c.values.tobytes() for role, c in filed.run.roles.items()
    }


def test_three_ways_to_log_a_row():
    monitor = quiet(every=10)
    monitor.log(1, loss=1.0, val_loss=None)
    monitor.log({"train/loss": 0.5}, step=2)
    monitor.log({"loss": np.float32(0.5)})
    monitor.log(loss=np.array([0.25]), step=np.int64(4))
    assert monitor.rows == [
        {"step": 1.0, "loss": 1.0},
        {"step": 2.0, "train/loss": 0.5},
        {"loss": 0.5},
        {"step": 4.0, "loss": 0.25},
    ]


values = st.none() | st.floats() | st.integers(-(2**60), 2**60)
row = st.dictionaries(st.sampled_from(["loss", "val_loss", "acc", "lr", "epoch", "x\x1b[31m"]), values)


@given(st.lists(row, max_size=20))
def test_any_rows_are_kept_and_none_makes_it_raise(rows):
    monitor = fed(quiet(every=15), rows)
    kept = [sorted((k, float(v)) for k, v in each.items() if v is not None) for each in rows]
    assert str([sorted(each.items()) for each in monitor.rows]) == str([each for each in kept if each])
    assert not monitor._broken


@pytest.mark.parametrize(
    "value",
    ["0.5", [1.0, 2.0], np.ones(3), Tensor(1.0, (2,)), 10**400],
    ids=["text", "list", "array", "tensor", "huge"],
)
def test_what_is_no_number_is_refused_and_leaves_no_half_row(value):
    monitor = quiet()
    with pytest.raises(UsageError, match="'loss'"):
        monitor.log(1, lr=0.1, loss=value)
    assert monitor.rows == []


def test_nothing_waits_for_a_gpu_until_it_looks():
    monitor, waited = quiet(every=10), []
    for step in range(9):
        monitor.log(step, loss=Tensor(1.0 / (step + 1), log=waited))
    assert waited == []
    monitor.log(9, loss=Tensor(math.nan, log=waited))
    assert len(waited) == 10
    assert monitor.diagnosis.run.get("train/loss").values[:2].tolist() == [1.0, 0.5]


def test_not_too_much_is_left_on_a_gpu():
    recording, waited = Recording(), []
    for step in range(MOST_WAITING + 5):
        recording.add({"loss": Tensor(float(step), log=waited)})
    assert len(waited) == MOST_WAITING


def test_a_tensor_changed_afterwards_was_logged_before():
    tensor = Tensor(1.0)
    monitor = quiet(every=10)
    monitor.log(1, loss=tensor)
    tensor.value = 7.0
    assert monitor.rows == [{"step": 1.0, "loss": 1.0}]


# What it says


def test_a_change_is_told_once(monkeypatch):
    told = []
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        monitor = fed(Monitor(share=None, on_change=told.append), overfit())
    assert [d.state for d in told][-1] is monitor.state is State.OVERFITTING
    assert len({d.state for d in told}) == len(told)
    (warning,) = caught
    assert warning.category is CurvedocWarning
    assert warning.filename == __file__
    assert str(warning.message).startswith("overfitting (")
    assert "Try: " in str(warning.message)


def test_good_news_are_no_warning(caplog):
    with caplog.at_level(logging.INFO, "curvedoc"):
        fed(Monitor(share=None, warn="logging"), healthy())
        fed(Monitor(share=None, warn="logging"), overfit())
    assert next(r.levelname for r in caplog.records if "smooth descent" in r.message) == "INFO"
    assert [r.levelname for r in caplog.records if "overfitting" in r.message] == ["WARNING"]
    fed(Monitor(share=None), healthy())  # would raise: warnings are errors here


def test_lost_numbers_are_looked_at_at_once():
    monitor = quiet(every=10_000, stop_on="unstable")
    for row in lost():
        monitor.log(row)
        if monitor.should_stop:
            break
    assert row["step"] == 41


def test_numbers_that_are_always_lost_cost_few_looks(monkeypatch):
    looks = []
    monkeypatch.setattr(Monitor, "_look", lambda self, at_end: looks.append(at_end))
    monitor = quiet(every=10**9)
    for step in range(10_000):
        monitor.log(step, loss=1.0, val_loss=math.nan)
        monitor.log(step, grad_norm=math.inf if step % 100 == 0 else 1.0)
    assert len(looks) == 13  # 2, 4, ... 8192 in a row


@pytest.mark.parametrize(
    ("rows", "stop_on", "stopped"),
    [
        (lost(), ("unstable",), True),
        (lost(), "overfitting, unstable", True),
        (lost(), (State.UNSTABLE,), True),
        (lost(), (), False),
        (lost(), ("overfitting",), False),
        (overfit(), ("overfitting",), True),
        (healthy(), ("overfitting", "unstable"), False),
    ],
)
def test_stopping_is_opt_in(rows, stop_on, stopped):
    assert fed(quiet(stop_on=stop_on), rows).should_stop is stopped


def test_a_run_that_is_not_sure_enough_is_not_told():
    told = []
    monitor = fed(quiet(on_change=told.append, min_confidence=1.0), overfit())
    assert told == []
    assert monitor.diagnosis.state is State.OVERFITTING
    assert monitor.state is State.INCONCLUSIVE


def test_all_but_one_process_do_nothing(tmp_path):
    monitor = fed(quiet(enabled=False, stop_on="unstable", path=tmp_path / "a.csv"), lost())
    assert (monitor.rows, monitor.diagnosis, monitor.should_stop) == ([], None, False)
    assert monitor.look() is None
    assert not (tmp_path / "a.csv").exists()


# When it looks


def test_looks_keep_to_their_share():
    pace = Pace(every=1, share=0.01)
    looks, now = [], 0.0
    while now < 100.0:
        now += 0.01
        if pace.due(now):
            looks.append(now)
            pace.looked(now, now + 0.02)
            now += 0.02
    assert len(looks) * 0.02 <= 0.01 * 100 + 0.02
    assert len(looks) >= 40


def test_without_a_share_only_rows_count():
    pace = Pace(every=3, share=None)
    due = []
    for now in range(9):
        due.append(pace.due(now))
        if due[-1]:
            pace.looked(now, now + 100)
    assert due == [False, False, True] * 3


# What it is asked


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"every": 0}, "every=0"),
        ({"share": 0}, "share=0"),
        ({"share": 2.0}, "share=2.0"),
        ({"min_confidence": 90}, "min_confidence=90"),
        ({"min_confidence": math.nan}, "min_confidence=nan"),
        ({"warn": "loging"}, "Did you mean 'logging'"),
        ({"stop_on": "unstabel"}, "Did you mean 'unstable'"),
        ({"stop_on": ("inconclusive",)}, "not a state to stop on"),
        ({"mapping": {"trian/loss": "L"}}, "trian/loss"),
        ({"mapping": {"train/loss": "L", "val/loss": "L"}}, "two roles"),
        ({"path": "run.txt"}, "which format"),
    ],
    ids=str,
)
def test_arguments_that_make_no_sense(options, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as refused:
        Monitor(**options)
    assert said in refused.value.problem


def test_names_that_come_later_are_waited_for():
    rows = [{"step": r["step"], "L": r["train_loss"]} for r in healthy()]
    for row, twin in zip(rows[30:], healthy()[30:], strict=True):
        row["V"], row["good"] = twin["val_loss"], 1 - twin["val_loss"]
    monitor = quiet(mapping={"train/loss": "L", "val/loss": "V"}, metric="good", every=10)
    for row in rows[:20]:
        monitor.log(row)
    assert set(monitor.diagnosis.run.roles) == {"train/loss"}
    fed(monitor, rows[20:])
    assert {"train/loss", "val/loss"} < set(monitor.diagnosis.run.roles)
    assert monitor.diagnosis.run.metric == "good"


def test_names_that_never_come_are_told_at_the_end():
    with pytest.warns(CurvedocWarning, match="nope"):
        fed(Monitor(mapping={"val/loss": "nope"}), healthy())


def test_a_fault_of_ours_does_not_end_a_training(monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("of ours")

    monkeypatch.setattr(loop, "_named", broken)
    with pytest.warns(CurvedocWarning, match="ZeroDivisionError: of ours") as caught:
        fed(Monitor(share=None), healthy())
    assert len(caught) == 1


def test_an_error_in_the_loop_is_what_one_sees(tmp_path):
    told = []
    monitor = quiet(on_change=told.append, every=10**6, path=tmp_path / "a.jsonl")
    with pytest.raises(UsageError, match="'loss'"):
        fed(monitor, [*overfit(), {"loss": "much"}])
    assert told == []
    assert len((tmp_path / "a.jsonl").read_text().splitlines()) == 60


# Its log file


@pytest.mark.parametrize("ending", ["jsonl", "csv"])
def test_a_resumed_run_is_one_run(tmp_path, ending):
    path, rows = tmp_path / f"run.{ending}", overfit()
    fed(quiet(path=path), rows[:30])
    with pytest.raises(UsageError, match="already"):
        quiet(path=path)
    monitor = fed(quiet(path=path, resume=True), rows[30:])
    assert str(monitor.rows) == str([{k: float(v) for k, v in r.items()} for r in rows])
    assert monitor.diagnosis.states == curvedoc.diagnose(path).states


def test_a_log_torn_by_a_crash_is_resumed(tmp_path):
    path = tmp_path / "run.jsonl"
    path.write_text('{"step": 1, "loss": 2.0}\n{"step": 2, "lo')
    monitor = fed(quiet(path=path, resume=True), [{"step": 2, "loss": math.inf}])
    assert monitor.rows == [{"step": 1.0, "loss": 2.0}, {"step": 2.0, "loss": math.inf}]
    assert json.loads(path.read_text().splitlines()[1])["loss"] == math.inf


def test_rows_recalled_are_not_written_again(tmp_path):
    path = tmp_path / "run.jsonl"
    with RunLogger(path) as log:
        log(step=0, loss=1.0)
    monitor = quiet(path=tmp_path / "new.jsonl")
    monitor.recall([{"step": 0, "loss": 1.0}])
    monitor.log(1, loss=0.5)
    monitor.close()
    assert len(monitor.rows) == 2
    assert len((tmp_path / "new.jsonl").read_text().splitlines()) == 1


def test_a_closed_monitor_goes_on(tmp_path):
    monitor = fed(quiet(path=tmp_path / "a.jsonl"), healthy()[:30])
    monitor.close()
    fed(monitor, healthy()[30:])
    assert len((tmp_path / "a.jsonl").read_text().splitlines()) == 60


def test_importing_curvedoc_stays_cheap():
    code = "import sys, curvedoc, curvedoc.monitor; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"numpy", "torch", "pandas", "rich"} & set(done.stdout.split())
