"""The examples of docs/monitor.md run as they stand."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import known_warnings
import pytest

import curvedoc

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "monitor.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def block(word):
    (found,) = [text for text in BLOCKS if word in text]
    return found


def test_every_block_is_run_here():
    words = ("train_step", "lightning", "transformers", "keras", "changes")
    assert sorted(block(word) for word in words) == sorted(BLOCKS)


def test_every_argument_has_a_line():
    table = re.findall(r"^\| (`.*?) \|", PAGE, re.MULTILINE)
    named = {name for cell in table for name in re.findall(r"`(\w+)`", cell)}
    assert set(inspect.signature(curvedoc.Monitor).parameters) <= named
    share = inspect.signature(curvedoc.Monitor).parameters["share"].default
    assert f"| {share} |" in PAGE


def test_any_loop(capsys):
    names = {"batches": range(200), "train_step": lambda i: 2 * 0.97**i + 0.05, "evaluate": lambda: 0.1}
    exec(block("train_step"), names)
    assert "<Diagnosis: " in capsys.readouterr().out
    exec(block("changes"), names)


@known_warnings.LIGHTNING
def test_lightning(tmp_path, monkeypatch):
    pytest.importorskip("lightning.pytorch")
    import lightning.pytorch as pl
    import test_lightning as small

    monkeypatch.chdir(tmp_path)
    train_loader, val_loader = small.loaders()
    exec(
        block("lightning"), {"model": small.line(pl), "train_loader": train_loader, "val_loader": val_loader}
    )


@known_warnings.TRANSFORMERS
def test_transformers(tmp_path):
    transformers = pytest.importorskip("transformers")
    import test_transformers as small

    arguments = transformers.TrainingArguments(
        output_dir=str(tmp_path),
        use_cpu=True,
        report_to=[],
        save_strategy="no",
        logging_steps=2,
        disable_tqdm=True,
    )
    names = {"train_set": small.examples(32, 0.1, 1), "eval_set": small.examples(32, 0.1, 2)}
    exec(block("transformers"), {"model": small.Net(8), "arguments": arguments, **names})


@known_warnings.KERAS
def test_keras():
    pytest.importorskip("keras")
    import test_keras as small

    x = small.np.ones((64, 4))
    names = {"x": x, "y": x.sum(1), "x_val": x, "y_val": x.sum(1)}
    exec(block("keras"), {"model": small.model(), **names})
    assert names
