"""The formats in which people log, each a function ``(rows, path)``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from curvedoc.log import RunLogger
from curvedoc.tfrecord import EventWriter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from .loop import Row

# Event files carry wall times: one second a row from a fixed moment, so the same run gives the same bytes.
FIRST_SECOND = 1_700_000_000
EVENTS = f"events.out.tfevents.{FIRST_SECOND}.curvedoc"


def csv(rows: Sequence[Row], path: Path) -> None:
    """Columns as the loop names them: ``step,epoch,train_loss,train_accuracy,val_loss,...``, blank where
    not logged.
    """
    path.unlink(missing_ok=True)
    with RunLogger(path, columns=dict.fromkeys(name for row in rows for name in row)) as log:
        for row in rows:
            log(_whole(row))


def jsonl(rows: Sequence[Row], path: Path) -> None:
    """One object a line with names as on a tracking server: ``train/loss``, ``val/accuracy``."""
    path.unlink(missing_ok=True)
    with RunLogger(path) as log:
        for row in rows:
            log({_slashed(name): value for name, value in _whole(row).items()})


def history(rows: Sequence[Row], path: Path) -> None:
    """A dict of lists as Keras' ``History.history``: ``loss``, ``accuracy``, ``val_loss``,
    ``val_accuracy``, ``lr``.
    """
    names = [n for n in dict.fromkeys(name for row in rows for name in row) if n not in ("step", "epoch")]
    columns = {n.removeprefix("train_"): [row[n] for row in rows if n in row] for n in names}
    path.write_text(json.dumps(columns) + "\n")


def trainer_state(rows: Sequence[Row], path: Path) -> None:
    """Hugging Face's ``trainer_state.json``: train and eval entries interleaved, a closing summary."""
    entries: list[dict[str, float]] = []
    for row in rows:
        place = {"epoch": row["epoch"], "step": int(row["step"])}
        seen = {n.removeprefix("val_"): v for n, v in row.items() if n.startswith("val_")}
        train = {"loss": row["train_loss"], "grad_norm": row["grad_norm"], "learning_rate": row["lr"]}
        entries.append({**train, **place})
        if seen:
            entries.append({**{f"eval_{n}": v for n, v in seen.items()}, **place})
    last = rows[-1]
    mean = sum(row["train_loss"] for row in rows) / len(rows)
    entries.append({"epoch": last["epoch"], "step": int(last["step"]), "train_loss": mean})
    state = {
        "best_metric": None,
        "epoch": last["epoch"],
        "global_step": int(last["step"]),
        "is_local_process_zero": True,
        "log_history": entries,
        "max_steps": int(last["step"]),
    }
    path.write_text(json.dumps(state, indent=1) + "\n")


def tensorboard(rows: Sequence[Row], path: Path) -> None:
    """One event file in a directory, tags ``train/loss``, ``val/loss``, ``lr``."""
    with EventWriter(path / EVENTS, FIRST_SECOND) as events:
        for i, row in enumerate(rows):
            for name, value in row.items():
                if name != "step":
                    events.add_scalar(_slashed(name), value, int(row["step"]), FIRST_SECOND + i)


def tensorboard_splits(rows: Sequence[Row], path: Path) -> None:
    """Two event files as Keras writes them: ``train/`` and ``validation/``, each with ``epoch_loss`` by
    epoch.
    """
    for folder, split in (("train", "train_"), ("validation", "val_")):
        with EventWriter(path / folder / EVENTS, FIRST_SECOND) as events:
            for i, row in enumerate(rows):
                for name, value in row.items():
                    if name.startswith(split):
                        events.add_scalar(f"epoch_{name.removeprefix(split)}", value, i, FIRST_SECOND + i)
                if split == "train_":
                    events.add_scalar("epoch_learning_rate", row["lr"], i, FIRST_SECOND + i)


def text(rows: Sequence[Row], path: Path) -> None:
    """What a loop prints: ``epoch 3 | step 96 | train loss 0.41 | val loss 0.52 | ...``."""
    lines = []
    for row in rows:
        said = {name: value for name, value in row.items() if name not in ("epoch", "step")}
        told = " | ".join(f"{name.replace('_', ' ')} {value:.5g}" for name, value in said.items())
        lines.append(f"epoch {row['epoch']:g} | step {row['step']:g} | {told}\n")
    path.write_text("".join(lines))


def _slashed(name: str) -> str:
    split, _, quantity = name.partition("_")
    return f"{split}/{quantity}" if split in ("train", "val", "probe") else name


def _whole(row: Row) -> dict[str, float | int]:
    """The row with its step as an integer."""
    return {**row, "step": int(row["step"])}


FORMATS: dict[str, tuple[str, Callable[[Sequence[Row], Path], None]]] = {
    "csv": (".csv", csv),
    "jsonl": (".jsonl", jsonl),
    "json": (".json", history),
    "trainer-state": ("-trainer/trainer_state.json", trainer_state),
    "text": (".log", text),
    "tensorboard": ("", tensorboard),
    "tensorboard-splits": ("-splits", tensorboard_splits),
}
