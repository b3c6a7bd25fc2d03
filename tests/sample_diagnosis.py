"""One hand-built batch with every kind of outcome: what all reports are tested on.

Nothing here is computed by the product: the curves are formulas and the verdicts are typed, so a report's
golden file changes only when the report changes.
"""

from __future__ import annotations

import numpy as np

from curvedoc.diagnosis import Batch, Diagnosis, Gap, Problem
from curvedoc.gated import Check, GateResult, Status
from curvedoc.measure import Evidence
from curvedoc.rule import Finding, Fix, Outcome, OutcomeKind, Severity, Trial
from curvedoc.run import Curve, Ignored, Run
from curvedoc.states import State

HOSTILE = "\x1b[31mevil\x1b[0m[red]<script>alert(1)</script>\n\u202egnp.exe\u200b"


def _wobble(n: int, size: float) -> np.ndarray:
    """Repeatable unevenness without a random generator (its stream may change between versions)."""
    i = np.arange(n)
    return size * (np.sin(i * 12.9898) + np.sin(i * 78.233)) / 2


def _curve(role: str, values: np.ndarray, steps: np.ndarray | None = None, name: str = "") -> Curve:
    higher = role.endswith("accuracy") if not role.startswith("lr") else None
    at = np.arange(len(values), dtype=float) if steps is None else steps
    return Curve(name or role.replace("/", "_"), role, at, np.asarray(values, dtype=float), higher)


def _skipped(reason: str, *rules: str) -> tuple[Outcome, ...]:
    return tuple(Outcome(rule, OutcomeKind.SKIPPED, 0.0, reason) for rule in rules)


def _clear(*rules: str) -> tuple[Outcome, ...]:
    return tuple(Outcome(rule, OutcomeKind.CLEAR, 0.1) for rule in rules)


def _fired(finding: Finding, strength: float = 0.9) -> Outcome:
    return Outcome(finding.rule, OutcomeKind.FIRED, strength, finding=finding)


