"""One run in full: headline, curves, gap, findings, fixes, and what was not checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curvedoc.charts.curves import charts
from curvedoc.charts.sparks import sparkline
from curvedoc.rule import OutcomeKind, Severity
from curvedoc.shown import gap_said, points, where
from curvedoc.states import BOTTLENECKS, State
from curvedoc.wording import advice, axis, comparison, count, percent, step, trial

from . import verdict

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    from curvedoc.diagnosis import Diagnosis
    from curvedoc.gated import GateResult
    from curvedoc.paint import Paper
    from curvedoc.rule import Finding
    from curvedoc.styled import Text

STATE_STYLE: dict[State, str] = {
    State.SMOOTH_DESCENT: "green",
    State.GROKKING: "magenta",
    State.INCONCLUSIVE: "blue",
    State.UNDERFITTING: "yellow",
    State.LOSS_METRIC_MISMATCH: "yellow",
    State.OVERFITTING: "yellow",
    State.POOR_OPTIMIZATION: "red",
    State.UNSTABLE: "red",
}
SEVERITY_STYLE = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.INFO: "blue"}
DIM = "dim"
SPARK = 12
# Runner-up states below two percent say nothing.
RUNNER_UP, RUNNERS_UP = 0.02, 3
NAME_AT_LEAST = 20
# Names listed of a group before "and n more".
NAMES = 6


def run(
    paper: Paper, diagnosis: Diagnosis, details: bool = False, gate: GateResult | None = None
) -> Iterator[Text]:
    """The lines of one run, from the headline to what was ignored."""
    yield from _headline(paper, diagnosis)
    yield from charts(paper, diagnosis)
    yield from _gap(paper, diagnosis)
    if gate is not None:
        yield from verdict.section(paper, gate, diagnosis)
    yield from _findings(paper, diagnosis, details)
    yield from _fixes(paper, diagnosis.findings)
    yield from _rest(paper, diagnosis, details)


def _headline(paper: Paper, diagnosis: Diagnosis) -> Iterator[Text]:
    style = f"bold {STATE_STYLE[diagnosis.state]}"
    head = paper.text((diagnosis.state.label, style), f"  {percent(diagnosis.confidence)} sure")
    named, logged = where(diagnosis.run), f" · {points(diagnosis.run)}"
    tail = paper.text(named, (logged, DIM))
    if head.cell_len + 3 + tail.cell_len <= paper.width:
        yield head + "   " + tail
    else:
        yield head
        named = paper.short(named, max(NAME_AT_LEAST, paper.width - len(logged)))
        yield paper.hang(paper.text(), paper.text(named, (logged, DIM)))
    if diagnosis.reason:
        yield paper.hang(paper.text(), paper.text(diagnosis.reason))


def _gap(paper: Paper, diagnosis: Diagnosis) -> Iterator[Text]:
    gap = diagnosis.gap
    if gap is None:
        return
    yield paper.text()
    head = paper.text(("Gap  ", "bold"), (sparkline(gap.values, SPARK, paper.unicode) + "  ", "magenta"))
    yield paper.hang(head, paper.text(gap_said(diagnosis)))


def _findings(paper: Paper, diagnosis: Diagnosis, details: bool) -> Iterator[Text]:
    """Each finding with its evidence; what was said before (the reason, a measure) is not said again."""
    if diagnosis.findings:
        yield from _section(paper, "Findings")
    said = {diagnosis.reason}
    for finding in diagnosis.findings:
        style = SEVERITY_STYLE[finding.severity]
        about = f"   {finding.severity} · {percent(finding.confidence)} sure · {finding.rule}"
        yield paper.hang(paper.text(("  ● ", style)), paper.text((finding.title, "bold"), (about, DIM)))
        if finding.summary and finding.summary not in said:
            yield paper.hang(paper.text("    "), paper.text(finding.summary))
        yield from _evidence(paper, finding, axis(diagnosis.run.x), set() if details else said)
        said |= {e.what for e in finding.evidence}


def _evidence(paper: Paper, finding: Finding, x: str, said: Container[str]) -> Iterator[Text]:
    measures = max((len(e.measure) for e in finding.evidence), default=0)
    for e in finding.evidence:
        span = f"{x} {'–'.join(dict.fromkeys(map(step, e.span)))}" if e.span else ""
        about = " · ".join(part for part in (e.what, span) if part and e.what not in said)
        head = paper.text((f"    {e.measure.ljust(measures)}  ", DIM))
        yield paper.hang(head, paper.text(comparison(e), (f"   {about}", DIM)))


def _fixes(paper: Paper, findings: Sequence[Finding]) -> Iterator[Text]:
    fixes = advice(findings)
    if not fixes:
        return
    bottleneck = next((BOTTLENECKS[f.bottleneck].name for f in findings if f.bottleneck in BOTTLENECKS), "")
    yield paper.text()
    likely = (f"likely bottleneck: {bottleneck}" if bottleneck else "", DIM)
    yield paper.hang(paper.text(("What to do   ", "bold")), paper.text(likely))
    for i, fix in enumerate(fixes, 1):
        yield paper.hang(paper.text((f"{i:3}. ", "bold")), paper.text(fix.text))
        if fix.tried:
            yield paper.hang(paper.text("     "), paper.text((trial(fix.tried), DIM)))


def _rest(paper: Paper, diagnosis: Diagnosis, details: bool) -> Iterator[Text]:
    """Labelled lines: everything that is not the main message."""
    told: list[tuple[str, str]] = []
    others = [(s, p) for s, p in diagnosis.states.items() if s is not diagnosis.state and p >= RUNNER_UP]
    others = sorted(others, key=lambda pair: -pair[1])[: None if details else RUNNERS_UP]
    if others:
        told.append(("Also possible", ", ".join(f"{state.label} {percent(p)}" for state, p in others)))
    by_kind = {kind: [o for o in diagnosis.outcomes if o.kind is kind] for kind in OutcomeKind}
    overruled = ((o.reason.removeprefix("overruled "), o.rule) for o in by_kind[OutcomeKind.OVERRULED])
    told += [("Overruled", line) for line in _grouped(overruled, details)]
    skipped = ((o.reason, o.rule) for o in diagnosis.not_checked)
    told += [("Not checked", line) for line in _grouped(skipped, details)]
    clear = [o.rule for o in by_kind[OutcomeKind.CLEAR]]
    if clear:
        told.append(("Clear", ", ".join(clear) if details else count(len(clear), "other rule")))
    told += [("Log", note) for note in diagnosis.run.notes]
    told += [
        ("Ignored", line) for line in _grouped(((i.reason, i.name) for i in diagnosis.run.ignored), details)
    ]
    label = ""
    for name, line in told:
        yield from [paper.text()] if not label else []
        yield paper.hang(
            paper.text((name.ljust(15) if name != label else " " * 15, "bold")), paper.text(line)
        )
        label = name


def _section(paper: Paper, title: str) -> Iterator[Text]:
    yield paper.text()
    yield paper.text((title, "bold"))


def _grouped(pairs: Iterable[tuple[str, str]], details: bool) -> Iterator[str]:
    """One line a reason, with the names it concerns."""
    groups: dict[str, list[str]] = {}
    for reason, name in pairs:
        groups.setdefault(reason, []).append(name)
    for reason, names in groups.items():
        shown = names if details else names[:NAMES]
        more = f" and {len(names) - len(shown)} more" if len(shown) < len(names) else ""
        yield f"{', '.join(shown)}{more} – {reason}"
