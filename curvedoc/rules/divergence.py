"""The train loss ends far above its best and does not come back.

## What it looks like
Train loss falls (or never does), then climbs, in one jump or steadily, to a level well above the best it
had, and stays there to the end; validation goes with it.

## Why it matters
What had been learned is lost. Updates overshoot: the rate is above what the surface bears there (it may
have borne it earlier), gradients explode, or a schedule raised the rate too far.

## What to do
- go back to the checkpoint of the best step
- lower the learning rate, or its peak; warm it up when the blow-up comes early
- clip the gradient norm near its usual size

## When it is harmless
- A validation loss that grows while train falls is no divergence but overfitting or over-confidence.
- One spike that comes back at once, the bumps of warm-up and of warm restarts are none.
- Losses that follow a moving target (agents, adversaries) and losses to which a part was added on the way
  rise without harm.
"""

from __future__ import annotations

from curvedoc import advice, papers
from curvedoc.features import Features, losses, metrics
from curvedoc.measure import Limit, NotMeasurable
from curvedoc.rule import Fix, Rule, Scenario, Severity, Verdict, all_of
from curvedoc.states import State
from curvedoc.telling import at, best_step
from curvedoc.wording import number

RISE = Limit(
    0.25,
    1.5,
    "healthy runs of 8 sources end within 0.015 of their best, memorised within 0.13; diverged start at 0.3",
    log=True,
)
NOISE = Limit(3.0, 2.0, "in standard errors of the end level: a smaller rise is noise", log=True)
EXCESS = Limit(0.6, 1.5, "labelled divergences end at twice their best or more", log=True)
LEARNED = Limit(
    0.22, 0.06, "there must have been something to lose: runs that never learned shed at most 0.18"
)
LOST = Limit(1.15, 0.1, "or the loss ends above where it started, whatever it had learned")
GAIN = Limit(0.4, 0.15, "an agent whose reward rises this far learns, whatever its losses do")


def check(f: Features) -> Verdict:
    """Far above its best by weight, by level and by noise, after it had learned or ending above its start."""
    f.curve("train/loss")
    if f.reinforcement and not f.has_train_metric:
        raise NotMeasurable("the losses of reinforcement learning follow a moving target; log the reward")
    checks = [
        losses.train_excess(f).above(EXCESS),
        losses.train_rise(f).above(RISE),
        losses.train_rise_noise(f).above(NOISE),
    ]
    learned = [losses.train_progress(f).above(LEARNED), losses.train_kept(f).above(LOST)]
    checks.append(max(learned, key=lambda e: e.strength))
    if f.reinforcement and f.has_train_metric:
        checks.append(metrics.train_metric_gain(f).below(GAIN))
    return all_of(*checks, summary=_summary(f))


def _summary(f: Features) -> str:
    t = f.main
    ends = f"{number(t.last)} at the end ({at(f, float(t.steps[-1]))})"
    if t.best_index == 0:
        return f"Train loss rose from the start, from {number(t.first)} to {ends}."
    best = f"{number(t.best)} ({at(f, best_step(t))})"
    return f"Train loss fell to {best}, then rose and did not come back: {ends}."


def fix(f: Features) -> tuple[Fix, ...]:
    """Back to the best, then smaller updates."""
    best = best_step(f.main)
    return (
        advice.lower_rate(f, best),
        advice.clip(f, best),
        *advice.early_warm_up(f, best),
        Fix("early-stopping", f"Go back to the checkpoint of {at(f, best)}: what came after is lost.", "P1"),
        Fix(
            "kaiming-init", "If it rises from the first steps on, check initialisation and input scale.", "C"
        ),
    )


SCENARIOS = (
    Scenario(
        "rate-too-large",
        "digits",
        State.UNSTABLE,
        {"optimizer": "sgd", "lr": 1.0, "steps": 1600, "log_every": 8},
        {
            "lower-learning-rate": {"lr": 0.05},
            "cosine-schedule": {"warmup": 100, "schedule": "cosine", "lr": 0.3},
            "clip-gradients": {"clip": 0.02},
        },
        seed=1,
        seconds=2,
        about="R12: rate too large, the loss jumps and comes back worse",
    ),
    Scenario(
        "adamw-too-fast",
        "digits",
        State.UNSTABLE,
        {"lr": 0.06, "depth": 3, "steps": 1600, "log_every": 8},
        {
            "lower-learning-rate": {"lr": 1e-3},
            "cosine-schedule": {"warmup": 100, "schedule": "cosine", "lr": 3e-3},
        },
        seed=1,
        seconds=2,
        about="R12: AdamW at sixty times its usual rate",
    ),
)

RULE = Rule(
    "divergence",
    "The loss blew up and did not come back",
    State.UNSTABLE,
    Severity.ERROR,
    check,
    fix,
    __doc__ or "",
    decides=True,
    overrules=(
        "unstable",
        State.OVERFITTING,
        State.LOSS_METRIC_MISMATCH,
        State.POOR_OPTIMIZATION,
        State.UNDERFITTING,
        State.SMOOTH_DESCENT,
    ),
    sources=(
        papers.PASCANU,
        papers.GOYAL,
        papers.COHEN,
    ),
    scenarios=SCENARIOS,
)
