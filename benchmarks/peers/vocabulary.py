"""What the peers' findings are called in our states: the whole of the mapping, as a table.

A key is a finding as the peer names it; where the peer's own severity, title or curve changes what it
says, the key is ``finding:detail``. ``None``: the finding says nothing about the state of the run (speed,
memory, the schedule, the split), and the next one is asked. Findings come in the peer's own order, the most
severe first; the first that has a state here is the peer's answer. None has: ``smooth_descent``.

Where two readings are honest, the one that scores better on the labelled corpus stands here ("kinder").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

HEALTHY = "smooth_descent"
REFUSED = "refused"

LOSSLINT: Mapping[str, str | None] = {
    "nan_inf": "unstable",  # in any column
    "divergence": "unstable",  # "train loss ends materially higher than it started"
    "loss_spike": None,  # kinder: "isolated point above 10x the local median", and one spike is no state
    "overfit_onset": "overfitting",
    "stagnation": "poor_optimization",  # "plateaued: consider stopping or raising the LR"
    "step_backtrack": None,
    "parse": None,
}

TRAINSPOTTER: Mapping[str, str | None] = {
    "divergence": "unstable",
    "divergence:eval growth": "unstable",  # of the validation loss: "diverged", and it says no overfitting
    "spikes": None,  # kinder: "may be benign"; a run that breaks also diverges
    "overfitting": "overfitting",  # an info beside a divergence, which then comes first
    "plateau": "poor_optimization",  # "barely moved", and not for having converged
    "grad_norm": None,  # kinder: an explosion without the loss is "weaker evidence"
    "eval_noise": None,  # kinder: says which checkpoints not to rank
    "lr_schedule": None,
    "throughput": None,
    "loss_floor": None,
}

RUNMEDIC: Mapping[str, str | None] = {
    "non_finite": "unstable",
    "divergence": "unstable",
    "loss_spikes:warning": "unstable",
    "loss_spikes:info": None,  # kinder: one or two, under 3x
    "no_learning": "poor_optimization",
    "overfitting:warning": "overfitting",
    "overfitting:info": "overfitting",  # "mild overfitting"
    "grad_spikes": None,  # kinder: the loss did not follow
    "constant_lr_plateau": "poor_optimization",
    "val_below_train": None,
    "input_bound": None,
    "slow_steps": None,
    "slowdown": None,
    "memory_growth": None,
    "log": None,  # messages in the text: out of memory, a worker that died
    "no_train_loss": None,  # kinder: "no training loss series found", and "no problems found"
}

TRAINPROOF: Mapping[str, str | None] = {
    "TP-NAN": "unstable",
    "TP-NAN-GRAD": "unstable",
    "TP-DIVERGE": "unstable",
    "TP-ZERO-LOSS-ONSET": "unstable",  # "the run died partway through"
    "TP-GRAD-SPIKE": "unstable",
    "TP-ZERO-LOSS": "poor_optimization",  # "the run learned nothing"
    "TP-ZERO-GRAD": "poor_optimization",
    "TP-ZERO-LR": "poor_optimization",
    "TP-FLAT": "poor_optimization",
    "TP-DEAD-RUN": "poor_optimization",
    "TP-OVERFIT": "overfitting",
    "TP-NOT-CHECKED": "inconclusive",
    "TP-NO-RECORDS": REFUSED,
    "TP-NO-LOSS": REFUSED,
    "TP-PASS": None,
    "TP-ZERO-LR-PARTIAL": None,
    "TP-STEP-CLIFF": None,
    "TP-LOADER-BOUND": None,
    "TP-THROUGHPUT": None,
    "TP-GPU-UTIL": None,
}

FINETUNE_DOCTOR: Mapping[str, str | None] = {
    "overfitting": "overfitting",
    "overfitting:INFO": None,  # "final checkpoint slightly worse", under 3 %
    "metric_disagreement": "loss_metric_mismatch",
    "loss_degenerate:NaN loss": "unstable",
    "loss_degenerate:Loss is exactly zero": "poor_optimization",  # "not training on anything"
    "not_learning:Not learning": "poor_optimization",
    "not_learning:Training loss went up": "unstable",
    "loss_spikes:Loss spikes": "unstable",
    "loss_spikes:INFO": None,  # kinder: one or two
    "loss_spikes:Periodic loss spikes": None,  # "not instability"
    "loss_spikes:Loss jumps at every epoch boundary": None,
    "gradients:NaN gradients": "unstable",
    "gradients:Zero gradients": "poor_optimization",
    "gradients:Gradient spikes": "unstable",  # the loss jumped with them
    "gradients:INFO": None,
    "no_eval:No evaluation": None,  # kinder: the train loss was checked
    "no_eval:Too few evaluations": "inconclusive",  # kinder: "too few to tell a trend from noise"
    "rl_run": "inconclusive",  # the checks of the loss are skipped
    "stopped_improving": None,  # "nothing got worse"
    "eval_below_train": None,
    "lr_schedule": None,
    "incomplete": None,
}

SK_AUTOD: Mapping[str, str | None] = {
    "Classic overfitting": "overfitting",
    "Missed early stopping": "overfitting",
    "Exploding gradient": "unstable",  # the train loss tripled in one step
    "LR too high": "poor_optimization",  # kinder: "oscillates without a stable downward trend"
    "Noisy training": "unstable",  # "suggesting unstable training"
    "Underfitting": "underfitting",
    "Label noise floor": "underfitting",
    "LR too low": "poor_optimization",
    "Dying ReLU proxy": "poor_optimization",  # "plateaus early and remains high"
    "Data leakage": None,
    "too few": "inconclusive",  # "need at least 5 epochs of data"
}

STATES: Mapping[str, Mapping[str, str | None]] = {
    "losslint": LOSSLINT,
    "trainspotter": TRAINSPOTTER,
    "runmedic": RUNMEDIC,
    "trainproof": TRAINPROOF,
    "finetune-doctor": FINETUNE_DOCTOR,
    "sk-autod": SK_AUTOD,
}


def state(tool: str, findings: Iterable[tuple[str, float]]) -> tuple[str, float]:
    """State and confidence of a peer that found this (key and confidence, the most severe first).

    The confidence is that of the finding that named the state: NaN where the peer gives none, as when it
    found nothing. Raises KeyError for a finding that the table lacks (another version of the peer).
    """
    for key, confidence in findings:
        named = STATES[tool][key]
        if named is not None:
            return named, confidence
    return HEALTHY, float("nan")
