"""From what a caller hands over (paths, a table, a dict) to runs and diagnoses: one loop for all callers.

Everything heavy is imported inside the functions, so importing this module costs next to nothing.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .errors import CurvedocError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    import pandas as pd

    from .diagnosis import Batch, Diagnosis
    from .readers import Work
    from .run import Logged, Run
    from .source import ReadOptions

    Path: TypeAlias = str | os.PathLike[str]
    Data: TypeAlias = Path | Sequence[Path] | pd.DataFrame | Mapping[str, Any] | Run
    Progress: TypeAlias = Callable[[int, int], None]


@dataclass(frozen=True, eq=False)
class Options:
    """How to read and name what was logged.

    ``mapping``: role -> logged name (``{"train/loss": "L"}``). ``metric``: the quantity to judge by.
    ``x``: the logged name that counts the steps. ``reader``: the id of the reader, instead of detection.
    ``places``: the options for paths that a pattern covers (see :func:`~curvedoc.source.covers`); of several
    the last one counts.
    """

    mapping: Mapping[str, str] = field(default_factory=dict)
    metric: str | None = None
    x: str | None = None
    reader: str | None = None
    places: tuple[tuple[str, Options], ...] = ()

    def at(self, path: str) -> Options:
        """The options for one path."""
        from .source import covers

        return next((own for pattern, own in reversed(self.places) if covers(pattern, path)), self)


def examine(
    data: Data,
    options: Options,
    progress: Progress | None = None,
    skipped: list[CurvedocError] | None = None,
    jobs: int = 1,
) -> Batch:
    """Read and diagnose everything in ``data``; a path that fails does not stop the others.

    ``progress`` is called with (sources done, sources in all). What a directory holds beside its logs is
    no problem; it is appended to ``skipped``. ``jobs``: processes that share the work where there is much of
    it; the result is the same, in the same order. A wrong call is raised instead of recorded when no run at
    all could be diagnosed, for then nothing but the call is to blame.
    """
    from .diagnosis import Batch, Diagnosis, Problem

    diagnoses: list[Diagnosis] = []
    errors: list[CurvedocError] = []
    for result in _outcomes(data, options, progress, skipped, _in_crew(options, jobs)):
        if isinstance(result, CurvedocError):
            errors.append(result)
        else:
            diagnoses.append(result if isinstance(result, Diagnosis) else judge(result))
    if errors and not diagnoses and isinstance(errors[0], UsageError):
        raise errors[0]
    return Batch(tuple(diagnoses), tuple(Problem(e.path, e.problem, e.fix) for e in errors))


def judge(run: Run) -> Diagnosis:
    """The diagnosis of a run by all rules."""
    from .diagnosis import diagnose
    from .rules import RULES

    return diagnose(run, RULES)


def results(
    data: Data,
    options: Options,
    progress: Progress | None = None,
    skipped: list[CurvedocError] | None = None,
) -> Iterator[Run | CurvedocError]:
    """Every run in ``data``, or the error in its place, one at a time (see :func:`examine`)."""
    return _outcomes(data, options, progress, skipped)


def _outcomes(
    data: Data,
    options: Options,
    progress: Progress | None,
    skipped: list[CurvedocError] | None,
    work: Work | None = None,
) -> Iterator[Any]:
    """Every run (or what ``work`` made of it), or the error in its place."""
    from .run import Logged

    for found in _logged(data, options, progress, skipped, work):
        yield named(found, options) if isinstance(found, Logged) else found


def named(logged: Logged, options: Options) -> Run | CurvedocError:
    """The run with its curves named, or why that is impossible."""
    from .naming import assign

    own = options.at(logged.path) if options.places else options
    try:
        return assign(logged, own.mapping, own.metric)
    except CurvedocError as error:
        error.path = error.path or logged.path
        return error


def reading(options: Options) -> ReadOptions:
    """The part of the options that the readers ask for."""
    from .source import ReadOptions

    places = tuple((pattern, ReadOptions(own.reader, own.x)) for pattern, own in options.places)
    return ReadOptions(options.reader, options.x, places)


def _in_crew(options: Options, jobs: int) -> Work | None:
    """How the sources are shared among processes; None to go through them one by one."""
    if jobs < 2:
        return None
    from .crew import share

    return lambda sources, how: share(sources, how, options, jobs)


def _logged(
    data: Data,
    options: Options,
    progress: Progress | None,
    skipped: list[CurvedocError] | None,
    work: Work | None,
) -> Iterator[Any]:
    """What the readers find, or what a table or a dict holds."""
    from .run import Run

    how = reading(options)
    if isinstance(data, Run):
        yield data
    elif isinstance(data, str | os.PathLike | Sequence):
        from .readers import read_paths

        paths = [data] if isinstance(data, str | os.PathLike) else data
        yield from read_paths([os.fspath(path) for path in paths], how, skipped, progress, work)
    else:
        yield from _from_columns(data, how)


def _from_columns(data: pd.DataFrame | Mapping[str, Any], how: ReadOptions) -> list[Logged]:
    """A DataFrame by its columns (and its index, if that has a name), a dict as the JSON reader takes it."""
    from .shapes import read_document
    from .table import from_frame

    if isinstance(data, Mapping):
        return read_document(_plain(data), "data", "", "python", how)
    return from_frame("data", "", "python", data, how)


def _plain(value: Any) -> Any:
    """Nested dicts and lists with arrays, tensors and their scalars turned into Python's own."""
    if isinstance(value, Mapping):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    return _plain(value.tolist()) if hasattr(value, "tolist") else value
