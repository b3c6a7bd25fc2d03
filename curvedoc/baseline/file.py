"""The baseline file: a small JSON to commit, read back equal, written whole or not at all.

A list of entries, newest last. Only the newest one keeps its courses; of the older ones the levels are enough
to see a drift.
"""

from __future__ import annotations

import json
import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from curvedoc.errors import UnreadableError, UsageError

from .history import Baseline, Entry
from .summary import Course, Summary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

T = TypeVar("T")

KIND = "curvedoc baseline"
SCHEMA_VERSION = 1
# Entries that are kept when one more is added.
KEEP = 20
# No baseline that this program writes is near this large.
MOST_BYTES = 16 * 2**20
# The first bytes of every baseline file.
_OPENING = b'"kind": "curvedoc baseline"'
_NEW = "Write a new one with --write-baseline."


def is_baseline(path: str) -> bool:
    """Whether a path is a file that begins as baselines do (a damaged one still does)."""
    try:
        with Path(path).open("rb") as file:
            return _OPENING in file.read(80)
    except OSError:
        return False


def added(before: Baseline | None, entry: Entry) -> Baseline:
    """The baseline with one more entry; one of the same label (if it has one) is replaced by it."""
    old = before.entries if before else ()
    kept = [e for e in old if not entry.label or e.label != entry.label]
    light = [
        replace(e, runs=tuple(replace(r, courses=tuple(_light(c) for c in r.courses)) for r in e.runs))
        for e in kept[len(kept) - KEEP + 1 if len(kept) >= KEEP else 0 :]
    ]
    return Baseline((*light, entry), before.path if before else "")


def _light(course: Course) -> Course:
    return replace(course, steps=(), values=())


def to_text(baseline: Baseline) -> str:
    """The file as text: ASCII, keys in a fixed order, one line a curve so that a change shows as one."""
    head = f'{{\n"kind": "{KIND}",\n"schema_version": {SCHEMA_VERSION},\n"entries": [\n'
    return head + ",\n".join("".join(_entry(entry)) for entry in baseline.entries) + "\n]\n}\n"


def _entry(entry: Entry) -> Iterator[str]:
    yield f'{{"label": {_json(entry.label)}, "date": {_json(entry.date)}, "runs": ['
    for i, run in enumerate(entry.runs):
        yield ",\n" if i else "\n"
        yield f' {{"name": {_json(run.name)}, "x": {_json(run.x)}, "metric": {_json(run.metric)}, '
        yield f'"lost": {_json(list(run.lost))}, "courses": ['
        yield ",".join(f"\n  {_json(_course(course))}" for course in run.courses)
        yield "]}"
    yield "]}"


def _course(course: Course) -> dict[str, Any]:
    return {name: _short(getattr(course, name)) for name in Course.__slots__}


def _short(value: Any) -> Any:
    """Integral floats without their point, as they are read back."""
    if isinstance(value, tuple):
        return [_short(item) for item in value]
    return int(value) if isinstance(value, float) and value == int(value) and abs(value) < 1e15 else value


def _json(value: Any) -> str:
    return json.dumps(value, allow_nan=False, separators=(",", ":"))


def load(path: str) -> Baseline:
    """The baseline in a file.

    Raises UnreadableError when it is damaged or no baseline, UsageError when a newer curvedoc wrote it.
    """
    try:
        with Path(path).open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UnreadableError(f"cannot be read: {error.strerror}", _NEW, path) from error
    if len(data) > MOST_BYTES:
        raise UnreadableError("is too large for a baseline", _NEW, path)
    try:
        document = json.loads(data.decode("utf-8"), parse_constant=_refuse)
        return _baseline(document, path)
    except UsageError:
        raise
    except RecursionError:
        raise UnreadableError("is nested too deeply for a baseline", _NEW, path) from None
    except (ValueError, OverflowError) as error:  # damaged JSON and encodings are ValueErrors too
        raise UnreadableError(f"is a damaged baseline: {error}", _NEW, path) from None


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} stands where a number must be")


def _baseline(document: object, path: str) -> Baseline:
    if not isinstance(document, dict) or document.get("kind") != KIND:
        raise UnreadableError("is no baseline of curvedoc", _NEW, path)
    version = document.get("schema_version")
    if type(version) is not int or version != SCHEMA_VERSION:
        raise UsageError(
            f"has schema version {version!r}; this curvedoc reads {SCHEMA_VERSION}",
            "Use the curvedoc that wrote it, or write a new one with --write-baseline.",
            path,
        )
    entries = _list(document, "entries", _read_entry)
    if not entries or not entries[-1].runs:
        raise ValueError("it holds no run")
    return Baseline(tuple(entries), path)


def _read_entry(value: dict[str, Any]) -> Entry:
    return Entry(tuple(_list(value, "runs", _read_run)), _text(value, "label"), _text(value, "date"))


def _read_run(value: dict[str, Any]) -> Summary:
    lost = value.get("lost")
    if not isinstance(lost, list) or not all(isinstance(role, str) for role in lost):
        raise ValueError("'lost' is no list of names")
    return Summary(
        name=_text(value, "name"),
        x=_text(value, "x"),
        metric=_text(value, "metric"),
        courses=tuple(_list(value, "courses", _read_course)),
        lost=tuple(lost),
    )


def _read_course(value: dict[str, Any]) -> Course:
    steps, values = (tuple(_numbers(value, key)) for key in ("steps", "values"))
    points, tau, noise = value.get("points"), _number(value, "tau"), _number(value, "noise")
    if len(steps) != len(values) or any(b < a for a, b in pairwise(steps)):
        raise ValueError("'steps' and 'values' do not belong together")
    if type(points) is not int or points < 1 or tau < 1 or noise < 0 or points < len(values):
        raise ValueError("'points', 'noise' or 'tau' cannot be")
    if value.get("better") not in ("lower", "higher"):
        raise ValueError("'better' is neither lower nor higher")
    final, best, end = (_number(value, key) for key in ("final", "best", "end"))
    return Course(_text(value, "role"), value["better"], points, noise, tau, final, best, end, steps, values)


def _list(value: dict[str, Any], key: str, read: Callable[[dict[str, Any]], T]) -> Sequence[T]:
    items = value.get(key)
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ValueError(f"'{key}' is no list of objects")
    return [read(item) for item in items]


def _text(value: dict[str, Any], key: str) -> str:
    text = value.get(key)
    if not isinstance(text, str):
        raise ValueError(f"'{key}' is no text")
    return text


def _number(value: dict[str, Any], key: str) -> float:
    return _numbers({key: [value.get(key)]}, key)[0]


def _numbers(value: dict[str, Any], key: str) -> list[float]:
    items = value.get(key)
    if not isinstance(items, list) or not all(type(item) in (int, float) for item in items):
        raise ValueError(f"'{key}' is no number")
    numbers = [float(item) for item in items]
    if not all(map(math.isfinite, numbers)):
        raise ValueError(f"'{key}' is not finite")
    return numbers
