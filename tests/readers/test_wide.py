"""Wide logs and logs of many tasks: what is taken as main loss and metric, and that it stays fast."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import pytest

from curvedoc.naming import assign
from curvedoc.run import Logged, Run

ReadLog = Callable[..., list[Logged]]
TASKS = ["cola", "sst2", "mrpc", "qqp", "stsb", "mnli", "qnli", "rte", "wnli", "squad"]
PER_TASK = [f"{split}/{task}/loss" for task in TASKS for split in ("train", "eval")]
SCORES = [f"eval/{task}/{metric}" for task in TASKS for metric in ("accuracy", "f1")]
LAYERS = [f"grad_norm/layer.{k}.{part}" for k in range(80) for part in ("attn", "mlp", "ln")]
UNKNOWN = [f"stats/m{k}" for k in range(280)]


def table(names: list[str], n: int = 60) -> str:
    def cell(name: str, i: int) -> str:
        if name == "step":
            return str(i * 10)
        fallen = math.exp(-i / 15)
        if "loss" in name:
            return f"{2 * fallen + 0.1 + 0.1 * ('val' in name):.5f}"
        return f"{0.9 - 0.5 * fallen if 'stats' not in name else math.sin(i * len(name)):.5f}"

    return "\n".join([",".join(names), *(",".join(cell(c, i) for c in names) for i in range(n))]) + "\n"


def read(read_log: ReadLog, names: list[str]) -> Run:
    (logged,) = read_log(table(["step", *names]))
    return assign(logged)


def named(run: Run, role: str) -> str:
    curve = run.get(role)
    return curve.name if curve else ""


@pytest.mark.parametrize(
    ("names", "train", "val", "metric"),
    [
        ([*PER_TASK, *LAYERS, *SCORES, "train/loss", "eval/loss"], "train/loss", "eval/loss", ""),
        ([*UNKNOWN, "loss", "val_loss", "val_accuracy"], "loss", "val_loss", "accuracy"),
        ([*LAYERS, "total_loss", "aux_loss", "val_total_loss"], "total_loss", "val_total_loss", ""),
        ([*PER_TASK, "loss", "val_loss", "val_mean_accuracy", *SCORES], "loss", "val_loss", "accuracy"),
    ],
)  # fmt: skip
def test_the_total_is_found_among_hundreds(
    read_log: ReadLog, names: list[str], train: str, val: str, metric: str
) -> None:
    run = read(read_log, names)
    assert (named(run, "train/loss"), named(run, "val/loss")) == (train, val)
    if metric:
        assert run.metric == metric


def test_without_a_total_the_tasks_are_summed_and_the_run_says_so(read_log: ReadLog) -> None:
    run = read(read_log, [*PER_TASK, *LAYERS])
    train = run.get("train/loss")
    assert train is not None
    assert len(train.sources) == len(TASKS)
    assert any("no total is logged" in note for note in run.notes)


def test_hundreds_of_columns_cost_little(read_log: ReadLog) -> None:
    begun = time.perf_counter()
    run = read(read_log, [*PER_TASK, *LAYERS, *SCORES, "train/loss", "eval/loss"])
    assert len(run.curves) + len(run.ignored) >= 280
    assert time.perf_counter() - begun < 3  # takes a tenth of that
