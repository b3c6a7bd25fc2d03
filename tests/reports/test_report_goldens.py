"""What every report looks like, character by character.

After an intended change: ``UPDATE_GOLDEN=1 pytest tests/reports/test_report_goldens.py``; then read the
difference.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sample_diagnosis as sample
import sample_rules

from curvedoc import __version__, notebook
from curvedoc.diagnosis import Batch
from curvedoc.reports import columns, csv, github, json, jsonl, junit, markdown, pages, sarif, terminal
from curvedoc.states import State

if TYPE_CHECKING:
    from collections.abc import Callable

GOLDEN = Path(__file__).parent / "golden"
ONE, MANY = sample.one(), sample.batch()
RUNS = [diagnosis.run for diagnosis in MANY.diagnoses]
RULES = sample_rules.RULES
GATE = sample.gate(MANY)
BASE = ("/work/project", "/work/project")

CASES: dict[str, Callable[[], str]] = {
    "terminal_one_80.txt": lambda: terminal.render(ONE, width=80),
    "terminal_one_120.txt": lambda: terminal.render(ONE, width=120),
    "terminal_one_details_80.txt": lambda: terminal.render(ONE, width=80, details=True),
    "terminal_one_ascii_80.txt": lambda: terminal.render(ONE, width=80, unicode=False),
    "terminal_one_color_80.txt": lambda: terminal.render(ONE, width=80, color=True),
    "terminal_unstable_80.txt": lambda: terminal.render(Batch((sample.unstable(),)), width=80),
    "terminal_grokking_120.txt": lambda: terminal.render(Batch((sample.grokking(),)), width=120),
    "terminal_inconclusive_80.txt": lambda: terminal.render(Batch((sample.inconclusive(),)), width=80),
    "terminal_many_80.txt": lambda: terminal.render(MANY, width=80),
    "terminal_many_120.txt": lambda: terminal.render(MANY, width=120),
    "terminal_many_narrow_50.txt": lambda: terminal.render(MANY, width=50),
    "terminal_problems_80.txt": lambda: terminal.render(Batch((), sample.PROBLEMS), width=80),
    "terminal_gate_many_80.txt": lambda: terminal.render(MANY, width=80, gate=sample.gate(MANY)),
    "terminal_gate_details_80.txt": lambda: terminal.render(
        MANY, width=80, details=True, gate=sample.gate(MANY)
    ),
    "many.json": lambda: _timeless(json.render(MANY)),
    "gate.json": lambda: _timeless(json.render(MANY, gate=GATE)),
    "gate.jsonl": lambda: jsonl.render(MANY, gate=GATE),
    "many.csv": lambda: csv.render(MANY),
    "gate.csv": lambda: csv.render(MANY, gate=GATE),
    "many_junit.xml": lambda: junit.render(MANY),
    "gate_junit.xml": lambda: junit.render(MANY, gate=GATE),
    "many.sarif": lambda: _timeless(sarif.render(MANY, rules=RULES, base=BASE)),
    "gate.sarif": lambda: _timeless(sarif.render(MANY, rules=RULES, base=BASE, gate=GATE)),
    "one.md": lambda: markdown.render(ONE),
    "many.md": lambda: markdown.render(MANY),
    "gate.md": lambda: markdown.render(MANY, gate=GATE),
    "many_github.txt": lambda: github.render(MANY, base=BASE),
    "gate_github.txt": lambda: github.render(MANY, gate=GATE, base=BASE),
    "columns_80.txt": lambda: columns.render(RUNS, width=80),
    "columns_120.txt": lambda: columns.render(RUNS, width=120),
    "rules_80.txt": lambda: pages.render_rules(RULES, width=80),
    "rules_120.txt": lambda: pages.render_rules(RULES, width=120),
    "rule_80.txt": lambda: pages.render_rule(RULES[0], width=80),
    "rule_120.txt": lambda: pages.render_rule(RULES[0], width=120),
    "state_80.txt": lambda: pages.render_state(State.OVERFITTING, RULES, width=80),
    "state_without_rule_80.txt": lambda: pages.render_state(State.INCONCLUSIVE, RULES, width=80),
    "notebook.html": lambda: "".join(notebook.html(d).replace("><", ">\n<") + "\n" for d in MANY.diagnoses),
    "repr.txt": lambda: "".join(notebook.text(d) + "\n" for d in MANY.diagnoses),
}


def _timeless(report: str) -> str:
    """Without the version, which changes with every release."""
    return report.replace(f'"version": "{__version__}"', '"version": "…"')


@pytest.mark.parametrize("name", CASES)
def test_golden(name: str) -> None:
    path, shown = GOLDEN / name, CASES[name]()
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")


def test_no_golden_file_is_left_over() -> None:
    assert {path.name for path in GOLDEN.iterdir()} == set(CASES)
