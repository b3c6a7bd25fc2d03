"""Many sources shared among processes: what comes out is what one process gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from curvedoc import crew
from curvedoc.intake import Options, examine
from curvedoc.reports import json

if TYPE_CHECKING:
    from pathlib import Path

    from curvedoc.errors import CurvedocError


def write(folder: Path, runs: int) -> None:
    for i in range(runs):
        rows = "".join(f"{step},{(1 + i % 3) / (step + 1)}\n" for step in range(30))
        (folder / f"run{i:03}.csv").write_text("step,train_loss\n" + rows)
    (folder / "damaged.csv").write_text("step,train_loss\n\x00\x01")
    (folder / "list.csv").write_text("a package,version\nnumpy,2\n")


def test_the_same_diagnoses_in_the_same_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, 60)
    paths = [str(tmp_path), str(tmp_path / "missing.csv")]
    seen: list[tuple[int, int]] = []
    left: tuple[list[CurvedocError], list[CurvedocError]] = ([], [])
    alone = examine(paths, Options(), None, left[0])
    monkeypatch.setattr(crew, "WORTH", 1)
    shared = examine(paths, Options(), lambda *at: seen.append(at), left[1], jobs=2)
    assert len(alone.diagnoses) == 60
    assert json.render(shared) == json.render(alone)
    assert shared.problems == alone.problems
    assert [(e.path, e.problem, e.fix) for e in left[1]] == [(e.path, e.problem, e.fix) for e in left[0]]
    assert len(left[1]) + len(alone.problems) >= 2
    assert [done for done, _ in seen] == sorted({done for done, _ in seen})


def test_few_sources_need_no_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, 3)
    monkeypatch.setattr(
        "concurrent.futures.ProcessPoolExecutor", lambda *a: pytest.fail("a pool for three files")
    )
    assert len(examine([str(tmp_path)], Options(), jobs=8).diagnoses) == 3
