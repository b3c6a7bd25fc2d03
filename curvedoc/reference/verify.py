"""Does each reference system show what it is there for: the verdict on the sick run, on the treated ones,
the mechanism.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .catalogue import page_of
from .checks import Checked, check
from .jobs import following, silent
from .runner import name_of, planned, train
from .verdict import HEALTHY, Judge, as_run, better, score, yardstick

if TYPE_CHECKING:
    from collections.abc import Callable

    from curvedoc.rule import Scenario
    from curvedoc.run import Run

    from .jobs import Report
    from .runner import TrainedRun

    # The ids of the rules that fired on a run.
    Findings = Callable[[Run], frozenset[str]]

# Seconds each: what CI trains. One per state, the treated run beside it.
QUICK = frozenset(
    {"line-smooth", "line-divergence", "digits-healthy", "few-examples", "linear-on-sine", "rate-too-small",
     "deep-sigmoid", "rate-too-large", "rare-positives", "three-epochs"}
)  # fmt: skip


def verify_one(
    scenario: Scenario, judge: Judge, findings: Findings, report: Report = silent
) -> tuple[str, list[Checked]]:
    """Train the scenario, sick and treated, and check all that is claimed about it; its id comes first."""
    runs = {treated: _trained(scenario, treated, report) for treated in ("", *scenario.treated)}
    logs = {treated: run.log for treated, run in runs.items()}
    sick = logs.pop("")
    state = judge(as_run(sick))
    results = [Checked("verdict on the sick run", str(state), str(scenario.state), state == scenario.state)]
    page, found = page_of(scenario.id), findings(as_run(sick))
    results.append(Checked("findings", ", ".join(sorted(found)), f"{page} among them", page in found))
    for name, log in logs.items():
        state = judge(as_run(log))
        results.append(Checked(f"verdict with {name}", str(state), " or ".join(HEALTHY), state in HEALTHY))
        if scenario.state not in HEALTHY:
            found = findings(as_run(log))
            held = ", ".join(sorted(found)) or "none"
            results.append(Checked(f"findings with {name}", held, f"no {page}", page not in found))
            by = yardstick(log, sick)
            what, measured = f"validation with {name}", f"{by} score {score(log, by):.4g}"
            results.append(Checked(what, measured, f"above {score(sick, by):.4g}", better(log, sick)))
    return scenario.id, [*results, *check(runs)]


def _trained(scenario: Scenario, treated: str, report: Report) -> TrainedRun:
    name, steps = name_of(scenario, treated), planned(scenario, treated)[0].settings.steps
    done = train(scenario, treated, on_row=following(report, name, steps))
    report(name, 1.0)
    return done