def overfitting() -> Diagnosis:
    """Train falls over decades, validation turns at epoch 14; accuracy is logged too."""
    t = np.arange(60.0)
    train = 2.3 * np.exp(-t / 9) + 0.004
    val = 0.55 + 1.7 * np.exp(-t / 5) + 0.012 * np.clip(t - 14, 0, None) + _wobble(60, 0.02)
    train_accuracy = 1 - 0.9 * np.exp(-t / 8)
    val_accuracy = 0.84 - 0.74 * np.exp(-t / 5) + _wobble(60, 0.006)
    run = Run(
        name="cnn_small",
        path="runs/cnn_small.csv",
        reader="csv",
        x="epoch",
        curves=(
            _curve("train/loss", train, name="loss"),
            _curve("val/loss", val, name="val_loss"),
            _curve("train/accuracy", train_accuracy, name="acc"),
            _curve("val/accuracy", val_accuracy, name="val_acc"),
            _curve("lr", np.full(60, 3e-4), name="lr-AdamW"),
        ),
        metric="accuracy",
        ignored=(Ignored("time_s", "a clock"), Ignored("note", "text"), Ignored("tag", "text")),
        notes=("The last line is cut off and was left out.",),
    )
    turned = Finding(
        rule="overfitting",
        title="Validation turned while train went on",
        state=State.OVERFITTING,
        severity=Severity.ERROR,
        confidence=0.934,
        summary="Validation loss was best at epoch 14 (0.65) and has risen to 1.09 since, while train loss "
        "fell from 0.49 to 0.0073.",
        span=(14.0, 59.0),
        evidence=(
            Evidence(
                "val_rise",
                0.2613,
                "of the initial drop",
                0.1,
                True,
                True,
                0.99,
                "rise above its best",
                (14.0, 59.0),
            ),
            Evidence(
                "train_slope_tail",
                -0.0312,
                "per epoch",
                0.0,
                False,
                True,
                0.97,
                "slope of train loss since then",
                (14.0, 59.0),
            ),
        ),
        bottleneck="B2",
        fixes=(
            Fix(
                "early-stopping",
                "Stop early with a patience of 5 epochs (3 times the noise of the curve).",
                "B2",
                Trial(30, 27, 0.744, 0.965, 0.4012, "loss"),
            ),
            Fix("best-checkpoint", "Keep the checkpoint of epoch 14: validation loss was 0.65 there.", "B2"),
            Fix(
                "weight-decay",
                "Regularise: add weight decay (try 0.05 with AdamW) or dropout of 0.1-0.3 before the head.",
                "B2",
                Trial(30, 1, 0.006, 0.167, None, "loss"),
            ),
        ),
    )
    calibration = Finding(
        rule="over-confidence",
        title="Over-confidence",
        state=State.LOSS_METRIC_MISMATCH,
        severity=Severity.WARNING,
        confidence=0.41,
        summary="Validation loss rises while validation accuracy stays where it is.",
        span=(14.0, 59.0),
        evidence=(
            Evidence(
                "val_metric_change", 0.0042, "accuracy", -0.01, True, True, 0.7, "change since epoch 14", None
            ),
            Evidence(
                "calibration_gap", 0.02, "", 0.05, True, False, 0.3, "mean confidence less accuracy", None
            ),
        ),
        bottleneck="B4",
        fixes=(
            Fix(
                "label-smoothing",
                "Smooth the labels (0.1) or scale the temperature on validation data.",
                "B4",
            ),
            Fix(
                "early-stopping",
                "Stop early with a patience of 5 epochs (3 times the noise of the curve).",
                "B2",
            ),
        ),
    )
    return Diagnosis(
        run=run,
        state=State.OVERFITTING,
        confidence=0.934,
        states={
            State.OVERFITTING: 0.934,
            State.LOSS_METRIC_MISMATCH: 0.048,
            State.SMOOTH_DESCENT: 0.012,
            State.UNSTABLE: 0.004,
            State.POOR_OPTIMIZATION: 0.001,
            State.UNDERFITTING: 0.001,
            State.GROKKING: 0.0,
            State.INCONCLUSIVE: 0.0,
        },
        onset_step=17.0,
        best_step=14.0,
        gap=Gap(1.0843, 0.1602, "loss", t, val - train),
        outcomes=(
            _fired(turned),
            _fired(calibration, 0.6),
            Outcome("double-descent", OutcomeKind.OVERRULED, 0.55, "overruled by overfitting"),
            *_clear("non-finite", "divergence", "oscillation", "spikes", "early-plateau", "grokking"),
            *_skipped("needs grad_norm; the log has none", "exploding-gradients", "vanishing-gradients"),
            *_skipped("needs weight_norm; the log has none", "slingshots"),
        ),
        reason="Validation loss turned at epoch 14 and kept rising while train loss fell by two decades.",
    )


