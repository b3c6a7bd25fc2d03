"""The accuracy benchmark on a corpus of four logs: tables, the page, answers out of fold."""

from __future__ import annotations

import re
import sys
import xml.etree.ElementTree as ET
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
SEEN: list[list[str]] = []


@pytest.fixture
def accuracy(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    yield import_module("accuracy")
    for name in ("accuracy", "accuracy_page", "baselines", "peers"):
        sys.modules.pop(name, None)


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """Two logs from repositories, the healthy one labelled unstable, and two of the simulated set."""

    def write(path: Path, val: Callable[[int], float]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [f"{i},{2 * 0.85**i + 0.05},{val(i)}\n" for i in range(60)]
        path.write_text("epoch,train_loss,val_loss\n" + "".join(lines))

    for folder in ("real", "academic/sim"):
        write(tmp_path / folder / "over.csv", lambda i: 2 * 0.85**i + 0.4 + 0.03 * max(0, i - 12))
        write(tmp_path / folder / "well.csv", lambda i: 2 * 0.85**i + 0.1)
    (tmp_path / "labels.csv").write_text(
        "path,format,primary,acceptable,repo\n"
        "real/over.csv,csv,overfitting,overfitting,one\nreal/well.csv,csv,unstable,unstable,two\n"
    )
    (tmp_path / "academic" / "labels.csv").write_text(
        "path,primary,acceptable,tier,group,source\n"
        "sim/over.csv,overfitting,overfitting,A,three,overfitguard_simulated\n"
        "sim/well.csv,not_overfitting,not_overfitting,A,four,overfitguard_simulated\n"
    )
    return tmp_path


def fit(labels: list) -> Callable:
    """Fits nothing, and remembers what it could have fitted on."""
    from curvedoc.intake import judge

    SEEN.append([label.group for label in labels])
    return judge


def run(accuracy: ModuleType, monkeypatch: pytest.MonkeyPatch, *args: object) -> int:
    monkeypatch.setattr(sys, "argv", ["accuracy.py", *map(str, args)])
    return accuracy.main()


def test_the_tables(
    accuracy: ModuleType, corpus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(accuracy, monkeypatch, corpus, "--baselines", "--wrong") == 0
    out = capsys.readouterr().out
    rows = [line.split("  ") for line in out.splitlines() if line.startswith("curvedoc ")]
    assert [next(cell for cell in row[1:] if cell.endswith("%")) for row in rows] == ["100.0 %", "100.0 %"]
    assert ["75.0 %" in row for row in map(str, rows)] == [True, False]  # all logs; the real ones: one of two
    assert ["50.0 %" in row for row in map(str, rows)] == [False, True]
    assert "generalization loss (Prechelt)" in out
    assert out.count(str(corpus / "real" / "well.csv")) == 1


def test_only_some_sources(
    accuracy: ModuleType, corpus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run(accuracy, monkeypatch, corpus, "--source", "csv")
    assert "2 labelled logs in 2 groups" in capsys.readouterr().out


def test_the_page(accuracy: ModuleType, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    docs = corpus / "docs"
    (docs / "accuracy").mkdir(parents=True)
    (docs / "accuracy" / "wrong-9.svg").write_text("of an earlier run")
    run(accuracy, monkeypatch, corpus, "--robustness", "--prefix", "--docs", docs)
    page = (docs / "accuracy.md").read_text()
    pictures = re.findall(r"\]\((accuracy/[^)]+)\)", page)
    assert pictures == ["accuracy/reliability.svg", "accuracy/wrong-1.svg"]
    assert {f"accuracy/{path.name}" for path in (docs / "accuracy").iterdir()} == set(pictures)
    for picture in pictures:
        ET.parse(docs / picture)
    assert "`real/well.csv`: unstable, called smooth_descent" in page
    assert "prefixes" in page
    assert "flip" in page
    run(accuracy, monkeypatch, corpus, "--robustness", "--prefix", "--docs", docs)
    assert (docs / "accuracy.md").read_text() == page


def test_answers_out_of_fold(
    accuracy: ModuleType, corpus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    SEEN.clear()
    run(accuracy, monkeypatch, corpus, "--refit", f"{__name__}:fit")
    out = capsys.readouterr().out
    assert "curvedoc, 5 folds by group" in out
    assert "curvedoc, one source left out" in out
    by_group, by_source = SEEN[:4], SEEN[4:]
    assert sorted(map(sorted, by_group)) == sorted(
        sorted({"one", "two", "three", "four"} - {held}) for held in ("one", "two", "three", "four")
    )
    assert by_source == [["three", "four"], ["one", "two"]]
