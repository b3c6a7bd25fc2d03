"""The sources among the files of a directory or an archive: stores, event files, logs, other archives."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import CurvedocError, NotALogError
from .grouping import newest_states, stem, together
from .search import is_archive_name, is_wanted, may_be_log, too_large
from .source import PACKED_SUFFIXES, Source, size_of, unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable

    Found = list[Source | CurvedocError]


def gather(
    root: Path,
    shown: str,
    files: list[Path],
    problems: list[CurvedocError],
    path: str = "",
    above: str = "",
    passed: Iterable[CurvedocError] = (),
) -> Found:
    """The sources among the files below a directory (or in an archive), which is shown as ``path``.

    What a search came across and does not read comes as an error with ``shown`` as its root; ``passed`` is
    what was found out before.
    """
    path = path or shown

    def where(place: Path) -> str:
        return f"{path}/{place.relative_to(root).as_posix()}" if "://" in path else str(place)

    from .stores.claims import claim

    sources: Found = []
    beside = [*passed]
    stores, files = claim(root, files)
    for store in stores:
        name = f"{above}/{store.name}" if above else store.name
        sources.append(Source(where(store.path), name, store.files, store.kind, shown))
    events = [_with_end(f) for f in files if "tfevents" in f.name]
    texts = [f for f in files if "tfevents" not in f.name and may_be_log(f.name)]
    large = {file: error for file in texts if (error := too_large(size_of(file), where(file)))}
    beside += large.values()
    for name, group in _event_runs(root, events):
        folder = group[0].parent if len({f.parent for f in group}) == 1 else Path(os.path.commonpath(group))
        name = f"{above}/{name}" if above and name != above else name
        sources.append(Source(where(folder), name, tuple(group), "events", shown))
    for name, parts in together(root, newest_states([file for file in texts if file not in large])):
        at = where(parts[0] if len(parts) == 1 else parts[0].parent)
        sources.append(Source(at, f"{above}/{name}" if above else name, tuple(parts), "file", shown))
    for file in files:
        if is_archive_name(file.name):
            sources += _archive_beside(file, root, shown, where(file), bool(above))
    for problem in beside:
        problem.root = shown
    if not sources and not problems and not beside:
        problems = [NotALogError("holds no file that may be a log", "Name the directory of a run.", path)]
    return [*sources, *beside, *problems]


def _event_runs(root: Path, files: list[Path]) -> list[tuple[str, tuple[Path, ...]]]:
    if not files:
        return []
    from .tfevents.layout import group

    return group(root, files)


def one_file(place: Path, path: str, strange: bool = False) -> Source:
    """The source for one file; ``strange``: its name does not tell that it holds no events."""
    if "tfevents" in place.name:
        return Source(path, place.name, (_with_end(place),), "events")
    if strange:
        from .tfevents.layout import is_event_file

        if is_event_file(place):
            return Source(path, place.name, (_with_end(place),), "events")
    return Source(path, stem(place.name), (place,), "file")


def _with_end(file: Path) -> Path:
    """An event file whose end is known before it is read: if packed or of unknown size, read whole."""
    if not file.name.endswith(PACKED_SUFFIXES) and (type(file) is type(Path()) or file.stat().st_size):
        return file
    from .stored import Whole, stored

    return stored(str(file), Whole(file))


def in_archive(archive: Path, path: str, root: str = "", above: str = "") -> Found:
    """The sources in an archive: found by a search of ``root``, or named; ``above`` goes before names."""
    from .archives import members

    passed: list[CurvedocError] = []
    files: list[Path] = [*members(archive, lambda name, size: opens(name, size, path, passed))]
    return gather(archive, root or path, files, [], path, above or archive.name, passed)


def _archive_beside(file: Path, root: Path, shown: str, path: str, inner: bool) -> Found:
    """The sources in an archive that a search came across, or why it is passed over."""
    try:
        if inner:
            raise NotALogError(
                "is an archive inside an archive, which is not opened", "Unpack the outer one.", path
            )
        if error := too_large(size_of(file), path):
            raise error
        found = in_archive(file, path, shown, file.relative_to(root).as_posix())
    except CurvedocError as problem:
        problem.path = path
        found = [problem]
    except OSError as problem:
        found = [unreadable(path, problem)]
    for source in found:
        if isinstance(source, CurvedocError):
            source.path, source.root = source.path or path, shown
    return found


def opens(name: str, size: int, path: str, passed: list[CurvedocError]) -> bool:
    """Whether a search opens what lies in an archive or behind an address; notes what is too large."""
    if not is_wanted(name):
        return False
    if error := too_large(size, f"{path}/{name}"):
        passed.append(error)
    return error is None
