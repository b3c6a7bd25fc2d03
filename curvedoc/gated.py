"""What a gate says of each run, condition by condition: the part of its result that reports show."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .diagnosis import Diagnosis, Problem
    from .rule import Finding


class Status(StrEnum):
    """What came of one condition."""

    PASSED = "passed"
    FAILED = "failed"
    DOUBTFUL = "doubtful"  # it holds, but with too little confidence to fail the gate
    ALLOWED = "allowed"  # it failed, and the policy lets it pass, for a reason and until a date
    SKIPPED = "skipped"  # it could not be checked, e.g. the log lacks the curve


@dataclass(frozen=True, slots=True)
class Check:
    """One condition of a policy on one run.

    ``kind``: the key of the policy it comes from (``"fail-on"``, ``"expect"``, ``"max-gap"``,
    ``"baseline"`` ...). ``condition``: as the policy has it (``"overfitting"``,
    ``"val/accuracy >= 0.93"``). ``message``: one sentence with the numbers, to be shown.
    """

    kind: str
    condition: str
    status: Status
    message: str


@dataclass(frozen=True, eq=False)
class GateResult:
    """What a gate says of a batch; true when nothing failed and every path could be read.

    ``failed`` holds each run that fails with the reason as a sentence, ``doubtful`` those that are in a
    forbidden state (or show a forbidden finding) but with too little confidence; they pass.
    ``problems`` are the paths that could not be judged at all: they must not read as passed.
    ``checks``: every run with every condition that was looked at, in the order of the batch. ``unjudged`` are
    the runs of which no condition could be looked at, with the reason; they do not fail, but did not pass.
    """

    failed: tuple[tuple[Diagnosis, str], ...]
    doubtful: tuple[tuple[Diagnosis, str], ...]
    passed: tuple[Diagnosis, ...]
    problems: tuple[Problem, ...]
    checks: tuple[tuple[Diagnosis, tuple[Check, ...]], ...] = ()
    unjudged: tuple[tuple[Diagnosis, str], ...] = ()

    def __bool__(self) -> bool:
        return not self.failed and not self.problems

    def of(self, diagnosis: Diagnosis) -> tuple[Check, ...]:
        """The conditions of one run of the batch."""
        return self._conditions.get(id(diagnosis), ())

    @cached_property
    def _conditions(self) -> dict[int, tuple[Check, ...]]:
        return {id(own): checks for own, checks in self.checks}

    @cached_property
    def standings(self) -> dict[int, tuple[str, str]]:
        """How each run stands, by its id (see :func:`stands`)."""
        found = {id(own): ("passed", "") for own in self.passed}
        for word, runs in (
            ("not judged", self.unjudged),
            ("doubtful", self.doubtful),
            ("failed", self.failed),
        ):
            found |= {id(own): (word, reason) for own, reason in runs}
        return found


def stands(gate: GateResult, diagnosis: Diagnosis) -> tuple[str, str]:
    """How a run of the batch stands, and why: ``failed``, ``doubtful``, ``not judged`` or ``passed``.

    A run that the result does not name at all was not judged: nothing may read as passed by being forgotten.
    """
    return gate.standings.get(id(diagnosis), ("not judged", "the policy did not look at this run"))


def concerns(check: Check, finding: Finding) -> bool:
    """Whether a condition is about a finding: it forbids the rule, or the state that the rule speaks for."""
    return check.kind == "fail-on" and check.condition in (finding.rule, finding.state.value)
