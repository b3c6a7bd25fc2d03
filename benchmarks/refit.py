"""Would limits that are found without a source judge its runs as well? And how sure may a verdict be?

    python benchmarks/refit.py CORPUS [--out verdicts.json] [--jobs N]

The limits of the rules were chosen by people who had seen the corpus, so its plain figures flatter. Here
every limit that decides on a state is first blurred (moved at random, by about as far as its own ``soft``
says makes a decision clear), then found anew by coordinate search on a part of the labelled runs, and the
rest, whole groups or whole sources that the search has not seen, is judged with what it found. What comes
out is scored, and written for ``calibrate.py``: confidences that were not fitted on the runs they speak of.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from accuracy import labelled

from curvedoc import diagnosis
from curvedoc.bench.answers import REFUSED, Answer, Scored
from curvedoc.bench.asking import first_run
from curvedoc.bench.folds import folds_by_group
from curvedoc.bench.intervals import figure
from curvedoc.bench.labels import NOT_OVERFITTING, Label
from curvedoc.bench.statistics import ACCURACY, MACRO_F1
from curvedoc.features import Features, losses
from curvedoc.measure import Limit
from curvedoc.rules import RULES
from curvedoc.states import State

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from curvedoc.bench.intervals import Figure
    from curvedoc.rule import Verdict

FOLDS = 5
SOURCE_FOLDS = 10  # of whole sources: leaving out several at once is no easier than leaving out one
MOVES = (-1.0, -0.5, 0.5, 1.0)  # in units of a limit's own softness
SWEEPS = 2
FLOOR = 0.02  # no single run may weigh more than this probability says
MODULES = {rule.id: sys.modules[rule.check.__module__] for rule in RULES}
BY_ID = {rule.id: rule for rule in RULES}


@dataclass(eq=False)
class Judged:
    """A labelled run that was read, with the verdict of each rule under the limits of the moment."""

    label: Label
    features: Features
    points: float
    verdicts: dict[str, Verdict | str]

    def states(self, changed: Mapping[str, Verdict | str]) -> tuple[State, dict[State, float]]:
        """The primary state and the probability of each, with some verdicts changed."""
        verdicts = {**self.verdicts, **changed}
        overruled = diagnosis._overruled(RULES, verdicts)
        states = diagnosis._weigh(RULES, verdicts, overruled, self.points)
        fired = diagnosis._fired(RULES, verdicts) - set(overruled)
        return diagnosis._primary(states, RULES, fired), states


def moved(limit: Limit, by: float) -> Limit:
    """The limit, ``by`` times its softness away."""
    value = limit.value * limit.soft**by if limit.log else limit.value + by * limit.soft
    return replace(limit, value=value)


def limits() -> list[tuple[str, str]]:
    """(rule, name) of every limit of a rule that decides or that overrules one."""
    return [
        (rule.id, name)
        for rule in RULES
        if rule.decides or rule.overrules
        for name, value in vars(MODULES[rule.id]).items()
        if isinstance(value, Limit)
    ]


@contextmanager
def kept() -> Iterator[None]:
    """All limits are put back at the end."""
    before = {(rule, name): getattr(MODULES[rule], name) for rule, name in limits()}
    try:
        yield
    finally:
        for (rule, name), limit in before.items():
            setattr(MODULES[rule], name, limit)


def value(run: Judged, changed: Mapping[str, Verdict | str]) -> float:
    """Logarithm of the probability given to what is right: high when right and sure."""
    states = run.states(changed)[1]
    if run.label.primary == NOT_OVERFITTING:
        good = 1.0 - states[State.OVERFITTING]
    else:
        good = sum(p for state, p in states.items() if state.value in run.label.acceptable)
    return math.log(max(good, FLOOR))


def weights(runs: Sequence[Judged]) -> np.ndarray:
    """Every group weighs one."""
    names = [(run.label.source, run.label.group) for run in runs]
    counts = {name: names.count(name) for name in set(names)}
    return np.array([1.0 / counts[name] for name in names])


def find(runs: Sequence[Judged], rng: np.random.Generator) -> None:
    """Blur every limit, then move one after the other to where the runs are judged best."""
    names = limits()
    for rule, name in names:
        limit = getattr(MODULES[rule], name)
        setattr(MODULES[rule], name, moved(limit, float(np.clip(rng.normal(), -2, 2))))
    for run in runs:
        run.verdicts = {rule.id: diagnosis._ask(rule, run.features) for rule in RULES}
    weight = weights(runs)
    best = np.array([value(run, {}) for run in runs])
    for _ in range(SWEEPS):
        for rule, name in (names[i] for i in rng.permutation(len(names))):
            start = getattr(MODULES[rule], name)
            chosen, verdicts = start, [run.verdicts[rule] for run in runs]
            for by in MOVES:
                limit = moved(start, by)
                setattr(MODULES[rule], name, limit)
                asked = [diagnosis._ask(BY_ID[rule], run.features) for run in runs]
                scores = np.array(
                    [
                        known if _same(new, run.verdicts[rule]) else value(run, {rule: new})
                        for run, new, known in zip(runs, asked, best, strict=True)
                    ]
                )
                if weight @ scores > weight @ best + 1e-9:
                    best, chosen, verdicts = scores, limit, asked
                    for run, new in zip(runs, asked, strict=True):
                        run.verdicts[rule] = new
            setattr(MODULES[rule], name, chosen)
            for run, verdict in zip(runs, verdicts, strict=True):
                run.verdicts[rule] = verdict


def _same(a: Verdict | str, b: Verdict | str) -> bool:
    """Whether two verdicts weigh the same."""
    if isinstance(a, str) or isinstance(b, str):
        return isinstance(a, str) and isinstance(b, str)
    return a.fired == b.fired and abs(a.strength - b.strength) < 1e-9


def read(labels: Sequence[Label]) -> list[Judged | str]:
    """Every labelled run that can be read, or why it cannot be."""
    found: list[Judged | str] = []
    for label in labels:
        run = first_run(label.path)
        if isinstance(run, str):
            found.append(run)
            continue
        features = Features(run)
        found.append(Judged(label, features, losses.points(features).value, {}))
    return found


def held_out(corpus: Path, held: Sequence[int], seed: int) -> list[Answer]:
    """The answers to ``held``, with limits found on all other labelled runs."""
    labels = labelled(corpus).rows
    runs = read(labels)
    rest = [run for i, run in enumerate(runs) if isinstance(run, Judged) and i not in set(held)]
    with kept(), np.errstate(all="ignore"):
        find(rest, np.random.default_rng(seed))
        answers = []
        for i in held:
            run = runs[i]
            if isinstance(run, str):
                answers.append(Answer(REFUSED, reason=run))
                continue
            run.verdicts = {rule.id: diagnosis._ask(rule, run.features) for rule in RULES}
            state, states = run.states({})
            answers.append(Answer(state.value, states[state], {s.value: p for s, p in states.items()}))
    return answers


def by_source(labels: Sequence[Label], seed: int) -> list[np.ndarray]:
    """Folds of whole sources."""
    return folds_by_group([replace(label, group=label.source) for label in labels], SOURCE_FOLDS, seed)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--out", type=Path, help="write the answers as JSON")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    labels = labelled(args.corpus).rows
    protocols = {
        f"{FOLDS} folds by group": folds_by_group(labels, FOLDS, args.seed),
        f"{SOURCE_FOLDS} folds by source": by_source(labels, args.seed),
    }
    document: dict[str, list[dict]] = {}
    with ProcessPoolExecutor(args.jobs, mp_context=get_context("spawn")) as pool:
        asked = {
            name: [
                pool.submit(held_out, args.corpus, fold.tolist(), args.seed + k)
                for k, fold in enumerate(folds)
            ]
            for name, folds in protocols.items()
        }
        for name, folds in protocols.items():
            rows: dict[int, Scored] = {}
            for fold, future in zip(folds, asked[name], strict=True):
                for i, answer in zip(fold.tolist(), future.result(), strict=True):
                    rows[i] = Scored(labels[i], answer)
            scored = [rows[i] for i in range(len(labels))]
            document[name] = [
                {
                    "source": row.label.source, "group": row.label.group, "part": row.label.part,
                    "primary": row.label.primary, "state": row.answer.state, "right": row.right,
                    "confidence": None if not row.answer.read else row.answer.confidence,
                }
                for row in scored
            ]  # fmt: skip
            if args.out:
                args.out.write_text(json.dumps(document, indent=1) + "\n")
            for part in ("all", "real"):
                chosen = [row for row in scored if part in ("all", row.label.part)]
                found = figure(chosen, ACCURACY), figure(chosen, MACRO_F1)
                print(f"{name}, {part}, {len(chosen)} logs", *map(told, found), sep="\n  ", flush=True)
    return 0


def told(found: Figure) -> str:
    """A figure in a line: every log weighing one, and every group."""
    log, group = found.by_log, found.by_group
    return f"{found.name}: {log.value:.3f} ({log.low:.3f} to {log.high:.3f}), by group {group.value:.3f}"


if __name__ == "__main__":
    sys.exit(main())
