"""Where a baseline comes from: a baseline file, or logs that are read like any others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curvedoc.errors import CurvedocError, UnreadableError, UsageError

from .file import is_baseline, load
from .history import Baseline, Entry
from .summary import summary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from curvedoc.intake import Options


def gather(paths: Sequence[str], options: Options, roles: Sequence[str] = ()) -> Baseline:
    """The baseline that ``paths`` name: one baseline file, or logs, directories and globs.

    ``roles``: curves to keep beside loss and main metric. Raises the error of the first path that cannot be
    read, and UnreadableError when there is no run.
    """
    files = [path for path in paths if is_baseline(path)]
    if len(files) == len(paths) == 1:
        return load(files[0])
    if files:
        raise UsageError(
            "a baseline file stands beside other baselines", "Name one baseline file, or logs.", files[0]
        )
    from curvedoc.intake import results

    runs = []
    for found in results(list(paths), options, skipped=[]):
        if isinstance(found, CurvedocError):
            raise found
        runs.append(summary(found, roles))
    if not runs:
        raise UnreadableError("holds no run to compare with", "Name logs of training runs.", ", ".join(paths))
    return Baseline((Entry(tuple(runs)),), ", ".join(paths))
