"""Small stores of experiment trackers, written by hand as the trackers write them."""

from __future__ import annotations

import json
import sqlite3
import struct
import sys
import zlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    Points = Mapping[str, Sequence[tuple[float, float]]]  # name -> steps and values

TIME = 1_700_000_000_000  # ms; a point each second
BLOCK = 1 << 15


def rows_of(points: Points) -> list[tuple[str, int, float, float]]:
    """Name, time in ms, step and value of each point, by step, as a training loop logs."""
    rows = [(name, step, value) for name, series in points.items() for step, value in series]
    rows.sort(key=lambda row: row[1])
    return [(name, TIME + int(step) * 1000, step, value) for name, step, value in rows]


def mlflow_run(
    experiment: Path, key: str, points: Points, name: str = "", stage: str = "active", meta: str = ""
) -> Path:
    """One run of a file store; ``meta``: other lines of its description."""
    folder = experiment / key
    for part in ("metrics", "params", "tags", "artifacts"):
        (folder / part).mkdir(parents=True)
    (folder / "meta.yaml").write_text(
        f"artifact_uri: x\nend_time: null\nexperiment_id: '1'\nlifecycle_stage: {stage}\nrun_id: {key}\n"
        f"run_name: {name}\nsource_name: ''\nstatus: 3\ntags: []\n{meta}"
    )
    (folder / "params" / "lr").write_text("0.001")
    for row, time, step, value in rows_of(points):
        file = folder / "metrics" / row
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a") as stream:
            stream.write(f"{time} {value} {int(step)}\n")
    return folder


def mlflow_experiment(store: Path, key: str, name: str = "digits", stage: str = "active") -> Path:
    """An experiment of a file store, without runs."""
    (store / key).mkdir(parents=True)
    (store / key / "meta.yaml").write_text(
        f"artifact_location: x\nexperiment_id: '{key}'\nlifecycle_stage: {stage}\nname: {name}\n"
    )
    return store / key


SCHEMA = """
CREATE TABLE experiments (experiment_id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(256) UNIQUE NOT NULL,
 lifecycle_stage VARCHAR(32));
CREATE TABLE runs (run_uuid VARCHAR(32) NOT NULL, name VARCHAR(250), status VARCHAR(9), start_time BIGINT,
 lifecycle_stage VARCHAR(20), experiment_id INTEGER, CONSTRAINT run_pk PRIMARY KEY (run_uuid));
CREATE TABLE metrics (key VARCHAR(250) NOT NULL, value FLOAT NOT NULL, timestamp BIGINT NOT NULL,
 run_uuid VARCHAR(32) NOT NULL, step BIGINT DEFAULT '0' NOT NULL, is_nan BOOLEAN DEFAULT '0' NOT NULL,
 CONSTRAINT metric_pk PRIMARY KEY (key, timestamp, step, run_uuid, value, is_nan));
CREATE INDEX index_metrics_run_uuid ON metrics (run_uuid);
CREATE TABLE tags (key VARCHAR(250) NOT NULL, value VARCHAR(8000), run_uuid VARCHAR(32) NOT NULL,
 CONSTRAINT tag_pk PRIMARY KEY (key, run_uuid));
"""


def mlflow_database(
    file: Path, runs: Iterable[tuple[str, str, str, int, Points]], mode: str = "delete"
) -> None:
    """A tracking database; runs: id, name, stage, experiment (1 ``digits``, 2 ``second``), points."""
    with sqlite3.connect(file) as connection:
        connection.execute(f"PRAGMA journal_mode = {mode}")
        connection.executescript(SCHEMA)
        connection.executemany(
            "INSERT INTO experiments VALUES (?, ?, 'active')", [(1, "digits"), (2, "second")]
        )
        for key, name, stage, experiment, points in runs:
            connection.execute(
                "INSERT INTO runs VALUES (?, ?, 'FINISHED', 0, ?, ?)", (key, name, stage, experiment)
            )
            for row, time, step, value in rows_of(points):
                stored = 0.0 if value != value else max(min(value, sys.float_info.max), -sys.float_info.max)
                connection.execute(
                    "INSERT INTO metrics VALUES (?, ?, ?, ?, ?, ?)",
                    (row, stored, time, key, int(step), value != value),
                )
    connection.close()


