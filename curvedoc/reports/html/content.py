"""What the page says of a batch and of a run, as plain data: all words, and the numbers not drawn."""

from __future__ import annotations

from collections import Counter
from math import isfinite
from typing import TYPE_CHECKING, Any

from curvedoc import __version__
from curvedoc.axes import levels
from curvedoc.families import families
from curvedoc.gated import stands
from curvedoc.rule import OutcomeKind
from curvedoc.shown import gap_said, points, where, worst_first
from curvedoc.states import BOTTLENECKS, WORST_FIRST, State
from curvedoc.wording import advice, axis, comparison, count, number, percent, step, trial

from .charts import overview_curve

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from curvedoc.diagnosis import Batch, Diagnosis
    from curvedoc.gated import Check, GateResult
    from curvedoc.measure import Evidence, Span
    from curvedoc.rule import Finding, Fix
    from curvedoc.run import Curve, Run

# What a state asks of the reader; the page has one colour for each.
TONE: dict[State, str] = {
    State.SMOOTH_DESCENT: "good",
    State.GROKKING: "odd",
    State.INCONCLUSIVE: "open",
    State.UNDERFITTING: "warn",
    State.LOSS_METRIC_MISMATCH: "warn",
    State.OVERFITTING: "warn",
    State.POOR_OPTIMIZATION: "bad",
    State.UNSTABLE: "bad",
}
# A line in a list: as many places as it has pixels for, and as many levels.
SPARK_POINTS, SPARK_LEVELS = 48, 100
# Runner-up states below two percent say nothing.
RUNNER_UP = 0.02


def overview(batch: Batch, gate: GateResult | None) -> dict[str, Any]:
    """The batch as a whole, with a line for each run in the order of the batch."""
    tally = Counter(d.state for d in batch.diagnoses)
    place = {id(d): rank for rank, d in enumerate(worst_first(batch.diagnoses))}
    names = [d.run.name for d in batch.diagnoses]
    return {
        "version": __version__,
        "states": [
            {"id": s.value, "label": s.label, "tone": TONE[s], "runs": tally[s]}
            for s in WORST_FIRST
            if tally[s]
        ],
        "runs": [
            _summary(d, place[id(d)], len(set(names)) == len(names), judged(d, gate)) for d in batch.diagnoses
        ],
        "families": [
            {
                "name": f.name,
                "size": f.size,
                "runs": list(f.members),
                "told": _tally(batch.diagnoses[i].state.label for i in f.members),
            }
            for f in families(names)
        ],
        "problems": [{"path": p.path, "problem": p.problem, "fix": p.fix} for p in batch.problems],
        "gate": _gate(gate) if gate is not None else None,
    }


def details(diagnosis: Diagnosis, gate: GateResult | None) -> dict[str, Any]:
    """One run in full, without its charts."""
    run, found = diagnosis.run, diagnosis.findings
    bottleneck = next((BOTTLENECKS[f.bottleneck].name for f in found if f.bottleneck in BOTTLENECKS), "")
    by_kind = {kind: [o for o in diagnosis.outcomes if o.kind is kind] for kind in OutcomeKind}
    return {
        "x": axis(run.x),
        "logged": points(run),
        "facts": _facts(diagnosis),
        "others": _others(diagnosis),
        "bottleneck": bottleneck,
        "fixes": [_fix(fix) for fix in advice(found)],
        "findings": [_finding(finding, axis(run.x)) for finding in found],
        "overruled": _grouped((o.reason, o.rule) for o in by_kind[OutcomeKind.OVERRULED]),
        "not_checked": _grouped((o.reason, o.rule) for o in diagnosis.not_checked),
        "clear": [o.rule for o in by_kind[OutcomeKind.CLEAR]],
        "notes": list(run.notes),
        "columns": [_column(run, curve) for curve in run.curves],
        "ignored": _grouped((i.reason, i.name) for i in run.ignored),
        "gate": judged(diagnosis, gate),
    }


def judged(diagnosis: Diagnosis, gate: GateResult | None) -> dict[str, Any] | None:
    """What a gate says of one run: how it stands, why, and every condition."""
    if gate is None:
        return None
    status, reason = stands(gate, diagnosis)
    return {"status": status, "reason": reason, "checks": [_check(check) for check in gate.of(diagnosis)]}


