"""CurvedocCallback in PyTorch Lightning, in real small trainings."""

from __future__ import annotations

import math
import subprocess
import sys
from importlib import import_module
from types import SimpleNamespace

import known_warnings
import pytest

import curvedoc
from curvedoc import CurvedocWarning
from curvedoc.states import State

pytest.importorskip("lightning.pytorch", reason="needs curvedoc[lightning]")
torch = pytest.importorskip("torch")

from curvedoc.integrations.lightning import CurvedocCallback  # noqa: E402

pytestmark = known_warnings.LIGHTNING


def line(pl, *, lr=0.1, noise=0.1, features=4):
    """A linear model on little data; a rate above 2 / the largest curvature diverges."""

    class Line(pl.LightningModule):
        def __init__(self):
            super().__init__()
            torch.manual_seed(0)
            self.layer = torch.nn.Linear(features, 1)
            self.validated = 0

        def training_step(self, batch, index):
            loss = torch.nn.functional.mse_loss(self.layer(batch[0]), batch[1])
            self.log("train_loss", loss)
            return loss

        def validation_step(self, batch, index):
            self.validated += 1
            self.log("val_loss", torch.nn.functional.mse_loss(self.layer(batch[0]), batch[1]))

        def configure_optimizers(self):
            return torch.optim.SGD(self.parameters(), lr=lr)

    return Line()


def loaders(features=4):
    torch.manual_seed(1)
    x = torch.randn(128, features)
    y = x.sum(1, keepdim=True) + 0.1 * torch.randn(128, 1)
    data = torch.utils.data.TensorDataset(x, y)
    train, val = torch.utils.data.random_split(data, [96, 32])
    return (
        torch.utils.data.DataLoader(train, batch_size=16),
        torch.utils.data.DataLoader(val, batch_size=16),
    )


def fit(pl, folder, callbacks, model=None, *, epochs=30, logger=None, ckpt_path=None, **options):
    trainer = pl.Trainer(
        max_epochs=epochs,
        accelerator="cpu",
        callbacks=callbacks if isinstance(callbacks, list) else [callbacks],
        logger=logger,
        log_every_n_steps=2,
        enable_progress_bar=False,
        enable_model_summary=False,
        default_root_dir=folder,
        **{"enable_checkpointing": False, **options},
    )
    model = model or line(pl, lr=0.02)
    trainer.fit(model, *loaders(), ckpt_path=ckpt_path)
    return trainer, model


@pytest.mark.parametrize("package", ["lightning.pytorch", "pytorch_lightning"])
def test_the_verdict_is_that_of_the_log(tmp_path, package):
    pl = import_module(package)
    callback = CurvedocCallback(share=None, every=20)
    logger = pl.loggers.CSVLogger(tmp_path)
    trainer, model = fit(pl, tmp_path, callback, logger=logger)
    filed = curvedoc.diagnose(f"{logger.log_dir}/metrics.csv")
    assert callback.diagnosis.state is filed.state is State.SMOOTH_DESCENT
    assert callback.diagnosis.states == filed.states
    curves = callback.diagnosis.run.roles
    assert curves.keys() == filed.run.roles.keys()
    for role, curve in filed.run.roles.items():
        assert curves[role].steps.tolist() == curve.steps.tolist()
        assert curves[role].values.tolist() == pytest.approx(curve.values.tolist())
    assert len(curves["val/loss"]) == 30  # the sanity check is not among them
    assert model.validated == 2 * 31
    assert trainer.loggers == [logger]


def test_a_diverging_run_is_stopped(tmp_path):
    import lightning.pytorch as pl

    told = []
    callback = CurvedocCallback(stop_on="unstable", on_change=told.append)
    with pytest.warns(CurvedocWarning, match="unstable"):
        trainer, _ = fit(pl, tmp_path, callback, line(pl, lr=5.0), epochs=200, logger=False)
    assert callback.monitor.state is State.UNSTABLE
    assert [diagnosis.state for diagnosis in told] == [State.UNSTABLE]
    assert trainer.current_epoch < 60
    assert trainer.loggers == []


def test_without_stop_on_nothing_is_stopped(tmp_path):
    import lightning.pytorch as pl

    callback = CurvedocCallback(warn=None)
    trainer, _ = fit(pl, tmp_path, callback, line(pl, lr=5.0), epochs=40, logger=False)
    assert callback.monitor.state is State.UNSTABLE
    assert trainer.current_epoch == 40


def test_a_resumed_run_is_one_run(tmp_path):
    import lightning.pytorch as pl

    first = CurvedocCallback(warn=None)
    trainer, _ = fit(pl, tmp_path, first, epochs=10, logger=False)
    trainer.save_checkpoint(tmp_path / "last.ckpt")
    second = CurvedocCallback(warn=None)
    fit(pl, tmp_path, second, epochs=20, logger=False, ckpt_path=tmp_path / "last.ckpt")
    assert second.monitor.rows[: len(first.monitor.rows)] == first.monitor.rows
    assert len(second.diagnosis.run.get("val/loss")) == 20
    assert not any("backwards" in note for note in second.diagnosis.run.notes)


def test_checkpoints_stay_where_they_were(tmp_path):
    import lightning.pytorch as pl

    folders = []
    for name, callback in (("without", pl.Callback()), ("with", CurvedocCallback(warn=None))):
        fit(pl, tmp_path / name, callback, epochs=1, logger=False, enable_checkpointing=True)
        folders.append({p.relative_to(tmp_path / name) for p in (tmp_path / name).rglob("*")})
    assert folders[0] == folders[1]


def test_an_error_in_the_training_is_what_one_sees(tmp_path):
    import lightning.pytorch as pl

    class Fault(pl.Callback):
        def on_train_epoch_end(self, trainer, module):
            if trainer.current_epoch == 3:
                raise RuntimeError("the training itself")

    heard = []
    callback = CurvedocCallback(warn=None, path=tmp_path / "log.jsonl")
    fault = Fault()
    fault.on_exception = lambda trainer, *_: heard.extend(trainer.loggers)
    with pytest.raises(RuntimeError, match="the training itself"):
        fit(pl, tmp_path, [callback, fault], logger=False)
    assert heard == []
    assert (tmp_path / "log.jsonl").read_text().count("val_loss") == 4


def test_a_process_that_is_not_the_first_says_nothing():
    callback = CurvedocCallback(warn=None)
    callback.on_train_start(SimpleNamespace(global_step=0, is_global_zero=False, loggers=[]), None)
    callback.monitor.log(1, loss=math.nan)
    assert callback.monitor.rows == []


@pytest.mark.slow
def test_the_package_in_use_is_the_one_that_was_imported():
    """Where both are installed; releases before 2.5 take callbacks of their own package alone."""
    code = (
        "import pytorch_lightning; from curvedoc.integrations.lightning import CurvedocCallback;"
        "assert issubclass(CurvedocCallback, pytorch_lightning.Callback)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
