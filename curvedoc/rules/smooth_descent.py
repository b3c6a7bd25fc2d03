"""Train and validation fall together.

## What it looks like
Both losses fall fast at first, then ever more slowly, and end at or near their best; the gap between them
is small or steady. Converged runs and runs that are still falling both look like this, and so does the
noise of small batches about a clear trend.

## Why it matters
Learning is healthy. What is left to decide is how long to go on.

## What to do
- go on while validation falls; stop when it has been flat for longer than any pause before
- when both are flat and not good enough, more capacity or better data come next, not more steps

## When it is harmless
Mostly. Yet curves do not see everything: leakage between train and validation, a metric that measures the
wrong thing, or data that differ from what comes in use all descend smoothly.
"""

from __future__ import annotations

from curvedoc import advice, presets
from curvedoc.features import Features, losses, metrics
from curvedoc.measure import Evidence, Limit, NotMeasurable
from curvedoc.rule import Fix, Rule, Scenario, Severity, Verdict, all_of
from curvedoc.states import State
from curvedoc.telling import main_loss, moved, quality, sentence
from curvedoc.wording import number

PROGRESS = Limit(
    0.04,
    1.6,
    "labelled flat runs shed at most 0.02 of the loss; the smallest labelled descent is 0.15",
    log=True,
)
EXCESS = Limit(0.03, 1.4, "a rise of under three percent above the best is not worth a name", log=True)
RISE = Limit(
    0.06,
    1.5,
    "healthy runs end at 0.033 or below, overfitted ones at 0.055 or above; the band between is shared",
    log=True,
)
NOISE = Limit(4.0, 2.0, "in standard errors of the end level: a smaller rise is noise", log=True)
REWARD = Limit(0.4, 0.15, "an agent whose reward gained this much of its range and holds it has learned")
PERFECT = Limit(0.985, 0.01, "at 99 % validation accuracy a loss that doubles near zero changes nothing")


def check(f: Features) -> Verdict:
    """The loss fell, and validation ends near its best (or is near perfect)."""
    if f.reinforcement:
        t = f.train_metric
        ends = f"{f.run.metric} rose from {quality(f, 'train', t.values[0])} to {quality(f, 'train', t.last)}"
        return all_of(metrics.train_metric_gain(f).above(REWARD), summary=sentence(f"{ends} and holds."))
    checks: list[Evidence] = []
    if f.has_train:
        checks.append(losses.train_progress(f).above(PROGRESS))
    if f.has_val:
        rise = [
            losses.val_rise(f).below(RISE),
            losses.val_rise_noise(f).below(NOISE),
            losses.val_excess(f).below(EXCESS),
        ]
        if f.has_val_metric and f.bounded:
            rise.append(metrics.val_fit(f).above(PERFECT))
        checks.append(max(rise, key=lambda e: e.strength))
        if not f.has_train:
            checks.append(losses.val_progress(f).above(PROGRESS))
    if not checks:
        raise NotMeasurable("needs a loss")
    return all_of(*checks, summary=_summary(f))


def _summary(f: Features) -> str:
    if f.has_train and f.has_val:
        return f"Train loss {moved(f.train)}, validation loss {moved(f.val)}."
    missing = "" if f.has_val else "; validation is not logged"
    return sentence(f"{main_loss(f)} {moved(f.main)} (at best {number(f.main.best)}){missing}.")


def fix(f: Features) -> tuple[Fix, ...]:
    """Go on, or stop when flat."""
    if f.reinforcement:
        text = "Keep going while the reward rises, and keep the checkpoint with the best evaluated reward."
        return (Fix("keep-going", text),)
    log = (
        ()
        if f.has_val or f.reinforcement
        else (Fix("log-more", "Log validation loss: train alone cannot show overfitting."),)
    )
    return (advice.keep_going(f), *log)


