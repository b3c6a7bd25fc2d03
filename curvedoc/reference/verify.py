"""Does each reference system show what it is there for: the verdict on the sick run, on the treated ones,
the mechanism.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from curvedoc.states import State

from .checks import Checked, check
from .runner import train
from .verdict import HEALTHY, Judge, as_run, better, score, yardstick

if TYPE_CHECKING:
    from curvedoc.rule import Scenario

# Seconds each: what CI trains. One per state, the treated run beside it.
QUICK = frozenset(
    {"line-smooth", "line-divergence", "digits-healthy", "few-examples", "linear-on-sine", "rate-too-small",
     "deep-sigmoid", "rate-too-large", "rare-positives", "three-epochs"}
)  # fmt: skip


def verify_one(scenario: Scenario, judge: Judge) -> list[Checked]:
    """Train the scenario, sick and treated, and check all that is claimed about it."""
    runs = {name: train(scenario, name or None) for name in ("", *scenario.treated)}
    state = judge(as_run(runs[""]))
    results = [Checked("verdict on the sick run", str(state), str(scenario.state), state == scenario.state)]
    for name, treated in runs.items():
        if not name:
            continue
        state = judge(as_run(treated))
        results.append(Checked(f"verdict with {name}", str(state), " or ".join(HEALTHY), state in HEALTHY))
        if scenario.state not in (State.SMOOTH_DESCENT, State.GROKKING):
            by = yardstick(treated, runs[""])
            measured = f"{by} score {score(treated, by):.4g}"
            results.append(
                Checked(
                    f"validation with {name}",
                    measured,
                    f"above {score(runs[''], by):.4g}",
                    better(treated, runs[""]),
                )
            )
    return [*results, *check(runs)]
