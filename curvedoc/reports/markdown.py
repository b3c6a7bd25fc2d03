"""For pull requests: a comment in GitHub's Markdown, the runs in a table, the evidence folded below it.

The same in a longer form is the summary of a job on GitHub. What does not fit under GitHub's limits is left
out, and the last line says how much.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from curvedoc.charts.curves import charts
from curvedoc.charts.sparks import sparkline
from curvedoc.gated import Status, stands
from curvedoc.gfm import code, fence, folded, head, html, prose, row
from curvedoc.paint import Paper
from curvedoc.rule import OutcomeKind
from curvedoc.shown import gap_said, points, where, worst_first
from curvedoc.wording import advice, comparison, count, number, percent, step, trial

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from curvedoc.diagnosis import Batch, Diagnosis
    from curvedoc.gated import Check, GateResult
    from curvedoc.rule import Finding, Fix

    Size = Callable[[str], int]

# Characters of a comment, bytes of the summary of a step: GitHub rejects what is longer.
COMMENT = 65_536
SUMMARY = 1024 * 1024
# The most that the table and the unread paths may take of the room, so that there is some for the evidence.
SHARE = 0.6
# Runs whose evidence does not fit before those behind them are not tried any more: drawing takes time.
MISFITS = 3
# Room for the remark about what was left out.
REMARK = 300
# By this line a job finds the comment that it wrote before.
MARKER = "<!-- curvedoc -->\n"
WIDTH, SPARK, NOTES = 76, 12, 5
SIGN = {
    "failed": "❌",
    "doubtful": "⚠️",
    "not judged": "❔",
    "passed": "✅",
    Status.ALLOWED: "🟡",
    Status.SKIPPED: "➖",
}


def render(batch: Batch, *, gate: GateResult | None = None, room: int = COMMENT) -> str:
    """The batch as Markdown of at most ``room`` characters, runs that fail first, then the worst first.

    Empty where ``room`` does not even hold the heading.
    """
    return _fitted(batch, gate, room, len)


def summary(batch: Batch, *, gate: GateResult | None = None, room: int = SUMMARY) -> str:
    """The same for the summary of a job: at most ``room`` bytes."""
    return _fitted(batch, gate, room, lambda text: len(text.encode("utf-8", "backslashreplace")))


def _fitted(batch: Batch, gate: GateResult | None, room: int, size: Size) -> str:
    """What there is room for: the heading, the table, what was not read, then the evidence run by run."""
    order = sorted(worst_first(batch.diagnoses), key=lambda d: _standing(d, gate) != "failed")
    heading = _heading(batch, gate)
    left = room - REMARK - size(heading)
    if left < 0:
        return ""
    lines = list(_table(order, gate)) if len(order) > 1 else []
    table, lost_rows = _take(lines, int(left * SHARE), size)
    unread, lost_paths = _take(list(_unread(batch)), int(left * SHARE) - size(table), size)
    left -= size(table) + size(unread)
    sections: list[str] = []
    misfits = 0
    for diagnosis in order if left > 0 else ():
        section = _section(diagnosis, gate, drawn=True, alone=len(order) == 1)
        if size(section) > left:
            section = _section(diagnosis, gate, drawn=False, alone=len(order) == 1)
        if size(section) <= left:
            sections.append(section)
            left -= size(section)
        else:
            misfits += 1
            if misfits == MISFITS:
                break
    lost = len(order) - len(sections)
    missing = [
        said
        for n, said in (
            (lost_rows, f"{count(lost_rows, 'row')} of the table"),
            (lost_paths, f"{count(lost_paths, 'path')} that could not be read"),
            (lost, f"the evidence of {count(lost, 'run')}"),
        )
        if n
    ]
    remark = f"Left out, for more does not fit here: {', '.join(missing)}.\n" if missing else ""
    return "".join((heading, table, unread, *sections, remark)).rstrip("\n") + "\n".rstrip("\n") + "\n"


def _take(lines: Sequence[str], room: int, size: Size) -> tuple[str, int]:
    """As many of some lines as there is room for, and how many there are more; a blank line behind them."""
    fitting = 0
    for line in lines:
        room -= size(line)
        if room < 1:
            break
        fitting += 1
    return "".join(lines[:fitting]) + ("\n" if fitting else ""), len(lines) - fitting


def _standing(diagnosis: Diagnosis, gate: GateResult | None) -> str:
    return stands(gate, diagnosis)[0] if gate is not None else ""


def _heading(batch: Batch, gate: GateResult | None) -> str:
    if gate is None:
        words = [d.state.label for d in worst_first(batch.diagnoses)]
        said = count(len(words), "run")
    else:
        words = sorted((_standing(d, gate) for d in batch.diagnoses), key=list(SIGN).index)
        said = f"{SIGN['passed']} the gate passed" if gate else f"{SIGN['failed']} the gate failed"
    told = [f"{n} {word}" for word, n in Counter(words).items()]
    told += [f"{count(len(batch.problems), 'path')} not read"] if batch.problems else []
    return f"{MARKER}### curvedoc: {said}{' – ' if told else ''}{', '.join(told)}\n\n"


def _table(order: Sequence[Diagnosis], gate: GateResult | None) -> Iterator[str]:
    """The lines of the table of runs."""
    names = [d.run.name for d in order]
    told = names if len(set(names)) == len(names) else [where(d.run) for d in order]
    judged = ["gate"] if gate is not None else []
    yield head([*judged, "state", ">sure", "run", "loss", ">best", ">gap", ">points"])
    for diagnosis, name in zip(order, told, strict=True):
        yield row(_cells(diagnosis, name, gate))


def _cells(diagnosis: Diagnosis, name: str, gate: GateResult | None) -> Iterator[str]:
    if gate is not None:
        standing = _standing(diagnosis, gate)
        yield f"{SIGN[standing]} {standing}"
    run = diagnosis.run
    curve = run.get("val/loss") or run.get("train/loss")
    yield diagnosis.state.label
    yield prose(percent(diagnosis.confidence))
    yield code(name)
    yield sparkline(curve.values, SPARK) if curve and len(curve) else ""
    yield step(diagnosis.best_step) if diagnosis.best_step is not None else "–"
    yield number(diagnosis.gap.final) if diagnosis.gap else "–"
    yield str(run.n_points)


def _unread(batch: Batch) -> Iterator[str]:
    if batch.problems:
        yield "Not read:\n\n"
    for problem in batch.problems:
        yield f"- {code(problem.path)}: {prose(problem.problem.rstrip('.'))}. {prose(problem.fix)}\n"


def _section(diagnosis: Diagnosis, gate: GateResult | None, drawn: bool, alone: bool) -> str:
    """One run: reason, chart, gate, findings, advice, and what was not checked."""
    standing = _standing(diagnosis, gate)
    sign = f"{SIGN[standing]} " if standing else ""
    state = f"<b>{html(diagnosis.state.label)}</b>, {html(percent(diagnosis.confidence))} sure"
    run = diagnosis.run
    named = f"{sign}{state}: <code>{html(where(run))}</code>, {html(points(run))}"
    parts = [prose(diagnosis.reason)] if diagnosis.reason else []
    parts += [_chart(diagnosis)] if drawn else []
    parts += [f"Gap: {prose(gap_said(diagnosis))}."] if diagnosis.gap else []
    parts += [_conditions(diagnosis, gate)] if gate is not None else []
    parts += [_finding(finding) for finding in diagnosis.findings]
    parts += [_advice(diagnosis), *_rest(diagnosis)]
    return folded(named, "\n\n".join(part.rstrip() for part in parts if part), unfolded=alone)


def _chart(diagnosis: Diagnosis) -> str:
    lines = "\n".join(line.plain.rstrip() for line in charts(Paper(WIDTH), diagnosis)).strip("\n")
    return fence(lines.split("\n")) if lines else ""


def _conditions(diagnosis: Diagnosis, gate: GateResult) -> str:
    """A table of what did not simply pass, and a line of what did."""
    checks, (standing, reason) = gate.of(diagnosis), stands(gate, diagnosis)
    if not checks:
        return f"{SIGN[standing]} Gate: {standing}{': ' if reason else ''}{prose(reason)}"
    told = [check for check in checks if check.status is not Status.PASSED]
    passed = [_condition(check) for check in checks if check.status is Status.PASSED]
    lines = [head(["gate", "condition", "what came of it"])] if told else []
    lines += [
        row([f"{SIGN[check.status]} {check.status}", _condition(check), prose(check.message)])
        for check in told
    ]
    lines += [f"\n{SIGN['passed']} Passed: {', '.join(passed)}\n"] if passed else []
    return "".join(lines).strip("\n")


def _condition(check: Check) -> str:
    return f"{prose(check.kind)} {code(check.condition)}"


def _finding(finding: Finding) -> str:
    title = f"**{prose(finding.title)}** – {finding.severity}, {prose(percent(finding.confidence))} sure"
    text = f"{title}, {code(finding.rule)}\n\n{prose(finding.summary)}\n\n"
    if not finding.evidence:
        return text
    lines = [head(["measure", "value and limit", "what it is", "steps"])]
    for evidence in finding.evidence:
        span = f"{step(evidence.span[0])}–{step(evidence.span[1])}" if evidence.span else ""
        lines.append(row([code(evidence.measure), prose(comparison(evidence)), prose(evidence.what), span]))
    return text + "".join(lines)


def _advice(diagnosis: Diagnosis) -> str:
    fixes = advice(diagnosis.findings)
    items = [f"{i}. {prose(fix.text)}{_tried(fix)}\n" for i, fix in enumerate(fixes, 1)]
    return "**What to do**\n\n" + "".join(items) if items else ""


def _tried(fix: Fix) -> str:
    return f"<br>{prose(trial(fix.tried))}" if fix.tried else ""


def _rest(diagnosis: Diagnosis) -> Iterator[str]:
    """What was not checked and why, what was overruled, what was clear, and what the reader met."""
    reasons: dict[str, list[str]] = {}
    for outcome in diagnosis.outcomes:
        if outcome.kind in (OutcomeKind.SKIPPED, OutcomeKind.OVERRULED):
            reasons.setdefault(outcome.reason, []).append(outcome.rule)
    clear = sum(outcome.kind is OutcomeKind.CLEAR for outcome in diagnosis.outcomes)
    lines = [f"- {', '.join(map(code, rules))}: {prose(reason)}\n" for reason, rules in reasons.items()]
    if lines:
        yield "**Not checked**\n\n" + "".join(lines)
    if clear:
        yield f"Clear: {count(clear, 'other rule')}."
    for note in diagnosis.run.notes[:NOTES]:
        yield f"Note: {prose(note)}"
