"""CurvedocCallback in Keras (on torch), in real small trainings."""

from __future__ import annotations

import json
import os

import known_warnings
import pytest

import curvedoc
from curvedoc import CurvedocWarning
from curvedoc.states import State

pytest.importorskip("torch")
os.environ.setdefault("KERAS_BACKEND", "torch")
keras = pytest.importorskip("keras", reason="needs curvedoc[keras]")
np = pytest.importorskip("numpy")

from curvedoc.integrations.keras import CurvedocCallback  # noqa: E402

pytestmark = known_warnings.KERAS


def model(lr=0.02):
    keras.utils.set_random_seed(0)
    net = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(1)])
    net.compile(keras.optimizers.SGD(lr), "mse", metrics=["mae"])
    return net


def fit(net, callbacks, epochs=30, **options):
    rng = np.random.default_rng(0)
    x = rng.normal(size=(128, 4))
    y = x.sum(1) + 0.1 * rng.normal(size=128)
    return net.fit(
        x[:96],
        y[:96],
        validation_data=(x[96:], y[96:]),
        batch_size=16,
        epochs=epochs,
        verbose=0,
        callbacks=callbacks,
        **options,
    )


def test_the_verdict_is_that_of_the_log(tmp_path):
    callback = CurvedocCallback(share=None)
    history = fit(model(), [callback])
    values = {name: [float(v) for v in own] for name, own in history.history.items()}
    (tmp_path / "history.json").write_text(json.dumps({"epoch": history.epoch, **values}))
    filed = curvedoc.diagnose(tmp_path / "history.json")
    assert callback.diagnosis.state is filed.state is State.SMOOTH_DESCENT
    assert callback.diagnosis.states == filed.states
    curves = callback.diagnosis.run.roles
    assert curves.keys() == filed.run.roles.keys()
    assert callback.diagnosis.run.x == filed.run.x == "epoch"
    for role, curve in filed.run.roles.items():
        assert curves[role].steps.tolist() == curve.steps.tolist()
        assert curves[role].values.tolist() == curve.values.tolist()


def test_a_diverging_run_is_stopped():
    told = []
    callback = CurvedocCallback(stop_on="unstable", on_change=told.append)
    with pytest.warns(CurvedocWarning, match="unstable"):
        history = fit(model(lr=5.0), [callback], epochs=200)
    assert [diagnosis.state for diagnosis in told] == [State.UNSTABLE]
    assert len(history.epoch) < 60


def test_without_stop_on_nothing_is_stopped():
    callback = CurvedocCallback(warn=None)
    assert len(fit(model(lr=5.0), [callback], epochs=40).epoch) == 40
    assert callback.monitor.state is State.UNSTABLE


def test_a_fit_that_goes_on_is_one_run_and_a_new_one_is_not():
    callback = CurvedocCallback(warn=None)
    net = model()
    fit(net, [callback], epochs=10)
    fit(net, [callback], epochs=20, initial_epoch=10)
    assert [row["epoch"] for row in callback.monitor.rows] == list(range(20))
    fit(net, [callback], epochs=3)
    assert len(callback.monitor.rows) == 3


def test_batches_are_means_of_their_own_and_not_of_the_epoch_so_far():
    callback = CurvedocCallback(batches=2, warn=None)
    history = fit(model(), [callback], epochs=5).history
    rows = callback.monitor.rows
    assert [row["step"] for row in rows if "batch_loss" in row] == list(range(2, 31, 2))
    means = [row["batch_loss"] for row in rows if "batch_loss" in row]
    by_epoch = np.array(means).reshape(5, 3).mean(axis=1)
    np.testing.assert_allclose(by_epoch, [float(v) for v in history["loss"]], rtol=1e-5)
    assert callback.diagnosis.run.x == "step"


def test_a_loss_lost_within_an_epoch_stops_it_there():
    callback = CurvedocCallback(batches=1, stop_on="unstable", warn=None)
    fit(model(lr=1e20), [callback], epochs=50)
    assert callback.monitor.rows[-1]["step"] < 50
