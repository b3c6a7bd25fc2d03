"""From paths to sources: files, directories (searched), globs, standard input."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import CurvedocError, NotALogError, UnreadableError, nearest
from .source import Source, is_pipe, unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SUFFIXES = frozenset([".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".txt", ".log"])
"""Endings (also with ``.gz``) that a search looks at; a file that is named is read whatever its ending."""

BARE_NAMES = frozenset(["log", "progress"])
"""Logs that their writers give no ending (Chainer)."""

SKIPPED_DIRECTORIES = frozenset(["node_modules", "__pycache__", "site-packages", "venv", "env"])
"""Never searched, like all names that begin with a dot: thousands of files, no logs."""

SEARCH_MAX_BYTES = 1 << 28
"""A search does not open files above 256 MiB: data sets stand beside logs, and a large log can be named."""

_STDIN = frozenset(["-", "/dev/stdin"])
_NUMBERED = r"(.*(?:epoch|step|iter|iteration)[_\-]?)(\d+)(\.json(?:\.gz)?)"
_CATBOOST = r"(learn|test)_error\.tsv"
_TENSORBOARD_CSV = r"(run-.*?)-?tag-.+\.csv"
_CHECKPOINT = r"checkpoint-(\d+)"


def find(paths: Sequence[str]) -> list[Source | CurvedocError]:
    """The sources behind paths in order, each file once; an error in the place of a missing path."""
    found: list[Source | CurvedocError] = []
    for path in paths:
        found += _one(path)
    return _told_apart(found)


def _one(path: str) -> list[Source | CurvedocError]:
    if path in _STDIN:
        return [Source("<stdin>", "stdin", (), "stdin")]
    if not path.strip():
        return [UnreadableError("an empty path", "Name a file or a directory.", path)]
    place = Path(path).expanduser()
    try:
        if place.is_dir():
            return _search(place, path)
        if place.exists():
            return [_file(place, path)]
        if any(c in path for c in "*?["):
            import glob

            matches = sorted(glob.glob(str(place), recursive=True))  # noqa: PTH207
            return [s for match in matches for s in _one(match)] or [
                _missing(path, "no file matches this pattern")
            ]
        return [_missing(path, "there is no such file or directory")]
    except OSError as error:
        return [unreadable(path, error)]
    except ValueError:
        return [UnreadableError("is no valid path", "Check the path.", path)]


def _missing(path: str, problem: str) -> UnreadableError:
    """The error for a path that is not there, with the nearest one that is."""
    folder = Path(path).expanduser()
    missing = folder.name
    while not folder.parent.is_dir() and folder.parent != folder:
        folder, missing = folder.parent, folder.parent.name
    try:
        names = [entry.name for entry in folder.parent.iterdir()]
    except OSError:
        names = []
    close = nearest(missing, names)
    shown = (
        close.replace("'", f"'{folder.parent}{os.sep}", 1) if close and str(folder.parent) != "." else close
    )
    return UnreadableError(problem + "." + shown if shown else problem, "Check the path.", path)


def _file(place: Path, path: str) -> Source:
    """The source for a file that was named."""
    if is_pipe(place):
        return Source(path, place.name, (place,), "stdin")
    kind = "events" if _is_events(place) else "file"
    return Source(path, place.name if kind == "events" else _stem(place.name), (place,), kind)


def _is_events(file: Path) -> bool:
    """Whether a file that was named holds TensorBoard events; a look inside only for a strange ending."""
    if "tfevents" in file.name or _has_suffix(file.name):
        return "tfevents" in file.name
    from .tfevents.layout import is_event_file

    return is_event_file(file)


def _has_suffix(name: str) -> bool:
    return os.path.splitext(name.lower().removesuffix(".gz"))[1] in SUFFIXES  # noqa: PTH122


def _stem(name: str) -> str:
    """A file's name without ``.gz`` and without its ending."""
    name = name.removesuffix(".gz")
    stem, dot, end = name.rpartition(".")
    return stem if dot and stem and f".{end.lower()}" in SUFFIXES else name


def _search(root: Path, shown: str) -> list[Source | CurvedocError]:
    """The sources in a directory."""
    files, problems = _walk(root)
    events = [f for f in files if "tfevents" in f.name]
    texts = [f for f in files if "tfevents" not in f.name and _plausible(f)]
    sources: list[Source | CurvedocError] = []
    for name, group in _event_runs(root, events):
        folder = group[0].parent if len({f.parent for f in group}) == 1 else Path(os.path.commonpath(group))
        sources.append(Source(str(folder), name, tuple(group), "events", shown))
    for name, parts in _together(root, _newest_states(texts)):
        path = str(parts[0]) if len(parts) == 1 else str(parts[0].parent)
        sources.append(Source(path, name, tuple(parts), "file", shown))
    if not sources and not problems:
        problems = [NotALogError("holds no file that may be a log", "Name the directory of a run.", shown)]
    return [*sources, *problems]


