"""Plain-text logs: what trainers print, read as the curves that were printed."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from text_formats import FORMATS, Case

from curvedoc.errors import CurvedocError, NotALogError
from curvedoc.families import families
from curvedoc.naming import assign
from curvedoc.readers import text as text_reader
from curvedoc.source import ReadOptions, Source

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import ReadLog


@pytest.mark.parametrize("case", FORMATS, ids=lambda case: case.name)
def test_what_was_printed_is_read(read_log: ReadLog, case: Case) -> None:
    (logged,) = read_log(case.text, "train.log")
    run = assign(logged)
    for role, values in case.curves.items():
        curve = run.get(role)
        assert curve is not None, (role, sorted(run.roles))
        np.testing.assert_allclose(curve.values, values, rtol=1e-6)
        steps = case.steps.get(role, ()) if isinstance(case.steps, dict) else case.steps
        if steps:
            assert curve.steps.tolist() == list(steps)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("hello world 1\n" * 5, "no line reports"),
        (
            "".join(f"Downloading: {i}%|███   | {i}/100 [00:01<00:02, 3.1MB/s]\n" for i in range(100)),
            "plain text",
        ),
        ("".join(f"\rProgress {i}%" for i in range(100)), "plain text"),
        ("".join(f"epoch {i} done in {i + 3}.5s\n" for i in range(20)), "plain text"),
        ("".join(f"step {i} memory {i * 3} MB power 250\n" for i in range(20)), "no loss or metric"),
        ("lr = 0.1\nloss = 'mse'\nepochs = 10\nval_split = 0.2\n", "plain text"),
        ("Epoch 1: loss 0.5\nEpoch 2: loss 0.4\n", "no line reports"),
        ("Test accuracy: 0.93\nTest loss: 0.21\n", "plain text"),
        (
            'hello\n\nTraceback (most recent call last):\n  File "a.py", line 3\nValueError: no x\n',
            "at its end a program failed: ValueError: no x",
        ),
        (
            "hello world 1\n" * 5 + "torch.OutOfMemoryError: CUDA out of memory",
            "failed: torch.OutOfMemoryError",
        ),
        ("loss " * 3_000_000, "is in no format that is read"),
    ],
)
def test_a_text_without_curves_is_refused_with_a_reason(read_log: ReadLog, text: str, says: str) -> None:
    with pytest.raises(NotALogError) as caught:
        read_log(text, "a.log")
    assert says in caught.value.problem
    assert caught.value.fix


CODE = """
import torch
class Net(torch.nn.Module):
    def forward(self, x, step=3, loss=0.5):
        return self.fc(x) * 0.1  # loss: 3.0, step 5
for epoch in range(10):
    print(f"epoch {epoch} loss {loss:.3f}")
lr = 0.001
weight_decay = 0.1
  (bn1): BatchNorm2d(64, eps=1e-05, momentum=0.1, affine=True)
  (bn2): BatchNorm2d(64, eps=1e-05, momentum=0.1, affine=True)
  (bn3): BatchNorm2d(64, eps=1e-05, momentum=0.1, affine=True)
SOLVER:
  LOSS_WEIGHT: 2.0
TEST:
  LOSS_WEIGHT: 2.0
  IOU: 0.5
