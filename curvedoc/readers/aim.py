"""Aim: a repository, read by Aim's own library, for the format is its own."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from curvedoc.errors import UnreadableError

if TYPE_CHECKING:
    from curvedoc.run import FloatArray, Logged
    from curvedoc.source import ReadOptions, Source
    from curvedoc.stores.tracked import Tracked

NAME = "aim"
ABOUT = "Aim: a repository (.aim or the directory that holds it), with the extra `aim`"


def sniff(source: Source) -> float:
    """How sure it is: certain of a directory that a search found to be a repository."""
    return 1.0 if source.kind == NAME else 0.0


def read(source: Source, options: ReadOptions) -> list[Logged]:
    """Every run that is not archived, by its name; the subset in a metric's context goes before its name.

    Raises :class:`~curvedoc.errors.UnreadableError` when Aim is missing or cannot read the repository without
    changing it.
    """
    from curvedoc.stores.tracked import all_logged

    try:
        import aim
    except ImportError:
        raise UnreadableError(
            "is an Aim repository, which takes Aim's own library to read",
            "Install it: pip install 'curvedoc[aim]'.",
            source.path,
        ) from None
    folder = os.path.abspath(source.files[0].parent)  # noqa: PTH100
    if aim.Repo.check_repo_status(folder).name != "UPDATED":
        raise UnreadableError(
            "was written by another version of Aim, and reading it would change it",
            "Run `aim upgrade` in its directory if you want that.",
            source.path,
        )
    try:
        runs = _runs(aim, folder, source.path)
    except Exception as error:  # whatever a foreign library raises on a damaged repository
        raise UnreadableError(
            f"cannot be read by Aim: {error}", "Open it with `aim up` to see why.", source.path
        ) from error
    return all_logged(runs, NAME, source.path, options, "archived")


def _runs(aim: Any, folder: str, path: str) -> list[Tracked]:
    from curvedoc.stores.tracked import Tracked

    repo = aim.Repo.from_path(folder)
    runs = []
    for key in sorted(repo.list_all_runs()):
        stored = _opened(aim, repo, key)
        run = Tracked(key, stored.name or "", path, stored.experiment or "", bool(stored.archived))
        if not run.deleted:
            run.points = {_name(metric): _points(metric) for metric in stored.metrics()}
        runs.append(run)
    return runs


def _opened(aim: Any, repo: Any, key: str) -> Any:
    """A run, read from its own tree: Aim's index knows it only once its server has seen it."""
    run = aim.Run(key, repo=repo, read_only=True)
    run.meta_tree = repo.request_tree("meta", key, read_only=True).subtree("meta")
    run.meta_run_tree = run.meta_tree.subtree("chunks").subtree(key)
    for part in vars(run).values():
        if hasattr(part, "idx_to_ctx"):  # the tracker, which knows the contexts by their numbers
            part.meta_tree, part.meta_run_tree = run.meta_tree, run.meta_run_tree
    return run


def _name(metric: Any) -> str:
    """A metric's name and context in one: ``val/loss``, ``val/loss (fold=1)``."""
    context = dict(metric.context.to_dict())
    subset = context.pop("subset", None)
    name = f"{subset}/{metric.name}" if isinstance(subset, str) and subset else str(metric.name)
    more = ", ".join(f"{key}={value}" for key, value in sorted(context.items()))
    return f"{name} ({more})" if more else name


def _points(metric: Any) -> FloatArray:
    import numpy as np

    steps, (values, times) = metric.data.view(("val", "time")).numpy()
    return np.stack([np.asarray(column, np.float64) for column in (steps, values, times)])
