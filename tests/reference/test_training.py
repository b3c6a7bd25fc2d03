"""The runner: same seed same log, every setting and format works, the filters do what their paper says."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402

from curvedoc.errors import UsageError  # noqa: E402
from curvedoc.reference import catalogue  # noqa: E402
from curvedoc.reference.loop import fit  # noqa: E402
from curvedoc.reference.objectives import METRICS, objective, penalty  # noqa: E402
from curvedoc.reference.optim import Plateau, gradient_filter, schedule  # noqa: E402
from curvedoc.reference.runner import level, overridden, train, write  # noqa: E402
from curvedoc.reference.settings import Settings, split  # noqa: E402
from curvedoc.reference.tasks import TASKS, Split, Task, find  # noqa: E402
from curvedoc.reference.tasks.modular import table  # noqa: E402
from curvedoc.reference.tasks.text import IGNORED, sentences  # noqa: E402

ALL = (*catalogue.scenarios(), *catalogue.TRIALS_ALONE)
TINY = {"steps": 4, "log_every": 2}


def same(a, b):
    return a == b or (math.isnan(a) and math.isnan(b))


@pytest.mark.parametrize("name", ["digits-healthy", "regressor", "hotdog", "text-fill-in", "exploding-rnn"])
def test_same_seed_same_log(name):
    small = {"copies": 1, "n_train": 40} if name == "text-fill-in" else {}
    first, again, other = (
        train(catalogue.scenario(name), seed=s, changes={"steps": 6, "log_every": 2, **small})
        for s in (3, 3, 4)
    )
    assert [row.keys() for row in first.rows] == [row.keys() for row in again.rows]
    assert all(same(a[k], b[k]) for a, b in zip(first.rows, again.rows, strict=True) for k in a)
    assert first.rows != other.rows


def test_training_leaves_the_random_state_and_the_threads_alone():
    torch.manual_seed(0)
    expected, threads = torch.rand(1), torch.get_num_threads()
    torch.manual_seed(0)
    train(catalogue.scenario("digits-healthy"), changes=TINY)
    assert torch.rand(1) == expected
    assert torch.get_num_threads() == threads


@pytest.mark.parametrize("scenario", ALL, ids=lambda s: s.id)
def test_every_scenario_and_remedy_has_known_settings(scenario):
    for remedy in (None, *scenario.treated):
        wanted = overridden(scenario, remedy)
        settings, data = split(wanted, find(scenario.task))
        assert len(data) + sum(k in wanted for k in Settings.__dataclass_fields__) == len(wanted)
        schedule(settings)
        if remedy:
            assert wanted != scenario.settings


@pytest.mark.parametrize(
    "name", ["text-few-sentences", "hotdog-tiny", "no-warmup", "adamw-too-fast", "rare-positives"]
)
def test_every_remedy_trains(name):
    scenario = catalogue.scenario(name)
    for remedy in (None, *scenario.treated):
        rows = train(scenario, remedy, changes=TINY).rows
        assert [row["step"] for row in rows] == [2, 4]
        assert {"train_loss", "val_loss", "lr", "grad_norm", "weight_norm"} <= rows[0].keys()


def test_train_loss_is_the_mean_over_the_batches_since_the_row_before():
    scenario = catalogue.scenario("digits-healthy")
    fine = train(scenario, changes={"steps": 6, "log_every": 1, "eval_every": 3}).rows
    coarse = train(scenario, changes={"steps": 6, "log_every": 3}).rows
    assert coarse[0]["train_loss"] == pytest.approx(sum(r["train_loss"] for r in fine[:3]) / 3, rel=1e-5)
    assert coarse[0]["grad_norm"] == pytest.approx(sum(r["grad_norm"] for r in fine[:3]) / 3, rel=1e-5)
    assert ["val_loss" in r for r in fine] == [False, False, True, False, False, True]


def test_later_only_a_part_is_trained_on():
    scenario = catalogue.scenario("grokking-modular-addition")
    less = {"later_fraction": 0.02, "later_from": 6, "fraction": 0.5, "steps": 9, "log_every": 1}
    for size in (0, 800):
        settings = {**less, "batch_size": size}
        trained = train(scenario, changes=settings)
        assert [len(trained.task.training(step)) for step in (0, 5, 6, 9)] == [1740, 1740, 70, 70]
        plain = train(scenario, changes={**settings, "later_from": 0})
        same = [a["train_loss"] == b["train_loss"] for a, b in zip(trained.rows, plain.rows, strict=True)]
        assert same == [True] * 6 + [False] * 3


def test_early_stopping_and_the_callbacks_end_and_see_the_run():
    scenario = catalogue.scenario("over-confidence")
    seen = []
    stopped = train(scenario, "early-stopping", on_row=seen.append)
    losses = stopped.column("val_loss")
    assert len(losses) - 1 - losses.index(min(losses)) == stopped.log.settings.patience
    assert tuple(seen) == stopped.rows
    assert len(train(scenario, stop=lambda rows: len(rows) == 2).rows) == 2


def test_divergence_is_logged_to_infinity_and_nan():
    loss = train(catalogue.scenario("line-divergence")).column("train_loss")
    assert any(math.isinf(v) for v in loss)
    assert math.isnan(loss[-1])


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"lrr": 1}, "Did you mean 'lr'"),
        ({"model": "mlpp"}, "no model"),
        ({"optimizer": "sdg"}, "no optimiser"),
        ({"schedule": "cos"}, "no schedule"),
        ({"loss": "mse2"}, "no loss"),
        ({"activation": "reul"}, "no activation"),
        ({"init": "he"}, "no initialisation"),
        ({"grokfast": "sum"}, "no gradient filter"),
    ],
)
def test_a_wrong_setting_is_told(settings, says):
    with pytest.raises(UsageError, match=says) as told:
        train(catalogue.scenario("digits-healthy"), changes={**settings, "steps": 1})
    assert told.value.fix


def test_schedules():
    steps = [1, 10, 20, 60, 100]
    base = Settings(steps=100, warmup=20, schedule="cosine")
    factors = [schedule(base)(s) for s in steps]
    assert factors == pytest.approx([0.05, 0.5, 1.0, 0.5, 0.0])
    stepped = schedule(Settings(steps=100, schedule="step", decay_at=0.5, decay_by=0.1))
    assert [stepped(s) for s in (50, 51)] == [1.0, 0.1]
    plateau = Plateau(Settings(schedule="plateau", decay_by=0.5), patience=2)
    for value in (1.0, 1.1, 1.2):
        plateau.look(value)
    assert plateau.factor == 0.5


def test_grokfast_amplifies_a_constant_gradient_by_one_plus_lambda():
    model = nn.Linear(1, 1, bias=False)
    for kind in ("ema", "ma"):
        apply = gradient_filter(
            Settings(grokfast=kind, grokfast_alpha=0.5, grokfast_window=4, grokfast_lamb=2.0), model
        )
        for _ in range(40):
            model.weight.grad = torch.ones(1, 1)
            apply()
        assert float(model.weight.grad) == pytest.approx(3.0, rel=1e-4)


def test_grokfast_window_forgets_what_lies_before_it():
    model = nn.Linear(1, 1, bias=False)
    apply = gradient_filter(Settings(grokfast="ma", grokfast_window=3, grokfast_lamb=1.0), model)
    seen = []
    for value in (5.0, 1.0, 1.0, 1.0):
        model.weight.grad = torch.full((1, 1), value)
        apply()
        seen.append(float(model.weight.grad))
    assert seen == pytest.approx([5.0, 1.0, 1.0 + 7 / 3, 2.0])


@pytest.mark.parametrize("name", TASKS)
def test_tasks_depend_on_the_seed_alone(name):
    make = TASKS[name]
    small = {"prime": 7} if name == "modular" else {"n_train": 40, "n_val": 20}
    one, same_one = make(1, **small), make(1, **small)
    assert torch.equal(one.train.x, same_one.train.x)
    assert torch.equal(one.val.y, same_one.val.y)
    if name != "modular":
        counted = 40 if name != "ranking" else 4
        assert len(one.train) == counted


@pytest.mark.parametrize("operation", ["add", "sub", "mul", "div"])
def test_modular_tables_hold_the_identity(operation):
    prime = 11
    pairs, c = table(prime, operation)
    a, b = pairs[:, 0], pairs[:, 1]
    left, right = {"add": (c, a + b), "sub": (c + b, a), "mul": (c, a * b), "div": (c * b, a)}[operation]
    assert torch.equal(left % prime, right % prime)
    assert len(pairs) == (prime * (prime - 1) if operation == "div" else prime**2)
    assert len({tuple(p) for p in pairs.tolist()}) == len(pairs)
    with pytest.raises(UsageError):
        table(prime, "pow")


def test_modular_splits_share_nothing():
    task = find("modular")(0, prime=11, fraction=0.3)
    train_pairs, val_pairs = ({tuple(r) for r in part.x.tolist()} for part in (task.train, task.val))
    assert not train_pairs & val_pairs
    assert len(train_pairs) == round(0.3 * 121)


def test_text_sentences_are_many_and_split_apart():
    assert len(set(sentences("both"))) == 1600
    task = find("text")(0, n_train=50, n_val=30, fill_in=True, copies=3)
    assert len(task.train) == 150
    assert not task.causal
    assert float((task.train.y != IGNORED).float().mean()) < 0.3


def test_label_noise_is_in_training_only():
    clean, noisy = (find("clusters")(0, n_train=200, n_val=100, label_noise=p) for p in (0.0, 0.3))
    assert int((clean.train.y != noisy.train.y).sum()) == 60
    assert torch.equal(clean.val.y, noisy.val.y)


def test_metrics():
    logits = torch.tensor([[2.0, 1.0], [0.0, 1.0], [0.0, 1.0], [3.0, 0.0]])
    target = torch.tensor([0, 1, 0, 1])
    assert METRICS["accuracy"](logits, target) == 0.5
    assert METRICS["f1"](logits, target) == 0.5
    assert METRICS["f1"](logits[:1], torch.tensor([0])) == 0.0
    line = torch.arange(4.0)[:, None]
    assert METRICS["r2"](line, line) == 1.0
    assert METRICS["mae"](line, line + 2) == 2.0
    assert METRICS["pair_accuracy"](line[None], -line[None]) == 0.0


def test_focal_loss_without_focus_is_cross_entropy_and_penalties_add_up():
    data = Split(torch.zeros(4, 2), torch.tensor([0, 0, 0, 1]))
    task = Task(data, data, "cross_entropy", "accuracy", 2)
    logits = torch.randn(4, 2, generator=torch.Generator().manual_seed(0))
    plain = objective(Settings(), task)(logits, data.y)
    assert objective(Settings(focal=1e-9), task)(logits, data.y) == pytest.approx(float(plain), rel=1e-5)
    assert objective(Settings(focal=2.0), task)(logits, data.y) < plain
    weighted = objective(Settings(class_weights=True), task)
    assert weighted(logits, data.y) == pytest.approx(
        float(nn.functional.cross_entropy(logits, data.y, weight=torch.tensor([2 / 3, 2.0]))), rel=1e-5
    )
    layer = nn.Linear(2, 1, bias=False)
    nn.init.constant_(layer.weight, -3.0)
    assert float(penalty(Settings(l1=1.0, l2=0.5), layer).detach()) == 6 + 9


def test_batch_order_does_not_depend_on_the_batch_size_of_evaluation():
    task = find("digits")(0, n_train=64, n_val=32)
    base = Settings(steps=4, log_every=1)
    losses = [[r["train_loss"] for r in fit(task, replace(base, eval_every=n)).rows] for n in (1, 4)]
    assert losses[0] == losses[1]


@pytest.mark.parametrize(
    "form", ["csv", "jsonl", "json", "trainer-state", "tensorboard", "tensorboard-splits"]
)
def test_every_format_is_read_back(tmp_path, form):
    from curvedoc import api

    trained = train(catalogue.scenario("digits-healthy"), changes={"steps": 12, "log_every": 2})
    path = write(trained, tmp_path, [form])[form]
    (run,) = api.read(str(path))
    for role, column in (
        ("train/loss", "train_loss"),
        ("val/loss", "val_loss"),
        ("val/accuracy", "val_accuracy"),
    ):
        assert run.roles[role].values == pytest.approx(trained.column(column), rel=1e-6)
    assert run.metric == "accuracy"


def test_the_same_run_gives_the_same_bytes(tmp_path):
    trained = train(catalogue.scenario("digits-healthy"), changes=TINY)
    for form in ("csv", "tensorboard"):
        one, two = (write(trained, tmp_path / str(i), [form])[form] for i in (1, 2))
        files = [sorted(p.rglob("*")) if p.is_dir() else [p] for p in (one, two)]
        assert [f.read_bytes() for f in files[0]] == [f.read_bytes() for f in files[1]]


def test_an_unknown_format_or_remedy_is_told(tmp_path):
    trained = train(catalogue.scenario("line-smooth"), changes=TINY)
    with pytest.raises(UsageError, match="no log format"):
        write(trained, tmp_path, ["xml"])
    with pytest.raises(UsageError, match="no remedy"):
        train(catalogue.scenario("label-noise"), "dropot")


def test_level():
    assert level([9.0, 5.0, 1.0, 2.0, 3.0, 4.0, 100.0]) == 3.0
    assert level([9.0, 1.0, 2.0, math.nan], "best", 3) == 2.0
    assert math.isnan(level([1.0, math.nan]))
    assert json.dumps(level([])) == "NaN"
