"""From paths to sources: files, directories (searched), archives, addresses, globs, standard input."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import CurvedocError, NotALogError, UnreadableError, nearest
from .grouping import SUFFIXES, newest_states, stem, together, told_apart
from .source import PACKED_SUFFIXES, Source, is_pipe, unpacked_name, unreadable
from .stores import AIM, may_belong

if TYPE_CHECKING:
    from collections.abc import Sequence

    Found = list[Source | CurvedocError]

BARE_NAMES = frozenset(["log", "progress"])
"""Logs that their writers give no ending (Chainer)."""

SKIPPED_DIRECTORIES = frozenset(["node_modules", "__pycache__", "__MACOSX", "site-packages", "venv", "env"])
"""Never searched, like all names that begin with a dot: thousands of files, no logs."""

SEARCH_MAX_BYTES = 1 << 28
"""A search does not open files above 256 MiB: data sets stand beside logs, and a large log can be named."""

ARCHIVE_SUFFIXES = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.zst", ".tar.bz2", ".tar.xz")
"""Endings by which a search knows an archive; one that is named is known by its content."""

_STDIN = frozenset(["-", "/dev/stdin"])
_BATCH_JOB = r".*\.[oe]\d+"
"""What SGE and PBS write: train.o12345."""
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
        files, problems = _walk(place)
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


def has_suffix(name: str) -> bool:
    """Whether a search knows a file by its ending."""
    name = unpacked_name(name.lower())
    return os.path.splitext(name)[1] in SUFFIXES or re.fullmatch(_BATCH_JOB, name) is not None  # noqa: PTH122


def _archive(archive: Path, path: str, root: str = "", above: str = "") -> Found:
    """The sources in an archive: found by a search of ``root``, or named; ``above`` goes before names."""
    from .archives import members

    files: list[Path] = [*members(archive, _wanted)]
    return _search(archive, root or path, files, [], path, above or archive.name)


def _inside(place: Path, path: str) -> Found:
    """What a path names inside an archive, as reports show it: ``logs.zip/run.csv``."""
    above = next((p for p in place.parents if p.is_file()), None)
    if above is None:
        return []
    from .archives import is_archive, members

    files = members(above, _wanted) if is_archive(above) else []
    if exact := [f for f in files if str(f) == str(place)]:
        return [_file(exact[0], path)]
    below: list[Path] = [f for f in files if str(f).startswith(f"{place}{os.sep}")]
    return _search(place, path, below, []) if below else []


def _remote(url: str) -> Found:
    """The sources behind an address."""
    from .remote import find as listed

    sources: Found = []
    for found in listed(url):
        if found.root is not None:
            files: list[Path] = [
                f for f in found.files if _wanted(str(f.relative_to(found.root)), f.stat().st_size)
            ]
            sources += _search(found.root, found.address, files, [])
        else:
            sources += _named(found.files[0], found.address)
    return sources


def _search(
    root: Path, shown: str, files: list[Path], problems: list[CurvedocError], path: str = "", above: str = ""
) -> Found:
    """The sources among the files below a directory (or in an archive), which is shown as ``path``."""
    path = path or shown

    def where(place: Path) -> str:
        return f"{path}/{place.relative_to(root).as_posix()}" if "://" in path else str(place)

    from .stores.claims import claim

    sources: Found = []
    stores, files = claim(root, files)
    for store in stores:
        name = f"{above}/{store.name}" if above else store.name
        sources.append(Source(where(store.path), name, store.files, store.kind, shown))
    events = [_with_end(f) for f in files if "tfevents" in f.name]
    texts = [f for f in files if "tfevents" not in f.name and _plausible(f)]
    for name, group in _event_runs(root, events):
        folder = group[0].parent if len({f.parent for f in group}) == 1 else Path(os.path.commonpath(group))
        name = f"{above}/{name}" if above and name != above else name
        sources.append(Source(where(folder), name, tuple(group), "events", shown))
    for name, parts in together(root, newest_states(texts)):
        at = where(parts[0] if len(parts) == 1 else parts[0].parent)
        sources.append(Source(at, f"{above}/{name}" if above else name, tuple(parts), "file", shown))
    for file in files:
        if file.name.lower().endswith(ARCHIVE_SUFFIXES) and not above:
            sources += _archive_beside(file, root, shown, where(file))
    if not sources and not problems:
        problems = [NotALogError("holds no file that may be a log", "Name the directory of a run.", path)]
    return [*sources, *problems]


def _archive_beside(file: Path, root: Path, shown: str, path: str) -> list[Source]:
    """The sources in an archive that a search came across; one that cannot be read is taken for no log."""
    try:
        if file.stat().st_size > SEARCH_MAX_BYTES:
            return []
        found = _archive(file, path, shown, file.relative_to(root).as_posix())
    except (CurvedocError, OSError):
        return []
    return [source for source in found if isinstance(source, Source)]


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

    if root.name == AIM:
        return [root], []
    for folder, folders, names in os.walk(root, onerror=fail, followlinks=True):
        status = os.stat(folder)  # noqa: PTH116
        if (status.st_dev, status.st_ino) in entered:
            folders.clear()
            continue
        entered.add((status.st_dev, status.st_ino))
        if AIM in folders:
            files.append(Path(folder, AIM))
        folders[:] = sorted(f for f in folders if _is_searched(f) and not _is_latest(folder, f))
        files += [Path(folder, name) for name in sorted(names) if not name.startswith(".")]
    return files, problems


def _is_searched(folder: str) -> bool:
    return not folder.startswith(".") and folder not in SKIPPED_DIRECTORIES


def _is_latest(above: str, folder: str) -> bool:
    """Whether a directory is but W&B's link to another one beside it, which has the better name."""
    return folder == "latest-run" and os.path.islink(os.path.join(above, folder))  # noqa: PTH114, PTH118


def _wanted(name: str, size: int) -> bool:
    """Whether a search opens a file that is no file of this disk, by its name and size."""
    *folders, last = name.replace("\\", "/").split("/")
    log = "tfevents" in last or has_suffix(last) or last.lower() in BARE_NAMES or may_belong(folders, last)
    seen = all(_is_searched(f) for f in folders if f not in (".", "..")) and not last.startswith(".")
    return seen and size <= SEARCH_MAX_BYTES and (log or last.lower().endswith(ARCHIVE_SUFFIXES))


def _plausible(file: Path) -> bool:
    """Whether a search opens a file: by its ending and size."""
    if not has_suffix(file.name) and file.name.lower() not in BARE_NAMES:
        return False
    try:
        return file.is_file() and file.stat().st_size <= SEARCH_MAX_BYTES
    except OSError:
        return False
