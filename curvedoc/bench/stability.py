"""How firm a verdict is: what it becomes when the run is changed a little, and how early it was known."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from curvedoc.states import State

from .answers import CONFIDENT, Answer, Scored
from .intervals import figure
from .statistics import everything, share

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .intervals import Figure
    from .labels import Label

FRACTIONS = (0.25, 0.5, 0.75, 1.0)
PER_GROUP = 2
"""Runs of a group that are perturbed: more would cost time and tell the same again."""
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Probe:
    """One run asked again and again.

    ``answer``: to the run as it is. ``perturbed``: by the name of the perturbation, those that apply.
    ``prefixes``: at each of :data:`FRACTIONS` (empty when not asked).
    """

    label: Label
    answer: Answer
    perturbed: Mapping[str, Answer]
    prefixes: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True)
class Flips:
    """How often one perturbation changes the state; ``harmful``: from a right state to a wrong one."""

    perturbation: str
    flips: Figure
    harmful: Figure
    commonest: tuple[tuple[str, str, int], ...]


@dataclass(frozen=True, slots=True)
class Foresight:
    """How early the final state of runs is named, by final state.

    ``named_at``: median over runs of the first fraction from which on the state is the final one.
    ``early``: for each fraction but the last, the share that names the final state already.
    ``misled``: the share of early confident answers (``inconclusive`` is none) that differ from it.
    """

    state: str
    runs: int
    named_at: float
    early: tuple[float, ...]
    answers: int
    misled: float


def sample(labels: Sequence[Label], per_group: int = PER_GROUP) -> list[Label]:
    """At most ``per_group`` logs of each group, in order."""
    taken: Counter[str] = Counter()
    kept = []
    for label in labels:
        taken[label.group] += 1
        if taken[label.group] <= per_group:
            kept.append(label)
    return kept


def flips(probes: Sequence[Probe]) -> tuple[Flips, ...]:
    """The share of verdicts that each perturbation changes, and all of them together (first)."""
    # To a short run not all of them apply: the longest list has their order.
    lists = sorted((list(probe.perturbed) for probe in probes), key=len, reverse=True)
    names = list(dict.fromkeys(name for each in lists for name in each))
    return tuple(
        _flips(probes, wanted, title) for title, wanted in [("all", names), *((n, [n]) for n in names)]
    )


def _flips(probes: Sequence[Probe], wanted: Sequence[str], title: str) -> Flips:
    before = {probe.label.path: Scored(probe.label, probe.answer) for probe in probes}
    after = [Scored(p.label, p.perturbed[name]) for p in probes for name in wanted if name in p.perturbed]

    def flipped(row: Scored) -> bool:
        return row.answer.state != before[row.label.path].answer.state

    def harmful(row: Scored) -> bool:
        return flipped(row) and before[row.label.path].right and not row.right

    pairs = Counter((before[r.label.path].answer.state, r.answer.state) for r in after if flipped(r))
    return Flips(
        title,
        figure(after, share("flips", flipped, everything)),
        figure(after, share("harmful", harmful, everything)),
        tuple((a, b, n) for (a, b), n in pairs.most_common(SHOWN)),
    )


def named_at(states: Sequence[str], fractions: Sequence[float] = FRACTIONS) -> float:
    """The first fraction from which on every state is the last one."""
    at = len(states) - 1
    while at > 0 and states[at - 1] == states[-1]:
        at -= 1
    return fractions[at]


def foresight(probes: Sequence[Probe]) -> tuple[Foresight, ...]:
    """How early each final state is named, and over all of them (first)."""
    asked = [probe for probe in probes if probe.prefixes]
    finals = [state for state in State if any(p.prefixes[-1].state == state for p in asked)]
    rows = [_foresight("all", asked)] if asked else []
    rows += [_foresight(state, [p for p in asked if p.prefixes[-1].state == state]) for state in finals]
    return tuple(rows)


def _foresight(name: str, probes: Sequence[Probe]) -> Foresight:
    states = [[answer.state for answer in probe.prefixes] for probe in probes]
    early = [
        (answer.state, probe.prefixes[-1].state)
        for probe in probes
        for answer in probe.prefixes[:-1]
        if answer.state != State.INCONCLUSIVE and answer.confidence >= CONFIDENT
    ]
    return Foresight(
        state=name,
        runs=len(probes),
        named_at=float(np.median([named_at(each) for each in states])),
        early=tuple(
            float(np.mean([each[i] == each[-1] for each in states])) for i in range(len(FRACTIONS) - 1)
        ),
        answers=len(early),
        misled=float(np.mean([a != b for a, b in early])) if early else np.nan,
    )
