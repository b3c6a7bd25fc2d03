"""What a search of a directory opens, by names and sizes: not everything that lies about is worth a look."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import UnreadableError
from .grouping import SUFFIXES
from .source import unpacked_name, unreadable
from .stores import AIM, may_belong

if TYPE_CHECKING:
    from .errors import CurvedocError

BARE_NAMES = frozenset(["log", "progress"])
"""Logs that their writers give no ending (Chainer)."""

SKIPPED_DIRECTORIES = frozenset(["node_modules", "__pycache__", "__MACOSX", "site-packages", "venv", "env"])
"""Never searched, like all names that begin with a dot: thousands of files, no logs."""

MAX_BYTES = 1 << 28
"""A search does not open files above 256 MiB: data sets stand beside logs, and a large log can be named."""

ARCHIVE_SUFFIXES = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.zst", ".tar.bz2", ".tar.xz")
"""Endings by which a search knows an archive; one that is named is known by its content."""

_BATCH_JOB = r".*\.[oe]\d+"
"""What SGE and PBS write: train.o12345."""


def walk(root: Path) -> tuple[list[Path], list[CurvedocError]]:
    """All files below a directory, sorted, and the directories that cannot be entered.

    A directory reached twice (a loop of links) is entered once; pipes and devices, which may never end, are
    no files.
    """
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
        found = (Path(folder, name) for name in sorted(names) if not name.startswith("."))
        files += [file for file in found if _is_regular(file)]
    return files, problems


def _is_regular(file: Path) -> bool:
    try:
        return stat.S_ISREG(file.stat().st_mode)
    except OSError:  # a link to nothing
        return False


def _is_searched(folder: str) -> bool:
    return not folder.startswith(".") and folder not in SKIPPED_DIRECTORIES


def _is_latest(above: str, folder: str) -> bool:
    """Whether a directory is but W&B's link to another one beside it, which has the better name."""
    return folder == "latest-run" and os.path.islink(os.path.join(above, folder))  # noqa: PTH114, PTH118


def is_wanted(name: str) -> bool:
    """Whether a search looks at what is no file of this disk, by its name and the directories in it."""
    *folders, last = name.replace("\\", "/").split("/")
    seen = all(_is_searched(f) for f in folders if f not in (".", "..")) and not last.startswith(".")
    return seen and (
        "tfevents" in last or may_be_log(last) or is_archive_name(last) or may_belong(folders, last)
    )


def may_be_log(name: str) -> bool:
    """Whether a search takes a file for a log by its name."""
    return has_suffix(name) or name.lower() in BARE_NAMES


def has_suffix(name: str) -> bool:
    """Whether a search knows a file by its ending."""
    name = unpacked_name(name.lower())
    return os.path.splitext(name)[1] in SUFFIXES or re.fullmatch(_BATCH_JOB, name) is not None  # noqa: PTH122


def is_archive_name(name: str) -> bool:
    """Whether a search takes a file for an archive by its name."""
    return name.lower().endswith(ARCHIVE_SUFFIXES)


def too_large(size: int, path: str) -> UnreadableError | None:
    """Why a search does not open a file of this size; None when it does."""
    if size <= MAX_BYTES:
        return None
    what = f"is larger than {MAX_BYTES >> 20} MiB, and a search opens no such file"
    return UnreadableError(what, "Name it if it is a log.", path)
