"""Our own reference runs, scored as labelled logs: the verdict matrix, and every verdict with its confidence.

The runs and what they must show stand in ``sample_logs/``. After an intended change:
``UPDATE_GOLDEN=1 pytest tests/test_verdict_matrix.py``; then read the difference. Confidences in the golden
file are rounded to a tenth; a hundredth of slack keeps the last digits of another machine from mattering.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import pytest

from curvedoc.bench.answers import Scored, score
from curvedoc.bench.asking import answers
from curvedoc.bench.labels import read_labels
from curvedoc.bench.report import report
from curvedoc.states import State

SAMPLES = Path(__file__).resolve().parent.parent / "sample_logs"
GOLDEN = Path(__file__).parent / "golden" / "verdict_matrix.txt"
SLACK = 0.05 + 0.01
MADE = json.loads((SAMPLES / "provenance.json").read_text())["logs"]


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> tuple[Scored, ...]:
    """Every sample log with its label and the answer to it."""
    labels = tmp_path_factory.mktemp("labels") / "labels.csv"
    lines = [f"{SAMPLES / name},{entry['expected']},{entry['scenario']}" for name, entry in MADE.items()]
    labels.write_text("path,primary,group\n" + "\n".join(lines))
    found = read_labels([labels]).rows
    return score(found, answers([label.path for label in found]))


def name(row: Scored) -> str:
    return row.label.path.relative_to(SAMPLES).as_posix()


def test_the_matrix_is_a_diagonal_with_every_state(rows: tuple[Scored, ...]) -> None:
    measured = report(rows)
    expected = Counter(entry["expected"] for entry in MADE.values())
    assert measured.confusion == {state: {state: expected[state]} for state in State}
    assert not measured.wrong
    assert measured.logs == len(MADE)


@pytest.mark.parametrize("sample", MADE)
def test_the_state_of_each(rows: tuple[Scored, ...], sample: str) -> None:
    assert {name(row): row.answer.state for row in rows}[sample] == MADE[sample]["expected"]


def test_no_confidence_drifts_silently(rows: tuple[Scored, ...]) -> None:
    found = {name(row): (row.answer.state, row.answer.confidence) for row in rows}
    if os.environ.get("UPDATE_GOLDEN"):
        text = "".join(f"{log}  {state}  {sure:.1f}\n" for log, (state, sure) in sorted(found.items()))
        GOLDEN.write_text(text, encoding="utf-8")
    golden = [line.rsplit("  ", 2) for line in GOLDEN.read_text(encoding="utf-8").splitlines()]
    assert {log: state for log, state, _ in golden} == {log: state for log, (state, _) in found.items()}
    drifted = {
        log: (float(was), round(found[log][1], 2))
        for log, _, was in golden
        if abs(found[log][1] - float(was)) > SLACK
    }
    assert not drifted
