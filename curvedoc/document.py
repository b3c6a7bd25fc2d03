"""A batch as plain dicts and lists: the objects of the outputs for machines.

Their shape is described by ``reports/diagnosis.schema.json``. JSON has no NaN and no infinity: every number
that is not finite is written as ``null``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import isfinite
from typing import TYPE_CHECKING, Any

from . import __version__
from .families import families
from .gated import stands
from .rule import OutcomeKind

if TYPE_CHECKING:
    from .diagnosis import Batch, Diagnosis, Gap, Problem
    from .gated import GateResult
    from .measure import Evidence
    from .rule import Finding, Fix, Trial

SCHEMA_VERSION = 1


def dumps(value: Any, indent: int | None = None) -> str:
    """``value`` as JSON in ASCII; nothing in it is what a runner of workflows takes for a command."""
    written = json.dumps(_strict(value), indent=indent, allow_nan=False)
    return written.replace("##[", "#\\u0023[")


def document(batch: Batch, gate: GateResult | None = None) -> dict[str, Any]:
    """The whole batch, floats as they are; with a gate, what it says."""
    whole = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "curvedoc", "version": __version__},
        "runs": [run(diagnosis, gate) for diagnosis in batch.diagnoses],
        "families": [
            {"name": f.name, "varies": dict(f.varies), "runs": list(f.members)}
            for f in families([diagnosis.run.name for diagnosis in batch.diagnoses])
        ],
        "errors": [error(problem) for problem in batch.problems],
    }
    if gate is not None:
        whole["gate"] = {
            "passed": bool(gate),
            "failed": len(gate.failed),
            "doubtful": len(gate.doubtful),
            "not_judged": len(gate.unjudged),
            "unreadable": len(gate.problems),
        }
    return whole


def error(problem: Problem) -> dict[str, Any]:
    """A path that could not be diagnosed."""
    return {"path": problem.path, "problem": problem.problem, "fix": problem.fix}


def run(diagnosis: Diagnosis, gate: GateResult | None = None) -> dict[str, Any]:
    """One run; with a gate, its standing and its conditions."""
    logged = diagnosis.run
    by_kind = {kind: [o for o in diagnosis.outcomes if o.kind is kind] for kind in OutcomeKind}
    told = {
        "name": logged.name,
        "path": logged.path,
        "reader": logged.reader,
        "x": logged.x,
        "n_points": logged.n_points,
        "metric": logged.metric or None,
        "series": [{"name": c.name, "role": c.role, "points": len(c)} for c in logged.curves],
        "state": diagnosis.state.value,
        "confidence": diagnosis.confidence,
        "states": {state.value: p for state, p in diagnosis.states.items()},
        "reason": diagnosis.reason,
        "onset_step": _step(diagnosis.onset_step),
        "best_step": _step(diagnosis.best_step),
        "gap": _gap(diagnosis.gap),
        "findings": [_finding(finding) for finding in diagnosis.findings],
        "not_checked": [{"rule": o.rule, "reason": o.reason} for o in diagnosis.not_checked],
        "overruled": [{"rule": o.rule, "reason": o.reason} for o in by_kind[OutcomeKind.OVERRULED]],
        "clear": [o.rule for o in by_kind[OutcomeKind.CLEAR]],
        "ignored": [{"name": i.name, "reason": i.reason} for i in logged.ignored],
        "notes": list(logged.notes),
    }
    if gate is not None:
        standing, reason = stands(gate, diagnosis)
        told["gate"] = {
            "status": standing,
            "reason": reason,
            "checks": [
                {"kind": c.kind, "condition": c.condition, "status": c.status.value, "message": c.message}
                for c in gate.of(diagnosis)
            ],
        }
    return told


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "title": finding.title,
        "state": finding.state.value,
        "severity": finding.severity.value,
        "confidence": finding.confidence,
        "summary": finding.summary,
        "span": _span(finding.span),
        "evidence": [_evidence(evidence) for evidence in finding.evidence],
        "bottleneck": finding.bottleneck or None,
        "fixes": [_fix(fix) for fix in finding.fixes],
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {"remedy": fix.remedy, "text": fix.text, "table": fix.table or None, "tried": _trial(fix.tried)}


def _trial(trial: Trial | None) -> dict[str, Any] | None:
    if trial is None:
        return None
    return {
        "sick": trial.sick,
        "cured": trial.cured,
        "interval": [trial.low, trial.high],
        "median_effect": trial.effect,
        "yardstick": trial.yardstick,
        "failed": trial.failed,
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {
        "measure": evidence.measure,
        "value": evidence.value,
        "unit": evidence.unit,
        "limit": evidence.limit,
        "above": evidence.above,
        "passed": evidence.passed,
        "what": evidence.what,
        "span": _span(evidence.span),
    }


def _gap(gap: Gap | None) -> dict[str, Any] | None:
    return {"final": gap.final, "at_best": gap.at_best, "unit": gap.unit} if gap else None


def _span(span: tuple[float, float] | None) -> list[float | None] | None:
    return [_step(span[0]), _step(span[1])] if span else None


def _step(step: float | None) -> float | None:
    """Integral steps without the decimal point, as the log has them."""
    return int(step) if step is not None and isfinite(step) and step == int(step) else step


def _strict(value: Any) -> Any:
    """``value`` with what JSON cannot say replaced: numbers that are not finite, lone surrogates."""
    if isinstance(value, float):
        # float() also turns numpy's scalars into what json knows.
        return float(value) if isfinite(value) else None
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, Mapping):
        return {_strict(key): _strict(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_strict(item) for item in value]
    return value
