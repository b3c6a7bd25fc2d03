"""For code scanning: SARIF 2.1.0, one result for each finding, with the page of its rule as help.

Made for GitHub's rules (https://docs.github.com/code-security, "SARIF support for code scanning"): every
result has a place with a line, a level, and a fingerprint that changes with neither confidence nor step. A
healthy run has no result. With a gate, a finding that fails it has the level ``error``, one that the policy
lets pass is suppressed with the reason, and conditions on values that fail are results of rules called
``gate/...``. Paths that could not be read are notifications of the invocation.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from curvedoc import __version__
from curvedoc.document import dumps
from curvedoc.errors import EXIT_GATE, EXIT_OK, EXIT_UNREADABLE
from curvedoc.gated import Status, concerns, stands
from curvedoc.places import NOWHERE
from curvedoc.shown import where
from curvedoc.states import State
from curvedoc.wording import advice, clean, comparison, percent

from .rules import FAILED, GATE, LEVEL, described
from .text import ROOT, artifact, folder_uri, note, sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from curvedoc.diagnosis import Batch, Diagnosis, Problem
    from curvedoc.gated import Check, GateResult
    from curvedoc.places import Base
    from curvedoc.rule import Finding, Rule

    from .text import Object

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
# GitHub rejects a file with more, and shows the first 5,000.
MOST_RESULTS = 25_000
_ORDER = ("error", "warning", "note")


def render(
    batch: Batch,
    *,
    gate: GateResult | None = None,
    rules: Sequence[Rule] = (),
    base: Base = NOWHERE,
    exit_zero: bool = False,
) -> str:
    """The batch as one SARIF run.

    ``rules``: the pages behind the findings; a finding of another rule describes itself. ``base``: what paths
    are relative to and shall be relative to. ``exit_zero``: the call ends with 0 although the gate failed.
    """
    results = [result for d in batch.diagnoses for result in _results(d, gate, base)]
    notes = [_unread(problem, base) for problem in batch.problems] + list(_skipped(batch, gate, base))
    if len(results) > MOST_RESULTS:
        # Most severe first; Python's sort keeps the order of the batch within a level.
        results = sorted(results, key=lambda result: _ORDER.index(result["level"]))[:MOST_RESULTS]
        notes.append(note("warning", f"Only the {MOST_RESULTS} most severe results are listed.", "cut"))
    _unlike(results)
    known = described(batch, gate, rules)
    places = {rule["id"]: i for i, rule in enumerate(known)}
    for result in results:
        result["ruleIndex"] = places[result["ruleId"]]
    here = {"uri": folder_uri(base[1])} if base[1] else {"description": {"text": "The folder of the call."}}
    run = {
        "tool": {"driver": {"name": "curvedoc", "version": __version__, "rules": known}},
        "invocations": [_invocation(batch, gate, notes, exit_zero)],
        "originalUriBaseIds": {ROOT: here},
        "results": results,
    }
    return dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, 2)


def _results(diagnosis: Diagnosis, gate: GateResult | None, base: Base) -> Iterator[Object]:
    checks = gate.of(diagnosis) if gate is not None else ()
    shown = [f for f in diagnosis.findings if f.state is not State.SMOOTH_DESCENT]
    for finding in shown:
        own = [check for check in checks if concerns(check, finding)]
        statuses = {check.status for check in own}
        level = "error" if Status.FAILED in statuses else LEVEL[finding.severity]
        result = _result(diagnosis, finding.rule, level, _message(diagnosis, finding), base)
        result["rank"] = round(100 * float(finding.confidence), 1)
        result["properties"] = {
            "confidence": float(finding.confidence),
            "state": finding.state.value,
            "evidence": [f"{clean(e.measure)} {clean(comparison(e))}" for e in finding.evidence],
        }
        if statuses == {Status.ALLOWED}:
            said = sentence("; ".join(check.message for check in own))
            result["suppressions"] = [{"kind": "external", "justification": said}]
        yield result
    for check in checks:
        told = any(concerns(check, finding) for finding in shown)
        if check.status in (Status.FAILED, Status.DOUBTFUL) and not told:
            level = "error" if check.status is Status.FAILED else "warning"
            said = f"{where(diagnosis.run)}: {check.status}: {check.message}"
            yield _result(diagnosis, GATE + check.kind, level, (said,), base, check.condition)
    if gate is not None and not any(check.status is Status.FAILED for check in checks):
        standing, reason = stands(gate, diagnosis)
        if standing == "failed":
            said = f"{where(diagnosis.run)}: failed: {reason}"
            yield _result(diagnosis, GATE + FAILED, "error", (said,), base)


def _result(
    diagnosis: Diagnosis, rule: str, level: str, message: tuple[str, ...], base: Base, condition: str = ""
) -> Object:
    where_it_lies = artifact(diagnosis.run.path, base)
    identity = "\0".join(("1", rule, condition, where_it_lies["uri"], diagnosis.run.name))
    fingerprint = hashlib.sha256(identity.encode("utf-8", "backslashreplace")).hexdigest()[:16]
    # A log has no line that is the fault of a finding; code hosts insist on one.
    region = {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1}
    return {
        "ruleId": rule,
        "level": level,
        "message": {"text": sentence(*message)},
        "locations": [{"physicalLocation": {"artifactLocation": where_it_lies, "region": region}}],
        # The name under which GitHub looks for it; of its own making it would change with every new log.
        "partialFingerprints": {"primaryLocationLineHash": fingerprint},
    }


def _unlike(results: Sequence[Object]) -> None:
    """Number the fingerprints of results that are alike (several runs of one name in one file)."""
    seen: dict[str, int] = {}
    for result in results:
        prints = result["partialFingerprints"]
        own = prints["primaryLocationLineHash"]
        seen[own] = seen.get(own, 0) + 1
        prints["primaryLocationLineHash"] = f"{own}:{seen[own]}"


def _message(diagnosis: Diagnosis, finding: Finding) -> tuple[str, ...]:
    said = f"{where(diagnosis.run)}: {finding.summary} ({percent(finding.confidence)} sure)"
    fixes = advice([finding])
    return (said, f"To do: {fixes[0].text}") if fixes else (said,)


def _invocation(
    batch: Batch, gate: GateResult | None, notes: Sequence[Object], exit_zero: bool
) -> Mapping[str, Any]:
    code, said = EXIT_OK, "diagnosed" if gate is None else "the gate passed"
    if gate is not None and gate.failed and not exit_zero:
        code, said = EXIT_GATE, "the gate failed"
    elif batch.problems:
        code, said = EXIT_UNREADABLE, "a path could not be read"
    return {
        "executionSuccessful": not batch.problems,
        "exitCode": code,
        "exitCodeDescription": said,
        "toolExecutionNotifications": list(notes),
    }


def _unread(problem: Problem, base: Base) -> Object:
    said = f"{problem.path} was not read: {problem.problem.rstrip('.')}. {problem.fix}".strip()
    return note("error", said, "unreadable", problem.path, base)


def _skipped(batch: Batch, gate: GateResult | None, base: Base) -> Iterator[Object]:
    """Conditions that could not be looked at."""
    for diagnosis in batch.diagnoses if gate is not None else ():
        for check in _of(gate, diagnosis):
            if check.status is Status.SKIPPED:
                said = (
                    f"{where(diagnosis.run)}: {check.kind} {check.condition} was not checked: {check.message}"
                )
                yield note("note", said, "not-checked", diagnosis.run.path, base)


def _of(gate: GateResult | None, diagnosis: Diagnosis) -> tuple[Check, ...]:
    return gate.of(diagnosis) if gate is not None else ()