def _summary(
    diagnosis: Diagnosis, rank: int, by_name: bool, gate: Mapping[str, Any] | None
) -> dict[str, Any]:
    """``rank``: the place of the run when the worst comes first."""
    run, gap, best = diagnosis.run, diagnosis.gap, diagnosis.best_step
    curve = overview_curve(run)
    return {
        "name": run.name if by_name else where(run),
        "path": where(run),
        "state": diagnosis.state.value,
        "label": diagnosis.state.label,
        "tone": TONE[diagnosis.state],
        "confidence": _known(diagnosis.confidence),
        "sure": percent(diagnosis.confidence),
        "reason": diagnosis.reason,
        "rank": rank,
        "best": step(best) if best is not None else "–",
        "best_at": _known(best),
        "gap": number(gap.final) if gap else "–",
        "gap_at": _known(gap.final if gap else None),
        "points": run.n_points,
        "spark": list(levels(curve.values, SPARK_POINTS, SPARK_LEVELS)) if curve else [],
        "spark_of": curve.role if curve else "",
        "roles": list(dict.fromkeys(c.role for c in run.curves if len(c))),
        "gate": gate["status"] if gate else None,
    }


def _facts(diagnosis: Diagnosis) -> list[list[str]]:
    run, x = diagnosis.run, axis(diagnosis.run.x)
    steps = (("Best", diagnosis.best_step), ("Onset", diagnosis.onset_step))
    facts = [[name, f"{x} {step(at)}"] for name, at in steps if at is not None]
    said = gap_said(diagnosis)
    facts += [["Gap", said[:1].upper() + said[1:]]] if said else []
    facts += [["Main metric", run.metric]] if run.metric else []
    return [*facts, ["Read as", f"{run.reader}, steps from {run.x}"]]


def _others(diagnosis: Diagnosis) -> list[dict[str, Any]]:
    """States that are possible too, the most likely first."""
    others = [(s, p) for s, p in diagnosis.states.items() if s is not diagnosis.state and p >= RUNNER_UP]
    return [
        {"label": s.label, "tone": TONE[s], "share": p, "said": percent(p)}
        for s, p in sorted(others, key=lambda pair: -pair[1])
    ]


def _finding(finding: Finding, x: str) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "title": finding.title,
        "severity": finding.severity.value,
        "sure": percent(finding.confidence),
        "state": finding.state.label,
        "summary": finding.summary,
        **_span(finding.span or _hull(finding.evidence), x),
        "evidence": [_evidence(evidence, x) for evidence in finding.evidence],
    }


def _evidence(evidence: Evidence, x: str) -> dict[str, Any]:
    return {
        "measure": evidence.measure,
        "said": comparison(evidence),
        "what": evidence.what,
        "passed": evidence.passed,
        **_span(evidence.span, x),
    }


def _hull(evidence: Iterable[Evidence]) -> Span | None:
    """From the first to the last step that any of the evidence speaks of."""
    spans = [e.span for e in evidence if e.span]
    return (min(s[0] for s in spans), max(s[1] for s in spans)) if spans else None


def _span(span: Span | None, x: str) -> dict[str, Any]:
    if span is None or not all(map(isfinite, span)):
        return {"span": None, "span_said": ""}
    return {
        "span": [min(span), max(span)],
        "span_said": f"{x} {'–'.join(dict.fromkeys(map(step, span)))}",
    }


def _fix(fix: Fix) -> dict[str, Any]:
    tried = fix.tried
    return {
        "text": fix.text,
        "remedy": fix.remedy,
        "tried": trial(tried) if tried else "",
        "interval": [tried.low, tried.high] if tried else None,
        "failed": bool(tried and tried.failed),
    }


def _column(run: Run, curve: Curve) -> dict[str, Any]:
    ends = [number(float(curve.values[i])) if len(curve) else "–" for i in (0, -1)]
    about = ["main metric"] if run.metric and curve.quantity == run.metric else []
    about += [f"sum of {', '.join(curve.sources)}"] if curve.sources else []
    return {
        "name": curve.name,
        "role": curve.role,
        "points": len(curve),
        "first": ends[0],
        "last": ends[1],
        "better": {True: "higher", False: "lower", None: ""}[curve.higher_is_better],
        "about": ", ".join(about),
    }


def _grouped(pairs: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    """Each reason once, with the names that it concerns."""
    groups: dict[str, list[str]] = {}
    for reason, name in pairs:
        groups.setdefault(reason, []).append(name)
    return [{"reason": reason, "names": names} for reason, names in groups.items()]


def _check(check: Check) -> dict[str, str]:
    return {
        "kind": check.kind,
        "condition": check.condition,
        "status": check.status.value,
        "message": check.message,
    }


def _gate(gate: GateResult) -> dict[str, Any]:
    told = [(len(gate.failed), "run", "failed"), (len(gate.doubtful), "run", "doubtful")]
    told += [(len(gate.unjudged), "run", "not judged"), (len(gate.passed), "run", "passed")]
    told += [(len(gate.problems), "path", "not read")]
    said = ", ".join(f"{count(n, noun)} {what}" for n, noun, what in told if n)
    return {"passed": bool(gate), "said": said or "there was nothing to judge"}


def _tally(labels: Iterable[str]) -> str:
    return ", ".join(f"{n} {label}" for label, n in Counter(labels).most_common())


def _known(value: float | None) -> float | None:
    return float(value) if value is not None and isfinite(value) else None
