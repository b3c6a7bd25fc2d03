"""CurvedocCallback in the Hugging Face Trainer, in real small trainings of a model of one layer."""

from __future__ import annotations

from types import SimpleNamespace

import known_warnings
import pytest

import curvedoc
from curvedoc import CurvedocWarning
from curvedoc.states import State

transformers = pytest.importorskip("transformers", reason="needs curvedoc[transformers]")
torch = pytest.importorskip("torch")
pytest.importorskip("accelerate")

from curvedoc.integrations.transformers import CurvedocCallback  # noqa: E402

pytestmark = known_warnings.TRANSFORMERS


class Net(torch.nn.Module):
    """Returns a loss, as the Trainer wants it; wide enough to learn few examples by heart."""

    def __init__(self, width):
        super().__init__()
        self.layers = torch.nn.Sequential(
            torch.nn.Linear(8, width), torch.nn.ReLU(), torch.nn.Linear(width, 1)
        )

    def forward(self, x, labels):
        out = self.layers(x)
        return {"loss": torch.nn.functional.mse_loss(out, labels), "logits": out}


def examples(n, noise, seed):
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(n, 8, generator=generator)
    y = x.sum(1, keepdim=True) + noise * torch.randn(n, 1, generator=generator)
    return [{"x": a, "labels": b} for a, b in zip(x, y, strict=True)]


def train(folder, callback, *, lr=0.01, epochs=30, n=64, noise=0.1, width=32, resume=None, **options):
    torch.manual_seed(0)
    args = transformers.TrainingArguments(
        output_dir=str(folder),
        num_train_epochs=epochs,
        per_device_train_batch_size=16,
        per_device_eval_batch_size=64,
        learning_rate=lr,
        lr_scheduler_type="constant",
        logging_steps=2,
        eval_strategy="epoch",
        report_to=[],
        disable_tqdm=True,
        use_cpu=True,
        seed=0,
        **{"save_strategy": "no", "max_grad_norm": 0.0, **options},
    )
    trainer = transformers.Trainer(
        model=Net(width),
        args=args,
        train_dataset=examples(n, noise, 1),
        eval_dataset=examples(64, noise, 2),
        callbacks=[callback],
    )
    trainer.train(resume_from_checkpoint=resume)
    return trainer


def test_the_verdict_is_that_of_the_log(tmp_path):
    callback = CurvedocCallback(share=None, every=20)
    trainer = train(tmp_path, callback)
    trainer.save_state()
    filed = curvedoc.diagnose(tmp_path / "trainer_state.json")
    assert callback.diagnosis.state is filed.state is State.SMOOTH_DESCENT
    assert callback.diagnosis.states == filed.states
    curves = callback.diagnosis.run.roles
    assert curves.keys() == filed.run.roles.keys() >= {"train/loss", "val/loss", "lr", "grad_norm"}
    for role, curve in filed.run.roles.items():
        assert curves[role].steps.tolist() == curve.steps.tolist()
        assert curves[role].values.tolist() == curve.values.tolist()


def test_an_overfitting_run_is_stopped(tmp_path):
    told = []
    callback = CurvedocCallback(every=10, share=None, stop_on="overfitting", on_change=told.append)
    with pytest.warns(CurvedocWarning, match="overfitting"):
        trainer = train(tmp_path, callback, epochs=300, n=24, noise=2.0, width=256)
    assert State.OVERFITTING in [diagnosis.state for diagnosis in told]
    assert trainer.state.epoch < 250


def test_a_diverging_run_is_stopped(tmp_path):
    callback = CurvedocCallback(stop_on=("unstable",), warn=None)
    trainer = train(tmp_path, callback, lr=50.0, epochs=100, optim="sgd")
    assert callback.monitor.state is State.UNSTABLE
    assert trainer.state.epoch < 50


def test_without_stop_on_nothing_is_stopped(tmp_path):
    callback = CurvedocCallback(warn=None)
    trainer = train(tmp_path, callback, lr=50.0, epochs=20, optim="sgd")
    assert callback.monitor.state is State.UNSTABLE
    assert trainer.state.epoch == 20


def test_a_resumed_run_is_one_run(tmp_path):
    train(tmp_path, CurvedocCallback(warn=None), epochs=8, save_strategy="epoch")
    second = CurvedocCallback(warn=None)
    trainer = train(tmp_path, second, epochs=16, save_strategy="epoch", resume=True)
    assert trainer.state.epoch == 16
    assert len(second.diagnosis.run.get("val/loss")) == 16


def test_evaluations_after_the_training_do_not_count(tmp_path):
    callback = CurvedocCallback(warn=None)
    trainer = train(tmp_path, callback, epochs=4)
    before = callback.monitor.rows
    trainer.evaluate()
    assert callback.monitor.rows == before


def test_a_process_that_is_not_the_first_says_nothing():
    callback = CurvedocCallback(warn=None)
    state = SimpleNamespace(
        is_world_process_zero=False, log_history=[{"loss": 1.0, "step": 1}], global_step=2
    )
    callback.on_train_begin(None, state, None)
    callback.on_log(None, state, None, {"loss": 1.0})
    assert callback.monitor.rows == []
