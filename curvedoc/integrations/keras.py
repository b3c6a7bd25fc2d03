"""CurvedocCallback for Keras 3, whatever it runs on (``tf.keras`` of TensorFlow 2.16 and later is the same).

    model.fit(..., callbacks=[CurvedocCallback(stop_on=("unstable",))])

It hears what ``History`` and ``CSVLogger`` keep, under the same names: the verdict is that of their log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from curvedoc.errors import UsageError
from curvedoc.monitor import Monitor

from . import missing, numbers

try:
    from keras.callbacks import Callback
except ImportError:
    raise missing("Keras 3", "keras") from None

if TYPE_CHECKING:
    from curvedoc.diagnosis import Diagnosis


class CurvedocCallback(Callback):
    """Diagnoses a training while it runs; takes the arguments of :class:`curvedoc.Monitor`.

    ``batches``: beside the epochs, log every so many batches (their means, as ``batch_loss`` and so on); the
    steps then count batches. 0: epochs alone. ``monitor`` is the monitor of the current (or last) fit,
    ``diagnosis`` its latest diagnosis. With ``stop_on`` the training ends as by early stopping. A fit that
    begins with a later epoch (``initial_epoch``) goes on with the monitor of the one before.
    """

    def __init__(self, *, batches: int = 0, **options: Any) -> None:
        super().__init__()
        if batches < 0:
            raise UsageError(f"batches={batches} is no number of batches.", "Give 0 or more.")
        self._batches = batches
        self._options = {"enabled": True, **options}
        self._seen = 0
        self._window: dict[str, tuple[int, float]] = {}
        self.monitor = Monitor(**{**options, "enabled": False})

    @property
    def diagnosis(self) -> Diagnosis | None:
        """The latest diagnosis, or None."""
        return self.monitor.diagnosis

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:  # noqa: ARG002
        """A monitor for each training, and new averages for each epoch."""
        if epoch == 0 or not self.monitor.enabled:
            self._seen = 0
            self.monitor = Monitor(**self._options)
        self._window = {}

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """The means of the last batches, from the running means of the epoch that Keras tells."""
        self._seen += 1
        if not self._batches or (batch + 1) % self._batches:
            return
        row = {}
        for name, mean in numbers(logs).items():
            before, total = self._window.get(name, (0, 0.0))
            row[f"batch_{name}"] = (mean * (batch + 1) - total) / (batch + 1 - before)
            self._window[name] = (batch + 1, mean * (batch + 1))
        self._log({**row, "step": self._seen})

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """One row of the log."""
        counted = {"step": self._seen} if self._batches else {}
        self._log({"epoch": epoch, **numbers(logs), **counted})

    def on_train_end(self, logs: Any = None) -> None:  # noqa: ARG002
        """The last look, at the whole run."""
        self.monitor.close()

    def _log(self, row: dict[str, Any]) -> None:
        self.monitor.log(row)
        if self.monitor.should_stop:
            self.model.stop_training = True
