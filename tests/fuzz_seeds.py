"""Where the fuzzer begins: small sound logs in every format, written here and by curvedoc's own writers."""

from __future__ import annotations

import gzip
import json
import math
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import event_writer as events
import store_writers as stores
from text_formats import FORMATS as PRINTED

from curvedoc.reference.writers import FORMATS as WRITTEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from curvedoc.reference.loop import Row

READERS = {
    "csv": "csv",
    "jsonl": "jsonl",
    "json": "json",
    "trainer-state": "json",
    "tensorboard": "tensorboard",
}

TABLES = (
    "epoch;loss;val_loss\n1;0,9;1,0\n2;0,5;0,7\n3;0,25;0,6\n",
    'Step,"a - loss","a - loss__MIN","b - loss"\n0,3,3,4\n1,2,2,\n2,1,1,3\n',
    "step,metric,value\n0,loss,3\n0,acc,0.1\n1,loss,2\n1,acc,0.2\n2,loss,1\n2,acc,0.4\n",
    "phase,epoch,loss\ntrain,1,3\nval,1,4\ntrain,2,2\nval,2,3\n",
    "# epoch loss\n1 0.9\n2 0.5\n1 0.8\n2 0.4\n3 nan\n",
    'epoch,loss\n1,tensor(0.9)\nepoch,acc,loss\n2,[0.5],93%\n3,"1,234.5",0x1\n1,1e400,-inf\n',
    "Wall time,Step,Value\n1.7e9,0,3\n1.7e9,1,2\n1.7e9,2,1\n",
    "0.9\n0.5\n0.25\n0.2\n",
)
DOCUMENTS: tuple[object, ...] = (
    {"loss": [3, 2, 1.5], "val_loss": [3, 2.5, math.nan], "epoch": [1, 2, 3]},
    {"train": {"loss": [3, 2, 1]}, "val": {"loss": [4, 3, 2]}},
    {"a": {"loss": [3, 2, 1]}, "b": {"loss": [4, 3, 2]}},
    [[1.7e9, 0, 3.5], [1.7e9, 1, 2.5], [1.7e9, 2, 1.5]],
    {"loss": {"steps": [1, 2, 3], "values": [3, 2, 1]}, "acc": {"1": 0.1, "2": 0.2, "3": 0.4}},
    {"epoch_1": {"loss": 3, "acc": [0.1, 0.2]}, "epoch_2": {"loss": 2, "acc": [0.2, 0.3]}},
    {"columns": ["epoch", "loss"], "index": [0, 1], "data": [[1, 3], [2, 1]]},
    {
        "meta": {"learn_metrics": [{"name": "RMSE"}]},
        "iterations": [{"learn": [3], "iteration": i} for i in (0, 1, 2)],
    },
    [{"epoch": 1, "loss": 3}, {"epoch": 2, "loss": 2, "eval": {"acc": 0.5}}, {"epoch": 1, "loss": 1}],
)
RECORDS: tuple[object, ...] = (
    {"mode": "train", "epoch": 1, "iter": 50, "loss": 3.5, "_meta": {"x": 1}},
    {"mode": "val", "epoch": 1, "iter": 10, "mIoU": 0.5, "per_class": [0.25, 0.75]},
    {"mode": "train", "epoch": 2, "iter": 50, "loss": math.nan, "name": "a\u2028b"},
    {"train_runtime": 5, "train_loss": 3},
)


def logs() -> Iterator[tuple[str, bytes]]:
    """The reader and the bytes of each."""
    with tempfile.TemporaryDirectory() as folder:
        for name, (suffix, write) in WRITTEN.items():
            if name in READERS:
                path = Path(folder, name + suffix)
                path.parent.mkdir(exist_ok=True)
                write(_rows(), path)
                file = next(path.iterdir()) if path.is_dir() else path
                yield READERS[name], file.read_bytes()
    for text in TABLES:
        yield "csv", text.encode()
        yield "csv", text.encode("utf-16")
        yield "csv", gzip.compress(text.encode(), mtime=0)
    for document in DOCUMENTS:
        yield "json", json.dumps(document).encode()
    yield "jsonl", "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in RECORDS * 2).encode()
    for case in PRINTED:
        yield "text", case.text.encode()
    yield from (("tensorboard", data) for data in _events())
    yield from _stores()
    for file in (Path(__file__).parent / "readers" / "crashes").glob("*.bin"):
        yield file.name.partition("-")[0], file.read_bytes()


def _stores() -> Iterator[tuple[str, bytes]]:
    """What trackers keep, as small as they come."""
    points = {"train/loss": [(i, 3.0 - i / 8) for i in range(9)], "val/acc": [(4, 0.5), (8, math.nan)]}
    yield "wandb", stores.wandb_log(stores.wandb_records(points))
    yield "mlflow", b"".join(b"17000000%d 0.%d %d\n" % (i, i, i) for i in range(10, 15))
    with tempfile.TemporaryDirectory() as folder:
        sacred = stores.sacred_run(Path(folder, "1"), points)
        yield "sacred", (sacred / "metrics.json").read_bytes()
        database = Path(folder, "mlflow.db")
        stores.mlflow_database(database, [("0" * 32, "run", "active", 1, points)])
        with closing(sqlite3.connect(database)) as opened:
            opened.executescript("PRAGMA page_size = 512; VACUUM;")
        yield "mlflow", database.read_bytes()


def _rows() -> list[Row]:
    """Four rows as the reference runner logs them, an evaluation in every other one."""
    rows = []
    for i in range(4):
        row = {"step": 10.0 * i, "epoch": i / 2, "train_loss": 3.0 / (i + 1), "grad_norm": 0.5, "lr": 1e-3}
        rows.append({**row, "val_loss": 4.0 / (i + 1), "val_accuracy": i / 4} if i % 2 else row)
    return rows


def _events() -> Iterator[bytes]:
    """Event files in the shapes of all writers, longer than what is decoded in bulk."""
    for kind in (events.simple, events.scalar):
        values = [
            events.event(i, kind("loss", 3.0 - i / 32), kind("acc", i / 64), wall=1e9 + i) for i in range(40)
        ]
        yield b"".join(events.record(e) for e in (events.VERSION, *values))
    again = [events.event(i, events.simple("a", i)) for i in (0, 1, 2, 3, 2, 3, 4)]
    restart = [*again, events.session_start(1), *again, events.event(-5, events.simple("b", math.nan))]
    yield b"".join(events.record(e) for e in restart) + b"\x10\x00\x00\x00\x00\x00\x00\x00"
