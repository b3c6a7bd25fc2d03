"""Sacred: the directory that a FileStorageObserver keeps of a run."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from curvedoc.errors import NotALogError, UnreadableError

if TYPE_CHECKING:
    from curvedoc.run import FloatArray, Logged
    from curvedoc.source import ReadOptions, Source

NAME = "sacred"
ABOUT = "Sacred: run directories of a FileStorageObserver (metrics.json beside run.json), or many of them"

_LISTS = ("steps", "values", "timestamps")


def sniff(source: Source) -> float:
    """How sure it is: certain of what a search found to be a run; metrics.json alone is any JSON."""
    return 1.0 if source.kind == NAME else 0.0


def read(source: Source, options: ReadOptions) -> list[Logged]:
    """The one run in a directory: its metrics with the steps that were logged; named by experiment and id.

    Raises :class:`~curvedoc.errors.UnreadableError` for damaged files and
    :class:`~curvedoc.errors.NotALogError` where no metric was logged.
    """
    from curvedoc.stores.tracked import Tracked, all_logged

    by_name = {part.filename: part for part in source.parts()}
    if "metrics.json" not in by_name:
        raise NotALogError("is no run of Sacred: metrics.json is missing", "Name its directory.", source.path)
    metrics = _document(by_name["metrics.json"])
    about = _document(by_name["run.json"]) if "run.json" in by_name else {}
    experiment = about.get("experiment")
    named = experiment.get("name") if isinstance(experiment, dict) else None
    key = source.name.rsplit("/", 1)[-1]
    run = Tracked(key, f"{named}/{key}" if isinstance(named, str) and named else source.name, source.path)
    for name, lists in metrics.items():
        found, run.broken = _points(lists, run.broken)
        run.points[name] = found
    return all_logged([run], NAME, source.path, options)


def _document(part: Source) -> dict[str, Any]:
    try:
        found = json.loads(part.text(), parse_int=float)
    except RecursionError:
        found = None
    except ValueError as error:
        raise UnreadableError(
            f"is damaged JSON: {error}", "Let the training write it again, or copy it again.", part.path
        ) from None
    if not isinstance(found, dict):
        raise NotALogError("is no file of Sacred", "Name the directory of a run.", part.path)
    return found


def _points(lists: Any, broken: int) -> tuple[FloatArray, int]:
    """The points of one metric, shape (3, n): steps, values, times in seconds; broken ones are counted on.

    Lists of different lengths (written in the middle of an update) count as far as all go.
    """
    import numpy as np

    found = [lists.get(name) if isinstance(lists, dict) else None for name in _LISTS]
    steps, values, times = [cells if isinstance(cells, list) else [] for cells in found]
    seconds = _seconds(times[: len(steps)])
    seconds += [float("nan")] * (len(steps) - len(seconds))
    rows = []
    for place, (step, value) in enumerate(zip(steps, values, strict=False)):
        number = _number(value)
        if number is None or not isinstance(step, float | int | None):
            broken += 1
            continue
        rows.append((float(place if step is None else step), number, seconds[place]))
    return np.array(rows, np.float64).reshape(-1, 3).T, broken


def _number(value: Any) -> float | None:
    """A logged value; those of numpy may come wrapped: ``{"py/object": ..., "value": 0.5}``."""
    if isinstance(value, dict):
        value = value.get("value", value.get("values"))
    if isinstance(value, bool) or not isinstance(value, float | int):
        return None
    return float(value)


def _seconds(stamps: list[Any]) -> list[float]:
    """Times in seconds, as Sacred writes them (UTC, without saying so); NaN for what is none."""
    from datetime import datetime

    epoch, parse = datetime(1970, 1, 1), datetime.fromisoformat
    found = []
    for stamp in stamps:
        try:
            found.append((parse(stamp) - epoch).total_seconds())
        except (TypeError, ValueError, OverflowError):
            found.append(float("nan"))
    return found
