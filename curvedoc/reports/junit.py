"""For CI servers: JUnit XML, a test suite for each run and a test case for each rule.

Without a gate a rule that fired as an error or a warning is a failure; what it tells for information passes.
With a gate the conditions of the policy are test cases too, and they alone fail: what the policy does not
forbid passes, with the finding as its output. A rule that could not be checked, or that another one
overruled, is skipped with the reason; a path that could not be read is an error. The shape is that of
Jenkins' ``junit-10.xsd``, which others read as well. No time is measured: ``time`` is always 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from curvedoc.gated import Status, stands
from curvedoc.rule import OutcomeKind, Severity
from curvedoc.shown import where
from curvedoc.wording import advice, clean, comparison, percent, step

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from curvedoc.diagnosis import Batch, Diagnosis, Problem
    from curvedoc.gated import Check, GateResult
    from curvedoc.rule import Finding, Outcome

PASSED, FAILURE, ERROR, SKIPPED = "", "failure", "error", "skipped"


@dataclass(frozen=True, slots=True)
class _Case:
    """One test case: ``result`` is the element that tells it (none: passed), ``kind`` its type, ``said`` its
    message, ``text`` what stands in it (in the output of one that passed)."""

    name: str
    result: str = PASSED
    kind: str = ""
    said: str = ""
    text: tuple[str, ...] = ()


def render(batch: Batch, *, gate: GateResult | None = None) -> str:
    """The batch as JUnit XML in UTF-8, suites in the order of reading, paths that were not read last."""
    suites = [(where(d.run), d, list(_cases(d, gate))) for d in batch.diagnoses]
    unread = [(problem.path, None, [_unread(problem)]) for problem in batch.problems]
    everything = [case for _, _, cases in (*suites, *unread) for case in cases]
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites {_named('curvedoc', everything)}>"]
    for name, diagnosis, cases in (*suites, *unread):
        lines += _suite(name, diagnosis, cases)
    return "\n".join([*lines, "</testsuites>"]) + "\n"


def _suite(name: str, diagnosis: Diagnosis | None, cases: Sequence[_Case]) -> Iterator[str]:
    skipped = sum(case.result == SKIPPED for case in cases)
    yield f'  <testsuite {_named(name, cases)} skipped="{skipped}" time="0">'
    if diagnosis is not None:
        yield "    <properties>"
        for key, value in _properties(diagnosis):
            yield f"      <property name={_quoted(key)} value={_quoted(value)}/>"
        yield "    </properties>"
    for case in cases:
        yield from _case(name, case)
    yield "  </testsuite>"


def _named(name: str, cases: Sequence[_Case]) -> str:
    failures, errors = (sum(case.result == kind for case in cases) for kind in (FAILURE, ERROR))
    return f'name={_quoted(name)} tests="{len(cases)}" failures="{failures}" errors="{errors}"'


def _properties(diagnosis: Diagnosis) -> Iterator[tuple[str, str]]:
    yield "state", diagnosis.state.value
    yield "confidence", percent(diagnosis.confidence)
    yield "reason", diagnosis.reason
    yield "reader", diagnosis.run.reader
    for name, at in (("best step", diagnosis.best_step), ("onset step", diagnosis.onset_step)):
        if at is not None:
            yield name, step(at)
    for fix in advice(diagnosis.findings)[:1]:
        yield "first fix", fix.text


def _case(suite: str, case: _Case) -> Iterator[str]:
    head = f'    <testcase classname={_quoted(suite)} name={_quoted(case.name)} time="0"'
    if case.result == PASSED and not case.text:
        yield f"{head}/>"
        return
    yield f"{head}>"
    if case.result == PASSED:
        yield f"      <system-out>{_text(case.text)}</system-out>"
    else:
        kind = f" type={_quoted(case.kind)}" if case.kind else ""
        start = f"<{case.result} message={_quoted(case.said)}{kind}"
        yield f"      {start}>{_text(case.text)}</{case.result}>" if case.text else f"      {start}/>"
    yield "    </testcase>"


def _cases(diagnosis: Diagnosis, gate: GateResult | None) -> Iterator[_Case]:
    """The conditions of the policy, then every rule."""
    if gate is not None:
        yield from _conditions(diagnosis, gate)
    for outcome in diagnosis.outcomes:
        yield _rule(outcome, judged=gate is not None)


def _conditions(diagnosis: Diagnosis, gate: GateResult) -> Iterator[_Case]:
    checks = gate.of(diagnosis)
    for check in checks:
        yield _condition(check)
    standing, reason = stands(gate, diagnosis)
    if standing == "failed" and all(check.status is not Status.FAILED for check in checks):
        # However the gate came to its verdict: what it fails must not look green.
        yield _Case("gate", FAILURE, "gate", reason, (f"{diagnosis.state.label}: {diagnosis.reason}",))
    if standing == "not judged":
        yield _Case("gate", SKIPPED, said=f"not judged: {reason}")


def _condition(check: Check) -> _Case:
    name = f"gate: {check.kind} {check.condition}"
    if check.status is Status.PASSED:
        return _Case(name, text=(check.message,))
    if check.status is Status.FAILED:
        return _Case(name, FAILURE, f"gate.{check.kind}", check.message)
    return _Case(name, SKIPPED, said=f"{check.status}: {check.message}")


def _rule(outcome: Outcome, judged: bool) -> _Case:
    if outcome.kind in (OutcomeKind.SKIPPED, OutcomeKind.OVERRULED):
        return _Case(outcome.rule, SKIPPED, said=outcome.reason)
    found = outcome.finding
    if outcome.kind is OutcomeKind.CLEAR or found is None:
        return _Case(outcome.rule)
    text = tuple(_told(found))
    if judged or found.severity is Severity.INFO:
        return _Case(outcome.rule, text=text)
    return _Case(outcome.rule, FAILURE, found.severity.value, found.summary, text)


def _told(found: Finding) -> Iterator[str]:
    """A finding in lines, none of which begins with what a log says."""
    yield f"{found.severity}, {percent(found.confidence)} sure: {found.summary}"
    yield from (f"  measured: {e.measure} {comparison(e)}" for e in found.evidence)
    yield from (f"  to do: {fix.text}" for fix in found.fixes)


def _unread(problem: Problem) -> _Case:
    return _Case("read", ERROR, "unreadable", problem.problem, (problem.fix,))


def _quoted(foreign: str) -> str:
    """An attribute; what XML cannot hold is not printable, and made visible."""
    return _unheard(quoteattr(clean(foreign), {"'": "&apos;"}))


def _text(lines: Iterable[str]) -> str:
    """What stands in an element; no line of it is broken by what a log says."""
    return _unheard("\n".join(escape(clean(line)) for line in lines))


def _unheard(xml: str) -> str:
    """No runner of workflows takes a part of it for a command."""
    return xml.replace("##[", "#&#35;[")