def _event_runs(root: Path, files: list[Path]) -> list[tuple[str, tuple[Path, ...]]]:
    if not files:
        return []
    from .tfevents.layout import group

    return group(root, files)


def _walk(root: Path) -> tuple[list[Path], list[CurvedocError]]:
    """All files below a directory, sorted; a directory reached twice (a loop of links) is entered once."""
    files: list[Path] = []
    problems: list[CurvedocError] = []
    entered: set[tuple[int, int]] = set()

    def fail(error: OSError) -> None:
        problems.append(unreadable(str(error.filename), error))

    for folder, folders, names in os.walk(root, onerror=fail, followlinks=True):
        status = os.stat(folder)  # noqa: PTH116
        if (status.st_dev, status.st_ino) in entered:
            folders.clear()
            continue
        entered.add((status.st_dev, status.st_ino))
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f not in SKIPPED_DIRECTORIES)
        files += [Path(folder, name) for name in sorted(names) if not name.startswith(".")]
    return files, problems


def _plausible(file: Path) -> bool:
    """Whether a search opens a file: by its ending and size."""
    if not _has_suffix(file.name) and file.name.lower() not in BARE_NAMES:
        return False
    try:
        return file.is_file() and file.stat().st_size <= SEARCH_MAX_BYTES
    except OSError:
        return False


def _newest_states(files: list[Path]) -> list[Path]:
    """Without the trainer states of earlier checkpoints, which the next ones hold too."""
    states: dict[Path, list[tuple[float, Path]]] = {}
    for file in files:
        if file.name == "trainer_state.json":
            checkpoint = re.fullmatch(_CHECKPOINT, file.parent.name)
            run = file.parent.parent if checkpoint else file.parent
            states.setdefault(run, []).append((float(checkpoint[1]) if checkpoint else float("inf"), file))
    older = {file for found in states.values() for file in [f for _, f in sorted(found)][:-1]}
    return [file for file in files if file not in older]


def _together(root: Path, files: Iterable[Path]) -> list[tuple[str, list[Path]]]:
    """Files as runs: one file per epoch, per split (CatBoost) or per tag (TensorBoard's CSV) are one run."""
    runs: dict[str, list[Path]] = {}
    for file in files:
        folder = file.parent.relative_to(root)
        numbered = re.fullmatch(_NUMBERED, file.name)
        tagged = re.fullmatch(_TENSORBOARD_CSV, file.name)
        if numbered:
            name = numbered[1].rstrip("_-")
        elif re.fullmatch(_CATBOOST, file.name):
            name = "error"
        elif tagged:
            name = tagged[1]
        else:
            name = file.name
        runs.setdefault(str(folder / name), []).append(file)
    return [(_run_name(name, group), _in_order(group)) for name, group in runs.items()]


def _run_name(name: str, group: list[Path]) -> str:
    head, tail = os.path.split(name)
    single = len(group) == 1 and tail == group[0].name
    return os.path.join(head, _stem(tail)) if single else name  # noqa: PTH118


def _in_order(group: list[Path]) -> list[Path]:
    """Files of one run by the number in their names."""

    def number(file: Path) -> tuple[int, str]:
        match = re.fullmatch(_NUMBERED, file.name)
        return (int(match[2]) if match else 0, file.name)

    return sorted(group, key=number)


def _told_apart(found: list[Source | CurvedocError]) -> list[Source | CurvedocError]:
    """Each file once, and names that differ: of equal ones the directories are put in front."""

    def key_of(source: Source) -> tuple[Path, ...]:
        return tuple(Path(os.path.abspath(f)) for f in source.files)  # noqa: PTH100

    # A path that was named is never passed over, so it goes before the same file found by a search.
    asked = {key_of(source) for source in found if isinstance(source, Source) and not source.root}
    seen: set[tuple[Path, ...]] = set()
    kept: list[Source | CurvedocError] = []
    for source in found:
        if isinstance(source, Source):
            key = key_of(source)
            if key in seen or (source.root and key in asked):
                continue
            seen.add(key)
        kept.append(source)
    named = [s for s in kept if isinstance(s, Source)]
    names = _distinct([s.name for s in named], [s.path for s in named])
    fresh = iter(names)
    return [replace(s, name=next(fresh)) if isinstance(s, Source) else s for s in kept]


def _distinct(names: list[str], paths: list[str]) -> list[str]:
    """Names with as many parent directories in front as it takes to tell them apart."""
    depth = 0
    while len(set(names)) < len(names) and depth < 12:
        depth += 1
        names = [
            "/".join([*Path(p).parent.parts[-depth:], Path(n).name]) if names.count(n) > 1 else n
            for n, p in zip(names, paths, strict=True)
        ]
    return names
