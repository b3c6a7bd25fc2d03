"""For machines: one JSON document, described by ``diagnosis.schema.json`` beside this file.

JSON has no NaN and no infinity: every number that is not finite is written as ``null``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import isfinite
from typing import TYPE_CHECKING, Any

from curvedoc import __version__
from curvedoc.families import families
from curvedoc.rule import OutcomeKind

if TYPE_CHECKING:
    from curvedoc.diagnosis import Batch, Diagnosis, Gap
    from curvedoc.measure import Evidence
    from curvedoc.rule import Finding, Fix, Trial

SCHEMA_VERSION = 1


def render(batch: Batch, *, indent: int | None = 2) -> str:
    """The batch as JSON in ASCII, runs in the order of reading; ``indent`` None puts it on one line."""
    return json.dumps(_strict(document(batch)), indent=indent, allow_nan=False)


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) that every output of :func:`render` satisfies."""
    from importlib.resources import files

    loaded: dict[str, Any] = json.loads(
        files(__package__).joinpath("diagnosis.schema.json").read_text("utf-8")
    )
    return loaded


def document(batch: Batch) -> dict[str, Any]:
    """The batch as plain dicts and lists, floats as they are."""
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "curvedoc", "version": __version__},
        "runs": [_run(diagnosis) for diagnosis in batch.diagnoses],
        "families": [
            {"name": f.name, "varies": dict(f.varies), "runs": list(f.members)}
            for f in families([diagnosis.run.name for diagnosis in batch.diagnoses])
        ],
        "errors": [{"path": p.path, "problem": p.problem, "fix": p.fix} for p in batch.problems],
    }


def _run(diagnosis: Diagnosis) -> dict[str, Any]:
    run = diagnosis.run
    by_kind = {kind: [o for o in diagnosis.outcomes if o.kind is kind] for kind in OutcomeKind}
    return {
        "name": run.name,
        "path": run.path,
        "reader": run.reader,
        "x": run.x,
        "n_points": run.n_points,
        "metric": run.metric or None,
        "series": [{"name": c.name, "role": c.role, "points": len(c)} for c in run.curves],
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
        "ignored": [{"name": i.name, "reason": i.reason} for i in run.ignored],
        "notes": list(run.notes),
    }


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
