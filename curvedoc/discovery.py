"""From paths to sources: files, directories (searched), archives, addresses, globs, standard input."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import CurvedocError, UnreadableError, nearest
from .gather import gather, in_archive, one_file, opens
from .grouping import told_apart
from .search import has_suffix, is_archive_name, is_wanted, walk
from .source import Source, is_pipe, size_of, unreadable

if TYPE_CHECKING:
    from collections.abc import Sequence

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
        return _inside_remote(path) or _remote(path)
    place = Path(path).expanduser()
    if place.is_dir():
        files, problems = walk(place)
        return gather(place, path, files, problems)
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
            return in_archive(place, path)
    return [one_file(place, path, strange)]


def _inside(place: Path, path: str) -> Found:
    """What a path names inside an archive, as reports show it: ``logs.zip/run.csv``."""
    above = next((p for p in place.parents if p.is_file()), None)
    return [] if above is None else _member(above, place.relative_to(above).as_posix(), path)


def _member(archive: Path, name: str, path: str) -> Found:
    """The file of that name in an archive, or the sources in the directory of that name."""
    from .archives import is_archive, members

    place = archive / name
    files = members(archive, lambda at, _: at == name or is_wanted(at)) if is_archive(archive) else []
    if exact := [f for f in files if str(f) == str(place)]:
        return [one_file(exact[0], path)]
    below: list[Path] = [f for f in files if str(f).startswith(f"{place}{os.sep}")]
    return gather(place, path, below, []) if below else []


def _inside_remote(url: str) -> Found:
    """What an address names inside an archive, as reports show it: ``s3://bucket/logs.zip/run.csv``."""
    from .remote import find as listed

    parts = url.split("/")
    at = next((i for i, part in enumerate(parts[:-1]) if i > 2 and is_archive_name(part)), None)
    if at is None:
        return []
    archive = listed("/".join(parts[: at + 1]))[0]
    return [] if archive.root else _member(archive.files[0], "/".join(parts[at + 1 :]), url)


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
            f for f in found.files if opens(_below(f, found.root), size_of(f), found.address, passed)
        ]
        sources += gather(found.root, found.address, files, [], passed=passed)
    return sources


def _below(file: Stored, root: Stored) -> str:
    return file.relative_to(root).as_posix()