def sacred_run(folder: Path, points: Points, experiment: str = "digits") -> Path:
    """The directory that a FileStorageObserver keeps of a run."""
    folder.mkdir(parents=True)
    metrics = {
        name: {
            "steps": [int(step) for step, _ in series],
            "timestamps": [f"2026-01-01T00:00:{int(step) % 60:02}.000001" for step, _ in series],
            "values": [value for _, value in series],
        }
        for name, series in points.items()
    }
    (folder / "metrics.json").write_text(json.dumps(metrics, indent=2, sort_keys=True))
    (folder / "run.json").write_text(json.dumps({"experiment": {"name": experiment}, "status": "COMPLETED"}))
    (folder / "config.json").write_text('{"lr": 0.001, "seed": 1}')
    (folder / "cout.txt").write_text("epoch 1 loss 0.5\nepoch 2 loss 0.4\nepoch 3 loss 0.3\n")
    return folder


def varint(number: int) -> bytes:
    head = bytearray()
    while number > 0x7F:
        head.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*head, number])


def sized(field: int, data: bytes) -> bytes:
    """A field of a protocol buffer that holds bytes."""
    return varint(field << 3 | 2) + varint(len(data)) + data


def wandb_item(name: str | tuple[str, ...], value: Any, nested: bool = True) -> bytes:
    """A HistoryItem: the parts of a nested name one by one, or the plain key of old versions."""
    parts = (name,) if isinstance(name, str) else name
    keys = b"".join(sized(2 if nested else 1, part.encode()) for part in parts)
    return sized(1, keys + sized(16, json.dumps(value).encode()))


def wandb_history(values: Mapping[str | tuple[str, ...], Any], step: int | None = None) -> bytes:
    """A Record of one call of ``wandb.log``."""
    items = b"".join(wandb_item(name, value) for name, value in values.items())
    counted = b"" if step is None else sized(2, b"\x08" + varint(step) if step else b"")
    return b"\x08\x01" + sized(2, items + counted)


def wandb_run(key: str = "ab12cd34", name: str = "brave-sun-1") -> bytes:
    """A Record that tells what a run is called."""
    return b"\x08\x02" + sized(17, sized(1, key.encode()) + sized(3, b"project") + sized(8, name.encode()))


def wandb_records(points: Points) -> list[bytes]:
    """The records of a run: header, run, history and a summary after each of it, exit."""
    by_step: dict[int, dict[str | tuple[str, ...], Any]] = {}
    for name, series in points.items():
        for step, value in series:
            by_step.setdefault(int(step), {})[name] = value
    records = [b"\x08\x00" + sized(21, b""), wandb_run()]
    for step, values in sorted(by_step.items()):
        told = {"_step": step, "_runtime": step * 1.5, "_timestamp": 1.7e9 + step}
        records += [wandb_history({**values, **told}, step), b"\x08\x05" + sized(3, b"")]
    return [*records, b"\x08\x09" + sized(18, b"")]


def wandb_log(records: Iterable[bytes]) -> bytes:
    """A ``.wandb`` file: LevelDB's log format with the plain CRC-32, after a header of 7 bytes."""
    data = bytearray(b":W&B\xe1\xbe\x00")
    for record in records:
        first = True
        while True:
            room = BLOCK - len(data) % BLOCK
            if room < 7:
                data += bytes(room)
                continue
            part, record = record[: room - 7], record[room - 7 :]
            kind = (1 if first else 4) if not record else (2 if first else 3)
            checksum = zlib.crc32(bytes([kind]) + part)
            data += struct.pack("<IHB", checksum, len(part), kind) + part
            first = False
            if not record:
                break
    return bytes(data)


def wandb_run_folder(folder: Path, records: Iterable[bytes], key: str = "ab12cd34") -> Path:
    """A run directory below ``wandb/`` with what W&B puts beside its log."""
    (folder / "files").mkdir(parents=True)
    (folder / "logs").mkdir()
    (folder / "files" / "output.log").write_text("epoch 1 loss 0.5\nepoch 2 loss 0.4\nepoch 3 loss 0.3\n")
    (folder / "files" / "wandb-summary.json").write_text('{"loss": 0.1, "_step": 3}')
    (folder / "files" / "config.yaml").write_text("lr:\n  value: 0.1\n")
    (folder / "logs" / "debug.log").write_text("2026-01-01 INFO MainThread:1 step 1 loss 1\n")
    (folder / f"run-{key}.wandb").write_bytes(wandb_log(records))
    return folder
