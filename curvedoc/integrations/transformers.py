"""CurvedocCallback for the Hugging Face ``Trainer``.

    trainer = Trainer(..., callbacks=[CurvedocCallback(stop_on=("unstable",))])

It hears what stands in ``trainer_state.json``, under the same names and steps: the verdict is that of the
file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from curvedoc.monitor import Monitor
from curvedoc.records import CLOSING

from . import missing, numbers

try:
    from transformers import TrainerCallback
except ImportError:
    raise missing("Hugging Face transformers", "transformers") from None

if TYPE_CHECKING:
    from collections.abc import Mapping

    from curvedoc.diagnosis import Diagnosis


class CurvedocCallback(TrainerCallback):
    """Diagnoses a training while it runs; takes the arguments of :class:`curvedoc.Monitor`.

    ``monitor`` is the monitor of the current (or last) training, ``diagnosis`` its latest diagnosis. With
    ``stop_on`` the training ends as by early stopping, on all processes after the same log call. A training
    resumed from a checkpoint is judged with what was logged before it.
    """

    def __init__(self, **options: Any) -> None:
        self._options = options
        self._training = False
        self.monitor = Monitor(**options, enabled=False)

    @property
    def diagnosis(self) -> Diagnosis | None:
        """The latest diagnosis, or None."""
        return self.monitor.diagnosis

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:  # noqa: ARG002
        """Begin with the history of the checkpoint, if the training is resumed from one."""
        self.monitor = Monitor(**self._options, enabled=state.is_world_process_zero)
        self.monitor.recall(numbers(row) for row in state.log_history if _is_point(row))
        self._training = True

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **kwargs: Any) -> None:  # noqa: ARG002
        """One row of the log; evaluations come this way too, those after the training do not count."""
        if not self._training:
            return
        if _is_point(logs):
            self.monitor.log({**numbers(logs), "step": state.global_step})
        if self._options.get("stop_on") and _agreed(self.monitor.should_stop):
            control.should_training_stop = True

    def on_train_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:  # noqa: ARG002
        """The last look, at the whole run."""
        self._training = False
        self.monitor.close()


def _is_point(logs: Mapping[str, Any] | None) -> bool:
    """Whether these logs are points of curves, not the averages with which the trainer closes."""
    return bool(logs) and CLOSING.isdisjoint(logs or {})


def _agreed(stop: bool) -> bool:
    """What the first process says, on all of them."""
    from accelerate.utils import broadcast_object_list

    answer = [stop]
    broadcast_object_list(answer)
    return bool(answer[0])
