"""MLflow's file store: ``mlruns/<experiment>/<run>/metrics/<name>``, one line per point, and ``meta.yaml``.

Source: mlflow/store/tracking/file_store.py. A line is ``timestamp value step``, times in milliseconds; old
versions wrote no step, new ones may add the name and digest of a data set.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import numpy as np

from . import RUN_NAME
from .tracked import Tracked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from curvedoc.run import FloatArray
    from curvedoc.source import Source

_LINE = rb"\d{10,16} [^ \n]+(?: \d+(?: [^\n]*)?)?\r?"
_LINES = 20  # that must look so: the rest is read anyway


def is_metric(head: bytes) -> bool:
    """Whether a file that begins like this holds the points of one metric."""
    lines = head.split(b"\n")
    whole = lines[:-1] if len(lines) > 1 else lines
    return bool(whole) and all(re.fullmatch(_LINE, line) for line in whole[:_LINES])


def read_metric(data: bytes) -> tuple[FloatArray, int]:
    """The points of one metric, shape (3, n): steps, values, times in seconds; and how many lines are broken.

    NaN and infinity are kept. Points without a step (old versions) are numbered.
    """
    rows, broken = [], 0
    for number, line in enumerate(data.splitlines()):
        cells = line.split()
        if not cells:
            continue
        try:
            step = float(cells[2]) if len(cells) > 2 else float(number)
            rows.append((step, float(cells[1]), float(cells[0]) / 1000))
        except (ValueError, IndexError):
            broken += 1
    return np.array(rows, np.float64).reshape(-1, 3).T, broken


def read_files(files: Iterable[Source]) -> list[Tracked]:
    """Every run of a file store; ``files``: one source for each description, metric and run name in it."""
    experiments: dict[Path, Mapping[str, str]] = {}
    runs: dict[Path, Tracked] = {}
    points: list[Source] = []
    for source in files:
        file = source.files[0]
        if file.name != "meta.yaml":
            points.append(source)
            continue
        meta = parse_meta(source.head_text)
        key = meta.get("run_id") or meta.get("run_uuid")
        if not key:
            experiments[file.parent] = meta
            continue
        name = meta.get("run_name") or meta.get("name") or ""
        runs[file.parent] = Tracked(key, name, str(file.parent), deleted=_deleted(meta))
    for folder, run in runs.items():
        of = experiments.get(folder.parent, {})
        run.experiment = of.get("name", "")
        run.deleted |= _deleted(of)
    for source in points:
        _add(runs, source)
    return list(runs.values())


def _deleted(meta: Mapping[str, str]) -> bool:
    # Old versions wrote the number of the stage.
    return meta.get("lifecycle_stage") in ("deleted", "2")


def _add(runs: Mapping[Path, Tracked], source: Source) -> None:
    """Put a file below the directory of a run to that run."""
    file = source.files[0]
    folder = next((folder for folder in file.parents if folder in runs), None)
    if folder is None or runs[folder].deleted:
        return
    run, inside = runs[folder], file.relative_to(folder).parts
    if inside == ("tags", RUN_NAME):
        run.name = source.head_text.strip() or run.name
    elif inside[0] == "metrics":
        found, broken = read_metric(source.read_bytes())
        run.points["/".join(inside[1:])] = found
        if broken:
            run.broken += broken


def parse_meta(text: str) -> dict[str, str]:
    """The top level of a YAML file as MLflow writes it: ``key: value``, quoted where needed, folded if long.

    Lists and nested values are passed over. Source: https://yaml.org/spec/1.1/, flow scalar styles.
    """
    folded = re.sub(r"\n +(?=\S)", " ", text.replace("\r\n", "\n"))
    found = {}
    for line in folded.split("\n"):
        key, colon, value = line.partition(":")
        if colon and re.fullmatch(r"\w+", key):
            found[key] = _unquoted(value.strip())
    return found


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == "'":
        return value[1:-1].replace("''", "'")
    if len(value) > 1 and value[0] == value[-1] == '"':
        try:
            return str(json.loads(re.sub(r"\\x(..)", r"\\u00\1", value)))
        except ValueError:
            return value[1:-1]
    return "" if value in ("null", "~") else value
