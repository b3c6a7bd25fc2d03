"""From runs and a baseline to what a gate wants to know: conditions for each run, and remarks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from curvedoc.compared import Compared, Outcome
from curvedoc.gated import Check, Status

from . import roles
from .history import drift, spread
from .judge import judge
from .matching import match
from .samples import OWN_NOISE
from .summary import summary
from .telling import beside, drifting, sentence, subject
from .terms import FEWEST_TO_DRIFT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from curvedoc.run import Run

    from .history import Baseline
    from .matching import Group
    from .summary import Summary
    from .terms import Terms

KIND = "baseline"
ONE_SEED = "one run against one does not show how far seeds lie apart: compare several seeds to be sure"
_STATUS = {
    Outcome.SAME: Status.PASSED,
    Outcome.BETTER: Status.PASSED,
    Outcome.TOLERATED: Status.PASSED,
    Outcome.UNSURE: Status.DOUBTFUL,
    Outcome.SKIPPED: Status.SKIPPED,
    Outcome.WORSE: Status.FAILED,
    Outcome.LOST: Status.FAILED,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a baseline says of runs.

    ``checks``: for each run its conditions, in the order of the runs; all runs of one experiment share those
    of their comparison. ``remarks``: sentences to be said, e.g. which experiments have no counterpart.
    ``compared``: by experiment, every measure.
    """

    checks: tuple[tuple[Check, ...], ...]
    remarks: tuple[str, ...]
    compared: tuple[tuple[str, tuple[Compared, ...]], ...]


def against(runs: Sequence[Run], baseline: Baseline, terms: Terms) -> Verdict:
    """Compare runs with a baseline; pure.

    Several runs of one experiment (seeds, folds) are compared as a sample. A run without a counterpart, and
    one of which nothing that decides could be compared, fails: it must not read as passed.
    """
    new = [summary(run, terms.compare) for run in runs]
    matched = match(new, baseline.runs, terms.repeats)
    checks: list[tuple[Check, ...]] = [()] * len(new)
    compared, remarks = [], []
    for group, base in matched.pairs:
        found = _of_group(group.of(new), base, baseline, terms)
        compared.append((group.name, found))
        remarks += [f"{group.name}: {line}" for line in beside(found)]
        shared = [*_checks(found), *_drift(group.of(new), base, baseline, terms, found)]
        for place in group.members:
            checks[place] = (*_lost(new[place], base.of(baseline.runs), found), *shared)
    known = ", ".join(run.name for run in baseline.runs[:5]) + (", …" if len(baseline.runs) > 5 else "")
    for group in matched.new_alone:
        reason = f"the baseline has no run like {group.name}; it has {known}"
        for place in group.members:
            checks[place] = (Check(KIND, "counterpart", Status.FAILED, reason),)
    remarks += [f"the baseline's {group.name} has no run to compare with" for group in matched.base_alone]
    if any(c.test == OWN_NOISE for _, found in compared for c in found):
        remarks.append(ONE_SEED)
    return Verdict(tuple(checks), tuple(remarks), tuple(compared))


def _of_group(new: Sequence[Summary], base: Group, baseline: Baseline, terms: Terms) -> tuple[Compared, ...]:
    own = base.of(baseline.runs)
    deciding = next((role for role, decides in roles.asked(own, terms) if decides), "")
    return judge(new, own, terms, spread(deciding, _before(base, baseline, terms)))


def _before(base: Group, baseline: Baseline, terms: Terms) -> list[list[Summary]]:
    """The runs of one experiment in each of the last baselines, oldest first."""
    name = base.of(baseline.runs)
    found = []
    for entry in baseline.entries[-terms.last :] if terms.last else ():
        pairs = match(name, entry.runs, terms.repeats).pairs
        found.append(pairs[0][1].of(entry.runs) if pairs else [])
    return found


def _checks(found: Sequence[Compared]) -> Iterator[Check]:
    """One condition for each measure that decides; another when none of these could be compared."""
    deciding = [c for c in found if c.decides]
    for compared in deciding:
        yield Check(KIND, subject(compared), _STATUS[compared.outcome], sentence(compared))
    if all(c.outcome is Outcome.SKIPPED for c in deciding):
        reason = deciding[0].note if deciding else "no measure decides"
        yield Check(KIND, "compared", Status.FAILED, f"nothing that decides could be compared: {reason}")


def _lost(run: Summary, base: Sequence[Summary], found: Sequence[Compared]) -> Iterator[Check]:
    """A run that ends in NaN where the baseline does not: beside others of its group that do not, or in a
    curve that does not decide, for a run without a loss is lost whatever its metric says."""
    told = {c.role for c in found if c.decides and c.outcome is Outcome.LOST}
    looked_at = {c.role for c in found} | {role for role in run.lost if role.endswith("/loss")}
    for role in sorted((looked_at & set(run.lost)) - told):
        if not roles.courses(role, base):
            continue
        yield Check(KIND, f"{role} finite", Status.FAILED, f"{role} ends in NaN or infinity")


def _drift(
    new: Sequence[Summary], base: Group, baseline: Baseline, terms: Terms, found: Sequence[Compared]
) -> Iterator[Check]:
    if len(baseline.entries) < 2 or not terms.last:
        return
    before = _before(base, baseline, terms)
    for role in dict.fromkeys(c.role for c in found if c.decides):
        seen = drift(role, before, new)
        if seen is None or len(seen.levels) < FEWEST_TO_DRIFT:
            n = len(seen.levels) if seen else 0
            reason = f"{role}: a drift shows over {FEWEST_TO_DRIFT} baselines and runs, here are {n}"
            yield Check(KIND, f"{role} drift", Status.SKIPPED, reason)
            continue
        limit = terms.tolerance.of(seen.levels[0]) if terms.tolerance else 0.0
        worse = seen.p <= terms.alpha and seen.rise > limit
        status = Status.FAILED if worse else Status.PASSED
        yield Check(KIND, f"{role} drift", status, drifting(role, seen, worse))
