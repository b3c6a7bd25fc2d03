"""Peers are asked in a process and an environment of their own. A stand-in shows what may go wrong there."""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING

import peers
import pytest

if TYPE_CHECKING:
    from pathlib import Path

# The first train loss says what the stand-in for sk-autod does.
STAND_IN = """
import os
class Found:
    detector_name, confidence = "Underfitting", 0.75
class Report:
    findings = [Found()]
class Unknown(Report):
    findings = [type("New", (), {"detector_name": "Of the next version", "confidence": 1.0})()]
def diagnose(train, val):
    print("a peer may print")
    todo = int(train[0])
    if todo == 2: raise ValueError("Curves must contain only finite numeric values")
    if todo == 3: raise ValueError("Need at least 5 epochs of data")
    if todo == 4: raise ZeroDivisionError("float division by zero")
    if todo == 5: os._exit(3)
    if todo == 7: return Unknown()
    while todo == 6:
        try:
            while True: pass
        except Exception: pass
    return Report()
"""


@pytest.fixture
def venv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment whose only peer is the stand-in."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sk_autod.py").write_text(STAND_IN)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))
    return tmp_path


def log(folder: Path, first: float) -> Path:
    file = folder / f"run {first}.csv"
    rows = "".join(f"{step},{first - 0.01 * step},{first + 1}\n" for step in range(8))
    file.write_text("epoch,train_loss,val_loss\n" + rows)
    return file


def test_whatever_a_peer_does_every_path_has_an_answer(venv: Path) -> None:
    # 1 is judged; a crash, an exit and a hang must not take the answers behind them along.
    paths = [log(venv, number + 0.5) for number in (1, 2, 3, 4, 5, 6, 7, 8)]
    broken = venv / "notes.csv"
    broken.write_text("not a log\n")
    said = peers.ask([*paths, broken], venv, 2, ["sk-autod+columns"], limit=0.5)["sk-autod+columns"]
    assert list(said) == [*paths, broken]
    assert [answer.state for answer in said.values()] == [
        "underfitting",
        "refused",
        "inconclusive",
        "refused",
        "refused",
        "refused",
        "refused",
        "underfitting",
        "refused",
    ]
    assert [answer.why.split(":")[0] for answer in said.values()] == [
        "",
        "refused",
        "",
        "crashed",
        "crashed",
        "timed out",
        "crashed",
        "",
        "refused",
    ]
    assert peers.troubles(said) == {"refused": 2, "crashed": 3, "timed out": 1}
    first = said[paths[0]]
    assert first.confidence == 0.75
    assert 0 < first.seconds < 0.5
    assert first.findings == ("Underfitting",)
    assert "finite" in said[paths[1]].why
    assert "the next version" in said[paths[6]].why


def test_a_missing_peer_is_said_and_not_counted_as_refusing(
    venv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONPATH")
    with pytest.raises(RuntimeError, match=r"losslint does not run in .*peers-requirements"):
        peers.ask([log(venv, 1.5)], venv, 1, ["losslint"])


def test_answers_are_plain_triples(venv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "TOOLS", ("sk-autod+columns",))
    path = log(venv, 2.5)
    state, confidence, seconds = peers.answers([path], venv, 1)["sk-autod+columns"][path]
    assert state == "refused"
    assert math.isnan(confidence)
    assert seconds >= 0
