"""The accuracy benchmark on a corpus of four logs: tables, the page, answers out of fold."""

from __future__ import annotations

import json
import re
import sys
import xml.etree.ElementTree as ET
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from curvedoc.measure import NotMeasurable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
MODULES = ("accuracy", "accuracy_page", "baselines", "peers", "traps", "trap_curves", "ablation", "refit",
           "found_anew", "calibrate")  # fmt: skip
SEEN: list[list[str]] = []


@pytest.fixture
def accuracy(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    yield import_module("accuracy")
    for name in MODULES:
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


@pytest.fixture
def two_traps(accuracy: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page shows two traps; all of them have tests of their own."""
    traps = import_module("traps")
    monkeypatch.setattr(traps, "TRAPS", [trap for trap in traps.TRAPS if "-level" in trap.id])


@pytest.mark.usefixtures("two_traps")
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
    assert "| `low-level` |" in page
    assert "| rule overfitting | 2 | 0 |" in page
    assert "chosen by people who had seen this corpus" in page
    assert "Limits found anew" not in page
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


@pytest.mark.usefixtures("two_traps")
def test_answers_under_limits_found_anew(
    accuracy: ModuleType, corpus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def row(source: str, primary: str, state: str, right: bool, confidence: float | None = 0.9) -> dict:
        return {"source": source, "group": source, "part": "real" if source == "a" else "academic",
                "primary": primary, "state": state, "right": right, "confidence": confidence}  # fmt: skip

    rows = [
        row("a", "overfitting", "overfitting", True),
        row("a", "overfitting", "loss_metric_mismatch", True),
        row("b", "not_overfitting", "overfitting", False),
        row("b", "inconclusive", "refused", True, None),
        row("c", "unstable", "refused", False, None),
    ]
    answers = corpus / "answers.json"
    answers.write_text(json.dumps({"5 folds by group": rows, "10 folds by source": rows}))
    found = import_module("found_anew").held_out(answers)
    assert list(found) == ["group", "source"]
    assert [each.right for each in found["source"]] == [row["right"] for row in rows]
    readme = corpus / "README.md"
    readme.write_text("# Ours\n\n<!-- measured: accuracy -->\nold\n<!-- end measured -->\n\nEnd\n")
    run(accuracy, monkeypatch, corpus, "--refit-answers", answers, "--docs", corpus / "docs")
    head, _, table = readme.read_text().partition("<!-- measured: accuracy -->\n")
    assert head == "# Ours\n\n"
    assert table.startswith("| tool | accuracy, all logs |")
    assert "old" not in table
    assert "| curvedoc | 75.0% | 50.0% |" in table
    assert table.endswith("<!-- end measured -->\n\nEnd\n")
    shown = [line for line in capsys.readouterr().out.splitlines() if "held out by" in line]
    assert ["60.0 %" in line for line in shown] == [
        True,
        True,
        False,
        False,
    ]  # three of five; real: two of two
    page = (corpus / "docs" / "accuracy.md").read_text()
    assert "## Limits found anew" in page
    held = page[page.index("## Calibration held out") :]
    assert "| all | as the rules give them | 3 | 0.233 |" in held  # sure by 0.9, right in two of three
    assert "| real | calibrated, out of fold | 2 |" in held


def test_what_a_comparison_adds(accuracy: ModuleType, corpus: Path) -> None:
    ablation = import_module("ablation")
    rows = ablation.ablate(accuracy.labelled(corpus).rows)
    by_name = {(each.part_of, each.name): each for each in rows}
    full = by_name["", ablation.FULL]
    assert full.figures["all"][0] == (0.75, 0.75)
    assert full.figures["real"][0] == (0.5, 0.5)
    left_out = by_name["rule", "overfitting"]
    assert (left_out.worse, left_out.better) == (2, 0)
    assert left_out.figures["all"][0] == (0.25, 0.25)
    assert (by_name["rule", "grokking"].worse, by_name["log", "learning rate and norms"].worse) == (0, 0)
    assert by_name["log", "the validation loss"].worse == 2
    few = by_name["inconclusive", "points below 4.5"]
    assert few.worse == 2  # what overfits is called inconclusive; the negative stays right
    assert ablation.Measure._compare.__qualname__ == "Measure._compare"


def test_a_comparison_taken_as_passed(accuracy: ModuleType) -> None:
    ablation = import_module("ablation")
    comparison = ablation.Comparison("overfitting", "RISE", "val_rise", True)
    limit = ablation.MODULES["overfitting"].RISE
    measure, other = (ablation.Measure(name, float("nan"), "", "") for name in ("val_rise", "val_excess"))
    with ablation.passed(comparison):
        assert measure.above(limit).passed
        assert measure.above(limit).strength == 1.0
        with pytest.raises(NotMeasurable):
            other.above(limit)
    with pytest.raises(NotMeasurable):
        measure.above(limit)
