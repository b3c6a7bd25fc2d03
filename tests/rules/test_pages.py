"""Every page is complete, fires on a sick run, and not on a treated one."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import numpy as np
import pytest
from rules.curves import LN10, fall, late, level, noisy, rise, run, share, spiked, turn

from curvedoc.diagnosis import diagnose
from curvedoc.measure import Limit
from curvedoc.rule import OutcomeKind, Rule
from curvedoc.rules import RULES

if TYPE_CHECKING:
    from curvedoc.run import Run

N = 60
HEALTHY = run(
    train_loss=fall(N, floor=0.1),
    val_loss=fall(N, floor=0.3),
    train_accuracy=rise(N, end=0.93),
    val_accuracy=rise(N, end=0.88),
)
LEARNT = {"train_loss": fall(N, floor=0.01), "train_accuracy": rise(N, end=0.999, rate=9)}
FLAT = noisy(level(N, LN10), 0.003, 1)


def lost() -> np.ndarray:
    values = fall(N)
    values[40:] = np.nan
    return values


# rule -> a run that shows it, and a treated or healthy one: there the rule must look and find nothing
CASES: dict[str, tuple[Run, Run]] = {
    "inconclusive": (run(train_loss=fall(3), val_loss=fall(3)), HEALTHY),
    "unstable": (
        run(train_loss=1.2 + 0.9 * np.sin(np.arange(N) * 2.3)),
        run(train_loss=noisy(fall(N), 0.1, 1)),
    ),
    "grokking": (
        run(
            train_loss=fall(N, floor=0.001, rate=90),
            val_loss=4.5 - 4.4 * late(N, 0, 1),
            train_accuracy=rise(N, end=1.0, rate=90),
            val_accuracy=late(N),
        ),
        run(
            train_loss=fall(N, floor=0.001, rate=90),
            val_loss=fall(N, floor=0.01, rate=70),
            train_accuracy=rise(N, end=1.0, rate=90),
            val_accuracy=rise(N, end=0.99, rate=70),
        ),
    ),
    "overfitting": (run(train_loss=fall(N, floor=0.02), val_loss=turn(N)), HEALTHY),
    "loss-metric-mismatch": (
        run(train_loss=fall(N), val_loss=fall(N, floor=0.3), val_f1=level(N, 0.0)),
        run(train_loss=fall(N), val_loss=fall(N, floor=0.3), val_f1=rise(N, 0.0, 0.6)),
    ),
    "poor-optimization": (run(train_loss=FLAT, val_loss=FLAT), HEALTHY),
    "underfitting": (
        run(
            train_loss=fall(N, floor=2.0),
            val_loss=fall(N, floor=2.01),
            train_accuracy=rise(N, end=0.3),
            val_accuracy=rise(N, end=0.29),
        ),
        HEALTHY,
    ),
    "smooth-descent": (HEALTHY, run(train_loss=fall(N, floor=0.02), val_loss=turn(N, end=2.0))),
    "non-finite-loss": (run(train_loss=lost(), val_loss=lost()), HEALTHY),
    "divergence": (
        run(train_loss=np.where(share(N) < 0.5, fall(N, rate=8), 3.0)),
        run(train_loss=fall(N, floor=0.02), val_loss=turn(N, end=50.0)),
    ),
    "repeated-spikes": (
        run(train_loss=spiked(fall(N, floor=0.3), list(range(10, N, 7)), 3.0)),
        run(train_loss=spiked(fall(N, floor=0.3), [30], 3.0)),
    ),
    "memorisation": (
        run(**LEARNT, val_loss=level(N), val_accuracy=level(N, 0.1)),
        run(**LEARNT, val_loss=fall(N, floor=0.3), val_accuracy=rise(N, end=0.95)),
    ),
    "validation-flat": (
        run(train_loss=fall(N, floor=0.02), val_loss=fall(N, floor=2.15, rate=12)),
        run(train_loss=fall(N, floor=0.02), val_loss=fall(N, floor=0.3)),
    ),
    "over-confidence": (
        run(train_loss=fall(N, floor=0.02), val_loss=turn(N), val_accuracy=rise(N, end=0.85)),
        run(train_loss=fall(N, floor=0.02), val_loss=fall(N, floor=0.4), val_accuracy=rise(N, end=0.85)),
    ),
    "early-plateau": (
        run(train_loss=fall(N, floor=1.9, rate=40)),
        run(train_loss=fall(N, floor=0.4, rate=8)),
    ),
    "crawl": (run(train_loss=LN10 - 0.1 * share(N)), run(train_loss=fall(N))),
    "validation-jumps": (
        run(train_loss=fall(N, floor=0.3), val_loss=noisy(level(N, 1.5), 0.45, 1)),
        run(train_loss=fall(N, floor=0.3), val_loss=noisy(fall(N, floor=0.4), 0.05, 1)),
    ),
}
PAGES = [rule for rule in RULES if rule.id in CASES]
# Remedies that trials can be attached to.
REMEDIES = """
early-stopping weight-decay dropout augmentation more-data smaller-model more-capacity better-features
raise-learning-rate lower-learning-rate warm-up cosine-schedule other-optimizer kaiming-init xavier-init
normalisation leaky-relu residual clip-gradients larger-batch smaller-batch class-weights focal-loss
label-smoothing task-loss keep-training grokfast less-regularisation later-decay log-more clean-data
check-split keep-going stop-when-flat inspect-data calibrate loss-scaling
""".split()  # noqa: SIM905


def test_every_case_belongs_to_a_rule() -> None:
    assert set(CASES) <= {rule.id for rule in RULES}


@pytest.mark.parametrize("rule", PAGES, ids=lambda rule: rule.id)
def test_sick_fires_and_treated_is_clear(rule: Rule) -> None:
    sick, treated = (diagnose(each, RULES) for each in CASES[rule.id])
    kinds = {o.rule: o.kind for o in sick.outcomes}, {o.rule: o.kind for o in treated.outcomes}
    assert kinds[0][rule.id] in {OutcomeKind.FIRED, OutcomeKind.OVERRULED}
    assert kinds[1][rule.id] is OutcomeKind.CLEAR


@pytest.mark.parametrize("rule", PAGES, ids=lambda rule: rule.id)
def test_a_finding_tells_numbers_and_advice(rule: Rule) -> None:
    found = diagnose(CASES[rule.id][0], RULES)
    told = next(o.finding for o in found.outcomes if o.rule == rule.id)
    assert told is not None
    assert re.search(r"\d", told.summary)
    assert told.summary[0].isupper()
    assert told.summary.endswith(".")
    assert "nan" not in told.summary.replace("NaN", "")
    assert told.evidence
    assert told.fixes
    assert len({fix.remedy for fix in told.fixes}) == len(told.fixes)
    for fix in told.fixes:
        assert fix.remedy in REMEDIES
        assert fix.text.endswith(".")
        assert re.fullmatch(r"B[1-4]|P[1-4]|C|G|", fix.table)


@pytest.mark.parametrize("rule", PAGES, ids=lambda rule: rule.id)
def test_the_page_is_complete(rule: Rule) -> None:
    for heading in ("What it looks like", "Why it matters", "What to do", "When it is harmless"):
        assert f"## {heading}\n" in rule.page
    assert rule.page.splitlines()[0].endswith(".")
    assert all(source.url.startswith("https://") for source in rule.sources)


@pytest.mark.parametrize("rule", PAGES, ids=lambda rule: rule.id)
def test_limits_have_reasons_and_stand_once(rule: Rule) -> None:
    limits = {k: v for k, v in vars(sys.modules[rule.check.__module__]).items() if isinstance(v, Limit)}
    assert limits
    numbers = set(re.findall(r"\d+\.\d+", rule.page))
    for name, limit in limits.items():
        assert len(limit.why) > 15, name
        assert f"{limit.value:g}" not in numbers, name
