"""What the libraries themselves write is read back bit for bit; a test runs where its library is there."""

from __future__ import annotations

import importlib
import math
import warnings
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curvedoc.readers import read_paths
from curvedoc.run import Logged
from curvedoc.source import ReadOptions

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

HARD = [
    math.pi,
    1 / 3,
    -0.0,
    5e-324,
    1.7976931348623157e308,
    math.inf,
    -math.inf,
    math.nan,
    0.1 + 0.2,
    2.0**53 + 1,
    1e-7,
    123456789.123456789,
]
"""Values that a careless reader or writer changes."""

EASY = [3.0 / (i + 1) for i in range(len(HARD))]


def library(name: str) -> Any:
    """A module, or a skipped test; what it warns of on import is not ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pytest.importorskip(name.partition(".")[0])
        try:
            return importlib.import_module(name)
        except ImportError as error:
            pytest.skip(f"{name}: {error}")


def series(path: Path) -> dict[str, tuple[list[float], bytes]]:
    """Name -> steps and the bits of the values, of the one run behind a path."""
    found = list(read_paths([str(path)], ReadOptions()))
    assert len(found) == 1, found
    assert isinstance(found[0], Logged), found
    return {s.name: (s.steps.tolist(), bits(s.values)) for s in found[0].series}


def bits(values: Sequence[float] | np.ndarray) -> bytes:
    """The bits of numbers; every NaN counts as the same."""
    array = np.array(values, np.float64)
    array[np.isnan(array)] = np.nan
    return array.tobytes()


def single(values: Sequence[float]) -> list[float]:
    """Numbers as event files hold them."""
    with np.errstate(over="ignore"):
        return np.array(values).astype(np.float32).tolist()


STEPS = [0, 1, 2, 3, 5, 8, 100, 2**20, 2**31, 2**40, 2**50, 2**53]


@pytest.mark.parametrize("module", ["torch.utils.tensorboard", "tensorboardX"])
def test_summary_writers(tmp_path: Path, module: str) -> None:
    writer = library(module).SummaryWriter(str(tmp_path / "run"))
    for step, hard, easy in zip(STEPS, HARD, EASY, strict=True):
        with np.errstate(over="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            writer.add_scalar("train/loss", np.float32(hard), step)
            writer.add_scalar("val/loss", easy, step)
            writer.add_scalars("both", {"a": easy, "b": hard if abs(hard) < 1e38 else 0.0}, step)
            writer.add_histogram("weights", np.arange(9.0), step)
            writer.add_text("note", "a note", step)
    writer.close()
    found = series(tmp_path)
    steps = [float(step) for step in STEPS]
    assert found["train/loss"] == (steps, bits(single(HARD)))
    assert found["val/loss"] == (steps, bits(single(EASY)))
    assert found["both/a"] == (steps, bits(single(EASY)))
    assert set(found) == {"train/loss", "val/loss", "both/a", "both/b"}


def test_summary_writer_in_double_precision(tmp_path: Path) -> None:
    """PyTorch's ``new_style`` with ``double_precision`` writes tensors of float64."""
    writer = library("torch.utils.tensorboard").SummaryWriter(str(tmp_path / "run"))
    for step, hard in zip(STEPS, HARD, strict=True):
        writer.add_scalar("train/loss", hard, step, new_style=True, double_precision=True)
    writer.close()
    assert series(tmp_path) == {"train/loss": ([float(step) for step in STEPS], bits(HARD))}


def test_records_of_tensorflow_2(tmp_path: Path) -> None:
    """The event writer and the summaries of TensorFlow 2, as TensorBoard carries them without it."""
    files = library("tensorboard.summary.writer.event_file_writer")
    event_pb2 = library("tensorboard.compat.proto.event_pb2")
    summary = library("tensorboard.plugins.scalar.summary_v2")
    writer = files.EventFileWriter(str(tmp_path / "run"))
    for step, hard in zip(STEPS, single(HARD), strict=True):
        scalar = summary.scalar_pb("train/loss", np.float32(hard))
        event = event_pb2.Event(wall_time=1e9 + step, step=step, summary=scalar)
        writer.add_event(event)
    writer.close()
    assert series(tmp_path) == {"train/loss": ([float(step) for step in STEPS], bits(single(HARD)))}


