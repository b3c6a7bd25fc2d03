"""From paths to sources: files, directories (searched), archives, addresses, globs, standard input."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import CurvedocError, NotALogError, UnreadableError, nearest
from .grouping import newest_states, stem, together, told_apart
from .search import has_suffix, is_archive_name, is_wanted, may_be_log, too_large, walk
from .source import PACKED_SUFFIXES, Source, is_pipe, size_of, unreadable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .stored import Stored

    Found = list[Source | CurvedocError]

_STDIN = frozenset(["-", "/dev/stdin"])
_ADDRESS = r"[A-Za-z][A-Za-z0-9+.-]+://.*"


def find(paths: Sequence[str]) -> Found:
    """The sources behind paths in order, each file once; an error in the place of a missing path."""
    found: Found = []
    for path in paths:
        try:
            found += _one(path)
        except CurvedocError as error:
            error.path = error.path or path
            found.append(error)
        except OSError as error:
            found.append(unreadable(path, error))
        except ValueError:
            found.append(UnreadableError("is no valid path", "Check the path.", path))
    return told_apart(found)


def _one(path: str) -> Found:
    if path in _STDIN:
        return [Source("<stdin>", "stdin", (), "stdin")]
    if not path.strip():
        return [UnreadableError("an empty path", "Name a file or a directory.", path)]
    if re.match(_ADDRESS, path):
        return _remote(path)
    place = Path(path).expanduser()
    if place.is_dir():
        files, problems = walk(place)
        return _search(place, path, files, problems)
    if place.exists():
        return _named(place, path)
    if any(c in path for c in "*?["):
        import glob

        matches = sorted(glob.glob(str(place), recursive=True))  # noqa: PTH207
        return [s for match in matches for s in _one(match)] or [
            _missing(path, "no file matches this pattern")
        ]
    return _inside(place, path) or [_missing(path, "there is no such file or directory")]


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


def _named(place: Path, path: str) -> Found:
    """The sources in a file that was named; a look inside only for a strange ending."""
    if is_pipe(place):
        return [Source(path, place.name, (place,), "stdin")]
    strange = "tfevents" not in place.name and not has_suffix(place.name)
    if strange:
        from .archives import is_archive

        if is_archive(place):
            return _archive(place, path)
    return [_file(place, path, strange)]


def _file(place: Path, path: str, strange: bool = False) -> Source:
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


def _archive(archive: Path, path: str, root: str = "", above: str = "") -> Found:
    """The sources in an archive: found by a search of ``root``, or named; ``above`` goes before names."""
    from .archives import members

    passed: list[CurvedocError] = []
    files: list[Path] = [*members(archive, lambda name, size: _opens(name, size, path, passed))]
    return _search(archive, root or path, files, [], path, above or archive.name, passed)


def _opens(name: str, size: int, path: str, passed: list[CurvedocError]) -> bool:
    """Whether a search opens what lies in an archive or behind an address; notes what is too large."""
    if not is_wanted(name):
        return False
    if error := too_large(size, f"{path}/{name}"):
        passed.append(error)
    return error is None


def _inside(place: Path, path: str) -> Found:
    """What a path names inside an archive, as reports show it: ``logs.zip/run.csv``."""
    above = next((p for p in place.parents if p.is_file()), None)
    if above is None:
        return []
    from .archives import is_archive, members

    named = str(place.relative_to(above).as_posix())
    files = members(above, lambda name, _: name == named or is_wanted(name)) if is_archive(above) else []
    if exact := [f for f in files if str(f) == str(place)]:
        return [_file(exact[0], path)]
    below: list[Path] = [f for f in files if str(f).startswith(f"{place}{os.sep}")]
    return _search(place, path, below, []) if below else []


def _remote(url: str) -> Found:
    """The sources behind an address."""
    from .remote import find as listed

    sources: Found = []
    for found in listed(url):
        if found.root is None:
            sources += _named(found.files[0], found.address)
            continue
        passed: list[CurvedocError] = []
        files: list[Path] = [
            f for f in found.files if _opens(_below(f, found.root), size_of(f), found.address, passed)
        ]
        sources += _search(found.root, found.address, files, [], passed=passed)
    return sources


def _below(file: Stored, root: Stored) -> str:
    return file.relative_to(root).as_posix()


def _search(
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


def _archive_beside(file: Path, root: Path, shown: str, path: str, inner: bool) -> Found:
    """The sources in an archive that a search came across, or why it is passed over."""
    try:
        if inner:
            raise NotALogError(
                "is an archive inside an archive, which is not opened", "Unpack the outer one.", path
            )
        if error := too_large(size_of(file), path):
            raise error
        found = _archive(file, path, shown, file.relative_to(root).as_posix())
    except CurvedocError as problem:
        found = [problem]
    except OSError as problem:
        found = [unreadable(path, problem)]
    for source in found:
        if isinstance(source, CurvedocError):
            source.path, source.root = source.path or path, shown
    return found


def _event_runs(root: Path, files: list[Path]) -> list[tuple[str, tuple[Path, ...]]]:
    if not files:
        return []
    from .tfevents.layout import group

    return group(root, files)
