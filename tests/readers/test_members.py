"""Several runs in one file: folds and seeds told apart by a column, by names, by keys; a run that resumed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curvedoc.cells import Column
from curvedoc.members import by_member
from curvedoc.run import Logged
from curvedoc.table import Table

if TYPE_CHECKING:
    from random import Random

ReadLog = Callable[..., list[Logged]]
EPOCHS, FOLDS = 8, (0, 1, 2, 3)


def loss(epoch: int, fold: int = 0) -> float:
    return 2 / (epoch + 1) + fold


def csv(head: str, rows: list[tuple[object, ...]]) -> str:
    return "\n".join([head, *(",".join(map(str, row)) for row in rows)]) + "\n"


PAIRS = [(fold, epoch) for fold in FOLDS for epoch in range(EPOCHS)]
BY_EPOCH = [(fold, epoch) for epoch in range(EPOCHS) for fold in FOLDS]
ROWS = {
    "one fold after the other": ("run.csv", csv("fold,epoch,loss", [(f, e, loss(e, f)) for f, e in PAIRS])),
    "side by side": ("run.csv", csv("epoch,fold,loss", [(e, f, loss(e, f)) for f, e in BY_EPOCH])),
    "another name": ("run.csv", csv("Fold ID,epoch,loss", [(f, e, loss(e, f)) for f, e in BY_EPOCH])),
    "in words": ("run.csv", csv("run_name,epoch,loss", [(f"r{f}", e, loss(e, f)) for f, e in BY_EPOCH])),
    "columns of folds": (
        "run.csv",
        csv(
            "epoch," + ",".join(f"loss_fold{f}" for f in FOLDS),
            [(e, *(loss(e, f) for f in FOLDS)) for e in range(EPOCHS)],
        ),
    ),
    "columns of folds, in front": (
        "run.csv",
        csv(
            "epoch," + ",".join(f"seed {f}/loss" for f in FOLDS),
            [(e, *(loss(e, f) for f in FOLDS)) for e in range(EPOCHS)],
        ),
    ),
    "lines of JSON": (
        "run.jsonl",
        "".join(json.dumps({"seed": f, "epoch": e, "loss": loss(e, f)}) + "\n" for f, e in BY_EPOCH),
    ),
    "JSON by key": (
        "run.json",
        json.dumps({f"fold_{f}": {"loss": [loss(e, f) for e in range(EPOCHS)]} for f in FOLDS}),
    ),
    "JSON in a list": (
        "run.json",
        json.dumps([{"seed": f, "history": {"loss": [loss(e, f) for e in range(EPOCHS)]}} for f in FOLDS]),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "text"), ROWS.values(), ids=ROWS)
def test_each_fold_is_a_run(read_log: ReadLog, name: str, text: str) -> None:
    found = read_log(text, name)
    assert len({run.name for run in found}) == len(found) == len(FOLDS)
    for fold, run in zip(FOLDS, found, strict=True):
        (curve,) = [s for s in run.series if s.name.endswith("loss")]
        assert curve.values.tolist() == [loss(e, fold) for e in range(EPOCHS)]
        assert np.diff(curve.steps).tolist() == [1] * (EPOCHS - 1)
        assert run.name.endswith(str(fold))


RESUMED = {
    "rewound": [*range(10), *range(6, 20)],
    "goes on where it stopped": [*range(10), *range(10, 20)],
    "twice": [*range(8), *range(5, 12), *range(10, 20)],
}


@pytest.mark.parametrize("steps", RESUMED.values(), ids=RESUMED)
@pytest.mark.parametrize("form", ["csv", "header again", "jsonl", "text"])
def test_a_resumed_run_is_one_run_with_the_later_points(
    read_log: ReadLog, steps: list[int], form: str
) -> None:
    values = [round(3 / (s + 1) + i / 1000, 4) for i, s in enumerate(steps)]
    rows: list[tuple[object, ...]] = [(s * 10, v, v + 1) for s, v in zip(steps, values, strict=True)]
    text, name = csv("step,loss,val_loss", rows), "run.csv"
    if form == "header again":
        again = next((i for i in range(1, len(steps)) if steps[i] <= steps[i - 1]), 10)
        head, lines = text.splitlines()[0], text.splitlines()[1:]
        text = "\n".join([head, *lines[:again], head, *lines[again:]]) + "\n"
    elif form == "jsonl":
        text, name = "".join(json.dumps({"step": s, "loss": v}) + "\n" for s, v, _ in rows), "run.jsonl"
    elif form == "text":
        text, name = "".join(f"step {s}: loss {v}, val loss {w:.4f}\n" for s, v, w in rows), "run.log"
    (run,) = read_log(text, name)
    curve = next(s for s in run.series if s.name.endswith("loss"))
    last = dict(zip(steps, values, strict=True))
    assert curve.steps.tolist() == [s * 10 for s in range(20)]
    assert curve.values.tolist() == [last[s] for s in range(20)]


ONE_RUN = {
    "one seed": csv("seed,epoch,loss", [(42, e, loss(e)) for e in range(EPOCHS)]),
    "a row per trial": csv("trial,loss", [(e, loss(e)) for e in range(EPOCHS)]),
    "trials of one long run": csv("trial,step,loss", [(e // 4, e, loss(e)) for e in range(40)]),
    "numbers of something else": csv("epoch,loss_0,loss_1", [(e, loss(e), loss(e)) for e in range(EPOCHS)]),
    "a total beside its folds": csv(
        "epoch,loss,fold1_loss,fold2_loss", [(e, loss(e), loss(e), loss(e)) for e in range(EPOCHS)]
    ),
}


@pytest.mark.parametrize("text", ONE_RUN.values(), ids=ONE_RUN)
def test_what_only_looks_like_several_runs(read_log: ReadLog, text: str) -> None:
    (run,) = read_log(text)
    assert max(len(s.values) for s in run.series) >= EPOCHS


@given(st.integers(2, 6), st.integers(3, 9), st.randoms())
def test_rows_in_any_order_of_folds_keep_every_point(folds: int, epochs: int, random: Random) -> None:
    left = {f: list(range(epochs)) for f in range(folds)}
    rows = []
    while any(left.values()):
        fold = random.choice([f for f in left if left[f]])
        rows.append((fold, left[fold].pop(0)))
    at = np.arange(len(rows))
    table = Table(
        "run", "run.csv", "csv",
        (
            Column("fold", at, np.array([float(f) for f, _ in rows])),
            Column("epoch", at, np.array([float(e) for _, e in rows])),
            Column("loss", at, np.array([100.0 * f + e for f, e in rows])),
        ),
        len(rows),
    )  # fmt: skip
    made = {part.name: part for part in by_member(table)}
    assert set(made) == {f"run/fold_{f}" for f in range(folds)}
    for fold in range(folds):
        part = made[f"run/fold_{fold}"]
        named = {c.name: c for c in part.numbers}
        assert part.n_rows == epochs
        assert named["loss"].values.tolist() == [100.0 * fold + e for e in range(epochs)]
        assert named["loss"].rows.tolist() == named["epoch"].rows.tolist() == list(range(epochs))
