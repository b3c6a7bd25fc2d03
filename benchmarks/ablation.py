"""What each deciding rule adds, each comparison in it, each kind of curve, and how curves are smoothed.

    python benchmarks/ablation.py CORPUS

Every labelled run is judged again without one rule that decides on the state; then with one comparison of
such a rule taken as passed, whatever its measure says; then with one kind of curve withheld, as if it had
not been logged; then with curves taken as they are, or one noise for all. The limits are those of the
package: nothing is found anew to make up for what is missing.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from accuracy import labelled
from refit import BY_ID, MODULES, Judged, read

from curvedoc import diagnosis, series
from curvedoc.bench.answers import REFUSED, Answer, Scored
from curvedoc.bench.statistics import ACCURACY, FALSE_ALARMS, MACRO_F1
from curvedoc.bench.tables import Table, as_text
from curvedoc.features import Features, losses
from curvedoc.measure import Evidence, Limit, Measure
from curvedoc.rules import RULES
from curvedoc.wording import number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from curvedoc.bench.intervals import Statistic
    from curvedoc.bench.labels import Label
    from curvedoc.rule import Verdict
    from curvedoc.run import Curve, Run
    from curvedoc.run import FloatArray as Values

FIGURES = (ACCURACY, MACRO_F1, FALSE_ALARMS)
PARTS = ("all", "real")
FULL = "nothing left out"

# What may be missing from a log: name -> whether a curve belongs to it.
WITHHELD: dict[str, Callable[[Curve], bool]] = {
    "the metrics": lambda curve: bool(curve.split) and "loss" not in curve.quantity,
    "the train loss": lambda curve: curve.role == "train/loss",
    "the validation loss": lambda curve: curve.role == "val/loss",
    "everything of validation": lambda curve: curve.split in ("val", "test"),
    "learning rate and norms": lambda curve: not curve.split,
}


def _global(share: float) -> Callable[[Values, Values], float]:
    return lambda values, _: share * abs(float(np.median(values)))


# Other ways to read a curve: name -> the function of ``curvedoc.series`` that is replaced, and by what.
READ: dict[str, tuple[str, Callable[..., object]]] = {
    "the lowest value is the best, no running median": ("running_median", lambda values, _: values),
    "noise is 1 % of the level in every curve": ("noise", _global(0.01)),
    "noise is 5 % of the level in every curve": ("noise", _global(0.05)),
    "noise is 20 % of the level in every curve": ("noise", _global(0.2)),
}


@dataclass(frozen=True)
class Comparison:
    """One comparison of a rule: this measure with this limit."""

    rule: str
    limit: str
    measure: str
    above: bool

    def __str__(self) -> str:
        limit: Limit = getattr(MODULES[self.rule], self.limit)
        return f"{self.measure} {'above' if self.above else 'below'} {number(limit.value)}"


@dataclass(frozen=True)
class Row:
    """What changes when something is left out: answers that turn wrong, and right; the figures by part,
    each with every log, and with every group, weighing the same."""

    name: str
    part_of: str
    worse: int
    better: int
    figures: Mapping[str, tuple[tuple[float, float], ...]]


@contextmanager
def compared(how: Callable[[Measure, Limit, int], Evidence | None]) -> Iterator[None]:
    """While it lasts, ``how`` sees every comparison first and may give the evidence itself."""
    before = Measure._compare

    def compare(self: Measure, limit: Limit, sign: int) -> Evidence:
        found = how(self, limit, sign)
        return before(self, limit, sign) if found is None else found

    Measure._compare = compare
    try:
        yield
    finally:
        Measure._compare = before


def noted(runs: Sequence[Judged]) -> dict[Comparison, list[Judged]]:
    """Asks every rule about every run (kept in its ``verdicts``); which comparison was made on which runs."""
    names = {
        rule: {id(v): k for k, v in vars(MODULES[rule]).items() if isinstance(v, Limit)} for rule in BY_ID
    }
    found: dict[Comparison, list[Judged]] = defaultdict(list)
    for run in runs:
        for rule in RULES:
            seen: set[Comparison] = set()

            def note(measure: Measure, limit: Limit, sign: int, rule=rule, seen=seen) -> None:
                seen.add(Comparison(rule.id, names[rule.id][id(limit)], measure.name, sign > 0))

            with compared(note):
                run.verdicts[rule.id] = diagnosis._ask(rule, run.features)
            if rule.decides:
                for comparison in seen:
                    found[comparison].append(run)
    return dict(found)


@contextmanager
def passed(comparison: Comparison) -> Iterator[None]:
    """While it lasts, this comparison passes with full clearness, NaN too."""
    wanted = getattr(MODULES[comparison.rule], comparison.limit)

    def grant(m: Measure, limit: Limit, sign: int) -> Evidence | None:
        if limit is not wanted or m.name != comparison.measure:
            return None
        return Evidence(m.name, m.value, m.unit, limit.value, sign > 0, True, 1.0, m.what, m.span)

    with compared(grant):
        yield


def answer(run: Judged, changed: Mapping[str, Verdict | str]) -> Scored:
    """What is said of a run with some verdicts changed."""
    state, states = run.states(changed)
    return Scored(run.label, Answer(state.value, states[state]))


def values(rows: Sequence[Scored], statistic: Statistic) -> tuple[float, float]:
    """A statistic with every log, and with every group, weighing the same; without intervals."""
    kept = [row for row in rows if statistic.about(row)]
    if not kept:
        return math.nan, math.nan
    terms = statistic.terms(kept)
    _, member, size = np.unique([row.label.group for row in kept], return_inverse=True, return_counts=True)
    by_log, by_group = terms.sum(axis=0), (terms / size[member][:, None]).sum(axis=0)
    return float(statistic.combine(by_log)), float(statistic.combine(by_group))


def row(name: str, part_of: str, rows: Sequence[Scored], full: Sequence[Scored]) -> Row:
    """The figures of these answers, and how they differ from those with nothing left out."""
    pairs = list(zip(rows, full, strict=True))
    parts = {"all": rows, "real": [each for each in rows if each.label.part == "real"]}
    return Row(
        name,
        part_of,
        sum(was.right and not now.right for now, was in pairs),
        sum(now.right and not was.right for now, was in pairs),
        {part: tuple(values(some, statistic) for statistic in FIGURES) for part, some in parts.items()},
    )


def without(run: Run, belongs: Callable[[Curve], bool]) -> Run:
    """The run as if these curves had not been logged."""
    curves = tuple(curve for curve in run.curves if not belongs(curve))
    metric = run.metric if any(curve.quantity == run.metric for curve in curves) else ""
    return replace(run, curves=curves, metric=metric)


def anew(run: Judged, logged: Run) -> Scored:
    """What is said when this was logged instead."""
    features = Features(logged)
    verdicts = {rule.id: diagnosis._ask(rule, features) for rule in RULES}
    return answer(Judged(run.label, features, losses.points(features).value, verdicts), {})


@contextmanager
def read_by(name: str, function: Callable[..., object]) -> Iterator[None]:
    """While it lasts, curves are condensed with another function."""
    before = getattr(series, name)
    setattr(series, name, function)
    try:
        yield
    finally:
        setattr(series, name, before)


def ablate(labels: Sequence[Label]) -> list[Row]:
    """All rows: nothing left out, then every rule, comparison, kind of curve and way to read it."""
    with np.errstate(all="ignore"):
        asked = read(labels)
        runs = [run for run in asked if isinstance(run, Judged)]
        comparisons = noted(runs)
        refused = [
            Scored(label, Answer(REFUSED, reason=why))
            for label, why in zip(labels, asked, strict=True)
            if isinstance(why, str)
        ]
        before = {id(run): answer(run, {}) for run in runs}
        full = [*before.values(), *refused]
        found = [row(FULL, "", full, full)]
        for rule in (rule for rule in RULES if rule.decides):
            left = [answer(run, {rule.id: "left out"}) for run in runs]
            found.append(row(rule.id, "rule", [*left, *refused], full))
            for comparison in sorted((c for c in comparisons if c.rule == rule.id), key=str):
                after = dict(before)
                with passed(comparison):
                    for run in comparisons[comparison]:
                        after[id(run)] = answer(run, {rule.id: diagnosis._ask(rule, run.features)})
                found.append(row(str(comparison), rule.id, [*after.values(), *refused], full))
        for name, belongs in WITHHELD.items():
            left = [anew(run, without(run.features.run, belongs)) for run in runs]
            found.append(row(name, "log", [*left, *refused], full))
        for name, (replaced, function) in READ.items():
            with read_by(replaced, function):
                left = [anew(run, run.features.run) for run in runs]
            found.append(row(name, "curve", [*left, *refused], full))
    return found


def tables(rows: Sequence[Row]) -> list[Table]:
    """The ablation as tables: rules and kinds of curves, then the comparisons that change an answer."""
    full = rows[0]
    whole = [each for each in rows if each.part_of in ("", "rule", "log", "curve")]
    parts = [each for each in rows if each not in whole]
    telling = [each for each in parts if each.worse or each.better]
    header = ("left out", "worse", "better", *(f"{f} ({part})" for part in PARTS for f in SHORT))
    note = (
        "First row: shares and macro-F1, every log / every group weighing the same. Below: by how many "
        "points they change. Worse and better: answers that turn wrong, and right. A rule that is left out "
        "neither decides nor overrules; curves that are withheld were never logged, while the label still "
        "knows them; at the end, other ways to read a curve, with limits that were not made for them."
    )
    more = (
        f"One comparison of a rule taken as passed, whatever its measure says. {len(parts) - len(telling)} "
        f"of {len(parts)} comparisons change no answer here; most have a run that needs them "
        "in `tests/rules/test_near_misses.py`."
    )
    return [
        Table("Ablation", header, tuple(_cells(each, full) for each in whole), note),
        Table(
            "Ablation: comparisons",
            ("rule", *header),
            tuple((each.part_of, *_cells(each, full)) for each in telling),
            more,
            left=(0, 1),
        ),
    ]


SHORT = ("accuracy", "macro-F1", "false alarms")
NAMES = {"rule": "rule {}", "log": "{} withheld"}


def _cells(each: Row, full: Row) -> tuple[str, ...]:
    found = [NAMES.get(each.part_of, "{}").format(each.name)]
    found += ["", ""] if each is full else [str(each.worse), str(each.better)]
    for part in PARTS:
        for now, was in zip(each.figures[part], full.figures[part], strict=True):
            shown = [
                f"{100 * a:.1f}" if each is full else _points(100 * (a - b))
                for a, b in zip(now, was, strict=True)
            ]
            found.append(" / ".join(shown))
    return tuple(found)


def _points(change: float) -> str:
    if math.isnan(change):
        return "-"
    return "0" if abs(change) < 0.05 else f"{change:+.1f}".replace("-", "−")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("corpus", type=Path)
    args = parser.parse_args()
    print("\n".join(map(as_text, tables(ablate(labelled(args.corpus).rows)))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
