"""One run, whatever its numbers, in every shape that the readers know: the same two curves to the bit."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import event_writer as events
import numpy as np
import pytest
import store_writers as stores
from hypothesis import given, settings
from hypothesis import strategies as st

import curvedoc

if TYPE_CHECKING:
    from collections.abc import Callable

Row = tuple[int, float, float]


def table(separator: str) -> Callable[[list[Row], Path], None]:
    def write(rows: list[Row], path: Path) -> None:
        lines = [("step", "train_loss", "val_loss"), *((str(s), repr(a), repr(b)) for s, a, b in rows)]
        (path / "run.csv").write_text("".join(separator.join(line) + "\n" for line in lines))

    return write


def document(
    make: Callable[[list[Row]], object], name: str = "run.json"
) -> Callable[[list[Row], Path], None]:
    def write(rows: list[Row], path: Path) -> None:
        (path / name).write_text(json.dumps(make(rows)))

    return write


def records(rows: list[Row]) -> list[dict[str, float]]:
    return [{"step": s, "train_loss": a, "val_loss": b} for s, a, b in rows]


def lists(rows: list[Row]) -> dict[str, list[float]]:
    return {name: [r[name] for r in records(rows)] for name in ("step", "train_loss", "val_loss")}


def by_split(rows: list[Row]) -> object:
    steps, train, val = lists(rows).values()
    return {"train": {"step": steps, "loss": train}, "val": {"step": steps, "loss": val}}


def with_own_steps(rows: list[Row]) -> object:
    steps, train, val = lists(rows).values()
    return {"train_loss": {"steps": steps, "values": train}, "val_loss": {"steps": steps, "values": val}}


def trainer_state(rows: list[Row]) -> object:
    both = [({"loss": a, "step": s}, {"eval_loss": b, "step": s}) for s, a, b in rows]
    return {"log_history": [entry for pair in both for entry in pair], "global_step": rows[-1][0]}


def on_lines(rows: list[Row], path: Path) -> None:
    (path / "run.jsonl").write_text("".join(json.dumps(r) + "\n" for r in records(rows)))


def split_records_on_lines(rows: list[Row], path: Path) -> None:
    entries = [(("train", s, a), ("val", s, b)) for s, a, b in rows]
    lines = [{"mode": mode, "step": s, "loss": x} for pair in entries for mode, s, x in pair]
    (path / "run.log.json").write_text("".join(json.dumps(line) + "\n" for line in lines))


def event_files(make: Callable[[str, float], bytes]) -> Callable[[list[Row], Path], None]:
    def write(rows: list[Row], path: Path) -> None:
        both = [events.event(s, make("train/loss", a), make("val/loss", b), wall=1e9 + s) for s, a, b in rows]
        events.write(path / "events.out.tfevents.1.host", *both)

    return write


def event_files_by_split(rows: list[Row], path: Path) -> None:
    """As Keras writes them: a directory for each split, the same tag in both."""
    for place, folder in ((1, "train"), (2, "validation")):
        own = [events.event(int(r[0]), events.scalar("epoch_loss", r[place]), wall=1e9 + r[0]) for r in rows]
        events.write(path / folder / "events.out.tfevents.1.host", *own)


def printed(form: str) -> Callable[[list[Row], Path], None]:
    def write(rows: list[Row], path: Path) -> None:
        (path / "run.log").write_text("".join(form.format(s=s, a=a, b=b) for s, a, b in rows))

    return write


def points(rows: list[Row]) -> dict[str, list[tuple[float, float]]]:
    return {"train/loss": [(s, a) for s, a, _ in rows], "val/loss": [(s, b) for s, _, b in rows]}


SHAPES: dict[str, Callable[[list[Row], Path], None]] = {
    "commas": table(","),
    "tabs": table("\t"),
    "spaces": table(" "),
    "records": document(records),
    "lists": document(lists),
    "lists by split": document(by_split),
    "lists in a history": document(lambda rows: {"params": {"lr": 0.1}, "history": lists(rows)}),
    "lists with their own steps": document(with_own_steps),
    "a trainer's state": document(trainer_state, "trainer_state.json"),
    "a frame": document(
        lambda rows: {"columns": ["step", "train_loss", "val_loss"], "index": [], "data": [*map(list, rows)]}
    ),
    "records on lines": on_lines,
    "records of a split on lines": split_records_on_lines,
    "events of TensorFlow 1": event_files(events.simple),
    "events of TensorFlow 2": event_files(events.scalar),
    "events by split": event_files_by_split,
    "print": printed("step {s}: train_loss {a!r}, val_loss {b!r}\n"),
    "print with bars": printed("step {s} | train loss: {a!r} | val loss: {b!r} | 3.5 it/s\n"),
    "print with times": printed(
        "2024-01-05 10:11:12,123 - INFO - step={s} train_loss={a!r} val_loss={b!r}\n"
    ),
    "W&B": lambda rows, path: (
        (path / "run.wandb").write_bytes(stores.wandb_log(stores.wandb_records(points(rows)))) and None
    ),
    "Sacred": lambda rows, path: stores.sacred_run(path / "1", points(rows)) and None,
    "MLflow": lambda rows, path: stores.mlflow_database(
        path / "mlflow.db", [("0" * 32, "run", "active", 1, points(rows))]
    ),
}

losses = st.floats(0.0009765625, 1e6, width=32)
runs = st.lists(st.tuples(st.integers(1, 500), losses, losses), min_size=5, max_size=30)


@pytest.mark.parametrize("shape", SHAPES)
@given(run=runs)
@settings(max_examples=15, deadline=None)
def test_one_run_reads_the_same_in_every_shape(shape: str, run: list[Row]) -> None:
    steps = np.cumsum([gap for gap, _, _ in run]).tolist()
    rows = [(step, a, b) for step, (_, a, b) in zip(steps, run, strict=True)]
    folder = Path(tempfile.mkdtemp())
    try:
        SHAPES[shape](rows, folder)
        (found,) = curvedoc.read(str(folder))
    finally:
        shutil.rmtree(folder)
    for place, role in ((1, "train/loss"), (2, "val/loss")):
        curve = found.roles[role]
        assert curve.steps.tolist() == steps
        assert curve.values.tolist() == [row[place] for row in rows]