def unstable() -> Diagnosis:
    """Train only, thousands of steps, ends in NaN; the name tries everything on the terminal."""
    steps = np.arange(0.0, 40_000, 10)
    train = 10.4 * np.exp(-steps / 9000) + 1.2 + np.abs(_wobble(4000, 0.5))
    train[2500] = 61.0
    train[3400:] = np.nan
    run = Run(
        name=HOSTILE,
        path=f"runs/{HOSTILE}.jsonl",
        reader="jsonl",
        x="step",
        curves=(_curve("train/loss", train, steps, name=HOSTILE),),
        ignored=(Ignored(HOSTILE, "text"),),
        notes=(f"Column {HOSTILE} holds text.",),
    )
    finding = Finding(
        rule="non-finite",
        title="Loss is not finite",
        state=State.UNSTABLE,
        severity=Severity.ERROR,
        confidence=1.0,
        summary=f"{HOSTILE} is NaN from step 34000 to the end.",
        span=(34000.0, 39990.0),
        evidence=(
            Evidence("nonfinite_share", 0.15, "of the points", 0.0, True, True, 1.0, "NaN or inf", None),
        ),
        bottleneck="B3",
        fixes=(
            Fix("lower-rate", "Lower the learning rate by a factor of 3 to 10.", "P4"),
            Fix("clip", "Clip the gradient norm (1.0 is a usual first value).", "P4"),
        ),
    )
    others = {s: 0.0 for s in State if s is not State.UNSTABLE}
    return Diagnosis(
        run=run,
        state=State.UNSTABLE,
        confidence=1.0,
        states={State.UNSTABLE: 1.0, **others},
        onset_step=34000.0,
        best_step=33990.0,
        gap=None,
        outcomes=(
            _fired(finding, 1.0),
            Outcome("spikes", OutcomeKind.OVERRULED, 0.8, "overruled by non-finite"),
            *_skipped(
                "needs val/loss; the log has train/loss", "overfitting", "underfitting", "memorisation"
            ),
            *_skipped("needs a metric; the log has none", "loss-metric-mismatch"),
        ),
        reason="The training loss became NaN at step 34000 and never came back.",
    )


def smooth() -> Diagnosis:
    """A healthy run with validation every fifth epoch: nothing to report."""
    t = np.arange(100.0)
    at = np.arange(4.0, 100, 5)
    train = 0.3 + 0.7 * np.exp(-t / 20) + _wobble(100, 0.01)
    val = 0.34 + 0.7 * np.exp(-at / 20)
    run = Run(
        name="exp/ResNet-50_wd1e-4_bs256_augmented_seed_0001",
        path="logs/exp/ResNet-50_wd1e-4_bs256_augmented_seed_0001",
        reader="tensorboard",
        x="step",
        curves=(_curve("train/loss", train), _curve("val/loss", val, at)),
    )
    gap = Gap(0.0402, 0.0402, "loss", at, np.full(len(at), 0.04))
    rest = {s: 0.01 for s in State if s is not State.SMOOTH_DESCENT}
    return Diagnosis(
        run=run,
        state=State.SMOOTH_DESCENT,
        confidence=0.93,
        states={State.SMOOTH_DESCENT: 0.93, **rest},
        onset_step=None,
        best_step=99.0,
        gap=gap,
        outcomes=_clear("overfitting", "unstable", "underfitting", "spikes"),
        reason="Train and validation fall together and end at their best.",
    )


def inconclusive() -> Diagnosis:
    """Three points, a name in Chinese, a NaN gap."""
    t = np.arange(3.0)
    run = Run(
        name="微调",
        path="runs/微调.json",
        reader="json",
        x="row",
        curves=(_curve("train/loss", np.array([2.0, 1.9, 1.85])), _curve("val/loss", np.full(3, np.nan))),
    )
    return Diagnosis(
        run=run,
        state=State.INCONCLUSIVE,
        confidence=0.8,
        states={State.INCONCLUSIVE: 0.8, State.SMOOTH_DESCENT: 0.2},
        onset_step=None,
        best_step=None,
        gap=Gap(float("nan"), float("inf"), "loss", t, np.full(3, np.nan)),
        outcomes=_skipped("needs 5 points of train/loss; the log has 3", "overfitting", "unstable", "spikes"),
        reason="Too little was logged to tell: 3 points of the training loss, 5 are needed.",
    )