Namespace(epochs=10, lr=0.1, loss='mse', val_freq=3)
"""


@pytest.mark.parametrize("times", [1, 3, 40])
def test_source_and_settings_around_a_log_are_no_points(read_log: ReadLog, times: int) -> None:
    log = "".join(f"epoch {i}: loss {3 - i / 10} val_loss {4 - i / 10}\n" for i in range(8))
    (logged,) = read_log(CODE * times + log + CODE, "run.out")
    assert {s.name: len(s.values) for s in logged.series} == {"loss": 8, "val_loss": 8}


def test_folds_and_resumed_runs_are_told_apart(read_log: ReadLog) -> None:
    epoch = "Epoch {} - Training Loss: {} Accuracy: 0.5\nValidation Loss: {} Accuracy: 0.25\n"
    fold = "".join(epoch.format(e, 3 - e / 4, 4 - e / 4) for e in range(1, 6))
    runs = read_log("".join(f"Fold {i}/3\n{fold}" for i in range(1, 4)), "folds.log")
    assert [run.name for run in runs] == ["folds/fold_1", "folds/fold_2", "folds/fold_3"]
    assert all(assign(run).roles["val/loss"].values.tolist() == [3.75, 3.5, 3.25, 3.0, 2.75] for run in runs)
    first = "".join(f"step {s} loss {10 - s / 100}\n" for s in range(100, 600, 100))
    again = "".join(f"step {s} loss {5 - s / 1000}\n" for s in range(400, 900, 100))
    (resumed,) = read_log(first + "Resuming from step 300\n" + again, "resumed.log")
    assert resumed.series[0].steps.tolist() == [100, 200, 300, 400, 500, 600, 700, 800]
    assert resumed.series[0].values.tolist()[:4] == [9.0, 8.0, 7.0, 4.6]


@pytest.mark.parametrize(
    ("head", "end", "names"),
    [
        ("Fold {}/3", "", "fold"),
        ("===== FOLD {} =====", "", "fold"),
        ("Training fold {}...", "", "fold"),
        ("[K-Fold: {}]", "", "fold"),
        ("Fold {}", "Fold 1: accuracy 0.5\nFold 2: accuracy 0.5\nFold 3: accuracy 0.5\n", "fold"),
        ("Starting", "", "number"),  # no fold is named
        ("Loading fold.{}.txt", "", "number"),
    ],
)
def test_folds_are_named_as_the_text_names_them(read_log: ReadLog, head: str, end: str, names: str) -> None:
    epochs = "".join(f"Epoch {e} loss {3 - e / 4} val_loss {4 - e / 4}\n" for e in range(1, 6))
    runs = read_log("".join(f"{head.format(i)}\n{epochs}" for i in (1, 2, 3)) + end, "cv.log")
    said = {"fold": [f"cv/fold_{i}" for i in (1, 2, 3)], "number": [f"cv#{i}" for i in (1, 2, 3)]}
    assert [run.name for run in runs] == said[names]
    (family,) = families([run.name for run in runs])
    assert family.size == ("3 folds" if names == "fold" else "3 runs")
    assert all([s.name for s in run.series] == ["loss", "val_loss"] for run in runs)


@pytest.mark.parametrize(
    ("text", "name", "reader"),
    [
        ("epoch,loss\n1,0.5\n2,0.4\n3,0.3\n", "a.log", "csv"),
        ("epoch\tloss\n1\t0.5\n2\t0.4\n3\t0.3\n", "a.txt", "csv"),
        ("epoch loss\n1 0.5\n2 0.4\n3 0.3\n", "a.log", "csv"),
        ('{"epoch": 1, "loss": 0.5}\n{"epoch": 2, "loss": 0.4}\n', "a.log", "jsonl"),
        ('{"loss": [3, 2, 1], "val_loss": [3, 2, 2]}', "a.txt", "json"),
        ("epoch 1 loss 3\nepoch 2 loss 2\nepoch 3 loss 1\n", "a.log", "text"),
        ("epoch 1 loss 3\nepoch 2 loss 2\nepoch 3 loss 1\n", "a", "text"),
    ],
)
def test_text_is_the_last_resort(read_log: ReadLog, text: str, name: str, reader: str) -> None:
    assert {logged.reader for logged in read_log(text, name)} == {reader}


def test_standard_input_is_read(tmp_path: Path) -> None:
    log = "".join(f"Epoch {i}/9 - loss: {3 - i / 4} - val_loss: {3.5 - i / 4}\n" for i in range(1, 10))
    done = subprocess.run(
        [sys.executable, "-m", "curvedoc", "diagnose", "-"],
        input=log,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        check=False,
    )
    assert done.returncode in (0, 1), done.stderr
    assert "val/loss" in done.stdout


def test_validations_are_known_by_the_name_of_the_file(read_log: ReadLog) -> None:
    text = "".join(
        f"Steps: {s}\tloss: {4 - s / 1000}\tppl: 9.5\tLR: 0.0003\t*\n" for s in range(500, 3000, 500)
    )
    (logged,) = read_log(text, "validations.txt")
    assert assign(logged).roles["val/loss"].values.tolist() == [3.5, 3.0, 2.5, 2.0, 1.5]


# fmt: off
PIECES = st.sampled_from([
    "Epoch ", "1/10", "loss", ":", "=", " ", "0.5", "val_loss ", "nan", "[", "]", "(", ")", "|", "\r", "\n",
    "\b", "%|██| 3/10 [00:01<00:02, 1it/s]", "Train: ", "Test: ", "step ", "{'loss': ", "}", "12:30:01",
    "1,234", "1e-3", "\x1b[32m", "\t", "/", "acc 0.5", "- ", "---", "9", "É", "\x00", "9" * 400,
])
# fmt: on


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=120).map("".join)), st.integers(1, 4))
def test_any_text_gives_runs_or_an_error_with_a_reason(text: str, times: int) -> None:
    source = Source("a.log", "a", (), "stdin")
    object.__setattr__(source, "_once", (text * times).encode("utf-8", "surrogatepass"))
    try:
        runs = text_reader.read(source, ReadOptions())
    except CurvedocError:
        return
    assert runs
    for run in runs:
        for series in run.series:
            assert len(series.steps) == len(series.values)
            assert np.isfinite(series.steps).all()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(allow_nan=False, width=32), min_size=3, max_size=20),
    st.sampled_from(
        ["step {s}: loss {v!r}\n", "[{s}] loss={v!r} lr=0.1\n", "iter {s} | loss {v!r} | x\n"]  # noqa: RUF005
        + ["{{'loss': {v!r}, 'step': {s}}}\n"]
    ),
)
def test_values_come_back_bit_for_bit(values: list[float], form: str) -> None:
    source = Source("a.log", "a", (), "stdin")
    object.__setattr__(source, "_once", "".join(form.format(s=s, v=v) for s, v in enumerate(values)).encode())
    (run,) = text_reader.read(source, ReadOptions())
    loss = next(s for s in run.series if s.name == "loss")
    assert loss.values.tolist() == values


@pytest.mark.parametrize(
    "piece",
    ["1 ", "loss: 0.5, ", "[", "a|", "\x1b[", "9" * 50, "-- ", "1,", "(x", "nan ", "1%|", "| ", "é: "],
)
@pytest.mark.parametrize("width", [10_000_000, 900])
def test_odd_texts_are_refused_in_time_linear_in_their_size(piece: str, width: int) -> None:
    line = piece * (width // len(piece))
    source = Source("a.log", "a", (), "stdin")
    object.__setattr__(source, "_once", (line if width > 1000 else f"{line}\n" * 500).encode())
    begin = time.process_time()
    with pytest.raises(CurvedocError):
        text_reader.read(source, ReadOptions())
    assert time.process_time() - begin < 5
