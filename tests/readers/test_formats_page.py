"""The page of formats: every example on it is read by the reader it stands for, its bounds are the code's."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

import curvedoc
from curvedoc import archives, refusal, remote, search, source, table
from curvedoc.grouping import SUFFIXES
from curvedoc.readers import READERS
from curvedoc.settings import load_file

PAGE = (Path(__file__).parents[2] / "docs" / "formats.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```(\w+) (\S+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
RUNS = {"folds.csv": 2}


@pytest.mark.parametrize(("reader", "name", "text"), EXAMPLES, ids=[name for _, name, _ in EXAMPLES])
def test_every_example_is_read(tmp_path: Path, reader: str, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    runs = curvedoc.read(tmp_path / name)
    assert [run.reader for run in runs] == [reader] * RUNS.get(name, 1)
    for run in runs:
        loss = run.get("train/loss") or run.curves[0]
        assert loss.values[0] > loss.values[-1]
        assert len(loss) == 3
        assert run.get("val/loss") is not None or "mIoU" in {c.name.rpartition("/")[2] for c in run.curves}


def test_every_reader_is_in_the_table() -> None:
    assert re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE) == sorted(
        READERS, key=["csv", "jsonl", "json", "tensorboard", "text", "mlflow", "wandb", "sacred", "aim"].index
    )


def test_every_ending_that_a_search_opens_is_named() -> None:
    assert all(f"`{ending}`" in PAGE for ending in SUFFIXES)


def test_the_bounds_are_those_of_the_code() -> None:
    for bound in (
        f"{search.MAX_BYTES >> 20} MiB",
        f"{table.MAX_COLUMNS:,} columns",
        f"{source.MAX_BYTES >> 30} GiB",
        f"{source.RATIO_FREE_BYTES >> 20} MiB and {source.MAX_RATIO} times",
        f"{archives.MAX_MEMBERS:,} files",
        f"{archives.HELD_BYTES >> 20} MiB of logs",
        f"{remote.MAX_LISTED:,} files",
    ):
        assert bound in PAGE, bound
    assert all(
        word in refusal.FORMATS for word in ("JSON Lines", "TensorBoard", "MLflow, W&B, Sacred and Aim")
    )


def test_the_settings_are_read(tmp_path: Path) -> None:
    (written,) = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    tomllib.loads(written)
    (tmp_path / "pyproject.toml").write_text(written, encoding="utf-8")
    found = load_file(tmp_path / "pyproject.toml")
    assert set(found.paths) == {"mnist/*", "*.txt"}
    assert found.paths["mnist/*"].x == "iter"