def grokking() -> Diagnosis:
    """Metric alone tells; overfitting overruled."""
    steps = np.linspace(0, 50_000, 251)
    rise = 1 / (1 + np.exp(-(steps - 38_000) / 1200))
    train = 4.6 * np.exp(-steps / 500) + 1e-6
    val = 4.6 + 2.0 * (1 - np.exp(-steps / 3000)) - 6.4 * rise
    run = Run(
        name="mod97",
        path="runs/mod97.csv",
        reader="csv",
        x="iteration",
        curves=(
            _curve("train/loss", train, steps),
            _curve("val/loss", val, steps),
            _curve("train/accuracy", 1 - 0.99 * np.exp(-steps / 400), steps),
            _curve("val/accuracy", 0.01 + 0.98 * rise, steps),
        ),
        metric="accuracy",
    )
    finding = Finding(
        rule="grokking",
        title="Delayed generalisation",
        state=State.GROKKING,
        severity=Severity.INFO,
        confidence=0.88,
        summary="Train accuracy was perfect at iteration 1800; validation rose only near iteration 38000.",
        span=(1800.0, 38000.0),
        evidence=(Evidence("wait", 21.1, "x", 4.0, True, True, 0.95, "delay over memorisation time", None),),
        bottleneck="B2",
        fixes=(Fix("keep-training", "Keep training, with weight decay on.", "B2"),),
    )
    return Diagnosis(
        run=run,
        state=State.GROKKING,
        confidence=0.88,
        states={State.GROKKING: 0.88, State.OVERFITTING: 0.12},
        onset_step=33000.0,
        best_step=50000.0,
        gap=Gap(0.195, 0.195, "loss", steps, val - train),
        outcomes=(
            _fired(finding),
            Outcome("overfitting", OutcomeKind.OVERRULED, 0.9, "overruled by grokking"),
            *_clear("non-finite", "divergence"),
        ),
        reason="Train was perfect early; validation followed 20 times later.",
    )


PROBLEMS = (
    Problem("runs/empty.csv", "The file is empty.", "Give the path of a log with at least one row."),
    Problem(
        f"runs/{HOSTILE}",
        "Not a training log: no column is a loss or a metric.",
        "Name one: --map train/loss=NAME",
    ),
)


def batch() -> Batch:
    """Every outcome and several states at once, with two paths that could not be read."""
    return Batch((smooth(), inconclusive(), overfitting(), grokking(), unstable()), PROBLEMS)


def gate(of: Batch) -> GateResult:
    """What a policy says of :func:`batch`: every status, and a run of every standing."""
    healthy, short, turned, late, lost = of.diagnoses
    demands = {
        id(healthy): (
            Check("fail-on", "overfitting", Status.PASSED, "no overfitting"),
            Check(
                "expect", "val/loss <= 0.4", Status.PASSED, "val/loss ends at 0.3445, at most 0.4 is asked"
            ),
            Check("baseline", "val/loss", Status.SKIPPED, f"the baseline has no run called {HOSTILE}"),
        ),
        id(short): (),
        id(turned): (
            Check("fail-on", "overfitting", Status.FAILED, "overfitting (confidence 0.93)"),
            Check(
                "fail-on", "over-confidence", Status.DOUBTFUL, "over-confidence (confidence 0.41, 0.8 asked)"
            ),
            Check("max-gap", "20%", Status.FAILED, "the gap ends at 99 % of train's loss, 20 % is allowed"),
        ),
        id(late): (
            Check(
                "fail-on", "grokking", Status.ALLOWED, "grokking, let pass until 2030-01-01: it is the point"
            ),
        ),
        id(lost): (
            Check("fail-on", "unstable", Status.DOUBTFUL, "unstable (confidence 0.7, 0.8 asked)"),
            Check("expect", HOSTILE, Status.SKIPPED, f"{HOSTILE} is not in the log"),
        ),
    }
    return GateResult(
        failed=((turned, "overfitting (confidence 0.93)"),),
        doubtful=((lost, "unstable (confidence 0.7, 0.8 asked)"),),
        passed=(healthy, late),
        problems=of.problems,
        checks=tuple((each, demands[id(each)]) for each in of.diagnoses),
        unjudged=((short, "inconclusive"),),
    )


def one() -> Batch:
    """One run, no problems."""
    return Batch((overfitting(),))
