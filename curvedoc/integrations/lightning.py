"""CurvedocCallback for PyTorch Lightning (``lightning.pytorch`` or ``pytorch_lightning``).

    trainer = Trainer(callbacks=[CurvedocCallback(stop_on=("unstable",))])

It hears what the loggers of the trainer are told, under the names and steps that stand in ``metrics.csv``:
the verdict is that of the log file. What is never logged (``logger=False`` in ``self.log``) is not seen.
Sanity checks before the training are not counted.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from curvedoc.monitor import Monitor

from . import missing

# Two packages with the same classes: where both are installed, the one in use is the one imported already.
SEPARATE = "pytorch_lightning" in sys.modules and "lightning.pytorch" not in sys.modules

try:
    if SEPARATE or find_spec("lightning") is None:
        from pytorch_lightning.callbacks import Callback
        from pytorch_lightning.loggers import Logger
    else:
        from lightning.pytorch.callbacks import Callback
        from lightning.pytorch.loggers import Logger
except ImportError:
    raise missing("PyTorch Lightning", "lightning") from None

if TYPE_CHECKING:
    from collections.abc import Mapping

    from curvedoc.diagnosis import Diagnosis


class CurvedocCallback(Callback):
    """Diagnoses a training while it runs; takes the arguments of :class:`curvedoc.Monitor`.

    ``monitor`` is the monitor of the current (or last) fit, ``diagnosis`` its latest diagnosis. With
    ``stop_on`` the training ends as by early stopping, on all processes after the same step. What was logged
    is kept in checkpoints, so that a resumed fit is judged as one run.
    """

    def __init__(self, **options: Any) -> None:
        self._options = options
        self._recalled: list[dict[str, float]] = []
        self._batches = 0
        self.monitor = Monitor(**options, enabled=False)

    @property
    def diagnosis(self) -> Diagnosis | None:
        """The latest diagnosis, or None."""
        return self.monitor.diagnosis

    def on_train_start(self, trainer: Any, pl_module: Any) -> None:  # noqa: ARG002
        """Listen to the loggers; here, for all that is logged before is the sanity check."""
        if self._recalled or not (trainer.global_step and self.monitor.enabled):
            self.monitor = Monitor(**self._options, enabled=trainer.is_global_zero)
            self.monitor.recall(self._recalled)
            self._recalled = []
        self._batches = 0
        trainer.loggers.append(Ear(self.monitor, trainer))

    def on_train_batch_end(self, trainer: Any, *args: Any) -> None:  # noqa: ARG002
        """Several processes agree to stop, as often as they log."""
        self._batches += 1
        if self._batches % max(1, trainer.log_every_n_steps) == 0:
            self._agree(trainer)

    def on_train_epoch_end(self, trainer: Any, pl_module: Any) -> None:  # noqa: ARG002
        """Several processes agree to stop, after the validation of an epoch."""
        self._agree(trainer)

    def teardown(self, trainer: Any, pl_module: Any, stage: str) -> None:  # noqa: ARG002
        """The last look, at the whole run."""
        if _unplugged(trainer):
            self.monitor.close()

    def on_exception(self, trainer: Any, pl_module: Any, exception: BaseException) -> None:  # noqa: ARG002
        """No last look: nothing may come between an error and its reader."""
        if _unplugged(trainer):
            self.monitor.close(look=False)

    def state_dict(self) -> dict[str, Any]:
        """What was logged so far, for the checkpoint."""
        return {"rows": self.monitor.rows}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """What was logged before, from the checkpoint."""
        self._recalled = list(state_dict["rows"])

    def _agree(self, trainer: Any) -> None:
        """Ask for the end of the training on all processes if the one that monitors does."""
        if self._options.get("stop_on") and trainer.world_size > 1:
            stop = trainer.strategy.reduce_boolean_decision(self.monitor.should_stop, all=False)
            trainer.should_stop = trainer.should_stop or stop


class Ear(Logger):
    """A logger that passes on what it is told, and stops a training of one process at once."""

    def __init__(self, monitor: Monitor, trainer: Any) -> None:
        super().__init__()
        self._monitor, self._trainer = monitor, trainer

    def log_metrics(self, metrics: Mapping[str, float], step: int | None = None) -> None:
        """One row of the log, as a CSV logger writes it."""
        self._monitor.log({**metrics, "step": step})
        if self._monitor.should_stop and self._trainer.world_size == 1:
            self._trainer.should_stop = True

    def log_hyperparams(self, *args: Any, **kwargs: Any) -> None:
        """Nothing to hear."""

    @property
    def name(self) -> str | None:
        """It has none, and no place of its own."""
        return None

    @property
    def version(self) -> str | None:
        """It has none."""
        return None

    @property
    def save_dir(self) -> str:
        """Where the trainer would write without it."""
        return str(self._trainer.default_root_dir)


def _unplugged(trainer: Any) -> bool:
    """Whether there was something to unplug: no loggers but those of the user stay behind."""
    ears = [logger for logger in trainer.loggers if isinstance(logger, Ear)]
    for ear in ears:
        trainer.loggers.remove(ear)
    return bool(ears)
