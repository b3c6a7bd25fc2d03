"""For GitHub's Actions: annotations as workflow commands; the summary of the job is the ``markdown`` report.

Without a gate the severity of a finding is that of its annotation. With a gate only what fails it is an
error: doubtful conditions and other findings are warnings, what the policy lets pass and what it could not
check are notices. A path that could not be read is an error. A healthy run has no annotation. GitHub shows
ten annotations of each kind for a step and drops the others silently: these stand in the log as text, and the
tenth counts them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from curvedoc.gated import Status, concerns, stands
from curvedoc.places import NOWHERE, is_file, placed
from curvedoc.rule import Severity
from curvedoc.shown import where, worst_first
from curvedoc.states import State
from curvedoc.wording import advice, clean, count, percent, shorten

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from curvedoc.diagnosis import Batch, Diagnosis
    from curvedoc.gated import GateResult
    from curvedoc.places import Base

# https://github.com/actions/toolkit/blob/main/docs/problem-matchers.md#limitations
SHOWN = 10
# Longer messages are cut by GitHub without a sign.
LONGEST = 4000
KIND = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
CHECKED = {
    Status.FAILED: "error",
    Status.DOUBTFUL: "warning",
    Status.ALLOWED: "notice",
    Status.SKIPPED: "notice",
}


class _Note(NamedTuple):
    """One annotation."""

    kind: str
    path: str
    title: str
    lines: tuple[str, ...]
    aside: bool = False


def render(batch: Batch, *, gate: GateResult | None = None, base: Base = NOWHERE) -> str:
    """The annotations as workflow commands, one a line, errors first; empty where there is nothing to say.

    ``base``: what paths are relative to and shall be relative to (the root of the repository).
    """
    notes = [_Note("error", p.path, "not read", (f"{p.path}: {p.problem}", p.fix)) for p in batch.problems]
    for diagnosis in worst_first(batch.diagnoses):
        notes += _conditions(diagnosis, gate) if gate is not None else ()
        notes += _findings(diagnosis, gate)
    # What was not checked comes last: it must not take the place of what was found.
    notes.sort(key=lambda note: note.aside)
    lines: list[str] = []
    for kind in ("error", "warning", "notice"):
        lines += _limited(kind, [note for note in notes if note.kind == kind], base)
    return "".join(f"{line}\n" for line in lines)


def _limited(kind: str, notes: Sequence[_Note], base: Base) -> Iterator[str]:
    """All annotations of a kind if GitHub shows so many; else nine, one that counts, the rest as text."""
    shown = notes if len(notes) <= SHOWN else notes[: SHOWN - 1]
    yield from (_command(note, base) for note in shown)
    rest = notes[len(shown) :]
    if rest:
        said = f"GitHub shows {SHOWN} a step; the log of this step and the summary of the job have them all."
        yield _command(_Note(kind, "", count(len(rest), f"more {kind}"), (said,)), base)
        yield from (f"{kind}: {_plain(note)}" for note in rest)


def _conditions(diagnosis: Diagnosis, gate: GateResult) -> Iterator[_Note]:
    """What did not simply pass."""
    path, standing = diagnosis.run.path, stands(gate, diagnosis)
    checks = gate.of(diagnosis)
    for check in checks:
        if check.status in CHECKED:
            title = f"gate {check.status}: {check.kind} {check.condition}"
            said = (f"{where(diagnosis.run)}: {check.message}",)
            yield _Note(CHECKED[check.status], path, title, said, check.status is Status.SKIPPED)
    if standing[0] == "failed" and all(check.status is not Status.FAILED for check in checks):
        yield _Note("error", path, "gate failed", (f"{where(diagnosis.run)}: {standing[1]}",))
    if standing[0] == "not judged":
        yield _Note("notice", path, "gate: not judged", (f"{where(diagnosis.run)}: {standing[1]}",))


def _findings(diagnosis: Diagnosis, gate: GateResult | None) -> Iterator[_Note]:
    """The findings but those of health; with a gate, those that none of its annotations is about."""
    told = [c for c in gate.of(diagnosis) if c.status in CHECKED] if gate is not None else []
    untold = {State.SMOOTH_DESCENT}
    if gate is not None and stands(gate, diagnosis)[0] == "not judged":
        untold.add(State.INCONCLUSIVE)  # the reason why it was not judged
    for finding in diagnosis.findings:
        if finding.state in untold or any(concerns(check, finding) for check in told):
            continue
        kind = KIND[finding.severity]
        kind = "warning" if kind == "error" and gate is not None else kind
        title = f"{finding.title} ({percent(finding.confidence)} sure)"
        fixes = [f"To do: {fix.text}" for fix in advice([finding])[:1]]
        said = (f"{where(diagnosis.run)}: {finding.summary}", *fixes)
        yield _Note(kind, diagnosis.run.path, title, said)


def _command(note: _Note, base: Base) -> str:
    own = {"file": placed(note.path, base), "line": "1"} if note.path and is_file(note.path) else {}
    options = ",".join(f"{key}={_option(value)}" for key, value in {**own, "title": note.title}.items())
    message = "\n".join(clean(line) for line in note.lines if line)
    return f"::{note.kind} {options}::{_data(shorten(message, LONGEST))}"


def _plain(note: _Note) -> str:
    """An annotation as a line of the log; it begins with a word of ours and holds no older command."""
    said = clean(f"{note.title}: {' '.join(note.lines)}")
    return said.replace("##[", "##\u200b[")


def _data(text: str) -> str:
    """The message of a command, as the runner reads it back."""
    escaped = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return escaped.replace("##[", "##\u200b[")


def _option(text: str) -> str:
    return _data(clean(text)).replace(":", "%3A").replace(",", "%2C")
