"""The rules of a SARIF file: each with its page as help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curvedoc.rule import Severity
from curvedoc.wording import clean

from .text import sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from curvedoc.diagnosis import Batch
    from curvedoc.gated import GateResult
    from curvedoc.rule import Rule

    from .text import Object

LEVEL = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
PROBLEM = {"error": "error", "warning": "warning", "note": "recommendation"}
GATE, FAILED = "gate/", "failed"


def described(batch: Batch, gate: GateResult | None, rules: Sequence[Rule]) -> list[Object]:
    """Every rule, whether it fired or not: viewers compare the lists of several calls."""
    found = {rule.id: _rule(rule) for rule in rules}
    for diagnosis in batch.diagnoses:
        for f in diagnosis.findings:
            found.setdefault(f.rule, _stranger(f.rule, f.title, LEVEL[f.severity]))
    if gate is not None:
        kinds = {check.kind: f"Policy: {check.kind}" for _, checks in gate.checks for check in checks}
        for kind, title in {**kinds, FAILED: "The policy fails the run"}.items():
            found.setdefault(GATE + kind, _stranger(GATE + kind, title, "error"))
    return list(found.values())


def _rule(rule: Rule) -> Object:
    level = LEVEL[rule.severity]
    page = rule.page.strip()
    first = " ".join(page.split("\n\n")[0].split()).replace("``", "")
    told = _descriptor(rule.id, rule.title, first or rule.title, level)
    page = page or rule.title
    told["help"] = {"text": page.replace("``", ""), "markdown": page.replace("``", "`")}
    source = next((source.url for source in rule.sources if source.url), "")
    if source:
        told["helpUri"] = source
    told["properties"] = {
        "tags": ["training", rule.state.value],
        # Rules that decide the state are calibrated on labelled runs; the others explain.
        "precision": "high" if rule.decides else "medium",
        "problem.severity": PROBLEM[level],
    }
    return told


def _stranger(name: str, title: str, level: str) -> Object:
    """A rule without a page."""
    told = _descriptor(name, title, title, level)
    told["help"] = {"text": clean(title) or name}
    told["properties"] = {"tags": ["training"], "precision": "medium", "problem.severity": PROBLEM[level]}
    return told


def _descriptor(name: str, short: str, full: str, level: str) -> Object:
    return {
        "id": name,
        "shortDescription": {"text": sentence(short) or name},
        "fullDescription": {"text": sentence(full) or name},
        "defaultConfiguration": {"level": level},
    }
