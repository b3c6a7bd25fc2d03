"""What the gate says: of one run condition by condition, of several in one line."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from curvedoc.gated import Status, stands
from curvedoc.wording import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from curvedoc.diagnosis import Diagnosis
    from curvedoc.gated import Check, GateResult
    from curvedoc.paint import Paper
    from curvedoc.styled import Text

STYLE = {"failed": "red", "doubtful": "yellow", "allowed": "yellow", "skipped": "blue", "passed": "green"}
STYLE["not judged"] = STYLE["skipped"]
_WIDE = max(map(len, Status)) + 2


def standing(gate: GateResult, diagnosis: Diagnosis) -> tuple[str, str]:
    """How a run stands, with the style of the word."""
    word, _ = stands(gate, diagnosis)
    return word, STYLE[word]


def section(paper: Paper, gate: GateResult, diagnosis: Diagnosis) -> Iterator[Text]:
    """The conditions of a run, those first that did not pass."""
    word, style = standing(gate, diagnosis)
    checks = gate.of(diagnosis)
    yield paper.text()
    yield paper.text(("Gate   ", "bold"), (word, f"bold {style}"), "" if checks else "  nothing was demanded")
    for status in STYLE:
        for message in _messages([check for check in checks if check.status == status], diagnosis.reason):
            head = paper.text(("  ● ", STYLE[status]), (status.ljust(_WIDE), STYLE[status]))
            yield paper.hang(head, paper.text(message))


def _messages(checks: list[Check], reason: str) -> Iterator[str]:
    """One line each; forbidden names that were not found share one, and the headline is not repeated."""
    absent = [check for check in checks if check.kind == "fail-on" and check.status is Status.PASSED]
    for check in checks:
        if check not in absent:
            yield check.message.replace(f": {reason}", "") if reason else check.message
    if absent:
        yield ", ".join(check.message for check in absent)


def summary(paper: Paper, gate: GateResult) -> Text:
    """How many of several runs stand how."""
    tally = Counter(standing(gate, diagnosis)[0] for diagnosis, _ in gate.checks)
    told = [f"{tally[word]} {word}" for word in STYLE if tally[word]]
    told += [f"{count(len(gate.problems), 'path')} not read"] if gate.problems else []
    head = paper.text(("gate ", "bold"), ("passed  ", "bold green") if gate else ("failed  ", "bold red"))
    return paper.hang(head, paper.text(", ".join(told)))