LINE = {"model": "slope", "optimizer": "sgd", "batch_size": 0, "steps": 60}
REGRESSOR = {
    "model": "transformer",
    "init": "default",
    "norm": "layer",
    "width": 32,
    "depth": 2,
    "lr": 1e-3,
    "weight_decay": 0.01,
    "schedule": "plateau",
    "decay_by": 0.5,
    "clip": 1.0,
    "steps": 1000,
}
WRITER = {**presets.WRITER, "lr": 2e-3}
OPTIMISERS = {"model": "mlp", "weight_decay": 0.05, "steps": 960}
SCENARIOS = (
    Scenario(
        "line-smooth",
        "line",
        State.SMOOTH_DESCENT,
        {**LINE, "lr": 0.02},
        seconds=1,
        about="R1: y = 2x, rate well below the bound: smooth approach",
    ),
    Scenario(
        "line-jumping",
        "line",
        State.SMOOTH_DESCENT,
        {**LINE, "lr": 0.6},
        seconds=1,
        about="R1: rate just below the bound: the weight jumps about the optimum and still converges",
    ),
    Scenario(
        "line-one-point",
        "line",
        State.SMOOTH_DESCENT,
        {**LINE, "lr": 0.01, "batch_size": 1, "steps": 480, "log_every": 8},
        {"mini-batch": {"batch_size": 8}},
        seconds=1,
        about="R1: one point per update, against a mini-batch",
    ),
    Scenario(
        "clusters-small-batch",
        "clusters",
        State.SMOOTH_DESCENT,
        {"optimizer": "sgd", "lr": 0.02, "batch_size": 4, "steps": 3000, "log_every": 25, "eval_every": 4},
        seed=1,
        seconds=2,
        about="clear trend under the noise of batches of four",
    ),
    Scenario(
        "digits-healthy",
        "digits",
        State.SMOOTH_DESCENT,
        {"dropout": 0.2, "lr": 5e-4, "steps": 960},
        seed=1,
        seconds=2,
        about="digits, dropout",
    ),
    Scenario(
        "regressor",
        "weighted-mean",
        State.SMOOTH_DESCENT,
        REGRESSOR,
        seed=1,
        seconds=8,
        about="R4: transformer regressor with AdamW, plateau and clipping",
    ),
    Scenario(
        "text-english",
        "text",
        State.SMOOTH_DESCENT,
        WRITER,
        seed=1,
        seconds=12,
        about="R5: next character, from ln(vocabulary)",
    ),
    Scenario(
        "text-chinese",
        "text",
        State.SMOOTH_DESCENT,
        {**WRITER, "language": "chinese", "steps": 250, "log_every": 5},
        seed=1,
        seconds=3,
        about="R5: next character, Chinese",
    ),
    Scenario(
        "text-fill-in",
        "text",
        State.SMOOTH_DESCENT,
        {**WRITER, "fill_in": True, "copies": 8, "n_train": 500, "steps": 800, "log_every": 40},
        seed=1,
        seconds=20,
        about="R5: fill in the blanked characters",
    ),
    Scenario(
        "hotdog",
        "hotdog",
        State.SMOOTH_DESCENT,
        {
            "model": "cnn",
            "width": 8,
            "depth": 3,
            "optimizer": "sgd",
            "lr": 0.02,
            "batch_size": 4,
            "steps": 9000,
            "log_every": 75,
            "n_train": 2000,
            "on_basket": 0.6,
        },
        seed=1,
        seconds=22,
        about="R2: bumpy nudging; the basket shortcut is learned first and unlearned later",
    ),
    *(
        Scenario(
            f"optimiser-{name}",
            "digits",
            State.SMOOTH_DESCENT,
            {**OPTIMISERS, "optimizer": name, "lr": lr},
            seed=1,
            seconds=1,
            about="R15: the same task, four optimisers",
        )
        for name, lr in (("sgd", 0.01), ("momentum", 0.01), ("adam", 1e-3), ("adamw", 1e-3))
    ),
)

RULE = Rule(
    "smooth-descent",
    "Learning is healthy",
    State.SMOOTH_DESCENT,
    Severity.INFO,
    check,
    fix,
    __doc__ or "",
    decides=True,
    scenarios=SCENARIOS,
)
