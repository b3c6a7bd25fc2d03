"""MLflow: the file store (``mlruns/``), its experiments, runs and metric files, and the SQLite database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from curvedoc.errors import NotALogError
from curvedoc.stores import SQLITE

if TYPE_CHECKING:
    from curvedoc.run import Logged
    from curvedoc.source import ReadOptions, Source

NAME = "mlflow"
ABOUT = "MLflow: an mlruns directory, an experiment or run in it, mlflow.db (opened read-only)"


def sniff(source: Source) -> float:
    """How sure it is: certain of stores that a search found and of databases, nearly so of metric files."""
    if source.kind == NAME:
        return 1.0
    if source.kind not in ("file", "stdin"):
        return 0.0
    if source.head.startswith(SQLITE):
        return 1.0
    from curvedoc.stores.mlflow_files import is_metric

    return 0.96 if is_metric(source.head) else 0.0


def read(source: Source, options: ReadOptions) -> list[Logged]:
    """Every run that is not deleted, by its name; the metrics of each with the steps that were logged.

    Raises :class:`~curvedoc.errors.NotALogError` when there is no run with a metric,
    :class:`~curvedoc.errors.UsageError` for an x that was not logged.
    """
    from curvedoc.stores.tracked import Tracked, all_logged

    if len(source.files) <= 1 and source.head.startswith(SQLITE):
        from curvedoc.stores.mlflow_database import read_database

        return all_logged(read_database(source), NAME, source.path, options)
    from curvedoc.stores.mlflow_files import read_files, read_metric

    if source.kind == NAME:
        return all_logged(read_files(source.parts()), NAME, source.path, options)
    points, broken = read_metric(source.read_bytes())
    if not points.size:
        raise NotALogError("holds no point of a metric", "Name a metric, a run or mlruns.", source.path)
    one = Tracked(source.name, source.name, source.path, points={source.name: points}, broken=broken)
    return all_logged([one], NAME, source.path, options)