columns = st.lists(st.floats(), min_size=2, max_size=20)


@given(columns, st.sampled_from([",", ";", "\t"]), st.booleans(), st.sampled_from(["nan", "NaN"]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
def test_pandas(tmp_path: Path, values: list[float], separator: str, indexed: bool, nan: str) -> None:
    frame = pd.DataFrame({"epoch": range(len(values)), "loss": values, "val_loss": EASY[0]})
    path = tmp_path / "run.csv"
    frame.to_csv(path, sep=separator, index=indexed, na_rep=nan)
    assert series(path)["loss"] == (list(range(len(values))), bits(values))


@pytest.mark.parametrize("lines", [False, True])
def test_records_of_pandas(tmp_path: Path, lines: bool) -> None:
    """pandas itself rounds to 15 digits when it writes JSON."""
    frame = pd.DataFrame({"epoch": range(len(EASY)), "loss": EASY})
    frame.to_json(tmp_path / "run.json", orient="records", lines=lines, double_precision=15)
    steps, values = series(tmp_path / "run.json")["loss"]
    assert steps == list(range(len(EASY)))
    assert np.allclose(np.frombuffer(values), EASY, rtol=1e-15, atol=1e-15)


@pytest.mark.parametrize("separator", [",", ";"])
def test_keras(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, separator: str) -> None:
    """``CSVLogger``: an epoch that was interrupted in its validation writes NA for what is missing."""
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    logger = library("keras.callbacks").CSVLogger(str(tmp_path / "training.csv"), separator=separator)
    logger.set_model(SimpleNamespace(stop_training=False))
    logger.on_train_begin()
    for epoch, (hard, easy) in enumerate(zip(HARD, EASY, strict=True)):
        logger.on_epoch_end(epoch, {"loss": hard, "val_loss": easy, "accuracy": np.float32(0.1)})
    logger.on_train_end()
    found = series(tmp_path / "training.csv")
    assert found["loss"] == (list(range(len(HARD))), bits(HARD))
    assert found["val_loss"] == (list(range(len(EASY))), bits(EASY))
    assert np.frombuffer(found["accuracy"][1])[0].astype(np.float32) == np.float32(0.1)


def test_lightning(tmp_path: Path) -> None:
    """``CSVLogger``: train and validation on lines of their own, a metric that comes later."""
    logger = library("lightning.pytorch.loggers").CSVLogger(str(tmp_path), name="run")
    for step, (hard, easy) in enumerate(zip(HARD, EASY, strict=True)):
        logger.log_metrics({"train_loss": hard, "epoch": step}, step=10 * step)
        logger.log_metrics({"val_loss": easy, "epoch": step}, step=10 * step)
        if step == 3:
            logger.save()
    logger.log_metrics({"test_acc": 0.5}, step=1000)
    logger.save()
    found = series(tmp_path)
    steps = [10.0 * step for step in range(len(HARD))]
    assert found["train_loss"] == (steps, bits(HARD))
    assert found["val_loss"] == (steps, bits(EASY))


def test_transformers(tmp_path: Path) -> None:
    """``TrainerState.save_to_json`` with what ``Trainer.log`` appends to its history."""
    state = library("transformers.trainer_callback").TrainerState()
    for step, (hard, easy) in enumerate(zip(HARD, EASY, strict=True)):
        state.log_history.append({"loss": hard, "learning_rate": easy, "epoch": step / 4, "step": 10 * step})
        state.log_history.append(
            {"eval_loss": easy, "eval_runtime": 1.5, "epoch": step / 4, "step": 10 * step}
        )
    state.log_history.append({"train_runtime": 9.0, "train_loss": 0.5, "epoch": 3.0, "step": 110})
    state.save_to_json(str(tmp_path / "trainer_state.json"))
    found = series(tmp_path / "trainer_state.json")
    steps = [10.0 * step for step in range(len(HARD))]
    assert found["loss"] == (steps, bits(HARD))
    assert found["eval_loss"] == (steps, bits(EASY))
    assert found["learning_rate"] == (steps, bits(EASY))
